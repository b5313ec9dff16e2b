/**
 * The scan under the EDIFACT reader: finds interchanges and segments in chunks cut anywhere, with the service characters of each
 * interchange. It holds at most one unfinished segment, and gives the same result for every way of cutting the input.
 */
import type { Issue } from '#core/issue.ts'
import { nameOf } from '../edi/shared-texts.ts'
import {
  escaped,
  holds,
  isAlphanumeric,
  isBlankBefore,
  isBlankOutside,
  type Piece,
  pieces,
  strayControls,
  TextWindow,
} from '../edi/window.ts'
import { classOf, firstMark, indexOf, Marker, NO_MARKS, TERMINATOR } from '../edi/marks.ts'
import { charsetOf } from './charset.ts'
import type { EdifactCharset } from './charset.ts'
import {
  malformedUna,
  malformedUnb,
  noInterchange,
  outsideInterchange,
  segmentTooLong,
  tooManyElements,
} from './scan-issues.ts'
import { CONTROL_BYTE, EdifactSegment, type EdifactStretch, HIGH_BYTE, SPECIAL, TERMINATED } from './segment.ts'
import { LEVEL_A, readUna, separatorsOfUnb, serviceCharacters, UNA_LENGTH, withSyntax } from './separators.ts'
import type { EdifactSeparators } from './separators.ts'

export type EdifactLimits = {
  /** Longest segment in bytes, without terminator; longer ones become an issue and are passed over. */
  maxSegmentBytes: number
  /** Most elements and components in one segment. */
  maxElements: number
}

/** Far above what the standard's messages need, far below what would hurt. */
export const EDIFACT_LIMITS: EdifactLimits = { maxSegmentBytes: 65_536, maxElements: 1_000 }

export type EdifactSink = {
  segment: (segment: EdifactSegment) => void
  issue: (issue: Issue) => void
  /** A UNA was read; the UNB of its interchange follows. */
  una?: (raw: string, byteOffset: number) => void
}

const JUNK_EXCERPT = 41

type State = 'outside' | 'segment' | 'oversize'

export class EdifactScanner {
  readonly #sink: EdifactSink
  readonly #limits: EdifactLimits
  /** Overrides what UNB declares. */
  readonly #forcedCharset: EdifactCharset | undefined
  readonly #window = new TextWindow()
  #state: State = 'outside'
  #separators: EdifactSeparators = LEVEL_A
  #charset: EdifactCharset = 'evidence'
  /** Matches what keeps a segment from the quick way: release and repetition characters, control characters, line ends inside. */
  #odd = oddPattern(LEVEL_A)
  #control = controlPattern(LEVEL_A)
  #marker = markerOf(LEVEL_A)
  /** What is held, as its segments know it. */
  #stretch: EdifactStretch = { text: '', base: 0, separators: LEVEL_A, charset: 'evidence', marks: NO_MARKS }
  /** Which of its marks is the first that was not consumed. */
  #mark = 0
  #begun = false
  #awaitsUnb = false
  #junk: { offset: number; text: string } | undefined
  #sawInterchange = false

  constructor(sink: EdifactSink, limits: EdifactLimits = EDIFACT_LIMITS, charset?: EdifactCharset) {
    this.#sink = sink
    this.#limits = limits
    this.#forcedCharset = charset
  }

  push(chunk: Uint8Array): void {
    for (const piece of pieces(chunk)) this.pushPiece(piece)
  }

  /** A chunk piece by piece, for those who want to take the segments of one before the next is read. */
  pushPiece(piece: Piece): void {
    this.#window.append(piece)
    // Nothing can end here: keep the bytes as they are, so that a long segment fed byte by byte is not searched at each byte.
    if (this.#begun && !holds(piece, this.#separators.terminator.charCodeAt(0)) && !this.#isTooLong()) return
    this.#look()
    this.#run(false)
  }

  /** Call once when all bytes were pushed. */
  end(): void {
    this.#look()
    this.#run(true)
    if (this.#sawInterchange) this.#reportJunk()
    else this.#sink.issue(noInterchange(this.#junk?.text ?? ''))
  }

  /** The text, its separators or its character set are other ones. */
  #look(): void {
    const { text, base } = this.#window
    this.#stretch = { text, base, separators: this.#separators, charset: this.#charset, marks: NO_MARKS }
    this.#mark = 0
  }

  #isTooLong(): boolean {
    return this.#window.text.length - this.#window.start > this.#limits.maxSegmentBytes
  }

