/** Settings of a retailer that trades EDIFACT: those of any EDIFACT partner, seen from the seller's side: SA is our product, IN the retailer's. */
import { z } from 'zod'
import { Address } from '#core/model/party.ts'
import { EdifactConfig } from '../config.ts'

const Code = z.string().min(1).max(3)
const Codes = z.array(Code).min(1)
const codes = EdifactConfig.shape.profile.unwrap().shape
const Gln = z.string().regex(/^\d{13}$/, 'must be a GLN of 13 digits')

/** mappings/edifact/profile.ts. */
const Profile = z
  .object({
    orderDocuments: Codes.describe('ORDERS: BGM 1001 of an order.'),
    orderFunctions: z.record(Code, z.enum(['order', 'cancel'])).describe('ORDERS: BGM 1225 → what it means.'),
    changeFunctions: z.record(Code, z.enum(['cancel', 'change'])).describe('ORDCHG: BGM 1225 → what it means.'),
    lineChanges: z
      .record(Code, z.enum(['delete', 'quantity']))
      .describe('ORDCHG: LIN 1229 → what it means; quantity: QTY is what the line asks for from now on.'),
    linesUntouched: Codes.describe('ORDCHG: LIN 1229 of lines that are only repeated.'),
    linesAdded: Codes.describe('ORDCHG: LIN 1229 of lines that the retailer adds.'),
    orderUnits: Codes.describe('ORDERS and ORDCHG: QTY 6063 of ordered units, best first.'),
    pieceUnits: Codes.describe('ORDERS and ORDCHG: QTY 6411 that mean pieces.'),
    priceQualifiers: Codes.describe('PRI 5125 of the price, best first; the first is written.'),
    customerOrderQualifiers: Codes.describe('ORDERS: RFF 1153 of the number that the customer knows, best first.'),
    neededByQualifiers: Codes.describe('ORDERS: DTM 2005 of the wanted delivery, best first.'),
    shipToRoles: Codes.describe('ORDERS: NAD 3035 of where the goods go, best first.'),
    billToRoles: Codes.describe('ORDERS: NAD 3035 of who is billed, best first.'),
    places: z
      .record(Gln, Address.strict())
      .describe('Addresses of the retailer’s own places by GLN, for a NAD that names one by that alone.'),
    defaultCurrency: codes.defaultCurrency.unwrap(),
    defaultCountry: z
      .string()
      .regex(/^[A-Z]{2}$/, 'must be an ISO 3166-1 code such as DE')
      .describe('Country where NAD names none.'),
    answerActions: z
      .strictObject({
        agreed: Code.describe('The line is taken as it was asked.'),
        changed: Code.describe('Less of it comes, or some of it later.'),
        refused: Code.describe('Nothing of it comes, or its change is not taken.'),
      })
      .describe('ORDRSP: LIN 1229.'),
    answerUnits: z
      .strictObject({
        ordered: Code.describe('Units that were asked for.'),
        accepted: Code.describe('Units that come.'),
        waiting: Code.describe('Units that wait for goods.'),
      })
      .describe('ORDRSP: QTY 6063.'),
    promiseQualifier: Code.describe('ORDRSP: DTM 2005 of when the units of a line are to leave.'),
    stockQualifiers: codes.stockQualifiers
      .unwrap()
      .describe('INVRPT: QTY 6063 of what can be sold; the first is written.'),
    nodeRoles: codes.nodeRoles.unwrap().describe('INVRPT: NAD 3035 of the place; the first is written.'),
    gtinQualifier: Code.describe('LIN 7143 of a GTIN that we write; EN in D.96A and SRV in D.01B when left out.'),
    buyerGln: Gln.describe('NAD BY where the order named none; the UNB id of the retailer when left out.'),
    supplierGln: Gln.describe('NAD SU of what we write; our UNB id when left out.'),
    vendorNumber: z
      .string()
      .min(1)
      .max(35)
      .describe('The number by which the retailer knows us: RFF IA of what we write.'),
  })
  .partial()
  .extend({
    hubSkuQualifier: codes.hubSkuQualifier.unwrap().default('SA'),
    partnerSkuQualifier: codes.partnerSkuQualifier
      .unwrap()
      .default('IN')
      .describe('PIA 7143 of the retailer’s own product code, where it is no GTIN.'),
    // An EANCOM report is an original, and states every number whole.
    feedFunctions: codes.feedFunctions
      .unwrap()
      .default({ '9': 'delta' })
      .describe('INVRPT: BGM 1225 of what we write, which states what changed.'),
  })

export const EdifactRetailerConfig = EdifactConfig.extend({
  rejectWithOrdrsp: z
    .boolean()
    .default(false)
    .describe(
      'An ORDERS or ORDCHG that a person rejects in quarantine is answered with an ORDRSP that refuses it (27).',
    ),
  profile: Profile.prefault({}).describe('Where this retailer departs from EANCOM, in its own words.'),
})
export type EdifactRetailerConfig = z.output<typeof EdifactRetailerConfig>
