/**
 * Fulfillment orders: the real store makes them in a background step after the order, one per location, and an app can only
 * re-assign them. Their ids change on partial moves, so nobody may build on them.
 */
import { touchOrder } from './books.ts'
import type { StoreBooks } from './books.ts'
import type { FulfillmentOrderLineRecord, FulfillmentOrderRecord, LineRecord, OrderRecord } from './records.ts'

export type FulfillmentOrderAction =
  | 'CREATE_FULFILLMENT'
  | 'REPORT_PROGRESS'
  | 'MOVE'
  | 'HOLD'
  | 'SPLIT'
  | 'MERGE'
  | 'MARK_AS_OPEN'
  | 'RELEASE_HOLD'

/** The background step: one fulfillment order per location and delivery method. A cancelled order gets none. */
export function routeOrder(books: StoreBooks, order: OrderRecord): FulfillmentOrderRecord[] {
  if (order.cancelledAtMs !== null || order.fulfillmentOrders.length > 0) return []
  const groups = new Map<string, LineRecord[]>()
  for (const line of order.lines.filter((line) => line.currentQuantity > 0)) {
    const key = `${line.locationId}/${line.pickup}`
    groups.set(key, [...(groups.get(key) ?? []), line])
  }
  const made = [...groups.values()].map((lines) => {
    const [first] = lines
    if (first === undefined) throw new Error('a group of lines is never empty')
    const units = lines.map((line) => ({ lineId: line.id, quantity: line.currentQuantity }))
    return openFulfillmentOrder(books, order, { locationId: first.locationId, pickup: first.pickup, units })
  })
  touchOrder(books, order.id)
  return made
}

/** Writes a new open fulfillment order with fresh ids into the books. */
export function openFulfillmentOrder(
  books: StoreBooks,
  order: OrderRecord,
  wanted: { locationId: number; pickup: boolean; units: { lineId: number; quantity: number }[] },
): FulfillmentOrderRecord {
  const record: FulfillmentOrderRecord = {
    kind: 'FulfillmentOrder',
    id: books.nextId(),
    orderId: order.id,
    locationId: wanted.locationId,
    status: 'OPEN',
    requestStatus: 'UNSUBMITTED',
    progressReported: false,
    pickup: wanted.pickup,
    lines: wanted.units.map(({ lineId, quantity }) => ({
      kind: 'FulfillmentOrderLineItem',
      id: books.nextId(),
      orderId: order.id,
      lineId,
      totalQuantity: quantity,
      remainingQuantity: quantity,
    })),
    createdAtMs: books.now(),
    updatedAtMs: books.now(),
  }
  order.fulfillmentOrders.push(record)
  books.fulfillmentOrders.set(record.id, record)
  return record
}

export function isActive(record: FulfillmentOrderRecord): boolean {
  return record.status !== 'CLOSED' && record.status !== 'CANCELLED'
}

export function remainingUnits(record: FulfillmentOrderRecord): number {
  return record.lines.reduce((sum, line) => sum + line.remainingQuantity, 0)
}

export function lineOf(order: OrderRecord, line: Pick<FulfillmentOrderLineRecord, 'lineId'>): LineRecord {
  const found = order.lines.find((candidate) => candidate.id === line.lineId)
  if (found === undefined) throw new Error(`order ${order.id} has no line ${line.lineId}`)
  return found
}

/** What the store lets an app do now. Order and content as recorded from a 2026-04 store for merchant-managed locations. */
export function supportedActions(order: OrderRecord, record: FulfillmentOrderRecord): FulfillmentOrderAction[] {
  if (record.status === 'ON_HOLD') return ['HOLD', 'RELEASE_HOLD']
  if (record.status !== 'OPEN' && record.status !== 'IN_PROGRESS') return []
  // What a fulfillment service was asked and has not answered.
  if (record.requestStatus === 'SUBMITTED' || record.requestStatus === 'CANCELLATION_REQUESTED') return []
  const actions: FulfillmentOrderAction[] = ['CREATE_FULFILLMENT', 'REPORT_PROGRESS']
  if (record.progressReported) actions.push('MARK_AS_OPEN')
  else actions.push('MOVE')
  actions.push('HOLD')
  if (remainingUnits(record) > 1) actions.push('SPLIT')
  const neighbour = order.fulfillmentOrders.some(
    (other) => other !== record && isActive(other) && other.locationId === record.locationId,
  )
  if (neighbour) actions.push('MERGE')
  return actions
}