  #run(final: boolean): void {
    let going = true
    while (going) {
      if (this.#state === 'outside') going = this.#seek(final)
      else if (this.#state === 'segment') going = this.#readSegments(final)
      else going = this.#passOversize()
    }
  }

  /** Between interchanges: blanks are passed over, anything else is reported, the next UNA or UNB begins an interchange. */
  #seek(final: boolean): boolean {
    const window = this.#window
    const { text } = window
    for (let i = window.start; i < text.length; i += 1) {
      if (text.charCodeAt(i) === 85) {
        const length = text.startsWith('UNA', i) ? UNA_LENGTH : 4
        if (text.length - i < length && 'UNA'.startsWith(text.slice(i, i + 3)) && !final) return this.#waitAt(i)
        if (text.length - i < length && 'UNB'.startsWith(text.slice(i, i + 3)) && !final) return this.#waitAt(i)
        if (text.startsWith('UNA', i) && text.length - i >= UNA_LENGTH) return this.#readUna(i)
        if (text.startsWith('UNB', i) && text.length - i >= 4 && !isAlphanumeric(text.charCodeAt(i + 3)))
          return this.#beginUnb(i)
      }
      if (!isBlankOutside(text.charCodeAt(i))) this.#noteJunk(text[i] ?? '', i)
    }
    window.consume(text.length)
    return false
  }

