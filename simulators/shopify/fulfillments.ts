/**
 * `fulfillmentCreate` and `fulfillmentTrackingInfoUpdate`. Creating is not idempotent: sent twice, it ships twice, as long as units remain.
 * Messages and the order of the checks are those that a 2026-04 store gave in recordings (airhorns/shopify-draft-proxy, fixtures/conformance).
 */
import { touchOrder } from './books.ts'
import type { StoreBooks } from './books.ts'
import { isActive, lineOf, remainingUnits } from './fulfillment-orders.ts'
import { numberInGid } from './ids.ts'
import type { FulfillmentOrderLineRecord, FulfillmentOrderRecord, FulfillmentRecord, OrderRecord } from './records.ts'
import { trackingRecords } from './tracking.ts'
import type { TrackingInput } from './tracking.ts'
import { refusal } from './user-error.ts'
import type { UserError } from './user-error.ts'

export type UnitsInput = { id: string; quantity: number }
export type FulfillmentInput = {
  lineItemsByFulfillmentOrder: { fulfillmentOrderId: string; fulfillmentOrderLineItems?: UnitsInput[] | null }[]
  notifyCustomer?: boolean | null
  trackingInfo?: TrackingInput | null
}
export type FulfillmentAnswer = { fulfillment: FulfillmentRecord | null; userErrors: UserError[] }

type Taken = { fulfillmentOrder: FulfillmentOrderRecord; line: FulfillmentOrderLineRecord; quantity: number }

/** Ships units of fulfillment orders that share one order and one location. Nothing is booked when anything is refused. */
export function createFulfillment(books: StoreBooks, input: FulfillmentInput): FulfillmentAnswer {
  const refused = (error: UserError): FulfillmentAnswer => ({ fulfillment: null, userErrors: [error] })
  const badQuantity = nonPositiveQuantity(input)
  if (badQuantity !== undefined) return refused(badQuantity)
  const groups = input.lineItemsByFulfillmentOrder.map((group) => ({
    record: books.fulfillmentOrders.get(numberInGid(group.fulfillmentOrderId, 'FulfillmentOrder') ?? -1),
    units: group.fulfillmentOrderLineItems ?? [],
  }))
  const known = groups.flatMap((group) => (group.record === undefined ? [] : [{ ...group, record: group.record }]))
  if (known.length === 0 || known.length < groups.length) return refused(about('Fulfillment order does not exist.'))
  const mixed = mixedOrdersOrLocations(known.map((group) => group.record))
  if (mixed !== undefined) return refused(mixed)
  const taken: Taken[] = []
  for (const group of known) {
    const error = takeUnits(group.record, group.units, taken)
    if (error !== undefined) return refused(error)
  }
  return { fulfillment: ship(books, taken, input), userErrors: [] }
}

function about(message: string): UserError {
  return refusal(['fulfillment'], message)
}

function nonPositiveQuantity(input: FulfillmentInput): UserError | undefined {
  for (const [groupIndex, group] of input.lineItemsByFulfillmentOrder.entries()) {
    const lineIndex = (group.fulfillmentOrderLineItems ?? []).findIndex((units) => units.quantity <= 0)
    if (lineIndex === -1) continue
    const path = [
      'fulfillment',
      'lineItemsByFulfillmentOrder',
      `${groupIndex}`,
      'fulfillmentOrderLineItems',
      `${lineIndex}`,
      'quantity',
    ]
    return refusal(path, 'Quantity must be greater than 0')
  }
  return undefined
}

function mixedOrdersOrLocations(records: FulfillmentOrderRecord[]): UserError | undefined {
  const orderIds = [...new Set(records.map((record) => record.orderId))]
  if (orderIds.length > 1) {
    return about(
      `All fulfillment orders must belong to the same order. Multiple orders with ids [${orderIds.join(', ')}] were found.`,
    )
  }
  const locationIds = [...new Set(records.map((record) => record.locationId))]
  if (locationIds.length > 1) {
    return about(
      `All fulfillment orders must be assigned to a single location. Multiple locations with ids [${locationIds.join(', ')}] were found.`,
    )
  }
  return undefined
}

/** Adds the wanted units to `taken`, all remaining ones when none are named; answers with the refusal otherwise. */
function takeUnits(record: FulfillmentOrderRecord, units: UnitsInput[], taken: Taken[]): UserError | undefined {
  if (record.status !== 'OPEN' && record.status !== 'IN_PROGRESS') {
    return about(`Fulfillment order ${record.id} has an unfulfillable status= ${record.status.toLowerCase()}.`)
  }
  if (units.length === 0) {
    for (const line of record.lines)
      if (line.remainingQuantity > 0) taken.push({ fulfillmentOrder: record, line, quantity: line.remainingQuantity })
    return undefined
  }
  for (const { id, quantity } of units) {
    const lineId = numberInGid(id, 'FulfillmentOrderLineItem')
    const line = record.lines.find((candidate) => candidate.id === lineId)
    if (line === undefined) return about('Fulfillment order line item does not exist.')
    const already = taken.filter((entry) => entry.line === line).reduce((sum, entry) => sum + entry.quantity, 0)
    if (already + quantity > line.remainingQuantity)
      return about('Invalid fulfillment order line item quantity requested.')
    taken.push({ fulfillmentOrder: record, line, quantity })
  }
  return undefined
}

