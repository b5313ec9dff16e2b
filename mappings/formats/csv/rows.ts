/** A CSV feed as rows of the wanted columns. Other columns of the file are let through unread. */
import { Batcher } from '../rows.ts'
import type { Row, RowReader } from '../rows.ts'
import { readHeader } from './header.ts'
import { noHeader, wrongCellCount } from './issues.ts'
import { chunkOptions } from './reader.ts'
import type { CsvReadOptions } from './reader.ts'
import { RowsOfChunks } from './rows-of-chunks.ts'

export type CsvRowOptions = Pick<CsvReadOptions, 'delimiter' | 'fallback' | 'maxRowBytes'> & {
  /** Columns that must be there. */
  required: readonly string[]
  /** Columns that are read where they are there; `fields` is `required` and then these. */
  optional?: readonly string[]
}

/** Issues: those of reader.ts. A faulty header stops the reading; a faulty row is refused alone. */
export function csvRows(options: CsvRowOptions): RowReader {
  const fields = [...options.required, ...(options.optional ?? [])]
  const batch = new Batcher()
  let width = -1
  let columns: number[] = []
  const rows = new RowsOfChunks(chunkOptions(options), {
    row: (cells, row, line, byteOffset) => {
      if (width < 0) return header(cells, { row, line, byteOffset })
      if (cells.length === width) batch.rows.push({ cells: pick(cells, columns), row, line, byteOffset })
      else batch.issues.push(wrongCellCount({ row, line, byteOffset }, cells.length, width))
    },
    issue: (issue) => {
      batch.issues.push(issue)
      if (width < 0) rows.stopped = true
    },
  })
  const header = (cells: string[], place: { row: number; line: number; byteOffset: number }): void => {
    const found = readHeader(cells, place, { required: options.required })
    batch.issues.push(...found.issues)
    rows.stopped = found.issues.length > 0
    width = found.columns.length
    columns = fields.map((field) => found.columns.indexOf(field))
  }
  return {
    fields,
    head: new Map(),
    get stopped() {
      return rows.stopped
    },
    push: (chunk) => {
      rows.push(chunk)
      return batch.take()
    },
    end: () => {
      rows.end()
      if (!rows.stopped && width < 0) {
        batch.issues.push(noHeader())
        rows.stopped = true
      }
      return batch.take()
    },
    placeOf: ({ row, line, byteOffset }: Row, field) =>
      field === undefined
        ? { path: `row ${row}`, byteOffset, line }
        : { path: `row ${row}, column ${fields[field] ?? ''}`, byteOffset, line, ...columnOf(columns[field]) },
  }
}

const columnOf = (index: number | undefined): { column?: number } =>
  index === undefined || index < 0 ? {} : { column: index + 1 }

function pick(cells: readonly string[], columns: readonly number[]): string[] {
  const picked: string[] = []
  for (let i = 0; i < columns.length; i += 1) picked.push(cells[columns[i] ?? -1] ?? '')
  return picked
}
