/** What the supplier decides about an order: pure, so that a seed replays it. */
import type { AckCode } from './books.ts'

export type LineAnswer = { accepted: number; rejected: number; ackCode: AckCode }

/** `withheld`: units kept back although there is stock. `late`: accepted for a later date. */
export function answerLine(requested: number, free: number, withheld: number, late: boolean): LineAnswer {
  const accepted = Math.max(0, Math.min(requested - withheld, free))
  const rejected = requested - accepted
  if (accepted === 0) return { accepted, rejected, ackCode: 'IR' }
  if (rejected > 0) return { accepted, rejected, ackCode: 'IQ' }
  return { accepted, rejected, ackCode: late ? 'IB' : 'IA' }
}

/** Fills cartons line by line, none with more than `unitsPerCarton` units. */
export function pack(
  lines: readonly { lineId: string; quantity: number }[],
  unitsPerCarton: number,
): { lineId: string; quantity: number }[][] {
  const cartons: { lineId: string; quantity: number }[][] = []
  let room = 0
  for (const { lineId, quantity } of lines) {
    for (let left = quantity; left > 0;) {
      if (room === 0) {
        cartons.push([])
        room = unitsPerCarton
      }
      const packed = Math.min(left, room)
      cartons.at(-1)?.push({ lineId, quantity: packed })
      left -= packed
      room -= packed
    }
  }
  return cartons
}