function ship(books: StoreBooks, taken: Taken[], input: FulfillmentInput): FulfillmentRecord {
  const [first] = taken
  if (first === undefined) throw new Error('an open fulfillment order always has units to ship')
  const order = touchOrder(books, first.fulfillmentOrder.orderId)
  const { locationId } = first.fulfillmentOrder
  const unitsByLine = new Map<number, number>()
  for (const { line, quantity, fulfillmentOrder } of taken) {
    line.remainingQuantity -= quantity
    fulfillmentOrder.status = remainingUnits(fulfillmentOrder) === 0 ? 'CLOSED' : 'IN_PROGRESS'
    fulfillmentOrder.updatedAtMs = books.now()
    unitsByLine.set(line.lineId, (unitsByLine.get(line.lineId) ?? 0) + quantity)
    books.book(lineOf(order, line).itemId, locationId, 'committed', -quantity)
  }
  const fulfillment: FulfillmentRecord = {
    kind: 'Fulfillment',
    id: books.nextId(),
    orderId: order.id,
    locationId,
    name: `${order.name}-F${order.fulfillments.length + 1}`,
    status: 'SUCCESS',
    events: [],
    tracking: trackingRecords(input.trackingInfo),
    lines: [...unitsByLine].map(([lineId, quantity]) => ({
      kind: 'FulfillmentLineItem',
      id: books.nextId(),
      orderId: order.id,
      lineId,
      quantity,
    })),
    fulfillmentOrderIds: [...new Set(taken.map((entry) => entry.fulfillmentOrder.id))],
    notifiedCustomer: input.notifyCustomer ?? false,
    createdAtMs: books.now(),
    updatedAtMs: books.now(),
  }
  order.fulfillments.push(fulfillment)
  books.fulfillments.set(fulfillment.id, fulfillment)
  return fulfillment
}

/** Replaces the tracking of a fulfillment. */
export function updateTracking(books: StoreBooks, fulfillmentId: string, input: TrackingInput): FulfillmentAnswer {
  const fulfillment = books.fulfillments.get(numberInGid(fulfillmentId, 'Fulfillment') ?? -1)
  if (fulfillment === undefined)
    return { fulfillment: null, userErrors: [refusal(['fulfillmentId'], 'Fulfillment does not exist.')] }
  fulfillment.tracking = trackingRecords(input)
  fulfillment.updatedAtMs = books.now()
  touchOrder(books, fulfillment.orderId)
  return { fulfillment, userErrors: [] }
}

/** The order's fulfillment status as Shopify's order list shows it. */
export function displayFulfillmentStatus(order: OrderRecord): string {
  const shipped = order.fulfillments
    .flatMap((fulfillment) => fulfillment.lines)
    .reduce((sum, line) => sum + line.quantity, 0)
  const wanted = order.lines.reduce((sum, line) => sum + line.currentQuantity, 0)
  if (shipped > 0) return shipped >= wanted ? 'FULFILLED' : 'PARTIALLY_FULFILLED'
  const active = order.fulfillmentOrders.filter(isActive)
  if (active.some((record) => record.status === 'IN_PROGRESS')) return 'IN_PROGRESS'
  return active.length > 0 && active.every((record) => record.status === 'ON_HOLD') ? 'ON_HOLD' : 'UNFULFILLED'
}

export type EventInput = { fulfillmentId: string; status: string; happenedAt?: string | null; message?: string | null }

/** `fulfillmentEventCreate`: a word on the parcels after they left. Not idempotent: told twice, it stands there twice. */
export function addEvent(books: StoreBooks, input: EventInput) {
  const fulfillment = books.fulfillments.get(numberInGid(input.fulfillmentId, 'Fulfillment') ?? -1)
  if (fulfillment === undefined)
    return { fulfillmentEvent: null, userErrors: [refusal(['fulfillmentId'], 'Fulfillment does not exist.')] }
  const event: FulfillmentRecord['events'][number] = {
    kind: 'FulfillmentEvent',
    id: books.nextId(),
    status: input.status,
    happenedAtMs: input.happenedAt == null ? books.now() : Date.parse(input.happenedAt),
    message: input.message ?? null,
  }
  fulfillment.events.push(event)
  return { fulfillmentEvent: event, userErrors: [] }
}
