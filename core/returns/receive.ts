/**
 * What a receipt means for the returns it may belong to. Units go to lines of their SKU, oldest return first, those still expected
 * before those given up; what finds no line is left for a person. Any order of receipts ends in the same counters.
 */
import type { ReturnReceipt } from '../model/return.ts'
import type { ReturnLine } from './lines.ts'

export type Taken = {
  returnId: string
  lineNo: number
  /** Index of the receipt's line. */
  index: number
  quantity: number
  /** Of these, units that had been given up. */
  late: number
}
export type Unmatched = { index: number; quantity: number }

export type Received = { lines: ReturnLine[]; taken: Taken[]; unmatched: Unmatched[] }

/** `lines` are those of returns that still take goods, in the order in which they are served. */
export function matchReceipt(lines: readonly ReturnLine[], receipt: Pick<ReturnReceipt, 'lines'>): Received {
  const after = lines.map((line) => ({ ...line }))
  const taken: Taken[] = []
  const unmatched: Unmatched[] = []
  for (const [index, said] of receipt.lines.entries()) {
    let left = said.quantity
    const mine = after.filter((line) => line.sku === said.sku)
    for (const from of ['expected', 'missing'] as const) {
      for (const line of mine) {
        const quantity = Math.min(left, line[from])
        if (quantity === 0) continue
        left -= quantity
        line[from] -= quantity
        line.received += quantity
        line.ungraded += quantity
        const late = from === 'missing' ? quantity : 0
        taken.push({ returnId: line.returnId, lineNo: line.lineNo, index, quantity, late })
      }
    }
    if (left > 0) unmatched.push({ index, quantity: left })
  }
  return { lines: after, taken, unmatched }
}
