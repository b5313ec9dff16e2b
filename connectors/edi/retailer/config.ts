/** Settings of a retailer: those of any X12 partner, seen from the seller's side: VN is our product, SK the retailer's. */
import { z } from 'zod'
import { overlaysFor } from '#mappings/engine/index.ts'
import { BASE_PROFILE } from '#mappings/x12/profile.ts'
import { retailerChange860 } from '#mappings/x12/retailer/change-860.ts'
import { retailerOrder850 } from '#mappings/x12/retailer/order-850.ts'
import { EdiConfig } from '../config.ts'

const Code = z.string().length(2)
const codes = EdiConfig.shape.profile.unwrap().shape

const Profile = z
  .object({
    orderPurposes: z.record(Code, z.enum(['order', 'cancel'])).describe('850: BEG01 → what it means.'),
    changePurposes: z.record(Code, z.enum(['cancel', 'change'])).describe('860 and 865: BCH01, BCA01 → what it means.'),
    lineChanges: z
      .record(Code, z.enum(['delete', 'quantity']))
      .describe('860 and 865: POC02 → what it means; quantity: POC03 is what the line asks for from now on.'),
    linesAdded: z.array(Code).min(1).describe('860 and 865: POC02 of lines that the retailer adds.'),
    answerCodes: z
      .strictObject({
        accepted: Code.describe('Units that are sent.'),
        waiting: Code.describe('Units that wait for goods.'),
        cancelled: Code.describe('Units that will not come.'),
      })
      .describe('855: ACK01 of units that are sent, that wait for goods, and that will not come.'),
    changeAnswerCodes: z
      .strictObject({
        agreed: Code.describe('Units that the line has, as asked.'),
        changed: Code.describe('Units that the line has, otherwise than asked.'),
        waiting: Code.describe('Units of them that wait for goods.'),
        deleted: Code.describe('The line is taken out.'),
        refused: Code.describe('The line stays as it was.'),
      })
      .describe('865 that answers an 860: ACK01.'),
    promiseQualifiers: codes.promiseQualifiers
      .unwrap()
      .describe('855 and 865: ACK04 of the day on which units are to leave.'),
    customerOrderQualifier: z.string().min(2).max(3).describe('850: REF01 of the number that the customer knows.'),
    neededByQualifier: z.string().length(3).describe('850: DTM01 of the wanted delivery.'),
    vendorNumber: z
      .string()
      .min(1)
      .max(30)
      .describe('The number by which the retailer knows us: REF*IA of what we write.'),
    unit: codes.unit.unwrap(),
    priceBasis: codes.priceBasis.unwrap(),
    defaultCurrency: codes.defaultCurrency.unwrap(),
    defaultCountry: z
      .string()
      .regex(/^[A-Z]{2}$/, 'must be an ISO 3166-1 code such as US')
      .describe('Country where N404 names none.'),
    trackingQualifiers: codes.trackingQualifiers.unwrap().min(1).describe('856: MAN01 of a tracking number.'),
    cartonQualifiers: codes.cartonQualifiers.unwrap().min(1).describe('856: MAN01 of a carton id.'),
    stockQualifiers: codes.stockQualifiers.unwrap().describe('846: QTY01 of what can be sold; the first is written.'),
    nodeRoles: codes.nodeRoles.unwrap().describe('846: N101 of the place; the first is written.'),
    returnReasons: z
      .record(z.string().min(1).max(3), z.enum(['damaged', 'wrongItem', 'unwanted', 'late', 'other']))
      .describe('180: RDR03 → why it comes back.'),
  })
  .partial()
  .extend({
    hubSkuQualifier: codes.hubSkuQualifier.unwrap().default('VN'),
    partnerSkuQualifier: codes.partnerSkuQualifier
      .unwrap()
      .default('SK')
      .describe('Qualifier of the retailer’s own product code.'),
    otherSkuQualifiers: codes.otherSkuQualifiers.unwrap().default(['BP', 'IN', 'CB', 'UP', 'EN', 'UK']),
  })

export const RetailerConfig = EdiConfig.extend({
  profile: Profile.prefault({}).describe('Where this retailer departs from the base profile, in its own words.'),
  overlays: overlaysFor({ '850': retailerOrder850.map(BASE_PROFILE), '860': retailerChange860.map(BASE_PROFILE) }),
})
