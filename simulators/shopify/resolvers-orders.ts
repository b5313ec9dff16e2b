/** Orders, their lines, fulfillment orders and fulfillments: the fields of the true schema that the books can answer. */
import { fulfilledUnits } from './books.ts'
import type { StoreBooks } from './books.ts'
import { PAGE_ARGUMENTS, connection } from './connection.ts'
import type { EditRecord } from './edits.ts'
import { isActive, lineOf, supportedActions } from './fulfillment-orders.ts'
import { displayFulfillmentStatus } from './fulfillments.ts'
import { dateTime, gid } from './ids.ts'
import { GATEWAY, refundedMinor, transactionsOf } from './refunds.ts'
import { ADDRESS_ROWS, linesTotalMinor, moneyBag, shippingLine, shippingTotalMinor } from './order-parts.ts'
import type {
  FulfillmentOrderLineRecord,
  FulfillmentOrderRecord,
  FulfillmentRecord,
  LineRecord,
  OrderRecord,
  RefundRecord,
  ReturnLineRecord,
  ReturnRecord,
  TransactionRecord,
} from './records.ts'
import { answer, requestError, rowsOf } from './resolver-table.ts'
import { parseSearch, timeMatches } from './search.ts'
import type { SearchTerm } from './search.ts'

const byId = (record: { id: number }): string => `${record.id}`

function orderOf(books: StoreBooks, record: { orderId: number }): OrderRecord {
  const order = books.orders.get(record.orderId)
  if (order === undefined) throw new Error(`the store has no order ${record.orderId}`)
  return order
}

const orderRows = rowsOf<OrderRecord>('Order', {
  id: (order) => gid('Order', order.id),
  legacyResourceId: (order) => `${order.id}`,
  name: (order) => order.name,
  number: (order) => order.number,
  email: (order) => order.email,
  note: (order) => order.note,
  tags: (order) => order.tags,
  test: (order) => order.test,
  currencyCode: (order) => order.currency,
  sourceName: () => 'web',
  createdAt: (order) => dateTime(order.createdAtMs),
  processedAt: (order) => dateTime(order.createdAtMs),
  updatedAt: (order) => dateTime(order.updatedAtMs),
  cancelledAt: (order) => (order.cancelledAtMs === null ? null : dateTime(order.cancelledAtMs)),
  cancelReason: (order) => order.cancelReason?.toUpperCase() ?? null,
  displayFinancialStatus: (order) => order.financialStatus.toUpperCase(),
  displayFulfillmentStatus: (order) => displayFulfillmentStatus(order),
  currentTotalPriceSet: (order) => moneyBag(linesTotalMinor(order) + shippingTotalMinor(order), order.currency),
  customAttributes: (order) => order.noteAttributes.map(({ name, value }) => answer({ key: name, value })),
  taxesIncluded: () => true,
  totalShippingPriceSet: (order) => moneyBag(shippingTotalMinor(order), order.currency),
  shippingLine: (order) => shippingLine(order),
  shippingAddress: (order) => order.shippingAddress,
  billingAddress: (order) => order.billingAddress,
  lineItems: { accepts: PAGE_ARGUMENTS, resolve: (order, args) => connection(order.lines, args, byId) },
  fulfillmentOrders: {
    accepts: [...PAGE_ARGUMENTS, 'query', 'displayable'],
    resolve: (order, args) => connection(searchFulfillmentOrders(order.fulfillmentOrders, args), args, byId),
  },
  returns: { accepts: PAGE_ARGUMENTS, resolve: (order, args) => connection(order.returns, args, byId) },
  refunds: {
    accepts: ['first'],
    resolve: (order, args) =>
      typeof args['first'] === 'number' ? order.refunds.slice(0, args['first']) : order.refunds,
  },
  transactions: {
    accepts: ['first'],
    resolve: (order, args) => transactionsOf(order).slice(0, Number(args['first'] ?? 250)),
  },
  fulfillments: {
    accepts: ['first'],
    resolve: (order, args) =>
      typeof args['first'] === 'number' ? order.fulfillments.slice(0, args['first']) : order.fulfillments,
  },
})

