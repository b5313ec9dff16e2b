/**
 * The scan under the X12 reader: finds interchanges and segments in chunks cut anywhere. It holds at most one unfinished segment,
 * and gives the same result for every way of cutting the input.
 */
import type { Issue } from '#core/issue.ts'
import { classOf, firstMark, indexOf, Marker, NO_MARKS, TERMINATOR } from '../edi/marks.ts'
import { nameOf } from '../edi/shared-texts.ts'
import {
  escaped,
  holds,
  isBlankBefore,
  isBlankOutside,
  type Piece,
  pieces,
  strayControls,
  TextWindow,
} from '../edi/window.ts'
import { malformedIsa, noInterchange, outsideInterchange, segmentTooLong, tooManyElements } from './scan-issues.ts'
import { readIsa, startsIsa } from './separators.ts'
import type { X12Separators } from './separators.ts'
import { CONTROL_BYTE, HIGH_BYTE, TERMINATED, WRAPPED, X12Segment, type X12Stretch } from './segment.ts'

export type X12Limits = {
  /** Longest segment in bytes, without terminator; longer ones become an issue and are passed over. */
  maxSegmentBytes: number
  /** Most elements in one segment. */
  maxElements: number
}

/** Far above what the standard's sets need, far below what would hurt. */
export const X12_LIMITS: X12Limits = { maxSegmentBytes: 65_536, maxElements: 1_000 }

export type X12Sink = { segment: (segment: X12Segment) => void; issue: (issue: Issue) => void }

export type X12ScanOptions = X12Limits & {
  /** Line ends inside segments are wraps to a fixed width: leave them out of values. Otherwise they are control characters. */
  unwrap?: boolean
}

const JUNK_EXCERPT = 40

type State = 'outside' | 'header' | 'segment' | 'oversize'

export class X12Scanner {
  readonly #sink: X12Sink
  readonly #limits: X12ScanOptions
  readonly #window = new TextWindow()
  #state: State = 'outside'
  #separators: X12Separators = { element: '', component: null, repetition: null, terminator: '~' }
  #patterns: Patterns = patternsOf(this.#separators)
  #marker = markerOf(this.#separators)
  /** What is held, as its segments know it. */
  #stretch: X12Stretch = { text: '', base: 0, separators: this.#separators, marks: NO_MARKS }
  /** Which of its marks is the first that was not consumed. */
  #mark = 0
  #begun = false
  #junk: { offset: number; text: string } | undefined
  #sawInterchange = false

  constructor(sink: X12Sink, options: X12ScanOptions = X12_LIMITS) {
    this.#sink = sink
    this.#limits = options
  }

  push(chunk: Uint8Array): void {
    for (const piece of pieces(chunk)) this.pushPiece(piece)
  }

  /** A chunk piece by piece, for those who want to take the segments of one before the next is read. */
  pushPiece(piece: Piece): void {
    this.#window.append(piece)
    // Nothing can end here: keep the bytes as they are, so that a long segment fed byte by byte is not searched at each byte.
    if (this.#begun && !this.#isTooLong() && !holds(piece, this.#patterns.lastByte)) return
    this.#look()
    this.#run(false)
  }

  /** Call once when all bytes were pushed. */
  end(): void {
    this.#look()
    this.#run(true)
    if (this.#sawInterchange) this.#reportJunk()
    else this.#sink.issue(noInterchange(this.#junk?.text))
  }

  /** The text or its separators are other ones. */
  #look(): void {
    const { text, base } = this.#window
    this.#stretch = { text, base, separators: this.#separators, marks: NO_MARKS }
    this.#mark = 0
  }

  #isTooLong(): boolean {
    return this.#window.text.length - this.#window.start > this.#limits.maxSegmentBytes
  }

