/**
 * Where the separators of a text lie, found in one pass with a table of classes: a segment then begins and ends, and is cut, without a
 * second look at its characters. Each mark is an index of the text and the class of the character there.
 */

const NONE = 0
export const ELEMENT = 1
export const COMPONENT = 2
export const TERMINATOR = 3
/** A character that a segment must be cut with care for, or the end of the text. */
export const CARE = 4

const CLASS_BITS = 3
const CLASS_MASK = 7

export const classOf = (mark: number): number => mark & CLASS_MASK
export const indexOf = (mark: number): number => mark >> CLASS_BITS

/**
 * One character each, of a terminator of several the first. `care` beside control characters and high bytes, which always are but for
 * the separators and those of `plain`.
 */
export type MarkedCharacters = {
  element: string
  component?: string
  terminator: string
  care?: readonly string[]
  plain?: readonly string[]
}

export class Marker {
  readonly #classes = new Uint8Array(256)

  constructor({ element, component = '', terminator, care = [], plain = [] }: MarkedCharacters) {
    this.#classes.fill(CARE, 0, 32).fill(CARE, 128)
    const mark = (characters: readonly string[], of: number): void => {
      for (const character of characters) if (character !== '') this.#classes[character.charCodeAt(0)] = of
    }
    mark(care, CARE)
    mark(plain, NONE)
    mark([component], COMPONENT)
    mark([element], ELEMENT)
    mark([terminator], TERMINATOR)
  }

  /** The marks of a text (one character per byte) from `from` on, in order, and a CARE at its end. */
  marksOf(text: string, from: number): Int32Array {
    const classes = this.#classes
    if (scratch.bytes.length < text.length - from) scratch = scratchFor(text.length - from)
    const { bytes, marks } = scratch
    // A table is asked faster for bytes than for characters, even with the copy.
    const length = bytes.write(from === 0 ? text : text.slice(from), 'latin1')
    let count = 0
    for (let at = 0; at < length; at += 1) {
      const found = classes[bytes[at] as number] as number
      if (found === NONE) continue
      marks[count] = ((from + at) << CLASS_BITS) | found
      count += 1
    }
    marks[count] = (text.length << CLASS_BITS) | CARE
    return marks.slice(0, count + 1)
  }
}

/** Of a text that was not looked through. */
export const NO_MARKS = new Int32Array(0)

/** In place of a segment's first mark, where it began in an earlier text: a long one that comes byte by byte is not searched at each. */
export const UNMARKED = -1

/** The first mark from an index of the text on; `known` is one that is not behind it. */
export function firstMark(marks: Int32Array, known: number, index: number): number {
  if (marks === NO_MARKS) return UNMARKED
  let at = known
  while (at < marks.length - 1 && indexOf(marks[at] as number) < index) at += 1
  return at
}

type Scratch = { bytes: Buffer; marks: Int32Array }

const scratchFor = (length: number): Scratch => ({ bytes: Buffer.alloc(length), marks: new Int32Array(length + 1) })

let scratch = scratchFor(32_768)