const lineRows = rowsOf<LineRecord>('LineItem', {
  id: (line) => gid('LineItem', line.id),
  sku: (line) => line.sku,
  title: (line) => line.title,
  name: (line) => line.title,
  quantity: (line) => line.quantity,
  currentQuantity: (line) => line.currentQuantity,
  requiresShipping: (line) => line.requiresShipping,
  unfulfilledQuantity: (line, _args, { books }) => line.currentQuantity - fulfilledUnits(orderOf(books, line), line.id),
  variant: (line, _args, { books }) => {
    const item = books.items.get(line.itemId)
    return item === undefined ? null : { kind: 'ProductVariant', item }
  },
  originalUnitPriceSet: (line, _args, { books }) => moneyBag(line.priceMinor, orderOf(books, line).currency),
  // This shop gives no discounts and lists no taxes: its prices include them.
  discountAllocations: () => [],
  taxLines: () => [],
  customAttributes: (line) => line.properties.map(({ name, value }) => answer({ key: name, value })),
})

const fulfillmentOrderRows = rowsOf<FulfillmentOrderRecord>('FulfillmentOrder', {
  id: (record) => gid('FulfillmentOrder', record.id),
  status: (record) => record.status,
  requestStatus: (record) => record.requestStatus,
  createdAt: (record) => dateTime(record.createdAtMs),
  updatedAt: (record) => dateTime(record.updatedAtMs),
  order: (record, _args, { books }) => orderOf(books, record),
  orderId: (record) => gid('Order', record.orderId),
  orderName: (record, _args, { books }) => orderOf(books, record).name,
  assignedLocation: (record, _args, { books }) => {
    const location = books.locations.get(record.locationId)
    if (location === undefined) throw new Error(`the store has no location ${record.locationId}`)
    const { address } = location
    return answer({
      location,
      name: location.name,
      countryCode: address.country_code,
      city: address.city ?? null,
      zip: address.zip ?? null,
    })
  },
  deliveryMethod: (record) =>
    answer({ id: gid('DeliveryMethod', record.id), methodType: record.pickup ? 'PICK_UP' : 'SHIPPING' }),
  fulfillmentHolds: () => [],
  supportedActions: (record, _args, { books }) =>
    supportedActions(orderOf(books, record), record).map((action) => answer({ action, externalUrl: null })),
  lineItems: { accepts: PAGE_ARGUMENTS, resolve: (record, args) => connection(record.lines, args, byId) },
  fulfillments: {
    accepts: PAGE_ARGUMENTS,
    resolve: (record, args, { books }) => {
      const made = orderOf(books, record).fulfillments.filter((fulfillment) =>
        fulfillment.fulfillmentOrderIds.includes(record.id),
      )
      return connection(made, args, byId)
    },
  },
})

const fulfillmentOrderLineRows = rowsOf<FulfillmentOrderLineRecord>('FulfillmentOrderLineItem', {
  id: (line) => gid('FulfillmentOrderLineItem', line.id),
  totalQuantity: (line) => line.totalQuantity,
  remainingQuantity: (line) => line.remainingQuantity,
  lineItem: (line, _args, { books }) => lineOf(orderOf(books, line), line),
  sku: (line, _args, { books }) => lineOf(orderOf(books, line), line).sku,
  productTitle: (line, _args, { books }) => lineOf(orderOf(books, line), line).title,
  requiresShipping: (line, _args, { books }) => lineOf(orderOf(books, line), line).requiresShipping,
  inventoryItemId: (line, _args, { books }) => gid('InventoryItem', lineOf(orderOf(books, line), line).itemId),
})

