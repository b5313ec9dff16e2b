/** Files of the partner: rows become documents, one an order, a parcel or a count; a bad one waits beside its neighbours. */
import type { Issue } from '#core/issue.ts'
import type { CancelResponse, FulfillmentResponse, ShipmentNotice } from '#core/model/fulfillment.ts'
import type { StockFeed } from '#core/model/stock.ts'
import type { Trace } from '#core/model/trace.ts'
import type { FieldMap, PlaceOf, RefusedPart } from '../engine/index.ts'
import { nodeLookup, isRefusal, issueOf, runForward } from '../engine/index.ts'
import type { CsvScope } from './fields.ts'
import type { CsvContext, Layout, Section } from './layout.ts'
import { cellText, readTable } from './table.ts'
import type { Row, Table } from './table.ts'

type Kinds = {
  shipment: ShipmentNotice
  fulfillmentResponse: FulfillmentResponse
  cancelResponse: CancelResponse
  stock: StockFeed
}
export type CsvDocument = {
  [K in keyof Kinds]: { kind: K; part: string; value: Kinds[K]; trace: () => Trace }
}[keyof Kinds]
/** `unusable`: nothing of the file could be read. */
export type CsvReading = { documents: CsvDocument[]; refused: RefusedPart[]; unusable?: true }
export type InboundKind = 'acknowledgements' | 'cancelAnswers' | 'shipments' | 'stock'

export function readFile(bytes: Uint8Array, kind: InboundKind, layout: Layout, context: CsvContext): CsvReading {
  const section = layout[kind] as Section<never, never> | undefined
  if (section === undefined) throw new Error(`the profile has no ${kind}`)
  const opened = readTable(bytes, section.columns, layout.profile)
  if (!opened.ok) return { documents: [], refused: [{ part: '', issues: opened.issues }], unusable: true }
  const table = opened.value
  const reading = READERS[kind](table, layout, context)
  const lost = table.lost.map((issue): RefusedPart => ({ part: issue.place.path, issues: [issue] }))
  return { documents: reading.documents, refused: [...reading.refused, ...lost] }
}

type Reader = (table: Table, layout: Layout, context: CsvContext) => CsvReading

const READERS: Record<InboundKind, Reader> = {
  shipments: readShipments,
  acknowledgements: (table, layout, context) => {
    const section = layout.acknowledgements
    if (section === undefined) return NOTHING
    const groups = grouped(table.rows, keyOf(section, 'requestId'))
    return all(
      groups.map((lines) =>
        one(section.map, 'fulfillmentResponse', { head: lines[0], lines }, table, context, answeredAt),
      ),
    )
  },
  cancelAnswers: (table, layout, context) => {
    const section = layout.cancelAnswers
    if (section === undefined) return NOTHING
    return all(table.rows.map((head) => one(section.map, 'cancelResponse', { head }, table, context, answeredAt)))
  },
  stock: readStock,
}

const NOTHING: CsvReading = { documents: [], refused: [] }
const all = (readings: readonly CsvReading[]): CsvReading => ({
  documents: readings.flatMap((each) => each.documents),
  refused: readings.flatMap((each) => each.refused),
})

/** An answer that bears no time is as old as the file. */
const answeredAt = <T extends { answeredAt?: unknown }>(value: T, { receivedAt }: CsvContext): T =>
  value.answeredAt === undefined ? { ...value, answeredAt: receivedAt } : value

function one<S, K extends keyof Kinds>(
  map: FieldMap<S, Kinds[K], CsvContext, CsvScope>,
  kind: K,
  tree: unknown,
  table: Table,
  context: CsvContext,
  complete: (value: Kinds[K], context: CsvContext) => Kinds[K] = (value) => value,
): CsvReading {
  const placeOf: PlaceOf = table.placeOf(tree)
  const result = runForward(map, tree as S, context, { placeOf })
  const part = placeOf(['head']).path
  if (result.value === undefined) return { documents: [], refused: [{ part, issues: result.issues }] }
  const document = { kind, part, value: complete(result.value, context), trace: result.trace } as unknown as CsvDocument
  return { documents: [document], refused: result.refused }
}

const keyOf = ({ columns }: { columns: Section<never, never>['columns'] }, field: string): string =>
  columns.find((column) => column.field === field)?.key ?? ''

/** Rows with the same cells under these keys, in the order in which each first stands. */
const grouped = (rows: readonly Row[], ...keys: string[]): Row[][] => [
  ...Map.groupBy(rows, (row) => keys.map((key) => cellText(row[key])).join('\u001f')).values(),
]

