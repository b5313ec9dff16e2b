/** Supplies and receipts as CSV: rows by the names of their columns, and places in the file's own words. */
import type { GoodsReceipts, SupplyStatement } from '#core/model/stock.ts'
import type { MapReading, PlaceOf, WithCrosswalk } from '../engine/index.ts'
import { refusedWhole } from '../engine/index.ts'
import { readCsv } from '../formats/csv/reader.ts'
import type { SupplyContext } from './supplies.ts'
import { csvReceiptMap, csvSupplyMap, readReceipts, readSupplies } from './supplies.ts'

const SUPPLY_COLUMNS = ['reference', 'sku', 'node', 'quantity', 'expected_at']
const MORE_SUPPLY_COLUMNS = ['kind', 'from_node', 'purchase_order']
const RECEIPT_COLUMNS = ['supply', 'sku', 'node', 'reference', 'quantity', 'received_at']
const MORE_RECEIPT_COLUMNS = ['kind']

/** `meta`: `as-of` when the transport names the time. Other columns are allowed and not read. */
export function readSuppliesCsv(
  bytes: Uint8Array,
  meta: Record<string, string>,
  context: SupplyContext,
  map = csvSupplyMap,
): MapReading<'supplies', SupplyStatement> {
  const file = rowsOf(bytes, SUPPLY_COLUMNS, MORE_SUPPLY_COLUMNS)
  if (file.fatal.length > 0) return refusedWhole('', file.fatal)
  const asOf = meta['as-of']
  const document = { ...(asOf === undefined ? {} : { asOf }), supplies: file.rows }
  const reading = readSupplies(map, document, context, file.placeOf)
  return { ...reading, refused: [...reading.refused, ...file.refused] }
}

export function readReceiptsCsv(
  bytes: Uint8Array,
  context: WithCrosswalk,
  map = csvReceiptMap,
): MapReading<'receipts', GoodsReceipts> {
  const file = rowsOf(bytes, RECEIPT_COLUMNS, MORE_RECEIPT_COLUMNS)
  if (file.fatal.length > 0) return refusedWhole('', file.fatal)
  const reading = readReceipts(map, { receipts: file.rows }, context, file.placeOf)
  return { ...reading, refused: [...reading.refused, ...file.refused] }
}

const HEADER_FAULTS = new Set(['csv.no-header', 'csv.missing-column', 'csv.duplicate-column', 'csv.unknown-column'])
const camel = (column: string): string => column.replace(/_(.)/g, (_, letter: string) => letter.toUpperCase())

function rowsOf(bytes: Uint8Array, required: readonly string[], more: readonly string[]) {
  const file = readCsv(bytes, { header: { required } })
  const fatal = file.issues.filter((issue) => HEADER_FAULTS.has(issue.code) || file.columns.length === 0)
  const columns = [...required, ...more].flatMap((column) => {
    const index = file.columns.indexOf(column)
    return index < 0 ? [] : [{ column, name: camel(column), index }]
  })
  const rows = file.rows.map(({ row, cells }) => ({
    ...Object.fromEntries(columns.map(({ name, index }) => [name, cells[index] ?? ''])),
    '@row': `row ${row}`,
  }))
  const placeOf: PlaceOf = ([list, index, field]) => {
    const row = typeof index === 'number' ? file.rows[index] : undefined
    if (row === undefined) return { path: list === 'asOf' ? 'header as-of' : `header ${list}` }
    const found = columns.find(({ name }) => name === field)
    const path = found === undefined ? `row ${row.row}` : `row ${row.row}, column ${found.column}`
    return { path, byteOffset: row.byteOffset, line: row.line, ...(found ? { column: found.index + 1 } : {}) }
  }
  return { fatal, rows, placeOf, refused: file.issues.map((issue) => ({ part: issue.place.path, issues: [issue] })) }
}