  #run(final: boolean): void {
    let going = true
    while (going) {
      switch (this.#state) {
        case 'outside':
          going = this.#seekIsa(final)
          break
        case 'header':
          going = this.#readHeader(final)
          break
        case 'segment':
          going = this.#readSegments(final)
          break
        case 'oversize':
          going = this.#passOversize()
          break
      }
    }
  }

  /** Between interchanges: blanks are passed over, anything else is reported, the next `ISA` starts a header. */
  #seekIsa(final: boolean): boolean {
    const window = this.#window
    const { text } = window
    for (let i = window.start; i < text.length; i += 1) {
      const code = text.charCodeAt(i)
      if (code === 73) {
        if (i + 4 > text.length && !final) {
          window.consume(i)
          return false
        }
        if (startsIsa(text, i)) {
          window.consume(i)
          this.#state = 'header'
          return true
        }
      }
      if (!isBlankOutside(code)) this.#noteJunk(text.charAt(i), i)
    }
    window.consume(text.length)
    return false
  }

  #noteJunk(character: string, at: number): void {
    this.#junk ??= { offset: this.#window.base + at, text: '' }
    if (this.#junk.text.length <= JUNK_EXCERPT) this.#junk.text += character
  }

  #reportJunk(): void {
    if (this.#junk === undefined) return
    const { offset, text } = this.#junk
    this.#junk = undefined
    this.#sink.issue(outsideInterchange(text, offset))
  }

  #readHeader(final: boolean): boolean {
    const window = this.#window
    const { text, start, base } = window
    const header = readIsa(text, start, final)
    if (header.kind === 'incomplete') return false
    this.#reportJunk()
    this.#sawInterchange = true
    if (header.kind === 'malformed') {
      this.#sink.issue(malformedIsa(header.rule, text.slice(start, Math.min(header.end, start + 106)), base + start))
      window.consume(start + 3)
      this.#state = 'outside'
      return true
    }
    this.#separators = header.separators
    this.#patterns = patternsOf(header.separators)
    this.#marker = markerOf(header.separators)
    this.#look()
    this.#emit(header.end, true)
    this.#state = 'segment'
    return true
  }

  #readSegments(final: boolean): boolean {
    const window = this.#window
    const { maxSegmentBytes } = this.#limits
    while (this.#state === 'segment') {
      if (!this.#begun) this.#readPlain()
      if (!this.#begun && !this.#beginSegment(final)) return false
      if (this.#state !== 'segment') return true
      const end = this.#findTerminator()
      const length = (end < 0 ? window.text.length : end) - window.start
      if (length > maxSegmentBytes) {
        this.#reportOversize()
        this.#state = 'oversize'
        return true
      }
      if (end < 0) {
        if (final && length > 0) this.#emit(window.text.length, false)
        return false
      }
      if (length === 0) this.#consume(end + this.#separators.terminator.length)
      else this.#emit(end, true)
    }
    return true
  }

  /**
   * The segments that need no care, nearly all, in one loop without looking left or right. It stops before anything else: ISA and IEA (they
   * begin with I), what is marked with CARE, what is not whole yet.
   */
  #readPlain(): void {
    const window = this.#window
    const { text } = window
    let { start } = window
    if (this.#stretch.marks === NO_MARKS) this.#stretch.marks = this.#marker.marksOf(text, start)
    const { marks } = this.#stretch
    const sink = this.#sink
    const stretch = this.#stretch
    const { terminator } = this.#separators
    const terminatorCode = terminator.charCodeAt(0)
    const most = Math.min(this.#limits.maxElements, this.#limits.maxSegmentBytes)
    let first = firstMark(marks, this.#mark, start)
    for (;;) {
      let code = text.charCodeAt(start)
      while (isBlankBefore(code) && code !== terminatorCode) {
        start += 1
        code = text.charCodeAt(start)
      }
      while (indexOf(marks[first] as number) < start) first += 1
      if (code === 73) break
      let last = first
      while (classOf(marks[last] as number) < TERMINATOR) last += 1
      const mark = marks[last] as number
      const end = indexOf(mark)
      if (classOf(mark) !== TERMINATOR || end === start || end - start > most) break
      if (terminator.length > 1 && !text.startsWith(terminator, end)) break
      const id = nameOf(text, start, indexOf(marks[first] as number))
      sink.segment(new X12Segment(id, stretch, start, end, TERMINATED, first))
      start = end + terminator.length
      first = last + 1
    }
    window.consume(start)
    this.#mark = first
  }

  /** Passes over line ends and blanks before a segment, and notices an ISA that follows an interchange without IEA. */
  #beginSegment(final: boolean): boolean {
    const window = this.#window
    const { text } = window
    let i = window.start
    while (i < text.length && isBlankBefore(text.charCodeAt(i)) && text.charAt(i) !== this.#patterns.first) i += 1
    window.consume(i)
    if (i >= text.length) return false
    if (text.charCodeAt(i) === 73) {
      if (i + 4 > text.length && !final) return false
      if (startsIsa(text, i)) {
        this.#state = 'header'
        return true
      }
    }
    this.#begun = true
    return true
  }

  /** Index of the terminator, or -1 when the text at hand holds none; remembers where to go on. */
  #findTerminator(): number {
    const window = this.#window
    const { terminator } = this.#separators
    const found = window.text.indexOf(terminator, window.at)
    if (found < 0) window.at = Math.max(window.start, window.text.length - terminator.length + 1)
    return found
  }

  #emit(end: number, terminated: boolean): void {
    const window = this.#window
    const { text, start } = window
    const separators = this.#separators
    const flags = this.#flagsOf(text.slice(start, end))
    const id = idAt(text, start, end, separators.element)
    const own = terminated ? flags | TERMINATED : flags
    const segment = new X12Segment(
      id,
      this.#stretch,
      start,
      end,
      own,
      firstMark(this.#stretch.marks, this.#mark, start),
    )
    if (end - start <= this.#limits.maxElements || segment.elementCount <= this.#limits.maxElements)
      this.#sink.segment(segment)
    else this.#sink.issue(tooManyElements(segment, this.#limits.maxElements))
    this.#consume(terminated ? end + separators.terminator.length : end)
    if (segment.id === 'IEA') this.#state = 'outside'
  }

  #flagsOf(raw: string): number {
    let flags = HIGH.test(raw) ? HIGH_BYTE : 0
    const wrapped = this.#patterns.wrapped.test(raw)
    if (this.#patterns.control.test(raw) || (wrapped && this.#limits.unwrap !== true)) flags |= CONTROL_BYTE
    else if (wrapped) flags |= WRAPPED
    return flags
  }

  #consume(to: number): void {
    this.#window.consume(to)
    this.#begun = false
  }

  #reportOversize(): void {
    const { text, start, base } = this.#window
    const raw = text.slice(start, start + JUNK_EXCERPT)
    const id = idAt(raw, 0, raw.length, this.#separators.element)
    this.#sink.issue(segmentTooLong(id, raw, base + start, this.#limits.maxSegmentBytes))
  }

  #passOversize(): boolean {
    const window = this.#window
    const end = this.#findTerminator()
    if (end < 0) {
      window.start = window.at
      return false
    }
    this.#consume(end + this.#separators.terminator.length)
    this.#state = 'segment'
    return true
  }
}

function idAt(text: string, start: number, end: number, element: string): string {
  const separator = element.charCodeAt(0)
  let at = start
  while (at < end && text.charCodeAt(at) !== separator) at += 1
  return nameOf(text, start, at)
}

const HIGH = /[\x80-\xff]/

/** What the scan looks for with one interchange's separators. */
type Patterns = {
  control: RegExp
  wrapped: RegExp
  /** First character and last byte of the terminator. */
  first: string
  lastByte: number
}

const ownOf = ({ element, component, repetition, terminator }: X12Separators): string[] =>
  [element, component, repetition, terminator.slice(0, 1)].filter((separator) => separator !== null)

const markerOf = (separators: X12Separators): Marker =>
  new Marker({ element: separators.element, terminator: separators.terminator, plain: ownOf(separators) })

function patternsOf(separators: X12Separators): Patterns {
  const own = ownOf(separators)
  const lineEnds = ['\r', '\n']
    .filter((character) => !own.includes(character))
    .map(escaped)
    .join('')
  return {
    control: new RegExp(`[${strayControls(own)}]`),
    wrapped: lineEnds === '' ? /(?!)/ : new RegExp(`[${lineEnds}]`),
    first: separators.terminator.slice(0, 1),
    lastByte: separators.terminator.slice(-1).charCodeAt(0),
  }
}