/** A parcel first, then, where the file is the last word, what it lacks. */
function readShipments(table: Table, layout: Layout, context: CsvContext): CsvReading {
  const section = layout.shipments
  if (section === undefined) return NOTHING
  const key = (field: string): string => keyOf(section, field)
  const units = key('quantity')
  const isThere = (row: Row): boolean => !/^0+([.,]0*)?$/.test(cellText(row[units]).trim())
  const parcels = grouped(table.rows.filter(isThere), key('requestId'), key('externalId')).map((rows) => {
    const packages = grouped(rows, key('trackingNumber'), key('containerCode'))
    const tree = { head: rows[0], packages: packages.map((lines) => ({ head: lines[0], lines })) }
    return one(section.map, 'shipment', tree, table, context, named)
  })
  const left = all(parcels)
  // A row that nobody could read may have been of any order: then none is called short.
  const isLast = layout.profile.shipments?.last === true && table.lost.length === 0
  return isLast ? { ...left, documents: [...left.documents, ...shortages(table, left, key, context)] } : left
}

/** A shipment without a name of its own is named by its parcels. */
const named = (notice: ShipmentNotice): ShipmentNotice => {
  if (notice.externalId !== undefined) return notice
  const names = notice.packages.map((each) => each.trackingNumber ?? each.containerCode ?? '')
  return { ...notice, externalId: names.join('+').slice(0, 100) }
}

/** Orders of the file of which every row could be read: what they lack now is not coming. */
function shortages(
  table: Table,
  left: CsvReading,
  key: (field: string) => string,
  { receivedAt }: CsvContext,
): CsvDocument[] {
  const refused = new Set(left.refused.map((each) => each.part))
  return grouped(table.rows, key('requestId')).flatMap((rows): CsvDocument[] => {
    const places = rows.map((row) => table.placeOf({ head: row })(['head']).path)
    const shipped = left.documents.find((each) => each.kind === 'shipment' && places.includes(each.part))
    if (places.some((place) => refused.has(place))) return []
    const requestId = (
      shipped?.kind === 'shipment' ? shipped.value.requestId : rows[0]?.[key('requestId')]
    ) as ShipmentNotice['requestId']
    if (!/^ful_[0-9A-Za-z-]{1,60}$/.test(requestId)) return []
    const lines = new Map<number, number>()
    for (const each of shipped?.kind === 'shipment' ? shipped.value.packages.flatMap((one) => one.lines) : [])
      lines.set(each.lineNo, (lines.get(each.lineNo) ?? 0) + each.quantity)
    const answer: FulfillmentResponse = {
      requestId,
      answeredAt: shipped?.kind === 'shipment' ? shipped.value.shippedAt : receivedAt,
      refusesRest: 'outOfStock',
      lines: [...(lines.size === 0 ? new Map([[1, 0]]) : lines)].map(([lineNo, accepted]) => ({
        lineNo,
        accepted,
        rejected: 0,
      })),
    }
    const trace = (): Trace => ({ map: 'csv shipments', mapVersion: '1', layers: [], origins: [] })
    return [{ kind: 'fulfillmentResponse', part: `${places[0] ?? ''} short`, value: answer, trace }]
  })
}

/** A count: rows stand for themselves; one that was refused is not absent, so that nothing absent is set to zero then. */
function readStock(table: Table, layout: Layout, context: CsvContext): CsvReading {
  const { stock: section, profile } = layout
  const settings = profile.stock
  if (section === undefined || settings === undefined) return NOTHING
  const rows = table.rows.map((row) => ({ ...row, '@part': table.placeOf({ head: row })(['head']).path }))
  const tree = { head: rows[0] ?? { '@row': -1 }, rows }
  const node = settings.node === undefined ? undefined : nodeLookup('stock').read(settings.node, context)
  if (isRefusal(node)) return refusedFile(issueOf({ path: 'profile.stock.node' }, settings.node, node))
  const reading = one(section.map, 'stock', tree, table, context, (feed) => ({
    ...feed,
    mode: settings.mode,
    asOf: feed.asOf ?? context.asOf ?? context.receivedAt,
    absentMeansZero: settings.absentMeansZero,
    rows: node === undefined ? feed.rows : feed.rows.map((row) => ({ ...row, nodeId: node })),
  }))
  if (reading.refused.length === 0 && table.lost.length === 0) return reading
  const documents = reading.documents.map((each) =>
    each.kind === 'stock' ? { ...each, value: { ...each.value, absentMeansZero: false } } : each,
  )
  return { ...reading, documents }
}

const refusedFile = (issue: Issue): CsvReading => ({ documents: [], refused: [{ part: '', issues: [issue] }] })
