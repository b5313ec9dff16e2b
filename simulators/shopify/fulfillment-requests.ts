/** What a fulfillment service answers to the shop: it takes a request, or keeps one that the shop wants back. */
import { touchOrder } from './books.ts'
import type { StoreBooks } from './books.ts'
import { numberInGid } from './ids.ts'
import type { FulfillmentOrderRecord } from './records.ts'
import { refusal } from './user-error.ts'
import type { UserError } from './user-error.ts'

type Answer = { fulfillmentOrder: FulfillmentOrderRecord | null; userErrors: UserError[] }

/** Moves a request that is in state `from`; in any other there is nothing to answer. Wording is the simulator's own. */
function answered(
  books: StoreBooks,
  id: string,
  from: FulfillmentOrderRecord['requestStatus'],
  to: FulfillmentOrderRecord['requestStatus'],
): Answer {
  const record = books.fulfillmentOrders.get(numberInGid(id, 'FulfillmentOrder') ?? -1)
  if (record === undefined)
    return { fulfillmentOrder: null, userErrors: [refusal(['id'], 'Fulfillment order does not exist.')] }
  if (record.requestStatus !== from)
    return {
      fulfillmentOrder: null,
      userErrors: [
        refusal(['id'], `Cannot answer a fulfillment order whose request status is ${record.requestStatus}.`),
      ],
    }
  record.requestStatus = to
  record.updatedAtMs = books.now()
  touchOrder(books, record.orderId)
  return { fulfillmentOrder: record, userErrors: [] }
}

export const acceptRequest = (books: StoreBooks, id: string): Answer => answered(books, id, 'SUBMITTED', 'ACCEPTED')

export const rejectCancellation = (books: StoreBooks, id: string): Answer =>
  answered(books, id, 'CANCELLATION_REQUESTED', 'CANCELLATION_REJECTED')
