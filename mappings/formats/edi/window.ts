/**
 * The stretch of a file that a scanner looks at: bytes as text, one character per byte, so that searching and cutting run in the
 * engine's own code. It holds one unfinished segment and the piece that came last, wherever the input was cut.
 */
import { viewOf } from '../text.ts'

/** Input is taken in pieces of this size: what comes of one piece is in memory together, and larger pieces read no faster (measured). */
const PIECE_BYTES = 16_384

export class TextWindow {
  /** What is held, latin-1. Grows at its end only. */
  text = ''
  /** First character not yet consumed, and the next one to look at. */
  start = 0
  at = 0
  /** File offset of `text[0]`. */
  base = 0

  append({ bytes, from, to }: Piece): void {
    const held = this.text.length - this.start
    // What is held of the same chunk is decoded once more: a text in one piece is cut a quarter faster than one joined of two.
    this.text =
      from >= held
        ? bytes.toString('latin1', from - held, to)
        : this.text.slice(this.start) + bytes.toString('latin1', from, to)
    this.base += this.start
    this.at -= this.start
    this.start = 0
  }

  consume(to: number): void {
    this.start = to
    this.at = to
  }
}

/** Some bytes of a chunk. Pieces of one chunk come in order, one behind the other. */
export type Piece = { bytes: Buffer; from: number; to: number }

export function* pieces(chunk: Uint8Array): Generator<Piece, void, undefined> {
  const bytes = viewOf(chunk)
  for (let from = 0; from < bytes.length; from += PIECE_BYTES)
    yield { bytes, from, to: Math.min(bytes.length, from + PIECE_BYTES) }
}

export const holds = ({ bytes, from, to }: Piece, byte: number): boolean => bytes.subarray(from, to).includes(byte)

/** What all segments of a stretch of text share: the text, one character per byte, and the file offset of its first one. */
export type Stretch<Separators> = { text: string; base: number; separators: Separators }

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
