/** The books as plain data, for the demo's checks and for tests: what the shop itself says was sold, shipped and lies where. */
import { fulfilledUnits, onHand } from './books.ts'
import type { StoreBooks } from './books.ts'
import { displayFulfillmentStatus } from './fulfillments.ts'
import { gid } from './ids.ts'
import type { FulfillmentOrderRecord, FulfillmentRecord, KeptQuantity, OrderRecord } from './records.ts'
import { refundedMinor } from './refunds.ts'
import type { WebhookCounts } from './webhooks.ts'

export type CallCounts = {
  graphqlCalls: number
  /** GraphQL calls refused for cost. */
  throttled: number
  /** Calls without a valid token. */
  unauthorized: number
  /** By mutation name. */
  mutationsApplied: Record<string, number>
  mutationsRefused: Record<string, number>
  /** Answers that the store withheld or spoiled after the effect. */
  spoiledAnswers: number
}

export type StoreSnapshot = {
  orders: OrderSnapshot[]
  stock: StockSnapshot[]
  webhooks: WebhookCounts
  calls: CallCounts
}

export type OrderSnapshot = {
  id: number
  gid: string
  name: string
  cancelled: boolean
  fulfillmentStatus: string
  lines: { id: number; gid: string; sku: string; ordered: number; cancelled: number; fulfilled: number }[]
  fulfillments: FulfillmentSnapshot[]
  returns: { id: number; gid: string; status: string }[]
  refunds: { id: number; note: string | null; amountMinor: number; lines: { lineId: number; quantity: number }[] }[]
  fulfillmentOrders: {
    id: number
    gid: string
    status: string
    requestStatus: string
    locationId: number
    remaining: number
  }[]
}

export type FulfillmentSnapshot = {
  id: number
  gid: string
  locationId: number
  tracking: { company: string | null; number: string | null; url: string | null }[]
  lines: { lineId: number; sku: string; quantity: number }[]
}

export type StockSnapshot = {
  sku: string
  itemId: number
  locationId: number
  locationName: string
  isActive: boolean
  onHand: number
  quantities: Record<KeptQuantity, number>
}

export function snapshotOrders(books: StoreBooks): OrderSnapshot[] {
  return [...books.orders.values()].map((order) => ({
    id: order.id,
    gid: gid('Order', order.id),
    name: order.name,
    cancelled: order.cancelledAtMs !== null,
    fulfillmentStatus: displayFulfillmentStatus(order),
    lines: order.lines.map((line) => ({
      id: line.id,
      gid: gid('LineItem', line.id),
      sku: line.sku,
      ordered: line.quantity,
      cancelled: line.quantity - line.currentQuantity,
      fulfilled: fulfilledUnits(order, line.id),
    })),
    fulfillments: order.fulfillments.map((fulfillment) => snapshotFulfillment(order, fulfillment)),
    returns: order.returns.map(({ id, status }) => ({ id, gid: gid('Return', id), status })),
    refunds: order.refunds.map((refund) => ({
      id: refund.id,
      note: refund.note,
      amountMinor: refundedMinor(refund),
      lines: refund.lines.map((line) => ({ ...line })),
    })),
    fulfillmentOrders: order.fulfillmentOrders.map(snapshotFulfillmentOrder),
  }))
}

function snapshotFulfillment(order: OrderRecord, fulfillment: FulfillmentRecord): FulfillmentSnapshot {
  return {
    id: fulfillment.id,
    gid: gid('Fulfillment', fulfillment.id),
    locationId: fulfillment.locationId,
    tracking: fulfillment.tracking.map((row) => ({ ...row })),
    lines: fulfillment.lines.map(({ lineId, quantity }) => ({
      lineId,
      sku: order.lines.find((line) => line.id === lineId)?.sku ?? '',
      quantity,
    })),
  }
}

function snapshotFulfillmentOrder(record: FulfillmentOrderRecord): OrderSnapshot['fulfillmentOrders'][number] {
  return {
    id: record.id,
    gid: gid('FulfillmentOrder', record.id),
    status: record.status,
    requestStatus: record.requestStatus,
    locationId: record.locationId,
    remaining: record.lines.reduce((sum, line) => sum + line.remainingQuantity, 0),
  }
}

export function snapshotStock(books: StoreBooks): StockSnapshot[] {
  return [...books.levels.values()].map((level) => ({
    sku: books.items.get(level.itemId)?.sku ?? '',
    itemId: level.itemId,
    locationId: level.locationId,
    locationName: books.locations.get(level.locationId)?.name ?? '',
    isActive: level.isActive,
    onHand: onHand(level),
    quantities: { ...level.quantities },
  }))
}
