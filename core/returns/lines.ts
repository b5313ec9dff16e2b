/**
 * A return's lines as counters. `expected + missing + received = quantity`, and of what was received `ungraded + blocked + disposed`
 * says how far it is; a CHECK in the database holds both sums. Money has counters of its own: `settled` and `denied` units.
 */
import type { ReturnRule } from '../model/return-policy.ts'
import type { CustodyState, ReturnReason } from '../model/return.ts'

/** The terms under which a line comes back, as they were when it was asked for. */
export type ReturnTerms = Pick<
  ReturnRule,
  'name' | 'refundAt' | 'refundShipping' | 'restockingFeeBasisPoints' | 'paidBy' | 'labelFeeMinor'
>

export type ReturnLine = {
  returnId: string
  lineNo: number
  /** The order's line. */
  orderLineNo: number
  sku: string
  /** Where the SKU is a kit: what one unit was made of when it was shipped. The ledger only knows these. */
  components?: { sku: string; quantity: number }[]
  reason: ReturnReason
  note?: string
  terms: ReturnTerms
  shippedBySupplier: boolean
  quantity: number
  /** Still to come. */
  expected: number
  /** Did not come in time. */
  missing: number
  received: number
  /** Received, and nobody has looked. */
  ungraded: number
  /** Looked at, and their restock is blocked. */
  blocked: number
  disposed: number
  /** Found in a condition that is not refunded. */
  denied: number
  /** Paid back, or set off against an exchange. */
  settled: number
}

/** Units that the terms say are to be paid back by now, and are not yet. */
export function refundable(line: ReturnLine, custody: CustodyState): number {
  if (custody === 'requested' || custody === 'declined') return 0
  const graded = line.blocked + line.disposed
  const due = {
    authorised: line.quantity - line.missing,
    received: line.received,
    inspected: graded,
  }[line.terms.refundAt]
  return Math.max(0, due - line.denied - line.settled)
}

/** Nothing more is to come, and everything that came has been dealt with. */
export const isDone = (lines: readonly ReturnLine[]): boolean =>
  lines.every((line) => line.expected === 0 && line.ungraded === 0 && line.blocked === 0)
