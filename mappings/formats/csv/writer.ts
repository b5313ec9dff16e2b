/** Writes CSV by RFC 4180. */
import { parsed } from '#core/issue.ts'
import type { Issue, Parsed } from '#core/issue.ts'

export type CsvWriteOptions = {
  /** One ASCII character. Default `,`. */
  delimiter?: string
  /** Default CRLF, as RFC 4180 has it. */
  lineEnd?: '\r\n' | '\n'
  /** Which cells stand in quotes: those that must (default), or every one, for partners that ask for it. */
  quote?: 'needed' | 'all'
  /** Written first. */
  header?: readonly string[]
  /**
   * For files that people open in a spreadsheet: a cell that would run as a formula (it begins with = + - @, a tab or a carriage
   * return) gets an apostrophe before it. Never for files that programs read: it changes the value, negative numbers too.
   */
  guardFormulas?: boolean
  /** Begin with a byte-order mark, which some spreadsheets need to recognize UTF-8. */
  byteOrderMark?: boolean
}

/** UTF-8. Issue: `csv.write.text` for text that UTF-8 cannot hold (half of a surrogate pair). */
export function writeCsv(rows: Iterable<readonly string[]>, options: CsvWriteOptions = {}): Parsed<Uint8Array> {
  const issues: Issue[] = []
  const pieces: Buffer[] = []
  let text = options.byteOrderMark === true ? '\uFEFF' : ''
  let row = 0
  const add = (cells: readonly string[]): void => {
    row += 1
    const line = csvLine(cells, options)
    if (!line.isWellFormed()) issues.push(halfPair(row, cells))
    text += line
    // Short strings only: long ones built piece by piece burden the garbage collector.
    if (text.length > 16_384) {
      pieces.push(Buffer.from(text, 'utf8'))
      text = ''
    }
  }
  if (options.header !== undefined) add(options.header)
  for (const cells of rows) add(cells)
  if (issues.length > 0) return { ok: false, issues }
  pieces.push(Buffer.from(text, 'utf8'))
  return parsed(Buffer.concat(pieces))
}

/** One row with its line end, for callers that stream. Numbers are never taken for formulas. */
export function csvLine(cells: readonly (string | number)[], options: CsvWriteOptions = {}): string {
  const delimiter = options.delimiter ?? ','
  const guard = options.guardFormulas ?? false
  const all = options.quote === 'all'
  const only = cells[0] ?? ''
  // A row of one empty cell would be a blank line, which readers pass over.
  const line =
    cells.length <= 1 && only === ''
      ? '""'
      : cells
          .map((cell) => (typeof cell === 'number' ? String(cell) : csvCell(cell, delimiter, guard, all)))
          .join(delimiter)
  return line + (options.lineEnd ?? '\r\n')
}

function csvCell(cell: string, delimiter: string, guard: boolean, all: boolean): string {
  const value = guard && /^[=+\-@\t\r]/.test(cell) ? `'${cell}` : cell
  const quoted = all || value.includes(delimiter) || /["\r\n]|^[\s\uFEFF]|\s$/.test(value)
  return quoted ? `"${value.replaceAll('"', '""')}"` : value
}

function halfPair(row: number, cells: readonly string[]): Issue {
  const column = cells.findIndex((cell) => !cell.isWellFormed()) + 1
  return {
    code: 'csv.write.text',
    class: 'data',
    place: { path: `row ${row}, column ${column}`, column },
    rule: 'Text holds no half of a surrogate pair',
    cure: 'Clean the text before it is exported',
  }
}
