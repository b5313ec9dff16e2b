/** The ERP's stock feed, pushed with an API key of ours, as JSON, CSV, NDJSON or XML by its content type; of any size but as JSON. */
import type { Issue } from '#core/issue.ts'
import { overlaid } from '#mappings/engine/index.ts'
import { readStockCsv } from '#mappings/erp/stock-csv.ts'
import { readStockRows, StockRows } from '#mappings/erp/stock-rows.ts'
import type { StockFormat } from '#mappings/erp/stock-rows.ts'
import { readStockXml } from '#mappings/erp/stock-xml.ts'
import { csvStockMap, jsonStockMap, readStock, xmlStockMap } from '#mappings/erp/stock.ts'
import { readJson } from '#mappings/formats/json/reader.ts'
import type { RawRequest, ReadContext, Reading, StockStream, WebhookPort } from '../contract/connector.ts'
import { headerOf, keptHeaders, sha256 } from '../contract/request.ts'
import type { ErpConfig } from './config.ts'

/** Of a document that is read whole. */
const MAX_BYTES = 20_000_000
type Context = ReadContext<ErpConfig>

/** How both ports of the ERP read a feed piece by piece. */
export const stockStream: StockStream<ErpConfig> = {
  maxBytes: (config) => config.maxFeedBytes,
  takes: (meta) => formatOf(meta) !== undefined,
  open: (meta, context) => new StockRows(formatOf(meta) ?? 'csv', meta, context),
}

export function readStockFeed(raw: Uint8Array, meta: Record<string, string>, context: Context): Reading {
  const type = typeOf(meta)
  if (/[/+]json$/.test(type)) return readJsonFeed(raw, context)
  switch (formatOf(meta)) {
    case 'csv':
      return { ...readStockCsv(raw, meta, context, overlaid(csvStockMap, context.config, 'csvStock')), receipts: [] }
    case 'xml':
      return { ...readStockXml(raw, context, overlaid(xmlStockMap, context.config, 'xmlStock')), receipts: [] }
    case 'ndjson':
      return { ...readStockRows(raw, 'ndjson', meta, context), receipts: [] }
    case undefined:
      return refused([unknownType(type)])
  }
}

export const stock: WebhookPort<ErpConfig> = {
  name: 'stock',
  summary: 'Stock feeds, full or delta, as JSON, CSV, NDJSON or XML.',
  direction: 'in',
  transport: 'push',
  kind: 'stock',
  maxBytes: MAX_BYTES,
  sourceKey: (request) => sourceKeyOf(request, sha256(request.body)),

  /** A CSV or NDJSON file says its mode and time in headers of the call. */
  meta: (request) =>
    keptHeaders(request, {
      contentType: 'content-type',
      mode: 'stock-mode',
      'as-of': 'stock-as-of',
      'absent-means-zero': 'stock-absent-means-zero',
    }),

  read: readStockFeed,
  stream: { ...stockStream, sourceKey: sourceKeyOf },
}

/** The sender's key where there is one, and the content: the same key with other content is another feed. */
function sourceKeyOf(request: RawRequest, contentHash: string): string {
  const meta = stock.meta(request)
  const content = sha256(`${contentHash} ${meta['mode'] ?? ''} ${meta['as-of'] ?? ''}`)
  return `stock:${(headerOf(request, 'idempotency-key') ?? '').slice(0, 200)}:${content}`
}

const typeOf = (meta: Record<string, string>): string =>
  (meta['contentType'] ?? '').toLowerCase().split(';')[0]?.trim() ?? ''

function formatOf(meta: Record<string, string>): StockFormat | undefined {
  const type = typeOf(meta)
  if (/^(text|application)\/csv$/.test(type)) return 'csv'
  if (/^application\/(x-)?ndjson$/.test(type)) return 'ndjson'
  return /[/+]xml$/.test(type) ? 'xml' : undefined
}

function readJsonFeed(raw: Uint8Array, context: Context): Reading {
  const feed = readJson(raw, { maxBytes: MAX_BYTES })
  return feed.ok
    ? { ...readStock(overlaid(jsonStockMap, context.config, 'jsonStock'), feed.value, context), receipts: [] }
    : refused(feed.issues)
}

const refused = (issues: Issue[]): Reading => ({ documents: [], refused: [{ part: '', issues }], receipts: [] })

const unknownType = (type: string): Issue => ({
  code: 'erp.content-type',
  class: 'data',
  place: { path: 'Content-Type' },
  rule: 'must be application/json, text/csv, application/x-ndjson or application/xml',
  value: type,
  cure: 'Send the feed with the content type of its format.',
})
