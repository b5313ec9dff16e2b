/** What the ERP tells of goods to come and goods that came: pushed with an API key of ours, as JSON or CSV. */
import type { Issue } from '#core/issue.ts'
import { overlaid } from '#mappings/engine/index.ts'
import { readReceiptsCsv, readSuppliesCsv } from '#mappings/erp/supplies-csv.ts'
import {
  csvReceiptMap,
  csvSupplyMap,
  jsonReceiptMap,
  jsonSupplyMap,
  readReceipts,
  readSupplies,
} from '#mappings/erp/supplies.ts'
import { readJson } from '#mappings/formats/json/reader.ts'
import type { RawRequest, Reading, WebhookPort } from '../contract/connector.ts'
import { headerOf, keptHeaders, sha256 } from '../contract/request.ts'
import type { ErpConfig } from './config.ts'

const MAX_BYTES = 20_000_000

export const supplies: WebhookPort<ErpConfig> = {
  name: 'supplies',
  summary: 'Open purchase orders, ASNs and transfers, as JSON or CSV. Stating one again changes it.',
  direction: 'in',
  transport: 'push',
  kind: 'supplies',
  maxBytes: MAX_BYTES,
  sourceKey: (request) => keyOf('supplies', request),
  meta: (request) => keptHeaders(request, { contentType: 'content-type', 'as-of': 'stock-as-of' }),
  read: (raw, meta, context) =>
    readAs(raw, meta, {
      json: (value) => readSupplies(overlaid(jsonSupplyMap, context.config, 'jsonSupplies'), value, context),
      csv: () => readSuppliesCsv(raw, meta, context, overlaid(csvSupplyMap, context.config, 'csvSupplies')),
    }),
}

export const receipts: WebhookPort<ErpConfig> = {
  name: 'receipts',
  summary: 'Goods that came in against purchase orders, ASNs and transfers, as JSON or CSV.',
  direction: 'in',
  transport: 'push',
  kind: 'receipts',
  maxBytes: MAX_BYTES,
  sourceKey: (request) => keyOf('receipts', request),
  meta: (request) => keptHeaders(request, { contentType: 'content-type' }),
  read: (raw, meta, context) =>
    readAs(raw, meta, {
      json: (value) => readReceipts(overlaid(jsonReceiptMap, context.config, 'jsonReceipts'), value, context),
      csv: () => readReceiptsCsv(raw, context, overlaid(csvReceiptMap, context.config, 'csvReceipts')),
    }),
}

/** The sender's key where there is one, and the content with the time that the transport names. */
function keyOf(port: string, request: RawRequest): string {
  const asOf = headerOf(request, 'stock-as-of') ?? ''
  const sent = (headerOf(request, 'idempotency-key') ?? '').slice(0, 200)
  return `${port}:${sent}:${sha256(`${sha256(request.body)} ${asOf}`)}`
}

type Readers = { json: (value: unknown) => Omit<Reading, 'receipts'>; csv: () => Omit<Reading, 'receipts'> }

function readAs(raw: Uint8Array, meta: Record<string, string>, readers: Readers): Reading {
  const type = (meta['contentType'] ?? '').toLowerCase().split(';')[0]?.trim() ?? ''
  if (/^(text|application)\/csv$/.test(type)) return { ...readers.csv(), receipts: [] }
  if (!/[/+]json$/.test(type)) return refused([unknownType(type)])
  const document = readJson(raw, { maxBytes: MAX_BYTES })
  return document.ok ? { ...readers.json(document.value), receipts: [] } : refused(document.issues)
}

const refused = (issues: Issue[]): Reading => ({ documents: [], refused: [{ part: '', issues }], receipts: [] })

const unknownType = (type: string): Issue => ({
  code: 'erp.content-type',
  class: 'data',
  place: { path: 'Content-Type' },
  rule: 'must be application/json or text/csv',
  value: type,
  cure: 'Send it with the content type of its format.',
})
