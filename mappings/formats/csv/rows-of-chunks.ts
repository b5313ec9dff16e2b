/**
 * From chunks to rows: clean text goes the quick way, anything odd the careful way, which can say what is wrong. Both agree on
 * every clean row, so how a file was cut into chunks, and which way a row went, cannot be seen in what comes out.
 */
import { isAscii, isUtf8 } from 'node:buffer'
import type { Issue } from '#core/issue.ts'
import { viewOf } from '../text.ts'
import { decodeRows } from './cells.ts'
import type { CellOptions } from './cells.ts'
import { utf16 } from './issues.ts'
import { quickRows } from './quick-rows.ts'
import type { QuickRow } from './quick-rows.ts'
import type { RowPlace } from './row-place.ts'
import { CsvSplitter } from './splitter.ts'

export type CsvSink = {
  row: (cells: string[], row: number, line: number, byteOffset: number) => void
  issue: (issue: Issue) => void
}

export type CsvChunkOptions = CellOptions & { maxRowBytes: number }

const PIECE_BYTES = 65_536
const BOM = [0xef, 0xbb, 0xbf]
const LF = 10

export class RowsOfChunks {
  /** True after an encoding that makes everything meaningless, or when the sink's owner has enough. */
  stopped = false
  readonly #sink: CsvSink
  readonly #options: CsvChunkOptions
  readonly #splitter: CsvSplitter
  /** The first bytes, until a byte-order mark can be told from text. */
  #opening: Uint8Array | undefined = new Uint8Array(0)
  /** Bytes of a row whose end has not come yet; the splitter is idle while there are any. */
  #held: Buffer = Buffer.alloc(0)
  /** Held bytes are looked at again when there are so many, so that a row fed in crumbs is not read at each crumb. */
  #lookAgainAt = 0
  #place: RowPlace = { row: 1, line: 1, byteOffset: 0 }

  constructor(options: CsvChunkOptions, sink: CsvSink) {
    this.#sink = sink
    this.#options = options
    this.#splitter = new CsvSplitter(
      { rows: (bytes, places) => this.#careful(bytes, places), issue: (issue) => this.#issue(issue) },
      { delimiter: options.delimiter.charCodeAt(0), maxRowBytes: options.maxRowBytes },
    )
  }

  push(chunk: Uint8Array): void {
    if (this.#opening !== undefined) {
      this.#opening = Buffer.concat([this.#opening, chunk])
      if (this.#opening.length >= BOM.length) this.#open(this.#opening)
      return
    }
    for (let from = 0; from < chunk.length && !this.stopped; from += PIECE_BYTES)
      this.#piece(viewOf(chunk.subarray(from, from + PIECE_BYTES)))
  }

  end(): void {
    if (this.#opening !== undefined) this.#open(this.#opening)
    if (this.stopped) return
    if (this.#held.length > 0) this.#carefully(this.#held)
    this.#splitter.end()
  }

  #open(bytes: Uint8Array): void {
    this.#opening = undefined
    if ((bytes[0] === 0xff && bytes[1] === 0xfe) || (bytes[0] === 0xfe && bytes[1] === 0xff)) {
      this.#issue(utf16())
      this.stopped = true
      return
    }
    const skipped = BOM.every((byte, index) => bytes[index] === byte) ? BOM.length : 0
    this.#place = { row: 1, line: 1, byteOffset: skipped }
    this.#splitter.resumeAt(this.#place)
    this.push(bytes.subarray(skipped))
  }

  #piece(piece: Buffer): void {
    if (!this.#splitter.idle) return this.#further(piece)
    const block = this.#held.length === 0 ? piece : Buffer.concat([this.#held, piece])
    const cut = block.length < this.#lookAgainAt ? 0 : block.lastIndexOf(LF) + 1
    const consumed = cut === 0 ? 0 : this.#quickly(block.subarray(0, cut))
    if (consumed < 0) return this.#carefully(block)
    const rest = block.subarray(consumed)
    if (rest.length > this.#options.maxRowBytes) return this.#carefully(rest)
    this.#lookAgainAt = consumed === 0 && cut > 0 ? block.length * 2 : 0
    this.#held = Buffer.from(rest)
  }

  /** Reads whole lines; says how many bytes it took, or -1 when there is something odd in them. */
  #quickly(bytes: Buffer): number {
    const ascii = isAscii(bytes)
    if (bytes.includes(0) || (!ascii && !isUtf8(bytes))) return -1
    const { row, line, byteOffset } = this.#place
    const text = ascii ? bytes.toString('latin1') : bytes.toString('utf8')
    // A character has at most three bytes (four for two characters), and the cap counts bytes.
    const cap = ascii ? this.#options.maxRowBytes : Math.floor(this.#options.maxRowBytes / 3)
    const run = quickRows(text, this.#options.delimiter, cap, row, line)
    if (run === undefined) return -1
    const consumed = ascii ? run.consumed : Buffer.byteLength(text.slice(0, run.consumed))
    this.#place = { row: run.row, line: run.line, byteOffset: byteOffset + consumed }
    if (ascii) this.#hand(run.rows, byteOffset)
    else this.#handMeasured(run.rows, text, byteOffset)
    return consumed
  }

  #hand(rows: readonly QuickRow[], base: number): void {
    for (const { cells, row, line, start } of rows) {
      if (this.stopped) return
      this.#sink.row(cells, row, line, base + start)
    }
  }

  #handMeasured(rows: readonly QuickRow[], text: string, base: number): void {
    let [at, offset] = [0, base]
    for (const { cells, row, line, start } of rows) {
      if (this.stopped) return
      offset += Buffer.byteLength(text.slice(at, start))
      at = start
      this.#sink.row(cells, row, line, offset)
    }
  }

  #carefully(bytes: Buffer): void {
    this.#held = Buffer.alloc(0)
    this.#lookAgainAt = 0
    this.#splitter.resumeAt(this.#place)
    this.#further(bytes)
  }

  /** On the careful way until it stands between two rows again. */
  #further(bytes: Buffer): void {
    this.#splitter.push(bytes)
    this.#place = this.#splitter.place
  }

  #careful(bytes: Buffer, places: readonly RowPlace[]): void {
    for (const decoded of decodeRows(bytes, places, this.#options)) {
      if (this.stopped) return
      if ('issue' in decoded) this.#issue(decoded.issue)
      else this.#sink.row(decoded.cells, decoded.place.row, decoded.place.line, decoded.place.byteOffset)
    }
  }

  #issue(issue: Issue): void {
    if (!this.stopped) this.#sink.issue(issue)
  }
}
