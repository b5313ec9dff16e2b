/**
 * Corrections of received documents: edits over the raw bytes, so that what came stays as it came and what a person changed can be
 * seen. Offsets and lengths are bytes.
 */

/** At `at`, the bytes `was` of the raw document are read as `becomes`. */
export type Edit = { at: number; was: Uint8Array; becomes: Uint8Array }

/** The one edit that leads from `raw` to `corrected`, as small as can be; none where they are the same. */
export function editsBetween(raw: Uint8Array, corrected: Uint8Array): Edit[] {
  const shorter = Math.min(raw.length, corrected.length)
  let head = 0
  while (head < shorter && raw[head] === corrected[head]) head += 1
  let tail = 0
  while (tail < shorter - head && raw[raw.length - 1 - tail] === corrected[corrected.length - 1 - tail]) tail += 1
  const was = raw.slice(head, raw.length - tail)
  const becomes = corrected.slice(head, corrected.length - tail)
  return was.length === 0 && becomes.length === 0 ? [] : [{ at: head, was, becomes }]
}

/** Edits are in the order of their offsets and do not overlap. */
export function applyEdits(raw: Uint8Array, edits: readonly Edit[]): Uint8Array {
  const pieces: Uint8Array[] = []
  let from = 0
  for (const { at, was, becomes } of edits) {
    pieces.push(raw.subarray(from, at), becomes)
    from = at + was.length
  }
  pieces.push(raw.subarray(from))
  const corrected = new Uint8Array(pieces.reduce((length, piece) => length + piece.length, 0))
  let to = 0
  for (const piece of pieces) {
    corrected.set(piece, to)
    to += piece.length
  }
  return corrected
}