  #waitAt(index: number): false {
    this.#window.consume(index)
    return false
  }

  #readUna(at: number): boolean {
    const window = this.#window
    const raw = window.text.slice(at, at + UNA_LENGTH)
    const separators = readUna(raw)
    this.#reportJunk()
    if (typeof separators === 'string') {
      this.#sawInterchange = true
      this.#sink.issue(malformedUna(separators, raw, window.base + at))
      window.consume(at + 3)
      return true
    }
    this.#sink.una?.(raw, window.base + at)
    window.consume(at + UNA_LENGTH)
    this.#awaitsUnb = true
    this.#use(separators)
    this.#state = 'segment'
    return true
  }

  #beginUnb(at: number): boolean {
    const window = this.#window
    const separators = separatorsOfUnb(window.text[at + 3] ?? '')
    this.#reportJunk()
    this.#sawInterchange = true
    if (separators === undefined) {
      this.#sink.issue(malformedUnb(window.text.slice(at, at + 4), window.base + at))
      window.consume(at + 3)
      return true
    }
    window.consume(at)
    this.#awaitsUnb = true
    this.#use(separators)
    this.#state = 'segment'
    return true
  }

  #use(separators: EdifactSeparators): void {
    this.#separators = separators
    this.#odd = oddPattern(separators)
    this.#control = controlPattern(separators)
    this.#marker = markerOf(separators)
    this.#look()
  }

  #noteJunk(character: string, at: number): void {
    this.#junk ??= { offset: this.#window.base + at, text: '' }
    if (this.#junk.text.length < JUNK_EXCERPT) this.#junk.text += character
  }

  #reportJunk(): void {
    if (this.#junk === undefined) return
    const { offset, text } = this.#junk
    this.#junk = undefined
    this.#sink.issue(outsideInterchange(text, offset))
  }

  #readSegments(final: boolean): boolean {
    const window = this.#window
    while (this.#state === 'segment') {
      if (!this.#begun && !this.#awaitsUnb) this.#readPlain()
      if (!this.#begun && !this.#beginSegment(final)) return false
      if (this.#state !== 'segment') return true
      const end = this.#findTerminator()
      const length = (end < 0 ? window.text.length : end) - window.start
      if (length > this.#limits.maxSegmentBytes) {
        this.#sink.issue(
          segmentTooLong(
            window.text.slice(window.start, window.start + 60),
            window.base + window.start,
            this.#limits.maxSegmentBytes,
          ),
        )
        this.#state = 'oversize'
        return true
      }
      if (end < 0) {
        if (final && length > 0) this.#emit(window.text.length, false)
        return false
      }
      if (length === 0) this.#consume(end + 1)
      else this.#emit(end, true)
    }
    return true
  }

  /**
   * The segments that need no care, nearly all, in one loop without looking left or right. It stops before anything else: service segments (they
   * begin with U), what is marked with CARE, what is not whole yet.
   */
  #readPlain(): void {
    const window = this.#window
    const { text } = window
    let { start } = window
    if (this.#stretch.marks === NO_MARKS) this.#stretch.marks = this.#marker.marksOf(text, start)
    const { marks } = this.#stretch
    const sink = this.#sink
    const stretch = this.#stretch
    const most = Math.min(this.#limits.maxElements, this.#limits.maxSegmentBytes)
    const terminator = this.#separators.terminator.charCodeAt(0)
    let first = firstMark(marks, this.#mark, start)
    for (;;) {
      let code = text.charCodeAt(start)
      while (isBlankBefore(code) && code !== terminator) {
        start += 1
        code = text.charCodeAt(start)
      }
      while (indexOf(marks[first] as number) < start) first += 1
      if (code === 85) break
      let last = first
      while (classOf(marks[last] as number) < TERMINATOR) last += 1
      const mark = marks[last] as number
      const end = indexOf(mark)
      if (classOf(mark) !== TERMINATOR || end === start || end - start > most) break
      const id = nameOf(text, start, indexOf(marks[first] as number))
      sink.segment(new EdifactSegment(id, stretch, start, end, TERMINATED, first))
      start = end + 1
      first = last + 1
    }
    window.consume(start)
    this.#mark = first
  }

  /** Passes over line ends and blanks before a segment, and notices an interchange that follows one without UNZ. */
  #beginSegment(final: boolean): boolean {
    const window = this.#window
    const { text } = window
    let i = window.start
    while (i < text.length && isBlankBefore(text.charCodeAt(i)) && text[i] !== this.#separators.terminator) i += 1
    window.consume(i)
    if (i >= text.length) return false
    if (text.charCodeAt(i) === 85 && !this.#awaitsUnb) {
      if (
        text.length - i < 4 &&
        !final &&
        ('UNA'.startsWith(text.slice(i, i + 3)) || 'UNB'.startsWith(text.slice(i, i + 3)))
      )
        return false
      const starts = text.startsWith('UNA', i) || text.startsWith('UNB', i)
      if (starts && !isAlphanumeric(text.charCodeAt(i + 3))) {
        this.#state = 'outside'
        return true
      }
    }
    this.#begun = true
    return true
  }

  /** Index of the terminator that no release character takes, or -1. */
  #findTerminator(): number {
    const window = this.#window
    const { text } = window
    const { terminator, release } = this.#separators
    let found = text.indexOf(terminator, window.at)
    if (release !== null) {
      while (found >= 0 && isReleased(text, found, window.start, release)) found = text.indexOf(terminator, found + 1)
    }
    if (found < 0) window.at = text.length
    return found
  }

  #emit(end: number, terminated: boolean): void {
    const window = this.#window
    const { text, start } = window
    const flags = this.#flagsOf(text.slice(start, end))
    let id = idAt(text, start, end, this.#separators)
    if ((flags & SPECIAL) !== 0) id = id.replaceAll(/[\r\n]/g, '')
    if (this.#awaitsUnb) this.#openInterchange(text.slice(start, end), id)
    const own = terminated ? flags | TERMINATED : flags
    const segment = new EdifactSegment(
      id,
      this.#stretch,
      start,
      end,
      own,
      firstMark(this.#stretch.marks, this.#mark, start),
    )
    if (end - start <= this.#limits.maxElements || segment.parts().length <= this.#limits.maxElements)
      this.#sink.segment(segment)
    else this.#sink.issue(tooManyElements(id, segment.parts().length, segment.byteOffset, this.#limits.maxElements))
    this.#consume(terminated ? end + 1 : end)
    if (id === 'UNZ') this.#state = 'outside'
  }

  /** UNB declares character set and syntax version, and with the version whether elements repeat. */
  #openInterchange(raw: string, id: string): void {
    this.#awaitsUnb = false
    if (id !== 'UNB') return
    this.#sawInterchange = true
    const clean = raw.replaceAll(/[\r\n]/g, '')
    const [syntaxId = '', version = ''] = (clean.split(this.#separators.element)[1] ?? '').split(
      this.#separators.component,
    )
    this.#charset = this.#forcedCharset ?? charsetOf(syntaxId)
    this.#use(withSyntax(this.#separators, version))
  }

  #flagsOf(raw: string): number {
    let flags = HIGH.test(raw) ? HIGH_BYTE : 0
    if (this.#odd.test(raw)) {
      flags |= SPECIAL
      if (this.#control.test(raw)) flags |= CONTROL_BYTE
    }
    return flags
  }

  #consume(to: number): void {
    this.#window.consume(to)
    this.#begun = false
  }

  #passOversize(): boolean {
    const window = this.#window
    const end = this.#findTerminator()
    if (end < 0) {
      // Whether the next character is released depends on the release characters at the end: keep one of an odd run.
      const kept = trailingRun(window.text, window.start, this.#separators.release) % 2
      window.consume(window.text.length - kept)
      return false
    }
    this.#consume(end + 1)
    this.#state = 'segment'
    return true
  }
}

function idAt(text: string, start: number, end: number, separators: EdifactSeparators): string {
  const element = separators.element.charCodeAt(0)
  const component = separators.component.charCodeAt(0)
  let at = start
  for (; at < end; at += 1) {
    const code = text.charCodeAt(at)
    if (code === element || code === component) break
  }
  return nameOf(text, start, at)
}

function isReleased(text: string, at: number, start: number, release: string): boolean {
  const code = release.charCodeAt(0)
  if (text.charCodeAt(at - 1) !== code) return false
  let run = 0
  while (at - 1 - run >= start && text.charCodeAt(at - 1 - run) === code) run += 1
  return run % 2 === 1
}

function trailingRun(text: string, start: number, release: string | null): number {
  let run = 0
  while (text.length - 1 - run >= start && text[text.length - 1 - run] === release) run += 1
  return run
}

const HIGH = /[\x80-\xff]/

const specialOf = ({ release, repetition }: EdifactSeparators): string[] =>
  [release, repetition].filter((character) => character !== null)

const markerOf = (separators: EdifactSeparators): Marker => new Marker({ ...separators, care: specialOf(separators) })

function oddPattern(separators: EdifactSeparators): RegExp {
  const lineEnds = ['\r', '\n'].filter((character) => character !== separators.terminator)
  const odd = [...specialOf(separators), ...lineEnds].map(escaped).join('')
  return new RegExp(`[${odd}${strayControls(serviceCharacters(separators))}]`)
}

const controlPattern = (separators: EdifactSeparators): RegExp =>
  new RegExp(`[${strayControls(serviceCharacters(separators))}]`)
