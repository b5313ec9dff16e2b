/** What all text formats share: strict UTF-8 and the line and column of a byte. */
import { isUtf8 } from 'node:buffer'

/**
 * Strict: ill-formed bytes are refused, never replaced by U+FFFD, because a changed SKU is worse than none. A byte-order mark is
 * kept as U+FEFF for the format to judge.
 */
export function decodeUtf8(bytes: Uint8Array): { ok: true; text: string } | { ok: false; byteOffset: number } {
  if (isUtf8(bytes)) return { ok: true, text: viewOf(bytes).toString('utf8') }
  return { ok: false, byteOffset: firstIllFormedByte(bytes) }
}

/** The same bytes as a Buffer, not copied. */
export const viewOf = (bytes: Uint8Array): Buffer => Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)

/** 1-based line, and 1-based column counted in characters, of a byte. Lines end with LF, CRLF or CR. */
export function lineAndColumn(bytes: Uint8Array, byteOffset: number): { line: number; column: number } {
  const end = Math.min(byteOffset, bytes.length)
  let line = 1
  let column = 1
  for (let i = 0; i < end; i += 1) {
    const byte = bytes[i]
    if (byte === 10 || (byte === 13 && bytes[i + 1] !== 10)) {
      line += 1
      column = 1
    } else if (((byte ?? 0) & 0xc0) !== 0x80) column += 1
  }
  return { line, column }
}

/** Offset of the first byte that is not part of a well-formed UTF-8 character (Unicode 16, table 3-7). */
function firstIllFormedByte(bytes: Uint8Array): number {
  let i = 0
  while (i < bytes.length) {
    const length = characterLength(bytes, i)
    if (length === 0) return i
    i += length
  }
  return i
}

function characterLength(bytes: Uint8Array, at: number): number {
  const first = bytes[at] ?? 0
  if (first < 0x80) return 1
  const length = first >= 0xf0 ? 4 : first >= 0xe0 ? 3 : 2
  if (first < 0xc2 || first > 0xf4) return 0
  const second = bytes[at + 1] ?? 0
  const low = first === 0xe0 ? 0xa0 : first === 0xf0 ? 0x90 : 0x80
  const high = first === 0xed ? 0x9f : first === 0xf4 ? 0x8f : 0xbf
  if (second < low || second > high) return 0
  for (let i = 2; i < length; i += 1) if (((bytes[at + i] ?? 0) & 0xc0) !== 0x80) return 0
  return length
}
