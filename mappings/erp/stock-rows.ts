/**
 * The ERP's stock feed row by row, for feeds of any size: CSV, NDJSON and XML by the same rules as the maps of stock.ts, in the memory
 * of one row and one chunk. A test holds both ways of reading against each other.
 */
import type { Issue, Place } from '#core/issue.ts'
import type { StockFeed, StockRow } from '#core/model/stock.ts'
import type { WithCrosswalk } from '../engine/index.ts'
import { instant, isRefusal, issueOf, MISSING, wholeNumberText } from '../engine/index.ts'
import { csvRows } from '../formats/csv/rows.ts'
import { ndjsonRows } from '../formats/json/rows.ts'
import type { Row, RowBatch, RowReader } from '../formats/rows.ts'
import { xmlRows } from '../formats/xml/rows.ts'
import { AS_OF_DIFFERS, flagText, mode, node, sku } from './stock.ts'

export const STOCK_FORMATS = ['csv', 'ndjson', 'xml'] as const
export type StockFormat = (typeof STOCK_FORMATS)[number]

export type StockHead = Omit<StockFeed, 'rows'>
export type StockRowBatch = { rows: (StockRow & { row: number })[]; refused: { part: string; issues: Issue[] }[] }

/** Fields are sku, node, quantity and, where `asOfField` says so, the row's time. */
type Shape = { reader: () => RowReader; asOfField: number }

/** Names in the transport's meta, and as attributes of the XML root. */
const HEAD = { mode: '@mode', 'as-of': '@asOf', 'absent-means-zero': '@absentMeansZero' } as const

const SHAPES: Record<StockFormat, Shape> = {
  csv: { reader: () => csvRows({ required: ['sku', 'node', 'on_hand'], optional: ['as_of'] }), asOfField: 3 },
  ndjson: { reader: () => ndjsonRows({ fields: ['sku', 'node', 'onHand', 'asOf'] }), asOfField: 3 },
  xml: { reader: () => xmlRows({ record: 'StockFeed/Row', fields: ['@sku', '@node', '@onHand'] }), asOfField: -1 },
}

const count = wholeNumberText(0)
const NOTHING: StockRowBatch = { rows: [], refused: [] }

/** `meta` as for readStockCsv. Fits the connector contract's StockRowReader. */
export class StockRows {
  readonly #reader: RowReader
  readonly #asOfField: number
  readonly #meta: Record<string, string>
  readonly #context: WithCrosswalk
  #head: StockHead | undefined
  #asOfText = ''
  #fault: Issue[] | undefined

  constructor(format: StockFormat, meta: Record<string, string>, context: WithCrosswalk) {
    this.#reader = SHAPES[format].reader()
    this.#asOfField = SHAPES[format].asOfField
    this.#meta = meta
    this.#context = context
  }

  head(): StockHead | undefined {
    return this.#head
  }

  fault(): Issue[] | undefined {
    return this.#fault
  }

  placeOf(row: number): string {
    return this.#reader.placeOf({ cells: [], row, line: row, byteOffset: -1 }).path
  }

  push(chunk: Uint8Array): StockRowBatch {
    return this.#fault === undefined ? this.#take(this.#reader.push(chunk)) : NOTHING
  }

