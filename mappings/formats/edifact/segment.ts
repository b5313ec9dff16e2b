/** One segment of an EDIFACT file. Cheap to make: elements are cut and decoded when they are first asked for. */
import { decode } from './charset.ts'
import type { EdifactCharset } from './charset.ts'
import { cutDeep } from './cut.ts'
import type { DeepCut } from './cut.ts'
import { firstOf } from '../edi/first-of.ts'
import { CARE, classOf, ELEMENT, indexOf, UNMARKED } from '../edi/marks.ts'
import { valueOf } from '../edi/shared-texts.ts'
import type { Stretch } from '../edi/window.ts'
import type { EdifactSeparators } from './separators.ts'

/** `charset` is the one that its interchange declares, or that the reader was told; `marks` say where the separators of its text lie. */
export type EdifactStretch = Stretch<EdifactSeparators> & { charset: EdifactCharset; marks: Int32Array }

/** What the scan saw on its way, so that the clean case needs no second look. */
export const HIGH_BYTE = 1
export const CONTROL_BYTE = 2
/** A release character, a repetition separator or a line end inside the segment: cut with care. */
export const SPECIAL = 4
/** Not set only for a last segment that the end of the file cut off before its terminator. */
export const TERMINATED = 8

export class EdifactSegment {
  /** The tag, e.g. `LIN`. */
  readonly id: string
  /** Where it lies in a stretch of the file: cutting values out of that is faster than cutting them out of a copy. */
  readonly #stretch: EdifactStretch
  readonly #start: number
  readonly #end: number
  readonly #flags: number
  /** The first of its stretch's marks that is its own. */
  readonly #mark: number

