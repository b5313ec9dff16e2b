/** Settings of a generic ERP connection. */
import { z } from 'zod'
import { overlaysFor } from '#mappings/engine/index.ts'
import { requestMap } from '#mappings/erp/request.ts'
import { csvStockMap, jsonStockMap, xmlStockMap } from '#mappings/erp/stock.ts'
import { csvReceiptMap, csvSupplyMap, jsonReceiptMap, jsonSupplyMap } from '#mappings/erp/supplies.ts'

/** A folder of stock files, where the ERP has one. */
const StockFolder = z.object({
  host: z.string().min(1).max(255).describe('The SFTP server.'),
  port: z.int().min(1).max(65_535).default(22).describe('Its port.'),
  username: z.string().min(1).max(100).describe('The login.'),
  login: z.enum(['password', 'privateKey']).default('privateKey').describe('Which secret opens the session.'),
  hostKeySha256: z
    .array(z.string().regex(/^SHA256:[A-Za-z0-9+/]{43}$/, 'must be a fingerprint as ssh-keygen -lf prints it'))
    .min(1)
    .describe('Pinned host keys. Any other key is refused before the login.'),
  allowPrivateAddresses: z.boolean().default(false).describe('The server stands in our own network.'),
  folder: z
    .string()
    .default('/stock')
    .describe('Where the ERP puts its files: *.csv, *.ndjson, *.xml. Others are left alone.'),
  archiveFolder: z.string().default('/stock/archive').describe('Where files go that were taken.'),
  errorFolder: z.string().default('/stock/error').describe('Where files go that are too large.'),
  minAgeMs: z.int().min(0).default(5_000).describe('A file is taken when it has not changed for so long.'),
  doneSuffix: z
    .string()
    .regex(/^\.[A-Za-z0-9]{1,20}$/, 'must be an ending such as .done')
    .optional()
    .describe('A file is taken only when an empty file of its name and this ending lies beside it.'),
  mode: z.enum(['full', 'delta']).default('full').describe('What CSV and NDJSON files are; XML says it itself.'),
  deltaInName: z
    .string()
    .min(1)
    .max(50)
    .optional()
    .describe('CSV and NDJSON files with this text in their name are deltas.'),
  absentMeansZero: z.boolean().default(false).describe('A full CSV or NDJSON file leaves out only what is at zero.'),
  asOf: z
    .enum(['content', 'modified'])
    .default('content')
    .describe('When a CSV or NDJSON file was true: as its column as_of says, or when it was written.'),
})
export type StockFolder = z.output<typeof StockFolder>

export const ErpConfig = z.object({
  baseUrl: z.url().describe('Where the ERP takes fulfillment requests.'),
  allowPrivateAddresses: z.boolean().default(false).describe('The ERP stands in our own network.'),
  batch: z.boolean().default(false).describe('The ERP has POST /fulfillment-requests/batch and answers item by item.'),
  takesReminders: z
    .boolean()
    .default(false)
    .describe('The ERP has POST /fulfillment-requests/{id}/reminder for answers that it owes.'),
  callsPerSecond: z.int().min(1).default(50).describe('Most calls in a second.'),
  maxFeedBytes: z
    .int()
    .min(1_000)
    .max(20_000_000_000)
    .default(1_000_000_000)
    .describe('Largest stock feed, in bytes. Feeds are kept as they came until they are removed.'),
  stockFolder: StockFolder.optional().describe('SFTP folder with stock files.'),
  overlays: overlaysFor({
    jsonStock: jsonStockMap,
    csvStock: csvStockMap,
    xmlStock: xmlStockMap,
    jsonSupplies: jsonSupplyMap,
    csvSupplies: csvSupplyMap,
    jsonReceipts: jsonReceiptMap,
    csvReceipts: csvReceiptMap,
    request: requestMap,
  }),
  concurrency: z.int().min(1).max(100).default(4).describe('Most calls at once.'),
})
export type ErpConfig = z.output<typeof ErpConfig>
