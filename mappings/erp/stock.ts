/**
 * The ERP's stock feed in its three spellings (JSON, CSV, XML) ↔ the canonical feed. Wire formats: README.md. Each row stands for
 * itself: an unknown SKU, an unknown node or a bad quantity refuses that row, and its neighbours go on.
 */
import type { StockFeed, StockRow } from '#core/model/stock.ts'
import type { FieldMap, Leaf, MapReading, PlaceOf, WithCrosswalk } from '../engine/index.ts'
import {
  defineMap,
  enumTable,
  flag,
  instant,
  isAbsent,
  nodeLookup,
  readingOf,
  refuse,
  rulesFor,
  runForward,
  skuLookup,
  wholeNumber,
  wholeNumberText,
} from '../engine/index.ts'

export type JsonStockFeed = {
  mode: string
  asOf: string
  absentMeansZero?: boolean
  rows: { sku: string; node: string; onHand: number }[]
}

/** Header values come from the transport (`mode`, `as-of`, `absent-means-zero`), rows from the file. */
export type CsvStockFeed = {
  mode: string
  'as-of': string
  'absent-means-zero'?: string
  /** `@row` names the row in the file's own count; `as_of` is demanded to be the feed's. */
  rows: { sku: string; node: string; on_hand: string; as_of?: string; '@row'?: string }[]
}

/** As the XML reader hands it on: attributes by name, `Row` a list always. */
export type XmlStockFeed = {
  mode: string
  asOf: string
  absentMeansZero?: string
  Row: { sku: string; node: string; onHand: string }[]
}

type StockMap<S, X = WithCrosswalk> = FieldMap<S, StockFeed, WithCrosswalk, X>

export const sku = skuLookup('stock')
export const node = nodeLookup('stock')
export const mode = enumTable<StockFeed['mode']>('feed mode', { full: 'full', delta: 'delta' })
export const flagText: Leaf<string, boolean> = { ...flag, write: (value) => String(value) }
const scope = {
  forward: (_feed: unknown, context: WithCrosswalk): WithCrosswalk => context,
  back: (_feed: StockFeed, context: WithCrosswalk): WithCrosswalk => context,
}
const byPosition = { part: '' }

const json = rulesFor<JsonStockFeed, StockFeed, WithCrosswalk>()
const jsonRow = rulesFor<JsonStockFeed['rows'][number], StockRow, WithCrosswalk>()
export const jsonStockMap: StockMap<JsonStockFeed> = defineMap({
  name: 'erp stock (json)',
  version: '1',
  scope,
  rules: [
    json.field('mode', 'mode', mode),
    json.field('asOf', 'asOf', instant),
    json.field('absentMeansZero', 'absentMeansZero', flag, { fallback: false }),
    json.each(
      'rows',
      'rows',
      [
        jsonRow.field('sku', 'sku', sku),
        jsonRow.field('node', 'nodeId', node),
        jsonRow.field('onHand', 'onHand', wholeNumber(0)),
      ],
      byPosition,
    ),
  ],
})

type CsvScope = WithCrosswalk & { asOf?: string }
export const AS_OF_DIFFERS = refuse({
  rule: 'must be the same time in every row: a feed is one moment',
  cure: 'Send rows of another time as a feed of their own.',
  code: 'stock.as-of-differs',
})

const csv = rulesFor<CsvStockFeed, StockFeed, CsvScope>()
const csvRow = rulesFor<CsvStockFeed['rows'][number], StockRow, CsvScope>()
export const csvStockMap: StockMap<CsvStockFeed, CsvScope> = defineMap({
  name: 'erp stock (csv)',
  version: '1',
  scope: { forward: (feed, context) => ({ ...context, asOf: feed['as-of'] }), back: (_feed, context) => context },
  rules: [
    csv.field('mode', 'mode', mode),
    csv.field('as-of', 'asOf', instant),
    csv.field('absent-means-zero', 'absentMeansZero', flagText, { fallback: false }),
    csv.each(
      'rows',
      'rows',
      [
        csvRow.field('sku', 'sku', sku),
        csvRow.field('node', 'nodeId', node),
        csvRow.field('on_hand', 'onHand', wholeNumberText(0)),
        csvRow.derive({
          name: 'one time for all rows',
          reads: ['as_of'],
          writes: [],
          forward: ({ as_of: asOf }, scope) => (isAbsent(asOf) || asOf === scope.asOf ? {} : AS_OF_DIFFERS),
          back: () => ({}),
        }),
      ],
      { part: '@row' },
    ),
  ],
})

const xml = rulesFor<XmlStockFeed, StockFeed, WithCrosswalk>()
const xmlRow = rulesFor<XmlStockFeed['Row'][number], StockRow, WithCrosswalk>()
export const xmlStockMap: StockMap<XmlStockFeed> = defineMap({
  name: 'erp stock (xml)',
  version: '1',
  scope,
  rules: [
    xml.field('mode', 'mode', mode),
    xml.field('asOf', 'asOf', instant),
    xml.field('absentMeansZero', 'absentMeansZero', flagText, { fallback: false }),
    xml.each(
      'Row',
      'rows',
      [
        xmlRow.field('sku', 'sku', sku),
        xmlRow.field('node', 'nodeId', node),
        xmlRow.field('onHand', 'onHand', wholeNumberText(0)),
      ],
      byPosition,
    ),
  ],
})

export type StockReading = MapReading<'stock', StockFeed>

/** `placeOf` says where a value lies in the file's own words; JSON pointers when left out. */
export function readStock<S, X>(
  map: StockMap<S, X>,
  feed: unknown,
  context: WithCrosswalk,
  placeOf?: PlaceOf,
): StockReading {
  const result = runForward(map, feed as S, context, placeOf === undefined ? {} : { placeOf })
  const reading = readingOf('stock' as const, '', result)
  return reading.refused.length === 0 ? reading : { ...reading, documents: reading.documents.map(keepAbsent) }
}

/**
 * A row that was refused is not absent: setting its SKU to zero would be a loss nobody ordered. So a full feed with refused rows
 * leaves absent SKUs as they are; once the rows are cured, the replayed feed sets them.
 */
const keepAbsent = (document: StockReading['documents'][number]): StockReading['documents'][number] => ({
  ...document,
  value: { ...document.value, absentMeansZero: false },
})
