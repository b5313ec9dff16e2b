/** The partner's CSV between bytes and rows of cells by column key, in its encoding and with its quotes. */
import type { Issue, Parsed } from '#core/issue.ts'
import { parsed, unreadable } from '#core/issue.ts'
import type { PlaceOf } from '../engine/index.ts'
import { readCsv } from '../formats/csv/reader.ts'
import { writeCsv } from '../formats/csv/writer.ts'
import type { Placed } from './compile.ts'
import type { Profile } from './profile.ts'

/** Cells by column key; `@row` finds the row again when a place is asked for. */
export type Row = { '@row': number; [key: string]: unknown }
export type Table = {
  rows: Row[]
  /** Rows that could not be split; they belong to nobody. */
  lost: Issue[]
  placeOf: (tree: unknown) => PlaceOf
}

/** A cell as text; nothing where there is none. */
export const cellText = (value: unknown): string => (typeof value === 'string' ? value : '')

const HEADER_FAULTS = new Set(['csv.no-header', 'csv.missing-column', 'csv.duplicate-column', 'csv.unknown-column'])

/** Issues: what makes the whole file unusable. Further columns are let through unread. */
export function readTable(bytes: Uint8Array, columns: readonly Placed[], profile: Profile): Parsed<Table> {
  const named = columns.filter((column) => column.field !== undefined).map((column) => column.name)
  const options = { delimiter: profile.delimiter, fallback: 'none' as const }
  const file = readCsv(inUtf8(bytes, profile), {
    ...options,
    header: profile.header ? { required: named } : ('none' as const),
  })
  const fatal = file.issues.filter(
    ({ code }) => HEADER_FAULTS.has(code) || (profile.header && file.columns.length === 0),
  )
  if (fatal.length > 0) return unreadable(...fatal)
  const at = columns.map((column, index) => (profile.header ? file.columns.indexOf(column.name) : index))
  const rows = file.rows.map(({ cells }, index): Row => {
    const row: Row = { '@row': index }
    for (const [i, column] of columns.entries()) row[column.key] = cells[at[i] ?? -1] ?? ''
    return row
  })
  const names = new Map(columns.map((column, i) => [column.key, { name: column.name, column: (at[i] ?? -1) + 1 }]))
  const placeOf = (tree: unknown): PlaceOf => {
    return (path) => {
      const { row: index, key } = rowOf(tree, path)
      const row = file.rows[index]
      const column = names.get(key)
      if (row === undefined) return { path: 'file' }
      const text = column === undefined ? `row ${row.row}` : `row ${row.row}, column ${column.name}`
      return { path: text, line: row.line, ...(column === undefined ? {} : { column: column.column }) }
    }
  }
  return parsed({ rows, lost: file.issues, placeOf })
}

/** The row that a path of a tree leads to: the deepest one on the way, else the first of the group. */
function rowOf(tree: unknown, path: readonly (string | number)[]): { row: number; key: string } {
  let at = tree as Record<string, unknown> | undefined
  let row = firstRow(tree)
  for (const step of path) {
    at = at?.[step] as Record<string, unknown> | undefined
    if (typeof at?.['@row'] === 'number') row = at['@row']
    else if (typeof at === 'object') row = firstRow(at) ?? row
  }
  return { row: row ?? -1, key: String(path.at(-1) ?? '') }
}

function firstRow(tree: unknown): number | undefined {
  const head = (tree as { head?: { '@row'?: number } } | undefined)?.head
  return head?.['@row']
}

/** The reader knows UTF-8; other encodings are made so first. Places tell rows and columns, never bytes. */
function inUtf8(bytes: Uint8Array, { encoding }: Profile): Uint8Array {
  if (encoding === 'utf-8') return bytes
  const text = encoding === 'latin1' ? Buffer.from(bytes).toString('latin1') : new TextDecoder(encoding).decode(bytes)
  return Buffer.from(text, 'utf8')
}

/** Issue: a character that the partner's encoding does not have. */
export function writeTable(
  rows: readonly (readonly string[])[],
  header: readonly string[] | undefined,
  profile: Profile,
): Parsed<Uint8Array> {
  const written = writeCsv(rows, {
    delimiter: profile.delimiter,
    lineEnd: profile.lineEnd,
    quote: profile.quote,
    byteOrderMark: profile.byteOrderMark && profile.encoding === 'utf-8',
    ...(header === undefined ? {} : { header }),
  })
  if (!written.ok || profile.encoding === 'utf-8') return written
  const text = Buffer.from(written.value).toString('utf8')
  const bytes = Buffer.from(text, 'latin1')
  // windows-1252 is latin1 for all that is written here: its own characters are refused like any other.
  if (bytes.toString('latin1') === text && !/[\u0080-\u009f]/.test(text)) return parsed(bytes)
  return unreadable(notInEncoding(text, profile.encoding))
}

function notInEncoding(text: string, encoding: string): Issue {
  const character = /[\u0080-\u009f\u0100-\u{10ffff}]/u.exec(text)?.[0] ?? ''
  return {
    code: 'sftp-3pl.encoding',
    class: 'data',
    place: { path: 'file' },
    rule: `must hold only characters that ${encoding} has`,
    value: character,
    cure: 'Agree UTF-8 with the partner, or correct the text.',
  }
}
