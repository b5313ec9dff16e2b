/** One segment of an X12 file. Cheap to make: elements are cut and decoded when they are first asked for. */
import { isUtf8 } from 'node:buffer'
import { firstOf } from '../edi/first-of.ts'
import { valueOf } from '../edi/shared-texts.ts'
import { classOf, ELEMENT, indexOf, UNMARKED } from '../edi/marks.ts'
import type { Stretch } from '../edi/window.ts'
import type { X12Separators } from './separators.ts'

/** `marks` say where the separators of its text lie. */
export type X12Stretch = Stretch<X12Separators> & { marks: Int32Array }

/** What the scan saw on its way, so that the clean case needs no second look. */
export const HIGH_BYTE = 1
export const CONTROL_BYTE = 2
/** Line ends inside that belong to no value. */
export const WRAPPED = 4
/** Not set only for a last segment that the end of the file cut off before its terminator. */
export const TERMINATED = 8

export class X12Segment {
  /** The name before the first separator, e.g. `PO1`. */
  readonly id: string
  /** Where it lies in a stretch of the file: cutting values out of that is faster than cutting them out of a copy. */
  readonly #stretch: X12Stretch
  readonly #start: number
  readonly #end: number
  readonly #flags: number
  /** The first of its stretch's marks that is its own. */
  readonly #mark: number

  /** `flags` are HIGH_BYTE, CONTROL_BYTE, WRAPPED and TERMINATED, as the scan saw them. Few and positional, because this runs for every segment. */
  constructor(id: string, stretch: X12Stretch, start: number, end: number, flags: number, mark: number) {
    this.id = (flags & WRAPPED) === 0 ? id : unwrapped(id)
    this.#stretch = stretch
    this.#start = start
    this.#end = end
    this.#flags = flags
    this.#mark = mark
  }

  get kind(): 'segment' {
    return 'segment'
  }

  /** Bytes from the start of the file to the segment's first byte. */
  get byteOffset(): number {
    return this.#stretch.base + this.#start
  }

  get separators(): X12Separators {
    return this.#stretch.separators
  }

  /** False only for a last segment that the end of the file cut off before its terminator. */
  get terminated(): boolean {
    return (this.#flags & TERMINATED) !== 0
  }

  /** The segment as it stood, without terminator, one character per byte. */
  get raw(): string {
    return this.#stretch.text.slice(this.#start, this.#end)
  }

  /** How many elements follow the name; empty ones count. */
  get elementCount(): number {
    return this.#cut().length
  }

  /** Offset of the first byte after the segment and its terminator. */
  get byteEnd(): number {
    return this.byteOffset + this.#end - this.#start + (this.terminated ? this.separators.terminator.length : 0)
  }

  /** True when an element holds a control character (below 0x20) that is no separator. */
  get hasControlByte(): boolean {
    return (this.#flags & CONTROL_BYTE) !== 0
  }

  /** True when line ends stand inside it and were left out of its values, as the reader was asked to. */
  get isWrapped(): boolean {
    return (this.#flags & WRAPPED) !== 0
  }

  /** Element at a 1-based position, as EDI people count (`BEG03` is `element(3)`); '' when empty or absent. */
  element(position: number): string {
    return this.#decode(this.#cut()[position - 1] ?? '')
  }

  /** All elements after the name, in order. */
  elements(): readonly string[] {
    const cut = this.#cut()
    return (this.#flags & HIGH_BYTE) === 0 ? cut : cut.map((raw) => this.#decode(raw))
  }

  /** Repetitions of an element: one entry unless the interchange has a repetition separator and the element uses it. */
  repetitions(position: number): string[] {
    return this.#split(this.#cut()[position - 1] ?? '', this.separators.repetition)
  }

  /** Components of an element (of its repetition `repetition`, 0-based). */
  components(position: number, repetition = 0): string[] {
    const raw = this.#cut()[position - 1] ?? ''
    const separator = this.separators.repetition
    return this.#split(separator === null ? raw : (raw.split(separator)[repetition] ?? ''), this.separators.component)
  }

  /** Offset of an element's first byte from the start of the file. Position 0 is the name; an absent element lies at the end. */
  elementOffset(position: number): number {
    if (position === 0) return this.byteOffset
    const separator = this.separators.element
    let at = this.#start - 1
    for (let i = 0; i < position; i += 1) {
      at = this.#stretch.text.indexOf(separator, at + 1)
      if (at < 0 || at >= this.#end) return this.byteOffset + this.#end - this.#start
    }
    return this.byteOffset + at + 1 - this.#start
  }

  #cut(): readonly string[] {
    if (lastCut.segment === this) return lastCut.elements
    const parts =
      this.#mark === UNMARKED ? this.raw.split(this.separators.element).slice(1) : this.#cutByMarks(this.#mark)
    lastCut.segment = this
    lastCut.elements = (this.#flags & WRAPPED) === 0 ? parts : parts.map(unwrapped)
    return lastCut.elements
  }

  /** From mark to mark into one shared list, then a copy of the right size. */
  #cutByMarks(first: number): string[] {
    const { text, marks } = this.#stretch
    const end = this.#end
    let at = first
    let mark = marks[at] as number
    while (classOf(mark) !== ELEMENT && indexOf(mark) < end) {
      at += 1
      mark = marks[at] as number
    }
    let count = 0
    let from = indexOf(mark) + 1
    while (from <= end) {
      at += 1
      mark = marks[at] as number
      if (classOf(mark) !== ELEMENT && indexOf(mark) < end) continue
      scratch[count] = valueOf(text, from, indexOf(mark))
      count += 1
      from = indexOf(mark) + 1
    }
    const parts = firstOf(scratch, count)
    // An oversize segment must not leave an oversize list behind.
    if (scratch.length > USUAL_ELEMENTS) scratch.length = USUAL_ELEMENTS
    return parts
  }

  #split(raw: string, separator: string | null): string[] {
    return separator === null ? [this.#decode(raw)] : raw.split(separator).map((part) => this.#decode(part))
  }

  /**
   * X12 data is ASCII by the standard; partners send UTF-8 and latin-1. An element that is valid UTF-8 is read as UTF-8, any
   * other as latin-1: the wrong guess would need latin-1 text that happens to be well-formed UTF-8.
   */
  #decode(raw: string): string {
    if ((this.#flags & HIGH_BYTE) === 0) return raw
    const bytes = Buffer.from(raw, 'latin1')
    return isUtf8(bytes) ? bytes.toString('utf8') : raw
  }
}

const unwrapped = (text: string): string => text.replaceAll(/[\r\n]/g, '')

/** Two or three characters, a capital first: checked by hand because it runs for every segment. */
export function isSegmentId(id: string): boolean {
  if (id.length !== 2 && id.length !== 3) return false
  const first = id.charCodeAt(0)
  if (first < 65 || first > 90) return false
  for (let i = 1; i < id.length; i += 1) {
    const code = id.charCodeAt(i)
    if (!((code >= 65 && code <= 90) || (code >= 48 && code <= 57))) return false
  }
  return true
}

/**
 * The segment that was cut last. Whoever asks a segment for its elements asks for several in a row; kept by every segment, they would be
 * most of what a large file takes in memory.
 */
const lastCut: { segment: X12Segment | undefined; elements: readonly string[] } = { segment: undefined, elements: [] }

const USUAL_ELEMENTS = 64
const scratch: string[] = Array.from({ length: USUAL_ELEMENTS }, () => '')
