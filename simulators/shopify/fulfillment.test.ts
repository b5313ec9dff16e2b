import { afterEach, beforeEach, expect, test } from 'vitest'
import type { ShopifyStore } from './store.ts'
import { callGraphQL, openStore, payloadOf } from './test-kit.ts'
import { ORDER, committed, create, move, only, placeTwo, routed, view } from './test-orders.ts'

let store: ShopifyStore

beforeEach(async () => {
  store = await openStore()
})
afterEach(() => store.close())

test('right after the order there are no fulfillment orders yet', async () => {
  const slow = await openStore({ fulfillmentOrderDelayMs: 3_600_000 })
  try {
    const placed = slow.placeOrder({ lines: [{ sku: 'SHOE-1', quantity: 1, priceMinor: 100 }] })
    const reply = await callGraphQL(slow, ORDER, { id: placed.gid })
    expect(reply.data?.['order']).toMatchObject({ name: placed.name, fulfillmentOrders: { nodes: [] } })
  } finally {
    await slow.close()
  }
})

test('the background step makes one fulfillment order per location', async () => {
  const places = (await routed(store, placeTwo(store))).map((record) => record.assignedLocation.location.name)
  expect(places).toEqual(['Reno', 'Newark'])
})

test('a new fulfillment order is open, unsubmitted and can be fulfilled and moved', async () => {
  const record = only(
    await routed(store, store.placeOrder({ lines: [{ sku: 'SHOE-1', quantity: 2, priceMinor: 9900 }] })),
  )
  expect(record).toMatchObject({
    status: 'OPEN',
    requestStatus: 'UNSUBMITTED',
    deliveryMethod: { methodType: 'SHIPPING' },
  })
  expect(record.supportedActions.map(({ action }) => action)).toEqual([
    'CREATE_FULFILLMENT',
    'REPORT_PROGRESS',
    'MOVE',
    'HOLD',
    'SPLIT',
  ])
})

test('a picked-up line gets a fulfillment order of its own at the pickup location', async () => {
  const brooklyn = store.location('Store Brooklyn').id
  const placed = store.placeOrder({
    lines: [
      { sku: 'SHOE-1', quantity: 1, priceMinor: 9900, pickupLocationId: brooklyn },
      { sku: 'SHOE-2', quantity: 1, priceMinor: 25_000 },
    ],
  })
  const kinds = (await routed(store, placed)).map((record) => [
    record.assignedLocation.location.name,
    record.deliveryMethod.methodType,
  ])
  expect(kinds).toEqual([
    ['Store Brooklyn', 'PICK_UP'],
    ['Newark', 'SHIPPING'],
  ])
})

test('shipping all units closes the fulfillment order and takes them off the books', async () => {
  const placed = store.placeOrder({ lines: [{ sku: 'SHOE-1', quantity: 2, priceMinor: 9900 }] })
  const record = only(await routed(store, placed))
  const payload = await create(store, [{ fulfillmentOrderId: record.id }], { company: 'UPS', number: '1Z999' })
  expect(payload.userErrors).toEqual([])
  expect(payload['fulfillment']).toMatchObject({
    status: 'SUCCESS',
    trackingInfo: [{ company: 'UPS', number: '1Z999', url: 'https://www.ups.com/WebTracking?trackNums=1Z999' }],
  })
  const after = await view(store, placed)
  expect(after.displayFulfillmentStatus).toBe('FULFILLED')
  expect(only(after.fulfillmentOrders.nodes)).toMatchObject({ status: 'CLOSED', supportedActions: [] })
  expect(committed(store, 'SHOE-1', 'Reno')).toBe(0)
  expect(store.books().orders[0]?.lines).toMatchObject([{ sku: 'SHOE-1', ordered: 2, cancelled: 0, fulfilled: 2 }])
})

test('a part can be shipped, and the same call again ships again: it is not idempotent', async () => {
  const placed = store.placeOrder({ lines: [{ sku: 'SHOE-1', quantity: 2, priceMinor: 9900 }] })
  const record = only(await routed(store, placed))
  const part = {
    fulfillmentOrderId: record.id,
    fulfillmentOrderLineItems: [{ id: only(record.lineItems.nodes).id, quantity: 1 }],
  }
  expect((await create(store, [part])).userErrors).toEqual([])
  expect((await view(store, placed)).displayFulfillmentStatus).toBe('PARTIALLY_FULFILLED')
  expect((await create(store, [part])).userErrors).toEqual([])
  expect((await view(store, placed)).fulfillments).toHaveLength(2)
  expect((await create(store, [part])).userErrors[0]?.message).toMatch(/has an unfulfillable status= closed/)
})

