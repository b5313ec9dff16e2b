/** Leaves for the hub's own identifiers, as partners echo them. */
import type { FulfillmentRequestId, OrderId } from '#core/model/ids.ts'
import { pattern } from './leaves.ts'

export const requestId = pattern<FulfillmentRequestId>('a request id such as ful_…', /^ful_[0-9A-Za-z-]{1,60}$/)
export const orderId = pattern<OrderId>('an order id such as ord_…', /^ord_[0-9A-Za-z-]{1,60}$/)
