/** Reads a CSV stock feed: bytes and the transport's header values in, a canonical feed and refused rows out. */
import type { Issue } from '#core/issue.ts'
import type { PlaceOf, WithCrosswalk } from '../engine/index.ts'
import { refusedWhole } from '../engine/index.ts'
import { readCsv } from '../formats/csv/reader.ts'
import type { CsvFile } from '../formats/csv/reader.ts'
import { csvStockMap, readStock } from './stock.ts'
import type { CsvStockFeed, StockReading } from './stock.ts'

const COLUMNS = ['sku', 'node', 'on_hand'] as const
/** Faults of the header row: no cell could be trusted after them. */
const HEADER_FAULTS = new Set(['csv.no-header', 'csv.missing-column', 'csv.duplicate-column', 'csv.unknown-column'])

/**
 * `meta`: `mode` (default `full`), `as-of` (default: the column `as_of` of the first row) and `absent-means-zero` (default false).
 * Other columns are allowed and not read.
 */
export function readStockCsv(
  bytes: Uint8Array,
  meta: Record<string, string>,
  context: WithCrosswalk,
  map = csvStockMap,
): StockReading {
  const file = readCsv(bytes, { header: { required: COLUMNS } })
  const fatal = file.issues.filter((issue) => HEADER_FAULTS.has(issue.code) || file.columns.length === 0)
  if (fatal.length > 0) return refusedWhole('', fatal)
  const reading = readStock(map, feedOf(file, meta), context, placesOf(file))
  if (file.issues.length === 0) return reading
  // A row the reader could not split is refused like one with a bad value, and like it must not count as absent.
  return {
    documents: reading.documents.map((document) => ({
      ...document,
      value: { ...document.value, absentMeansZero: false },
    })),
    refused: [...reading.refused, ...file.issues.map((issue: Issue) => ({ part: issue.place.path, issues: [issue] }))],
  }
}

function feedOf(file: CsvFile, meta: Record<string, string>): CsvStockFeed {
  const [sku, node, onHand, asOf] = [...COLUMNS, 'as_of'].map((name) => file.columns.indexOf(name))
  const cell = (cells: string[] = [], index = -1): string => cells[index] ?? ''
  return {
    mode: meta['mode'] ?? 'full',
    'as-of': meta['as-of'] ?? cell(file.rows[0]?.cells, asOf),
    'absent-means-zero': meta['absent-means-zero'] ?? '',
    rows: file.rows.map(({ row, cells }) => ({
      sku: cell(cells, sku),
      node: cell(cells, node),
      on_hand: cell(cells, onHand),
      // A time the transport named stands for the whole file.
      as_of: meta['as-of'] === undefined ? cell(cells, asOf) : '',
      '@row': `row ${row}`,
    })),
  }
}

/** `row 7, column on_hand`, with line and byte; header values by their own name. */
function placesOf(file: CsvFile): PlaceOf {
  return ([list, index, column]) => {
    const row = typeof index === 'number' ? file.rows[index] : undefined
    if (row === undefined) return { path: `header ${list}` }
    const path = column === undefined ? `row ${row.row}` : `row ${row.row}, column ${column}`
    const position = file.columns.indexOf(String(column)) + 1
    return { path, byteOffset: row.byteOffset, line: row.line, ...(position > 0 ? { column: position } : {}) }
  }
}
