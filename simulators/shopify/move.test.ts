import { afterEach, beforeEach, expect, test } from 'vitest'
import type { ShopifyStore } from './store.ts'
import { callGraphQL, openStore, payloadOf } from './test-kit.ts'
import { MOVE, committed, create, move, only, placeTwo, routed, view } from './test-orders.ts'

let store: ShopifyStore

beforeEach(async () => {
  store = await openStore()
})
afterEach(() => store.close())

test('a whole move keeps the id and moves the committed stock', async () => {
  const record = only(
    await routed(store, store.placeOrder({ lines: [{ sku: 'SHOE-1', quantity: 2, priceMinor: 9900 }] })),
  )
  const payload = await move(store, record.id, 'Newark')
  expect(payload).toMatchObject({
    movedFulfillmentOrder: { id: record.id, assignedLocation: { location: { name: 'Newark' } } },
    remainingFulfillmentOrder: null,
  })
  expect([committed(store, 'SHOE-1', 'Reno'), committed(store, 'SHOE-1', 'Newark')]).toEqual([0, 2])
})

test('a partial move makes a new fulfillment order with new line ids', async () => {
  const record = only(
    await routed(store, store.placeOrder({ lines: [{ sku: 'SHOE-1', quantity: 3, priceMinor: 9900 }] })),
  )
  const line = only(record.lineItems.nodes)
  const payload = await move(store, record.id, 'Newark', [{ id: line.id, quantity: 1 }])
  expect(payload.userErrors).toEqual([])
  const moved = payload['movedFulfillmentOrder'] as {
    id: string
    lineItems: { nodes: { id: string; totalQuantity: number }[] }
  }
  expect(moved.id).not.toBe(record.id)
  expect(only(moved.lineItems.nodes).id).not.toBe(line.id)
  expect(only(moved.lineItems.nodes).totalQuantity).toBe(1)
  expect(payload['remainingFulfillmentOrder']).toEqual({
    id: record.id,
    lineItems: { nodes: [{ remainingQuantity: 2 }] },
  })
})

test('a partial move to a location that has an open fulfillment order closes that one and joins the units in a new one', async () => {
  const placed = store.placeOrder({
    lines: [
      { sku: 'SHOE-1', quantity: 3, priceMinor: 9900 },
      { sku: 'SHOE-2', quantity: 1, priceMinor: 25_000 },
    ],
  })
  const [reno, newark] = await routed(store, placed)
  if (reno === undefined || newark === undefined) throw new Error('two fulfillment orders were expected')
  await move(store, reno.id, 'Newark', [{ id: only(reno.lineItems.nodes).id, quantity: 1 }])
  const after = (await view(store, placed)).fulfillmentOrders.nodes
  expect(after.find((record) => record.id === newark.id)?.status).toBe('CLOSED')
  const joined = only(after.filter((record) => record.id !== reno.id && record.id !== newark.id))
  expect(joined.lineItems.nodes.map((line) => [line.lineItem.sku, line.remainingQuantity])).toEqual([
    ['SHOE-1', 1],
    ['SHOE-2', 1],
  ])
})

test('what was shipped stays where it was shipped when the rest moves', async () => {
  const placed = store.placeOrder({ lines: [{ sku: 'SHOE-1', quantity: 3, priceMinor: 9900 }] })
  const record = only(await routed(store, placed))
  await create(store, [
    {
      fulfillmentOrderId: record.id,
      fulfillmentOrderLineItems: [{ id: only(record.lineItems.nodes).id, quantity: 1 }],
    },
  ])
  const payload = await move(store, record.id, 'Newark')
  expect(payload['originalFulfillmentOrder']).toEqual({ id: record.id, status: 'CLOSED' })
  expect(payload['movedFulfillmentOrder']).toMatchObject({ lineItems: { nodes: [{ totalQuantity: 2 }] } })
})

test('each move that the real store refuses is refused', async () => {
  const [reno, newark] = await routed(store, placeTwo(store))
  if (reno === undefined || newark === undefined) throw new Error('two fulfillment orders were expected')
  const id = store.books().orders[0]?.fulfillmentOrders[0]?.id ?? 0
  const error = async (target = 'Newark') => (await move(store, reno.id, target)).userErrors[0]
  expect((await move(store, newark.id, 'Reno')).userErrors[0]?.message).toMatch(/not stocked at Reno/)
  const unknown = await callGraphQL(store, MOVE, { id: reno.id, to: 'gid://shopify/Location/999' })
  expect(payloadOf(unknown).userErrors[0]).toEqual({ field: ['id'], message: 'Location not found.', code: null })
  for (const requestStatus of ['SUBMITTED', 'ACCEPTED', 'CANCELLATION_REQUESTED', 'CANCELLATION_REJECTED'] as const) {
    store.changeFulfillmentOrder(id, { requestStatus })
    expect((await error())?.message).toMatch(/^Cannot move submitted fulfillment order/)
  }
  store.changeFulfillmentOrder(id, { requestStatus: 'UNSUBMITTED', progressReported: true, status: 'IN_PROGRESS' })
  expect((await error())?.code).toBe('CANNOT_MOVE_FULFILLMENT_ORDER_WITH_REPORTED_PROGRESS')
  store.changeFulfillmentOrder(id, { progressReported: false, status: 'CLOSED' })
  expect(await error()).toEqual({ field: null, message: 'Cannot change location.', code: null })
})
