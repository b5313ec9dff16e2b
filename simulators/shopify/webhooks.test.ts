import { createHmac } from 'node:crypto'
import { createServer } from 'node:http'
import { afterEach, beforeEach, expect, test } from 'vitest'
import type { ShopifyStore, ShopifyStoreOptions } from './store.ts'
import { SECRET, openReceiver, openStore } from './test-kit.ts'
import type { Received } from './test-kit.ts'
import type { WebhookTopic } from './webhooks.ts'

const closers: (() => Promise<void>)[] = []

beforeEach(() => {
  closers.length = 0
})
afterEach(async () => {
  for (const close of closers) await close()
})

type Pair = { store: ShopifyStore; received: Received[]; of: (topic: WebhookTopic) => Received[] }

async function pair(
  topics: WebhookTopic[],
  options: Partial<ShopifyStoreOptions> = {},
  statuses?: number[],
): Promise<Pair> {
  const receiver = await openReceiver(statuses)
  const store = await openStore({ webhookTargets: topics.map((topic) => ({ topic, url: receiver.url })), ...options })
  closers.push(store.close, receiver.close)
  const of = (topic: WebhookTopic): Received[] =>
    receiver.received.filter((one) => one.headers['x-shopify-topic'] === topic)
  return { store, received: receiver.received, of }
}

const signature = (raw: Buffer, secret: string): string => createHmac('sha256', secret).update(raw).digest('base64')
const webhookIds = (received: Received[]): unknown[] => received.map((one) => one.headers['x-shopify-webhook-id'])
const oneShoe = { lines: [{ sku: 'SHOE-1', quantity: 1, priceMinor: 9900 }] }

test('an order is told with all headers and a signature over the raw bytes', async () => {
  const { store, received } = await pair(['orders/create'])
  const placed = store.placeOrder(oneShoe)
  expect(await placed.delivery).toBe('acknowledged')
  const [one] = received
  if (one === undefined) throw new Error('nothing was received')
  expect(one.headers).toMatchObject({
    'content-type': 'application/json',
    'x-shopify-topic': 'orders/create',
    'x-shopify-shop-domain': 'crossdock-test.myshopify.com',
    'x-shopify-api-version': '2026-10',
    'x-shopify-hmac-sha256': signature(one.raw, SECRET),
  })
  for (const name of ['x-shopify-webhook-id', 'x-shopify-event-id', 'x-shopify-triggered-at'])
    expect(one.headers[name]).toBeTruthy()
})

test('the body is REST-shaped, with numeric ids, decimal prices and offsets', async () => {
  const { store, received } = await pair(['orders/create'], { now: () => Date.parse('2026-11-22T10:15:00Z') })
  const placed = store.placeOrder({
    lines: [{ sku: 'SHOE-1', quantity: 2, priceMinor: 9950 }],
    email: 'ann@example.com',
    shippingAddress: {
      first_name: 'Ann',
      last_name: 'Lee',
      address1: '1 Main St',
      city: 'Austin',
      province_code: 'TX',
      zip: '73301',
      country_code: 'US',
    },
    shippingMethod: { code: 'Express', title: 'Express', priceMinor: 1200 },
    tags: ['vip', 'web'],
  })
  await placed.delivery
  expect(received[0]?.body).toMatchObject({
    id: placed.id,
    admin_graphql_api_id: placed.gid,
    name: '#1001',
    order_number: 1001,
    created_at: '2026-11-22T10:15:00+00:00',
    currency: 'USD',
    total_price: '211.00',
    financial_status: 'paid',
    cancelled_at: null,
    tags: 'vip, web',
    shipping_lines: [{ code: 'Express', price: '12.00' }],
    shipping_address: { name: 'Ann Lee', zip: '73301', country_code: 'US' },
    line_items: [
      { id: placed.lines[0]?.id, sku: 'SHOE-1', quantity: 2, price: '99.50', grams: 900, requires_shipping: true },
    ],
  })
})

test('a pickup is told by the convention that rest-shape.ts describes', async () => {
  const { store, received } = await pair(['orders/create'])
  const { id } = store.location('Store Brooklyn')
  await store.placeOrder({ ...oneShoe, pickupLocationId: id }).delivery
  await store.placeOrder({
    lines: [
      { sku: 'SHOE-1', quantity: 1, priceMinor: 9900, pickupLocationId: id },
      { sku: 'SHOE-2', quantity: 1, priceMinor: 1 },
    ],
  }).delivery
  const attribute = { name: 'pickup_location_id', value: `${id}` }
  expect(received[0]?.body).toMatchObject({ shipping_lines: [{ code: 'pickup' }], note_attributes: [attribute] })
  expect(received[1]?.body).toMatchObject({
    shipping_lines: [{ code: 'Standard' }, { code: 'pickup' }],
    note_attributes: [],
    line_items: [{ properties: [attribute] }, { properties: [] }],
  })
})