const fulfillmentRows = rowsOf<FulfillmentRecord>('Fulfillment', {
  id: (fulfillment) => gid('Fulfillment', fulfillment.id),
  legacyResourceId: (fulfillment) => `${fulfillment.id}`,
  name: (fulfillment) => fulfillment.name,
  status: (fulfillment) => fulfillment.status,
  displayStatus: () => 'FULFILLED',
  createdAt: (fulfillment) => dateTime(fulfillment.createdAtMs),
  updatedAt: (fulfillment) => dateTime(fulfillment.updatedAtMs),
  order: (fulfillment, _args, { books }) => orderOf(books, fulfillment),
  location: (fulfillment, _args, { books }) => books.locations.get(fulfillment.locationId) ?? null,
  totalQuantity: (fulfillment) => fulfillment.lines.reduce((sum, line) => sum + line.quantity, 0),
  trackingInfo: {
    accepts: ['first'],
    resolve: (fulfillment, args) => {
      const rows = fulfillment.tracking.map((row) => answer({ ...row }))
      return typeof args['first'] === 'number' ? rows.slice(0, args['first']) : rows
    },
  },
  fulfillmentLineItems: {
    accepts: PAGE_ARGUMENTS,
    resolve: (fulfillment, args) => connection(fulfillment.lines, args, byId),
  },
  events: { accepts: PAGE_ARGUMENTS, resolve: (fulfillment, args) => connection(fulfillment.events, args, byId) },
  fulfillmentOrders: {
    accepts: PAGE_ARGUMENTS,
    resolve: (fulfillment, args, { books }) => {
      const behind = orderOf(books, fulfillment).fulfillmentOrders.filter((record) =>
        fulfillment.fulfillmentOrderIds.includes(record.id),
      )
      return connection(behind, args, byId)
    },
  },
})

const fulfillmentEventRows = rowsOf<FulfillmentRecord['events'][number]>('FulfillmentEvent', {
  id: (event) => gid('FulfillmentEvent', event.id),
  status: (event) => event.status,
  happenedAt: (event) => dateTime(event.happenedAtMs),
  message: (event) => event.message,
})

/** An edit shows the lines of its order under their own numbers, as the real store does. */
const editRows = rowsOf<EditRecord>('CalculatedOrder', {
  id: (edit) => gid('CalculatedOrder', edit.id),
  committed: (edit) => edit.committed,
  lineItems: {
    accepts: PAGE_ARGUMENTS,
    resolve: (edit, args, { books }) => {
      const lines = orderOf(books, edit).lines.map((line) => ({
        kind: 'CalculatedLineItem',
        id: line.id,
        sku: line.sku,
      }))
      return connection(lines, args, byId)
    },
  },
})

const editLineRows = rowsOf<{ id: number; sku: string }>('CalculatedLineItem', {
  id: (line) => gid('CalculatedLineItem', line.id),
  sku: (line) => line.sku,
})

const jobRows = rowsOf<{ id: number }>('Job', { id: (job) => gid('Job', job.id), done: () => true })

const fulfillmentLineRows = rowsOf<FulfillmentRecord['lines'][number]>('FulfillmentLineItem', {
  id: (line) => gid('FulfillmentLineItem', line.id),
  quantity: (line) => line.quantity,
  lineItem: (line, _args, { books }) => lineOf(orderOf(books, line), line),
})

const returnRows = rowsOf<ReturnRecord>('Return', {
  id: (record) => gid('Return', record.id),
  name: (record) => record.name,
  status: (record) => record.status,
  createdAt: (record) => dateTime(record.createdAtMs),
  order: (record, _args, { books }) => orderOf(books, record),
  returnLineItems: { accepts: PAGE_ARGUMENTS, resolve: (record, args) => connection(record.lines, args, byId) },
})

const returnLineRows = rowsOf<ReturnLineRecord>('ReturnLineItem', {
  id: (line) => gid('ReturnLineItem', line.id),
  quantity: (line) => line.quantity,
  returnReason: (line) => line.reason,
  returnReasonNote: (line) => line.note,
  fulfillmentLineItem: (line, _args, { books }) =>
    orderOf(books, line)
      .fulfillments.flatMap((fulfillment) => fulfillment.lines)
      .find((each) => each.id === line.fulfillmentLineId),
})

const refundRows = rowsOf<RefundRecord>('Refund', {
  id: (refund) => gid('Refund', refund.id),
  note: (refund) => refund.note,
  createdAt: (refund) => dateTime(refund.createdAtMs),
  totalRefundedSet: (refund, _args, { books }) => moneyBag(refundedMinor(refund), orderOf(books, refund).currency),
})

