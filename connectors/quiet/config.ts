/** Settings of a warehouse that speaks Quiet XML over SFTP folders. */
import { z } from 'zod'
import { REJECT_REASONS } from '#core/model/fulfillment.ts'
import { TimeZone } from '#core/model/time.ts'
import { overlaysFor } from '#mappings/engine/index.ts'
import { orderMap } from '#mappings/quiet/order.ts'
import { sftpFolders, sftpLogin } from '../contract/sftp-settings.ts'

const code = z.string().min(1).max(50)

export const QuietConfig = z.object({
  ...sftpLogin,
  ...sftpFolders,
  maxFileBytes: z
    .int()
    .min(1_000)
    .max(20_000_000)
    .default(5_000_000)
    .describe('Largest document. A summary of 20,000 items has about 2 MB.'),
  clientId: code.describe('ClientID of every document.'),
  businessUnit: code.describe('BusinessUnit of every document; file names begin with it.'),
  warehouse: code.describe('Code of the warehouse, for events that do not name theirs.'),
  currency: z
    .string()
    .regex(/^[A-Z]{3}$/, 'must be an ISO 4217 code such as USD')
    .default('USD')
    .describe('Of the prices in ship orders, which name none.'),
  unit: z.string().min(1).max(10).default('EA').describe('UOM of every line.'),
  shipMode: z
    .object({
      carrier: code.describe('As the warehouse calls it, such as USPS.'),
      serviceLevel: code.describe('As the warehouse calls it, such as PRIORITY.'),
    })
    .optional()
    .describe('Carrier and service level of orders without a shipping service.'),
  resultIsLast: z
    .boolean()
    .default(true)
    .describe('A result is the last word on its order: what it does not ship is short and is routed elsewhere.'),
  shortReason: z
    .enum(REJECT_REASONS)
    .default('outOfStock')
    .describe('Why units are missing for which a result names no exception code.'),
  onHandStatuses: z.array(code).min(1).default(['Avail', 'Alloc']).describe('Statuses of a summary that are on hand.'),
  otherStatuses: z.array(code).default(['RECEIVED']).describe('Statuses that are known and are not on hand.'),
  absentMeansZero: z.boolean().default(false).describe('A summary leaves out only what is at zero.'),
  fileTimeZone: TimeZone.default('UTC').describe(
    'Of the times in file names: a summary says only there when it was true.',
  ),
  overlays: overlaysFor({ order: orderMap }),
})
export type QuietConfig = z.output<typeof QuietConfig>
