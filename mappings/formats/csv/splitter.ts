/**
 * Cuts CSV bytes into rows (RFC 4180), for chunks cut anywhere. It knows quotes only as far as rows need: where a row ends, and
 * when its quotes are wrong. A bad row ends at the next line break, so its neighbours go on; cells.ts decodes the good ones.
 */
import type { Issue } from '#core/issue.ts'
import type { RowPlace } from './row-place.ts'
import { badQuote, nul, rowTooLong, unclosedQuote } from './issues.ts'

export type SplitterSink = {
  /** A run of good rows without anything between them but line ends. `bytes` is valid only during the call. */
  rows: (bytes: Buffer, places: readonly RowPlace[]) => void
  issue: (issue: Issue) => void
}

export type SplitterOptions = { delimiter: number; maxRowBytes: number }

const QUOTE = 34
const LF = 10
const CR = 13

const PLAIN = 0
const DELIMITER = 1
const QUOTE_SIGN = 2
const LINE_FEED = 3
const CARRIAGE_RETURN = 4
const NUL = 5

type State = 'cell-start' | 'bare' | 'quoted' | 'quote-in-quoted' | 'closed-cr' | 'skipping'

const PIECE_BYTES = 65_536

export class CsvSplitter {
  readonly #sink: SplitterSink
  readonly #maxRowBytes: number
  readonly #classes: Uint8Array
  #buffer: Buffer = Buffer.alloc(0)
  #limit = 0
  /** File offset of `#buffer[0]`. */
  #base = 0
  #at = 0
  #state: State = 'cell-start'
  #rowStart = 0
  #row = 1
  #line = 1
  #lineAtRowStart = 1
  /** First line feed inside the row's quotes: where reading goes on when the quotes turn out never to close. */
  #firstBreak = -1
  #hasNul = false
  /** The run of good rows not yet handed over. */
  #runStart = 0
  #runEnd = 0
  #run: RowPlace[] = []

  constructor(sink: SplitterSink, options: SplitterOptions) {
    this.#sink = sink
    this.#maxRowBytes = options.maxRowBytes
    this.#classes = new Uint8Array(256)
    this.#classes[options.delimiter] = DELIMITER
    this.#classes[QUOTE] = QUOTE_SIGN
    this.#classes[LF] = LINE_FEED
    this.#classes[CR] = CARRIAGE_RETURN
    this.#classes[0] = NUL
  }

  /** True between rows: nothing is held, and the next byte begins a row. */
  get idle(): boolean {
    return this.#state === 'cell-start' && this.#rowStart === this.#limit && this.#at === this.#limit
  }

  /** Where the row at hand begins. */
  get place(): RowPlace {
    return this.#place()
  }

  /** Goes on at a place that somebody else has read up to. Only between rows. */
  resumeAt({ row, line, byteOffset }: RowPlace): void {
    this.#row = row
    this.#line = line
    this.#lineAtRowStart = line
    this.#base = byteOffset - this.#limit
  }

  push(chunk: Uint8Array): void {
    for (let from = 0; from < chunk.length; from += PIECE_BYTES) {
      this.#append(chunk.subarray(from, from + PIECE_BYTES))
      this.#scan()
      this.#handOver()
    }
  }

