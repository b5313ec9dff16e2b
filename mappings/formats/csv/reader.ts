/**
 * Reads CSV as text cells: nothing is trimmed or turned into numbers, leading zeros stay. A bad row is an issue and its
 * neighbours go on; a bad header stops the reading, because no cell could be trusted. Any cutting into chunks reads the same.
 */
import type { Issue } from '#core/issue.ts'
import { readHeader } from './header.ts'
import type { CsvHeaderRule } from './header.ts'
import { noHeader, wrongCellCount } from './issues.ts'
import type { RowPlace } from './row-place.ts'
import { RowsOfChunks } from './rows-of-chunks.ts'
import type { CsvChunkOptions } from './rows-of-chunks.ts'

export type CsvReadOptions = {
  /** One ASCII character, e.g. `;` or a tab. Default `,`. */
  delimiter?: string
  /** `none`: the first row is data, and rows may differ in length. */
  header: CsvHeaderRule | 'none'
  /** Line end included. Default 65,536. */
  maxRowBytes?: number
  /** What a row that is not UTF-8 is read as; by default it is an issue. */
  fallback?: 'none' | 'latin1'
}

/** `row` counts as a spreadsheet shows it, `line` as a text editor does; both from 1. */
export type CsvRow = { kind: 'row'; row: number; line: number; byteOffset: number; cells: string[] }
export type CsvEvent = { kind: 'header'; columns: string[] } | CsvRow | { kind: 'issue'; issue: Issue }

export type CsvFile = { columns: string[]; rows: CsvRow[]; issues: Issue[] }

/** Reads a whole file. An option that cannot be is a RangeError; bad input never throws. */
export function readCsv(bytes: Uint8Array, options: CsvReadOptions): CsvFile {
  const file: CsvFile = { columns: [], rows: [], issues: [] }
  for (const event of readCsvChunks([bytes], options)) {
    if (event.kind === 'row') file.rows.push(event)
    else if (event.kind === 'issue') file.issues.push(event.issue)
    else file.columns = event.columns
  }
  return file
}

/** Reads chunks at hand. */
export function* readCsvChunks(
  chunks: Iterable<Uint8Array>,
  options: CsvReadOptions,
): Generator<CsvEvent, void, undefined> {
  const reader = new Reader(options)
  for (const chunk of chunks) {
    for (let from = 0; from < chunk.length; from += PIECE_BYTES) {
      for (const event of reader.push(chunk.subarray(from, from + PIECE_BYTES))) yield event
      if (reader.stopped) return
    }
  }
  for (const event of reader.end()) yield event
}

/** Reads chunks as they arrive. */
export async function* readCsvStream(
  chunks: AsyncIterable<Uint8Array>,
  options: CsvReadOptions,
): AsyncGenerator<CsvEvent, void, undefined> {
  const reader = new Reader(options)
  for await (const chunk of chunks) {
    for (let from = 0; from < chunk.length; from += PIECE_BYTES) {
      for (const event of reader.push(chunk.subarray(from, from + PIECE_BYTES))) yield event
      if (reader.stopped) return
    }
  }
  for (const event of reader.end()) yield event
}

/** Cells by column name. The object has no prototype, so a column may have any name. */
export function record(columns: readonly string[], cells: readonly string[]): Record<string, string> {
  const result = Object.create(null) as Record<string, string>
  columns.forEach((name, index) => {
    if (name !== '') result[name] = cells[index] ?? ''
  })
  return result
}

const PIECE_BYTES = 65_536

class Reader {
  readonly #rows: RowsOfChunks
  readonly #rule: CsvHeaderRule | 'none'
  #columns: string[] | undefined
  #events: CsvEvent[] = []

  constructor(options: CsvReadOptions) {
    this.#rule = options.header
    this.#rows = new RowsOfChunks(chunkOptions(options), {
      row: (cells, row, line, byteOffset) => this.#row(cells, { row, line, byteOffset }),
      issue: (issue) => this.#issue(issue),
    })
  }

  /** True after a header or an encoding that makes the rest meaningless. */
  get stopped(): boolean {
    return this.#rows.stopped
  }

  push(chunk: Uint8Array): CsvEvent[] {
    this.#rows.push(chunk)
    return this.#take()
  }

  end(): CsvEvent[] {
    this.#rows.end()
    if (!this.stopped && this.#rule !== 'none' && this.#columns === undefined) this.#stop([noHeader()])
    return this.#take()
  }

  #row(cells: string[], place: RowPlace): void {
    if (this.#rule !== 'none') {
      if (this.#columns === undefined) return this.#header(cells, place, this.#rule)
      if (cells.length !== this.#columns.length)
        return void this.#events.push({
          kind: 'issue',
          issue: wrongCellCount(place, cells.length, this.#columns.length),
        })
    }
    this.#events.push({ kind: 'row', ...place, cells })
  }

  #header(cells: string[], place: RowPlace, rule: CsvHeaderRule): void {
    const { columns, issues } = readHeader(cells, place, rule)
    this.#columns = columns
    this.#events.push({ kind: 'header', columns })
    if (issues.length > 0) this.#stop(issues)
  }

  #issue(issue: Issue): void {
    this.#events.push({ kind: 'issue', issue })
    // A header row that cannot be read leaves nothing to read the others by.
    if (this.#rule !== 'none' && this.#columns === undefined) this.#stop([])
  }

  #stop(issues: readonly Issue[]): void {
    for (const issue of issues) this.#events.push({ kind: 'issue', issue })
    this.#rows.stopped = true
  }

  #take(): CsvEvent[] {
    const taken = this.#events
    this.#events = []
    return taken
  }
}

/** Issue of an option that cannot be: a RangeError, because it is the program's mistake and not the file's. */
export function chunkOptions(options: Pick<CsvReadOptions, 'delimiter' | 'fallback' | 'maxRowBytes'>): CsvChunkOptions {
  const { delimiter = ',', fallback = 'none', maxRowBytes = 65_536 } = options
  if (!/^[\t -~]$/.test(delimiter) || delimiter === '"')
    throw new RangeError('A CSV delimiter is one ASCII character other than a quote')
  return { delimiter, fallback, maxRowBytes }
}