  end(): StockRowBatch {
    if (this.#fault !== undefined) return NOTHING
    const batch = this.#take(this.#reader.end())
    // A feed without rows has a head all the same.
    if (this.#head === undefined && this.#fault === undefined) this.#readHead(undefined)
    return batch
  }

  #take({ rows, issues }: RowBatch): StockRowBatch {
    if (this.#reader.stopped) {
      this.#fault = issues
      return NOTHING
    }
    const batch: StockRowBatch = {
      rows: [],
      refused: issues.map((issue) => ({ part: issue.place.path, issues: [issue] })),
    }
    for (const row of rows) {
      if (this.#head === undefined) this.#readHead(row)
      if (this.#fault !== undefined) return NOTHING
      this.#read(row, batch)
    }
    return batch
  }

  #read(row: Row, batch: StockRowBatch): void {
    const [code = '', place = '', units = ''] = row.cells
    const skuRead = code === '' ? MISSING : sku.read(code, this.#context)
    const nodeRead = place === '' ? MISSING : node.read(place, this.#context)
    const onHand = units === '' ? MISSING : count.read(units, undefined)
    const asOf = this.#ownTime(row)
    const isOneTime = asOf === '' || asOf === this.#asOfText
    if (!isRefusal(skuRead) && !isRefusal(nodeRead) && !isRefusal(onHand) && isOneTime) {
      batch.rows.push({ sku: skuRead, nodeId: nodeRead, onHand, row: row.row })
      return
    }
    const issues: Issue[] = []
    const note = (field: number, raw: string, read: unknown): void => {
      if (isRefusal(read)) issues.push(issueOf(this.#reader.placeOf(row, field), raw, read))
    }
    note(0, code, skuRead)
    note(1, place, nodeRead)
    note(2, units, onHand)
    note(this.#asOfField, asOf, isOneTime ? undefined : AS_OF_DIFFERS)
    batch.refused.push({ part: this.#reader.placeOf(row).path, issues })
  }

  /** A time the transport named stands for the whole file. */
  #ownTime(row: Row): string {
    return this.#meta['as-of'] === undefined && this.#asOfField >= 0 ? (row.cells[this.#asOfField] ?? '') : ''
  }

  #readHead(first: Row | undefined): void {
    const said = (name: keyof typeof HEAD): string => this.#meta[name] ?? this.#reader.head.get(HEAD[name]) ?? ''
    const own = first === undefined ? '' : this.#ownTime(first)
    this.#asOfText = own === '' ? said('as-of') : own
    const modeText = said('mode') === '' ? 'full' : said('mode')
    const zeroText = said('absent-means-zero')
    const modeRead = mode.read(modeText, undefined)
    const asOf = this.#asOfText === '' ? MISSING : instant.read(this.#asOfText, undefined)
    const absentMeansZero = zeroText === '' ? false : flagText.read(zeroText, undefined)
    if (!isRefusal(modeRead) && !isRefusal(asOf) && !isRefusal(absentMeansZero)) {
      this.#head = { mode: modeRead, asOf, absentMeansZero }
      return
    }
    const refusals: [keyof typeof HEAD, string, unknown][] = [
      ['mode', modeText, modeRead],
      ['as-of', this.#asOfText, asOf],
      ['absent-means-zero', zeroText, absentMeansZero],
    ]
    this.#fault = refusals.flatMap(([name, raw, read]) =>
      isRefusal(read) ? [issueOf(this.#headPlace(name, first, own), raw, read)] : [],
    )
  }

  #headPlace(name: keyof typeof HEAD, first: Row | undefined, own: string): Place {
    if (name === 'as-of' && own !== '' && first !== undefined) return this.#reader.placeOf(first, this.#asOfField)
    return { path: this.#reader.head.size > 0 ? `/StockFeed/${HEAD[name]}` : `header ${name}` }
  }
}

/** The whole of a small feed: for formats that have no map of their own. */
export function readStockRows(
  bytes: Uint8Array,
  format: StockFormat,
  meta: Record<string, string>,
  context: WithCrosswalk,
) {
  const reader = new StockRows(format, meta, context)
  const batches = [reader.push(bytes), reader.end()]
  const head = reader.head()
  const fault = reader.fault()
  if (fault !== undefined || head === undefined) return { documents: [], refused: [{ part: '', issues: fault ?? [] }] }
  const refused = batches.flatMap((batch) => batch.refused)
  const rows = batches.flatMap((batch) => batch.rows.map(({ row: _, ...row }) => row))
  const absentMeansZero = head.absentMeansZero && refused.length === 0
  return { documents: [{ kind: 'stock' as const, part: '', value: { ...head, absentMeansZero, rows } }], refused }
}
