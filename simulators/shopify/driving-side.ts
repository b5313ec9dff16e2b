/** The handle by which demo and tests play customer and shop staff, and read the books. */
import type { PlacedOrder, ShopifyStore } from './contract.ts'
import { routeOrder } from './fulfillment-orders.ts'
import { gid } from './ids.ts'
import type { StoreParts } from './parts.ts'
import type { CancelReason, ItemRecord, OrderRecord } from './records.ts'
import { refundByHand } from './refunds.ts'
import { orderBody, refundBody, returnBody, routingCompleteBody } from './rest-shape.ts'
import { requestReturn } from './returns.ts'
import { cancelOrder, placeOrder } from './selling.ts'
import type { PlaceOrderInput } from './selling.ts'
import { snapshotOrders, snapshotStock } from './snapshot.ts'
import type { StoreSnapshot } from './snapshot.ts'

export function drivingSide(parts: StoreParts): Omit<ShopifyStore, 'url' | 'graphqlUrl' | 'tokenUrl' | 'close'> {
  const { books, credentials, webhooks, schedule } = parts
  return {
    shopDomain: parts.shop.domain,
    manners: parts.manners,
    placeOrder: (input) => sell(parts, input),
    cancelOrder: (orderId, reason = 'customer', restock = true) => cancel(parts, orderId, reason, restock),
    requestReturn: (orderId, wanted) => {
      const record = requestReturn(books, orderId, wanted)
      void webhooks.send('returns/request', returnBody(record), parts.newId())
      return { id: record.id, gid: gid('Return', record.id), name: record.name }
    },
    refundByHand: (orderId, amountMinor) => {
      const refund = refundByHand(books, orderId, amountMinor)
      const order = books.orders.get(orderId)
      if (order !== undefined) void webhooks.send('refunds/create', refundBody(order, refund), parts.newId())
    },
    addProduct: books.addProduct,
    location: books.locationNamed,
    item: (sku) => itemOf(parts, sku),
    setAvailable: (sku, locationName, quantity) => {
      const level = books.openLevel(itemOf(parts, sku).id, books.locationNamed(locationName).id, true)
      books.book(level.itemId, level.locationId, 'available', quantity - level.quantities.available)
    },
    changeFulfillmentOrder: (id, change) => {
      const record = books.fulfillmentOrders.get(id)
      if (record === undefined) throw new Error(`the store has no fulfillment order ${id}`)
      Object.assign(record, change, { updatedAtMs: parts.now() })
    },
    subscribe: webhooks.subscribe,
    rotateSecret: (next, keepSigningWithOldMs = 0) => credentials.rotateSecret(next, keepSigningWithOldMs),
    revokeTokens: credentials.revokeTokens,
    books: () => snapshot(parts),
    idle: schedule.idle,
  }
}

function sell(parts: StoreParts, input: PlaceOrderInput): PlacedOrder {
  const { books, webhooks, schedule } = parts
  const order = placeOrder(books, input, parts.shop.currency)
  const eventId = parts.newId()
  const [delivery] = webhooks.send('orders/create', orderBody(books, order), eventId)
  void schedule.track(routeLater(parts, order, eventId))
  return {
    id: order.id,
    gid: gid('Order', order.id),
    name: order.name,
    lines: order.lines.map(({ id, sku, quantity }) => ({ id, gid: gid('LineItem', id), sku, quantity })),
    // Without a subscription there is nobody who could miss it.
    delivery: delivery ?? Promise.resolve('acknowledged'),
  }
}

/** The store's background worker: fulfillment orders come some time after the order. */
async function routeLater(parts: StoreParts, order: OrderRecord, eventId: string): Promise<void> {
  if (!(await parts.schedule.sleep(parts.fulfillmentOrderDelayMs))) return
  for (const record of routeOrder(parts.books, order)) {
    void parts.webhooks.send('fulfillment_orders/order_routing_complete', routingCompleteBody(record), eventId)
  }
}

function cancel(
  parts: StoreParts,
  orderId: number,
  reason: CancelReason,
  restock: boolean,
): { cancelled: boolean; message: string } {
  const answer = cancelOrder(parts.books, orderId, reason, restock)
  if (!answer.cancelled) return answer
  void parts.webhooks.send('orders/cancelled', orderBody(parts.books, answer.order), parts.newId())
  return { cancelled: true, message: '' }
}

function itemOf({ books }: StoreParts, sku: string): ItemRecord {
  const item = books.itemOfSku(sku)
  if (item === undefined) throw new Error(`the store does not sell SKU ${sku}`)
  return item
}

function snapshot({ books, webhooks, counts }: StoreParts): StoreSnapshot {
  return {
    orders: snapshotOrders(books),
    stock: snapshotStock(books),
    webhooks: { ...webhooks.counts },
    calls: structuredClone(counts),
  }
}