  /** `flags` are HIGH_BYTE, CONTROL_BYTE, SPECIAL and TERMINATED, as the scan saw them. Few and positional, because this runs for every segment. */
  constructor(id: string, stretch: EdifactStretch, start: number, end: number, flags: number, mark: number) {
    this.id = id
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

  get separators(): EdifactSeparators {
    return this.#stretch.separators
  }

  get charset(): EdifactCharset {
    return this.#stretch.charset
  }

  /** False only for a last segment that the end of the file cut off before its terminator. */
  get terminated(): boolean {
    return (this.#flags & TERMINATED) !== 0
  }

  /** The segment as it stood, without terminator, one character per byte. */
  get raw(): string {
    return this.#stretch.text.slice(this.#start, this.#end)
  }

  /** How many elements follow the tag; empty ones count. */
  get elementCount(): number {
    const parts = this.#cut()
    if (parts === undefined) return this.#cutDeep().elements.length
    let count = 0
    for (let index = 0; index < parts.length; index += 1) count += (lastCut.begins >> index) & 1
    return count
  }

  /** Offset of the first byte after the segment and its terminator. */
  get byteEnd(): number {
    return this.byteOffset + this.#end - this.#start + (this.terminated ? 1 : 0)
  }

  /** True when an element holds a control character (below 0x20) that is no service character and no line end. */
  get hasControlByte(): boolean {
    return (this.#flags & CONTROL_BYTE) !== 0
  }

  /** True when a byte has its high bit set, so that the character set matters. */
  get hasHighByte(): boolean {
    return (this.#flags & HIGH_BYTE) !== 0
  }

  /** True when line ends stand inside the segment; they belong to no data and are left out of values. */
  get isWrapped(): boolean {
    return (this.#flags & SPECIAL) !== 0 && /[\r\n]/.test(this.raw)
  }

  /** First component of an element at a 1-based position: the value, where the element is a simple one. '' when absent. */
  element(position: number): string {
    return this.component(position, 1)
  }

  /** Component at 1-based positions, of the first repetition: `component(3, 2)` of a NAD is its code list. '' when absent. */
  component(position: number, component: number): string {
    const parts = this.#cut()
    if (parts === undefined) return this.#decode(this.#cutDeep().elements[position - 1]?.[0]?.[component - 1] ?? '')
    const index = this.#indexOf(position) + component - 1
    return index < this.#indexOf(position + 1) ? this.#decode(parts[index] ?? '') : ''
  }

  /** All components of an element (of its repetition, 0-based). One empty text for an empty element, none for an absent one. */
  components(position: number, repetition = 0): string[] {
    const parts = this.#cut()
    const own =
      parts === undefined
        ? (this.#cutDeep().elements[position - 1]?.[repetition] ?? [])
        : parts.slice(this.#indexOf(position), repetition > 0 ? 0 : this.#indexOf(position + 1))
    return this.hasHighByte ? own.map((part) => this.#decode(part)) : own
  }

  /** Repetitions of an element, each as its components. One entry before syntax version 4, none for an absent element. */
  repetitions(position: number): string[][] {
    const deep = this.#cut() === undefined
    const count = deep ? (this.#cutDeep().elements[position - 1]?.length ?? 0) : position <= this.elementCount ? 1 : 0
    return Array.from({ length: count }, (_, index) => this.components(position, index))
  }

  /** All elements in order, each as the components of its first repetition. */
  elements(): string[][] {
    return Array.from({ length: this.elementCount }, (_, index) => this.components(index + 1))
  }

  /** All components of all elements in one list, first to last: the fastest way to look at every value once. */
  parts(): readonly string[] {
    const parts = this.#cut() ?? this.#cutDeep().parts
    return this.hasHighByte ? parts.map((part) => this.#decode(part)) : parts
  }

  /**
   * Offset of an element's first byte from the start of the file, or of a component's (of the first repetition). Position 0 is the
   * tag; what is absent lies at the end.
   */
  offsetOf(position: number, component = 1): number {
    if (position === 0) return this.byteOffset
    return this.byteOffset + (this.#cutDeep().offsets[position - 1]?.[component - 1] ?? this.#end - this.#start)
  }

  #cutDeep(): DeepCut {
    if (lastDeep.segment !== this) {
      lastDeep.segment = this
      lastDeep.cut = cutDeep(this.raw, this.separators)
    }
    return lastDeep.cut
  }

  /** Index in the list of parts, which were cut just now, where an element begins; behind the last for one that is absent. */
  #indexOf(position: number): number {
    const { length } = lastCut.parts
    let seen = 0
    for (let index = 0; index < length; index += 1) {
      seen += (lastCut.begins >> index) & 1
      if (seen === position) return index
    }
    return length
  }

  /**
   * The quick way, for segments without release characters, repetitions and line ends, of at most MAX_PARTS parts: from mark to mark into one
   * shared list, then a copy of the right size. Undefined: the segment is to be cut with care.
   */
  #cut(): string[] | undefined {
    if (lastCut.segment === this) return lastCut.parts
    let at = this.#mark
    if (at === UNMARKED || (this.#flags & SPECIAL) !== 0) return undefined
    const { text, marks } = this.#stretch
    const end = this.#end
    let mark = marks[at] as number
    // A tag may carry nesting levels (`LIN:1+…`): the first element begins behind them.
    while (classOf(mark) !== ELEMENT && indexOf(mark) < end) {
      at += 1
      mark = marks[at] as number
    }
    let count = 0
    let begins = 1
    let from = indexOf(mark) + 1
    while (from <= end) {
      at += 1
      mark = marks[at] as number
      if (classOf(mark) === CARE && indexOf(mark) < end) continue
      if (count > MAX_PARTS) return undefined
      scratch[count] = valueOf(text, from, indexOf(mark))
      count += 1
      if (classOf(mark) === ELEMENT) begins |= 1 << count
      from = indexOf(mark) + 1
    }
    lastCut.segment = this
    lastCut.begins = begins
    lastCut.parts = firstOf(scratch, count)
    return lastCut.parts
  }

  #decode(raw: string): string {
    return this.hasHighByte ? decode(raw, this.charset) : raw
  }
}

/**
 * The segments that were cut last. Whoever asks a segment for its elements asks for several in a row; kept by every segment, they would be
 * most of what a large file takes in memory. All components are in one list, with a bit for each that begins an element.
 */
const lastCut: { segment: EdifactSegment | undefined; parts: string[]; begins: number } = {
  segment: undefined,
  parts: [],
  begins: 1,
}
const lastDeep: { segment: EdifactSegment | undefined; cut: DeepCut } = {
  segment: undefined,
  cut: { id: '', elements: [], parts: [], offsets: [] },
}

/** As many as there are bits in a small integer. */
const MAX_PARTS = 29
const scratch: string[] = Array.from({ length: MAX_PARTS + 2 }, () => '')