test('a webhook that was not acknowledged comes again with the original body and the same webhook id', async () => {
  const { store, received } = await pair(['orders/create'], {}, [500, 503, 200])
  const placed = store.placeOrder(oneShoe)
  expect(await placed.delivery).toBe('acknowledged')
  expect(received).toHaveLength(3)
  expect(new Set(webhookIds(received)).size).toBe(1)
  expect(new Set(received.map((one) => one.raw.toString('utf8'))).size).toBe(1)
  expect(store.books().webhooks).toMatchObject({ sent: 1, attempts: 3, retried: 2, acknowledged: 1 })
})

test('a retry carries the body of then, although the order has changed since', async () => {
  const { store, received } = await pair(['orders/create'], { retryDelaysMs: [60] }, [500, 200])
  const placed = store.placeOrder(oneShoe)
  store.cancelOrder(placed.id)
  await placed.delivery
  expect(received[1]?.body['cancelled_at']).toBeNull()
})

test('after the last retry the subscription is removed', async () => {
  const { store, received } = await pair(['orders/create'], {}, [410])
  expect(await store.placeOrder(oneShoe).delivery).toBe('abandoned')
  await store.placeOrder(oneShoe).delivery
  expect(received).toHaveLength(3)
  expect(store.books().webhooks).toMatchObject({ sent: 1, abandoned: 1, subscriptionsRemoved: 1 })
})

test('a receiver that answers too late counts as a failure', async () => {
  const silent = createServer(() => {})
  await new Promise<void>((resolve) => silent.listen(0, '127.0.0.1', resolve))
  const { port } = silent.address() as { port: number }
  const store = await openStore({
    webhookTargets: [{ topic: 'orders/create', url: `http://127.0.0.1:${port}/` }],
    webhookTimeoutMs: 20,
    retryDelaysMs: [],
  })
  closers.push(
    store.close,
    () => new Promise((resolve) => (silent.close(() => resolve()), silent.closeAllConnections())),
  )
  expect(await store.placeOrder(oneShoe).delivery).toBe('abandoned')
})

test('the webhooks of one purchase share the event id, not the webhook id', async () => {
  const { store, received, of } = await pair(['orders/create', 'fulfillment_orders/order_routing_complete'])
  store.placeOrder(oneShoe)
  await store.idle()
  expect(new Set(received.map((one) => one.headers['x-shopify-event-id'])).size).toBe(1)
  expect(new Set(webhookIds(received)).size).toBe(2)
  expect(of('fulfillment_orders/order_routing_complete')[0]?.body).toMatchObject({
    fulfillment_order: { status: 'open' },
  })
})

test('a cancel is told', async () => {
  const { store, of } = await pair(['orders/cancelled'])
  const placed = store.placeOrder(oneShoe)
  store.cancelOrder(placed.id, 'fraud')
  await store.idle()
  expect(of('orders/cancelled')[0]?.body).toMatchObject({
    id: placed.id,
    cancel_reason: 'fraud',
    line_items: [{ quantity: 1, current_quantity: 0 }],
  })
})

test('a change of stock is told', async () => {
  const { store, of } = await pair(['inventory_levels/update'])
  store.setAvailable('SHOE-1', 'Reno', 4)
  await store.idle()
  expect(of('inventory_levels/update').map((one) => one.body['available'])).toEqual([4])
})

test('duplicates carry the same webhook id', async () => {
  const { store, received } = await pair(['orders/create'], { manners: { duplicateEvery: 1, duplicateCopies: 5 } })
  store.placeOrder(oneShoe)
  await store.idle()
  expect(received).toHaveLength(5)
  expect(new Set(webhookIds(received)).size).toBe(1)
  expect(store.books().webhooks).toMatchObject({ sent: 1, duplicated: 4, acknowledged: 1 })
})

test('a held webhook is overtaken by the next one', async () => {
  const { store, received } = await pair(['orders/create'], { maxSockets: 1, manners: { reorderEvery: 2 } })
  await store.placeOrder(oneShoe).delivery
  store.placeOrder(oneShoe)
  store.placeOrder(oneShoe)
  await store.idle()
  expect(received.map((one) => one.body['name'])).toEqual(['#1001', '#1003', '#1002'])
})

test('after a rotation the old secret signs for a while, then the new one', async () => {
  let nowMs = 1_000_000
  const { store, received } = await pair(['orders/create'], { now: () => nowMs })
  store.rotateSecret('shpss_new', 3_600_000)
  await store.placeOrder(oneShoe).delivery
  nowMs += 3_600_000
  await store.placeOrder(oneShoe).delivery
  const signedBy = received.map(({ raw, headers }) =>
    [SECRET, 'shpss_new'].find((secret) => signature(raw, secret) === headers['x-shopify-hmac-sha256']),
  )
  expect(signedBy).toEqual([SECRET, 'shpss_new'])
})

test('closing the store ends waiting retries', async () => {
  const { store } = await pair(['orders/create'], { retryDelaysMs: [3_600_000] }, [500])
  const placed = store.placeOrder(oneShoe)
  await store.close()
  expect(await placed.delivery).toBe('closed')
})
