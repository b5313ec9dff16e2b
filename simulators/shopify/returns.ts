/** Returns as customers ask for them and apps answer: REQUESTED until approved or declined, OPEN until closed. */
import { touchOrder } from './books.ts'
import type { StoreBooks } from './books.ts'
import { numberInGid } from './ids.ts'
import type { ReturnRecord, ReturnStatus } from './records.ts'
import { refusal } from './user-error.ts'
import type { UserError } from './user-error.ts'

export type ReturnAnswer = { return: ReturnRecord | null; userErrors: UserError[] }
export type WantedBack = { lineId: number; quantity: number; reason?: string; note?: string }

/** A customer asks. Throws when the units were not fulfilled: the shop's own page would not offer them. */
export function requestReturn(books: StoreBooks, orderId: number, wanted: WantedBack[]): ReturnRecord {
  const order = touchOrder(books, orderId)
  const record: ReturnRecord = {
    kind: 'Return',
    id: books.nextId(),
    orderId,
    name: `${order.name}-R${order.returns.length + 1}`,
    status: 'REQUESTED',
    lines: wanted.map(({ lineId, quantity, reason = 'UNWANTED', note = '' }) => {
      const fulfilled = order.fulfillments.flatMap((each) => each.lines).find((line) => line.lineId === lineId)
      if (fulfilled === undefined || fulfilled.quantity < quantity)
        throw new Error(`the shop has not fulfilled ${quantity} of line ${lineId}`)
      return {
        kind: 'ReturnLineItem',
        id: books.nextId(),
        orderId,
        fulfillmentLineId: fulfilled.id,
        lineId,
        quantity,
        reason,
        note,
      }
    }),
    createdAtMs: books.now(),
  }
  order.returns.push(record)
  books.returns.set(record.id, record)
  return record
}

export const approveReturn = (books: StoreBooks, id: string): ReturnAnswer =>
  change(books, id, ['REQUESTED'], 'OPEN', 'Return is not in a requested state.')
export const declineReturn = (books: StoreBooks, id: string): ReturnAnswer =>
  change(books, id, ['REQUESTED'], 'DECLINED', 'Return is not in a requested state.')
export const closeReturn = (books: StoreBooks, id: string): ReturnAnswer =>
  change(books, id, ['OPEN'], 'CLOSED', 'Return is not open.')

function change(
  books: StoreBooks,
  id: string,
  from: ReturnStatus[],
  to: ReturnStatus,
  otherwise: string,
): ReturnAnswer {
  const record = books.returns.get(numberInGid(id, 'Return') ?? -1)
  if (record === undefined) return { return: null, userErrors: [refusal(['id'], 'Return not found.', 'NOT_FOUND')] }
  if (!from.includes(record.status)) return { return: null, userErrors: [refusal(['id'], otherwise, 'INVALID_STATE')] }
  record.status = to
  touchOrder(books, record.orderId)
  return { return: record, userErrors: [] }
}
