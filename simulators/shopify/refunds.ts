/**
 * `refundCreate`: money back for lines and shipping, under a compulsory idempotency key. Refunded units leave the line's current
 * quantity. Never more than what is left of the payment: the real store refuses with the same words (recordings of 2026-04 stores).
 */
import { parseDecimalMoney } from '#core/model/money.ts'
import { touchOrder } from './books.ts'
import type { StoreBooks } from './books.ts'
import { numberInGid } from './ids.ts'
import type { OrderRecord, RefundRecord, TransactionRecord } from './records.ts'
import { refusal } from './user-error.ts'
import type { UserError } from './user-error.ts'

export const GATEWAY = 'bogus'

export type RefundInput = {
  orderId: string
  note?: string | null
  refundLineItems?: { lineItemId: string; quantity: number; restockType?: string | null }[] | null
  shipping?: { amount?: string | null } | null
  transactions?: { amount: string; gateway: string; kind: string; orderId: string; parentId?: string | null }[] | null
}
export type RefundAnswer = { refund: RefundRecord | null; order: OrderRecord | null; userErrors: UserError[] }

export const refundedMinor = (refund: RefundRecord): number =>
  refund.transactions.reduce((sum, each) => sum + each.amountMinor, 0)

export const transactionsOf = (order: OrderRecord): TransactionRecord[] => [
  order.sale,
  ...order.refunds.flatMap((refund) => refund.transactions),
]

const leftMinor = (order: OrderRecord): number =>
  order.sale.amountMinor - order.refunds.reduce((sum, refund) => sum + refundedMinor(refund), 0)

export function createRefund(books: StoreBooks, input: RefundInput): RefundAnswer {
  const refused = (field: string[] | null, message: string): RefundAnswer => ({
    refund: null,
    order: null,
    userErrors: [refusal(field, message)],
  })
  const order = books.orders.get(numberInGid(input.orderId, 'Order') ?? -1)
  if (order === undefined) return refused(['orderId'], 'Order does not exist')
  const lines: RefundRecord['lines'] = []
  for (const [index, asked] of (input.refundLineItems ?? []).entries()) {
    const line = order.lines.find((each) => each.id === numberInGid(asked.lineItemId, 'LineItem'))
    if (line === undefined) return refused(['refundLineItems', `${index}`, 'lineItemId'], 'Line item does not exist')
    if (asked.quantity > line.currentQuantity)
      return refused(['refundLineItems', `${index}`, 'quantity'], 'Refund quantity exceeds the refundable quantity')
    lines.push({ lineId: line.id, quantity: asked.quantity })
  }
  const amounts = (input.transactions ?? []).map((each) => parseDecimalMoney(each.amount, order.currency) ?? -1)
  if (amounts.some((amount) => amount <= 0)) return refused(['transactions'], 'Amount must be greater than zero')
  const total = amounts.reduce((sum, amount) => sum + amount, 0)
  if (total > leftMinor(order))
    return refused(null, 'Refund amount cannot be greater than the total available to refund')
  const touched = touchOrder(books, order.id)
  for (const { lineId, quantity } of lines)
    for (const line of touched.lines) if (line.id === lineId) line.currentQuantity -= quantity
  const refund = book(books, touched, { note: input.note ?? null, lines, amounts })
  refund.shippingMinor = parseDecimalMoney(input.shipping?.amount ?? '0', order.currency) ?? 0
  return { refund, order: touched, userErrors: [] }
}

/** Somebody at the shop pays money back by hand, without lines. */
export function refundByHand(books: StoreBooks, orderId: number, amountMinor: number): RefundRecord {
  const order = touchOrder(books, orderId)
  if (amountMinor > leftMinor(order)) throw new Error('the shop has not so much to pay back')
  return book(books, order, { note: null, lines: [], amounts: [amountMinor] })
}

function book(
  books: StoreBooks,
  order: OrderRecord,
  { note, lines, amounts }: { note: string | null; lines: RefundRecord['lines']; amounts: number[] },
): RefundRecord {
  const refund: RefundRecord = {
    kind: 'Refund',
    id: books.nextId(),
    orderId: order.id,
    note,
    lines,
    shippingMinor: 0,
    transactions: amounts.map((amountMinor) => ({
      kind: 'OrderTransaction',
      id: books.nextId(),
      orderId: order.id,
      type: 'REFUND',
      amountMinor,
      parentId: order.sale.id,
      createdAtMs: books.now(),
    })),
    createdAtMs: books.now(),
  }
  order.refunds.push(refund)
  return refund
}
