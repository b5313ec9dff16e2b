/**
 * The stretch of a file that a scanner looks at: bytes as text, one character per byte, so that searching and cutting run in the
 * engine's own code. It holds one unfinished segment and the piece that came last, wherever the input was cut.
 */
import { isAscii } from 'node:buffer'
import { viewOf } from '../text.ts'

/** Input is taken in pieces of this size: what comes of one piece is in memory together, and larger pieces read no faster (measured). */
const PIECE_BYTES = 4_096

export class TextWindow {
  /** What is held, latin-1. Grows at its end only. */
  text = ''
  /** First character not yet consumed, and the next one to look at. */
  start = 0
  at = 0
  /** File offset of `text[0]`. */
  base = 0
  /** True when a byte of the held text has its high bit set. */
  hasHighByte = false

  append(piece: Uint8Array): void {
    const bytes = viewOf(piece)
    const held = this.start === this.text.length ? '' : this.text.slice(this.start)
    this.hasHighByte = (held !== '' && this.hasHighByte) || !isAscii(bytes)
    this.base += this.start
    this.at -= this.start
    this.start = 0
    this.text = held + bytes.toString('latin1')
  }

  consume(to: number): void {
    this.start = to
    this.at = to
  }
}

export function* pieces(chunk: Uint8Array): Generator<Uint8Array, void, undefined> {
  for (let from = 0; from < chunk.length; from += PIECE_BYTES) yield chunk.subarray(from, from + PIECE_BYTES)
}

/** Most names one process sees; hostile files could bring endless ones. */
const MAX_NAMES = 2_000
const names = new Map<number, string>()

/** A segment name as one shared text for each name: comparing names is then comparing references. At most three characters. */
export function nameOf(text: string, start: number, end: number): string {
  const length = end - start
  if (length > 3) return text.slice(start, end)
  let key = length
  for (let i = start; i < end; i += 1) key = (key << 8) | text.charCodeAt(i)
  const known = names.get(key)
  if (known !== undefined) return known
  const name = text.slice(start, end)
  if (names.size < MAX_NAMES) names.set(key, name)
  return name
}

/** One character as a regular expression reads it, whatever it is. */
export const escaped = (character: string): string => `\\x${character.charCodeAt(0).toString(16).padStart(2, '0')}`

/** The control characters that are none of `own` and no line ends, for a character class. */
export function strayControls(own: readonly string[]): string {
  return Array.from({ length: 32 }, (_, code) => String.fromCharCode(code))
    .filter((character) => character !== '\r' && character !== '\n' && !own.includes(character))
    .map(escaped)
    .join('')
}

export const isAlphanumeric = (code: number): boolean =>
  (code >= 48 && code <= 57) || (code >= 65 && code <= 90) || (code >= 97 && code <= 122)

/** Byte-order mark, blanks, line ends, NUL and the old DOS end-of-file mark say nothing between interchanges. */
export const isBlankOutside = (code: number): boolean =>
  isBlankBefore(code) || code === 0 || code === 26 || code === 0xef || code === 0xbb || code === 0xbf

/** What may stand before a segment. */
export const isBlankBefore = (code: number): boolean => code === 10 || code === 13 || code === 32 || code === 9
