/** The characters that delimit one X12 interchange, and how they are found in its ISA segment. */
import { isAlphanumeric } from '../edi/window.ts'

/**
 * Each is text with ONE CHARACTER PER BYTE (latin-1), so a multi-byte terminator such as `…` in UTF-8 has three characters.
 * Read from each interchange, never configured.
 */
export type X12Separators = {
  /** Between elements: the byte after `ISA`. */
  element: string
  /** Between components of an element: ISA16. Null when that byte cannot be one (it repeats another separator). */
  component: string | null
  /** Between repetitions of an element: ISA11 from version 00402 on; null before, or where ISA11 is a letter or a blank. */
  repetition: string | null
  /** Ends a segment: what follows ISA16. */
  terminator: string
}

export type IsaHeader =
  | { kind: 'incomplete' }
  /** `end`: how far it was looked at, which is the same however the file was cut. */
  | { kind: 'malformed'; rule: string; end: number }
  | { kind: 'found'; separators: X12Separators; end: number }

/** A proper ISA has 106 bytes; real ones are a little shorter (unpadded) or longer. Beyond this it is no ISA. */
export const MAX_ISA_BYTES = 400
const ISA_ELEMENTS = 16

/** True when the text at `at` is `ISA` and something that can separate elements. Needs four characters. */
export const startsIsa = (text: string, at: number): boolean =>
  text.startsWith('ISA', at) && at + 3 < text.length && !isAlphanumeric(text.charCodeAt(at + 3))

/**
 * Reads the separators of the ISA at `start`; `text` has one character per byte. The sixteenth element is located by counting, not
 * by position, because many real files do not pad the fixed widths. `final` says that no more bytes will come.
 */
export function readIsa(text: string, start: number, final: boolean): IsaHeader {
  const element = text[start + 3] ?? ''
  const positions: number[] = []
  const stop = Math.min(text.length, start + MAX_ISA_BYTES)
  for (let i = start + 3; i < stop && positions.length < ISA_ELEMENTS; i += 1)
    if (text[i] === element) positions.push(i)

  const last = positions[ISA_ELEMENTS - 1]
  if (last === undefined) {
    if (text.length - start < MAX_ISA_BYTES && !final) return { kind: 'incomplete' }
    return { kind: 'malformed', rule: `An ISA segment has 16 elements within ${MAX_ISA_BYTES} bytes`, end: stop }
  }
  // ISA16, then a terminator of up to four bytes (one UTF-8 character): wait until all of them can be seen.
  if (text.length < last + 6 && !final) return { kind: 'incomplete' }
  const terminator = terminatorAt(text, last + 2)
  const malformed = (rule: string): IsaHeader => ({ kind: 'malformed', rule, end: Math.min(text.length, last + 6) })
  if (terminator === '') return malformed('ISA16 is followed by the segment terminator')
  if (terminator === element) return malformed('The segment terminator differs from the element separator')
  if (text.startsWith(`GS${element}`, last + 2))
    return malformed('ISA16 is followed by the segment terminator, not by the GS segment')
  return {
    kind: 'found',
    separators: { element, terminator, ...innerSeparators(text, positions, element, terminator) },
    end: last + 2,
  }
}

function terminatorAt(text: string, at: number): string {
  if (at >= text.length) return ''
  const length = utf8Length(text.charCodeAt(at))
  for (let i = 1; i < length; i += 1) {
    // Not a UTF-8 character after all: a single-byte character set, so one byte ends the segment.
    if (at + i >= text.length || (text.charCodeAt(at + i) & 0xc0) !== 0x80) return text.slice(at, at + 1)
  }
  return text.slice(at, at + length)
}

function utf8Length(first: number): number {
  if (first >= 0xf0 && first < 0xf5) return 4
  if (first >= 0xe0) return first < 0xf0 ? 3 : 1
  return first >= 0xc2 ? 2 : 1
}

function innerSeparators(text: string, positions: number[], element: string, terminator: string) {
  const at = (index: number): number => positions[index] ?? 0
  const usable = (character: string): boolean =>
    !isAlphanumeric(character.charCodeAt(0)) &&
    character !== ' ' &&
    character !== element &&
    character !== terminator.slice(0, 1)

  const component = text[at(15) + 1] ?? ' '
  const standards = text[at(10) + 1] ?? ' '
  const version = text.slice(at(11) + 1, at(12))
  const repeats = at(11) - at(10) === 2 && version >= '00402' && usable(standards) && standards !== component
  return {
    component: usable(component) ? component : null,
    repetition: repeats ? standards : null,
  }
}