const transactionRows = rowsOf<TransactionRecord>('OrderTransaction', {
  id: (record) => gid('OrderTransaction', record.id),
  kind: (record) => record.type,
  status: () => 'SUCCESS',
  gateway: () => GATEWAY,
  amountSet: (record, _args, { books }) => moneyBag(record.amountMinor, orderOf(books, record).currency),
  parentTransaction: (record, _args, { books }) =>
    transactionsOf(orderOf(books, record)).find((each) => each.id === record.parentId) ?? null,
})

export const ORDER_ROWS = [
  ...returnRows,
  ...returnLineRows,
  ...refundRows,
  ...transactionRows,
  ...orderRows,
  ...lineRows,
  ...ADDRESS_ROWS,
  ...fulfillmentOrderRows,
  ...fulfillmentOrderLineRows,
  ...fulfillmentRows,
  ...fulfillmentLineRows,
  ...fulfillmentEventRows,
  ...editRows,
  ...editLineRows,
  ...jobRows,
]

/** `Order.fulfillmentOrders(query:)` and `QueryRoot.fulfillmentOrders`: by status, location and time of change. */
export function searchFulfillmentOrders(
  records: readonly FulfillmentOrderRecord[],
  args: Record<string, unknown>,
): FulfillmentOrderRecord[] {
  const terms = parseSearch(args['query'], ['status', 'assigned_location_id', 'updated_at', 'id'])
  return records.filter((record) =>
    terms.every((term) => {
      if (term.name === 'status') return record.status === term.value.toUpperCase()
      if (term.name === 'updated_at') return timeMatches(record.updatedAtMs, term)
      return `${term.name === 'id' ? record.id : record.locationId}` === term.value
    }),
  )
}

export function openFirst(
  records: readonly FulfillmentOrderRecord[],
  includeClosed: unknown,
): FulfillmentOrderRecord[] {
  return records.filter((record) => includeClosed === true || isActive(record))
}

/** `QueryRoot.orders`: a page of what the search terms find, in the wanted order. */
export function pageOfOrders(books: StoreBooks, args: Record<string, unknown>): object {
  const terms = parseSearch(args['query'], [
    'id',
    'name',
    'sku',
    'tag',
    'status',
    'fulfillment_status',
    'created_at',
    'updated_at',
    'test',
  ])
  const found = [...books.orders.values()].filter((order) => terms.every((term) => orderMatches(order, term)))
  const sortKey = String(args['sortKey'])
  const rank = rankBy(sortKey)
  const keyOf = (order: OrderRecord): string => `${sortKey} ${sortable(rank(order))} ${sortable(order.id)}`
  const sorted = found.sort((left, right) => (keyOf(left) < keyOf(right) ? -1 : 1))
  return connection(sorted, args, keyOf, (key) => key.startsWith(`${sortKey} `))
}

/** A whole number as text that sorts as the number does. */
const sortable = (whole: number): string => `${whole}`.padStart(15, '0')

function orderMatches(order: OrderRecord, term: SearchTerm): boolean {
  switch (term.name) {
    case 'id':
      return `${order.id}` === term.value
    case 'name':
      return order.name === term.value || order.name === `#${term.value}`
    case 'sku':
      return order.lines.some((line) => line.sku === term.value)
    case 'tag':
      return order.tags.includes(term.value)
    case 'test':
      return order.test === (term.value === 'true')
    case 'status':
      return term.value === 'any' || (term.value === 'cancelled') === (order.cancelledAtMs !== null)
    case 'fulfillment_status':
      return displayFulfillmentStatus(order).toLowerCase() === (term.value === 'shipped' ? 'fulfilled' : term.value)
    case 'created_at':
      return timeMatches(order.createdAtMs, term)
    default:
      return timeMatches(order.updatedAtMs, term)
  }
}

/** Times sort by whole seconds, as they are shown; ties by id. */
function rankBy(sortKey: string): (order: OrderRecord) => number {
  if (sortKey === 'UPDATED_AT') return (order) => Math.floor(order.updatedAtMs / 1000)
  if (sortKey === 'CREATED_AT' || sortKey === 'PROCESSED_AT') return (order) => Math.floor(order.createdAtMs / 1000)
  if (sortKey === 'ID' || sortKey === 'ORDER_NUMBER') return (order) => order.id
  throw requestError(`the simulator does not implement sortKey ${sortKey}`, 'SIMULATOR_NOT_IMPLEMENTED')
}