test('each wrong fulfillment is refused in the words of the real store', async () => {
  const [reno, newark] = await routed(store, placeTwo(store))
  const other = only(
    await routed(store, store.placeOrder({ lines: [{ sku: 'SHOE-1', quantity: 1, priceMinor: 9900 }] })),
  )
  if (reno === undefined || newark === undefined) throw new Error('two fulfillment orders were expected')
  const line = only(reno.lineItems.nodes).id
  const message = async (groups: Parameters<typeof create>[1]): Promise<string | undefined> =>
    (await create(store, groups)).userErrors[0]?.message
  expect(await message([{ fulfillmentOrderId: reno.id, fulfillmentOrderLineItems: [{ id: line, quantity: 0 }] }])).toBe(
    'Quantity must be greater than 0',
  )
  expect(await message([{ fulfillmentOrderId: 'gid://shopify/FulfillmentOrder/1' }])).toBe(
    'Fulfillment order does not exist.',
  )
  expect(await message([{ fulfillmentOrderId: reno.id }, { fulfillmentOrderId: other.id }])).toMatch(
    /^All fulfillment orders must belong to the same order/,
  )
  expect(await message([{ fulfillmentOrderId: reno.id }, { fulfillmentOrderId: newark.id }])).toMatch(
    /^All fulfillment orders must be assigned to a single location/,
  )
  expect(
    await message([
      {
        fulfillmentOrderId: reno.id,
        fulfillmentOrderLineItems: [{ id: 'gid://shopify/FulfillmentOrderLineItem/1', quantity: 1 }],
      },
    ]),
  ).toBe('Fulfillment order line item does not exist.')
  expect(await message([{ fulfillmentOrderId: reno.id, fulfillmentOrderLineItems: [{ id: line, quantity: 3 }] }])).toBe(
    'Invalid fulfillment order line item quantity requested.',
  )
  expect(store.books().orders.flatMap((order) => order.fulfillments)).toEqual([])
  expect(store.books().calls.mutationsRefused).toEqual({ fulfillmentCreate: 6 })
})

test('tracking can be replaced later', async () => {
  const record = only(
    await routed(store, store.placeOrder({ lines: [{ sku: 'SHOE-1', quantity: 1, priceMinor: 9900 }] })),
  )
  const made = await create(store, [{ fulfillmentOrderId: record.id }])
  const update = `mutation($id: ID!) { fulfillmentTrackingInfoUpdate(fulfillmentId: $id, trackingInfoInput: { company: "Own van", numbers: ["A", "B"] }) {
    fulfillment { trackingInfo { company number url } } userErrors { message } } }`
  const payload = payloadOf(await callGraphQL(store, update, { id: (made['fulfillment'] as { id: string }).id }))
  expect(payload['fulfillment']).toEqual({
    trackingInfo: [
      { company: 'Own van', number: 'A', url: null },
      { company: 'Own van', number: 'B', url: null },
    ],
  })
})

test('a cancelled order closes its fulfillment orders and gives the stock back', async () => {
  const placed = store.placeOrder({ lines: [{ sku: 'SHOE-1', quantity: 2, priceMinor: 9900 }] })
  const record = only(await routed(store, placed))
  await move(store, record.id, 'Newark')
  expect(store.cancelOrder(placed.id)).toMatchObject({ cancelled: true })
  const after = await view(store, placed)
  expect(after.cancelledAt).not.toBeNull()
  expect(only(after.fulfillmentOrders.nodes).status).toBe('CLOSED')
  expect(committed(store, 'SHOE-1', 'Newark')).toBe(0)
  expect((await create(store, [{ fulfillmentOrderId: record.id }])).userErrors[0]?.message).toMatch(
    /unfulfillable status= closed/,
  )
  expect(store.books().orders[0]?.lines).toMatchObject([{ ordered: 2, cancelled: 2, fulfilled: 0 }])
  expect(store.cancelOrder(placed.id).cancelled).toBe(false)
})

test('an order that was shipped cannot be cancelled', async () => {
  const placed = store.placeOrder({ lines: [{ sku: 'SHOE-1', quantity: 1, priceMinor: 9900 }] })
  await create(store, [{ fulfillmentOrderId: only(await routed(store, placed)).id }])
  expect(store.cancelOrder(placed.id)).toEqual({
    cancelled: false,
    message: 'Cannot cancel an order that has outstanding fulfillments',
  })
})

test('orders are found by the time of their last change', async () => {
  let nowMs = Date.parse('2026-11-22T10:00:00Z')
  const timed = await openStore({ now: () => nowMs, fulfillmentOrderDelayMs: 0 })
  try {
    timed.placeOrder({ lines: [{ sku: 'SHOE-1', quantity: 1, priceMinor: 100 }] })
    await timed.idle()
    nowMs += 60_000
    const second = timed.placeOrder({ lines: [{ sku: 'SHOE-1', quantity: 1, priceMinor: 100 }], tags: ['vip'] })
    await timed.idle()
    const query = `query($q: String) { orders(first: 10, query: $q, sortKey: UPDATED_AT) { nodes { name } } }`
    const names = async (q: string) => (await callGraphQL(timed, query, { q })).data?.['orders']
    expect(await names("updated_at:>='2026-11-22T10:01:00Z'")).toEqual({ nodes: [{ name: second.name }] })
    expect(await names("updated_at:>'2026-11-22T09:00:00Z' AND tag:vip")).toEqual({ nodes: [{ name: second.name }] })
    expect(await names('')).toMatchObject({ nodes: [{ name: '#1001' }, { name: '#1002' }] })
    expect((await callGraphQL(timed, query, { q: 'risk_level:high' })).errors[0]?.message).toMatch(
      /search term risk_level:high/,
    )
  } finally {
    await timed.close()
  }
})