  end(): void {
    this.#scan()
    while (this.#state === 'quoted') {
      const goesOn = this.#unclosed()
      if (!goesOn) break
      this.#scan()
    }
    if (this.#state !== 'skipping' && this.#state !== 'quoted' && this.#limit > this.#rowStart)
      this.#endRow(this.#limit, this.#limit)
    this.#handOver()
  }

  #append(piece: Uint8Array): void {
    const held = this.#limit - this.#rowStart
    if (this.#limit + piece.length > this.#buffer.length) {
      // Twice the room of what is held, so that a long row fed byte by byte is not copied at each byte.
      const target =
        held * 2 + piece.length > this.#buffer.length
          ? Buffer.alloc(Math.max(held * 2 + piece.length, 4_096))
          : this.#buffer
      this.#buffer.copy(target, 0, this.#rowStart, this.#limit)
      this.#buffer = target
      this.#base += this.#rowStart
      this.#at -= this.#rowStart
      if (this.#firstBreak >= 0) this.#firstBreak -= this.#rowStart
      this.#limit = held
      this.#rowStart = 0
    }
    this.#buffer.set(piece, this.#limit)
    this.#limit += piece.length
  }

  #scan(): void {
    while (this.#at < this.#limit) {
      if (this.#state === 'skipping') this.#passSkipped()
      else if (this.#at >= this.#rowStart + this.#maxRowBytes) this.#overflow()
      else this.#readOn(Math.min(this.#limit, this.#rowStart + this.#maxRowBytes))
    }
  }

  /** Reads up to `stop` at most: to the end of a run of plain bytes, or over one byte that means something. */
  #readOn(stop: number): void {
    const at = this.#at
    const kind = this.#classes[this.#buffer[at] ?? 0] ?? PLAIN
    this.#at = at + 1
    if (kind === PLAIN && (this.#state === 'bare' || this.#state === 'quoted'))
      this.#at = skipPlain(this.#buffer, this.#classes, at + 1, stop)
    else this.#turn(kind, at)
  }

  #turn(kind: number, at: number): void {
    if (kind === NUL) this.#hasNul = true
    switch (this.#state) {
      case 'cell-start':
      case 'bare':
        if (kind === DELIMITER) this.#state = 'cell-start'
        else if (kind === LINE_FEED) this.#endRow(this.#withoutCr(at), at + 1)
        else if (kind !== QUOTE_SIGN) this.#state = 'bare'
        else if (this.#state === 'cell-start') this.#state = 'quoted'
        else
          this.#fail(
            badQuote(this.#place(), 'A quote stands only at the beginning and the end of a cell', this.#excerpt()),
          )
        break
      case 'quoted':
        if (kind === QUOTE_SIGN) this.#state = 'quote-in-quoted'
        else if (kind === LINE_FEED) {
          this.#line += 1
          if (this.#firstBreak < 0) this.#firstBreak = at
        }
        break
      case 'quote-in-quoted':
        if (kind === QUOTE_SIGN) this.#state = 'quoted'
        else if (kind === DELIMITER) this.#state = 'cell-start'
        else if (kind === LINE_FEED) this.#endRow(at, at + 1)
        else if (kind === CARRIAGE_RETURN) this.#state = 'closed-cr'
        else this.#failClosed()
        break
      case 'closed-cr':
        if (kind === LINE_FEED) this.#endRow(at - 1, at + 1)
        else this.#failClosed()
        break
      case 'skipping':
        break
    }
  }

  #failClosed(): void {
    this.#fail(
      badQuote(this.#place(), 'After a closing quote comes a delimiter or the end of the line', this.#excerpt()),
    )
    // The byte at hand may be the one that ends the line.
    this.#at -= 1
  }

  #fail(issue: Issue): void {
    this.#handOver()
    this.#sink.issue(issue)
    this.#state = 'skipping'
  }

  #overflow(): void {
    if ((this.#state === 'quoted' || this.#state === 'quote-in-quoted') && this.#firstBreak >= 0) this.#unclosed()
    else this.#fail(rowTooLong(this.#place(), this.#maxRowBytes, this.#excerpt()))
  }

  /**
   * A quote that does not close within the cap or the file. Reading goes on behind the row's first line: the lines after it are
   * far more often rows than the inside of one enormous cell. False when there is no further line.
   */
  #unclosed(): boolean {
    this.#handOver()
    this.#sink.issue(unclosedQuote(this.#place(), this.#excerpt()))
    const next = this.#firstBreak
    this.#line = this.#lineAtRowStart
    if (next < 0) return false
    this.#beginRow(next + 1)
    return true
  }

  #passSkipped(): void {
    const at = this.#buffer.subarray(0, this.#limit).indexOf(LF, this.#at)
    if (at < 0) {
      this.#at = this.#limit
      this.#rowStart = this.#limit
      return
    }
    this.#beginRow(at + 1)
  }

  #endRow(end: number, next: number): void {
    if (end === this.#rowStart) this.#handOver()
    else if (this.#hasNul) {
      this.#handOver()
      this.#sink.issue(nul(this.#place(), this.#excerpt()))
    } else {
      if (this.#run.length === 0) this.#runStart = this.#rowStart
      this.#run.push(this.#place())
      this.#runEnd = end
    }
    this.#beginRow(next)
  }

  #beginRow(at: number): void {
    this.#rowStart = at
    this.#at = at
    this.#state = 'cell-start'
    this.#row += 1
    this.#line += 1
    this.#lineAtRowStart = this.#line
    this.#firstBreak = -1
    this.#hasNul = false
  }

  #handOver(): void {
    if (this.#run.length === 0) return
    const places = this.#run
    this.#run = []
    this.#sink.rows(this.#buffer.subarray(this.#runStart, this.#runEnd), places)
  }

  #withoutCr(at: number): number {
    return at > this.#rowStart && this.#buffer[at - 1] === CR ? at - 1 : at
  }

  #place(): RowPlace {
    return { row: this.#row, line: this.#lineAtRowStart, byteOffset: this.#base + this.#rowStart }
  }

  #excerpt(): string {
    return this.#buffer.toString('latin1', this.#rowStart, Math.min(this.#at, this.#rowStart + 80))
  }
}

function skipPlain(buffer: Buffer, classes: Uint8Array, from: number, stop: number): number {
  let i = from
  while (i < stop && classes[buffer[i] ?? 0] === PLAIN) i += 1
  return i
}
