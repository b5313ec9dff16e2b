/** Decodes rows into cells with csv-parse. Rows come whole and well quoted from the splitter, so no cut can disturb it. */
import { isUtf8 } from 'node:buffer'
import { parse } from 'csv-parse/sync'
import type { Issue } from '#core/issue.ts'
import { badEncoding, unreadableRow } from './issues.ts'
import type { RowPlace } from './row-place.ts'

export type CellOptions = {
  delimiter: string
  /** `latin1`: a row that is not UTF-8 is read as latin-1. `none`: it is an issue. */
  fallback: 'none' | 'latin1'
}

export type DecodedRow = { place: RowPlace; cells: string[] } | { place: RowPlace; issue: Issue }

/** `bytes` holds exactly the rows of `places`, one after another. */
export function decodeRows(bytes: Buffer, places: readonly RowPlace[], options: CellOptions): DecodedRow[] {
  if (isUtf8(bytes)) {
    const rows = tryParse(bytes, options.delimiter, 'utf8')
    if (rows?.length === places.length) return places.map((place, index) => ({ place, cells: rows[index] ?? [] }))
  }
  // The encoding is judged row by row, so that the verdict does not depend on how the file was cut into pieces.
  const start = places[0]?.byteOffset ?? 0
  return places.map((place, index) => {
    const next = places[index + 1]
    return decodeRow(
      bytes.subarray(place.byteOffset - start, next === undefined ? bytes.length : next.byteOffset - start),
      place,
      options,
    )
  })
}

function decodeRow(bytes: Buffer, place: RowPlace, options: CellOptions): DecodedRow {
  const valid = isUtf8(bytes)
  if (!valid && options.fallback === 'none') return { place, issue: badEncoding(place, excerptOf(bytes)) }
  const [cells, ...more] = tryParse(bytes, options.delimiter, valid ? 'utf8' : 'latin1') ?? []
  if (cells === undefined || more.length > 0) return { place, issue: unreadableRow(place, excerptOf(bytes)) }
  return { place, cells }
}

/** Without the line end, which is there or not depending on what came with the row. */
const excerptOf = (bytes: Buffer): string => bytes.toString('latin1', 0, 80).replace(/[\r\n]+$/, '')

function tryParse(bytes: Buffer, delimiter: string, encoding: 'utf8' | 'latin1'): string[][] | undefined {
  try {
    // Nothing is trimmed, cast, skipped or guessed: the defaults are spelled out because they are the promise.
    return parse(bytes, {
      delimiter,
      encoding,
      record_delimiter: ['\r\n', '\n'],
      relax_column_count: true,
      columns: false,
      bom: false,
      cast: false,
      trim: false,
      skip_empty_lines: false,
      max_record_size: 0,
    })
  } catch {
    return undefined
  }
}
