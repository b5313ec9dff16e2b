import { afterEach, beforeEach, expect, test } from 'vitest'
import type { ShopifyStore } from './store.ts'
import { callGraphQL, openStore, payloadOf } from './test-kit.ts'
import { gid } from './ids.ts'

let store: ShopifyStore
let nowMs = 0

beforeEach(async () => {
  nowMs = Date.parse('2026-11-22T10:00:00Z')
  store = await openStore({ now: () => nowMs, throttle: { maximumAvailable: 20, restoreRate: 10 } })
})
afterEach(() => store.close())

const LOCATIONS = '{ locations(first: 20) { nodes { id name } } }'

test('each answer tells what it cost and what is left', async () => {
  const reply = await callGraphQL(store, LOCATIONS)
  expect(reply.cost).toEqual({
    requestedQueryCost: 7,
    actualQueryCost: 4,
    throttleStatus: { maximumAvailable: 20, currentlyAvailable: 16, restoreRate: 10 },
  })
})

test('an empty bucket throttles until time has filled it', async () => {
  for (let call = 0; call < 4; call += 1) expect((await callGraphQL(store, LOCATIONS)).errors).toEqual([])
  const refused = await callGraphQL(store, LOCATIONS)
  expect(refused.status).toBe(200)
  expect(refused.data).toBeUndefined()
  expect(refused.errors[0]).toMatchObject({ message: 'Throttled', extensions: { code: 'THROTTLED' } })
  expect(refused.cost).toMatchObject({ requestedQueryCost: 7, actualQueryCost: null })
  nowMs += 1000
  expect((await callGraphQL(store, LOCATIONS)).errors).toEqual([])
  expect(store.books().calls).toMatchObject({ graphqlCalls: 6, throttled: 1 })
})

test('throttling on demand may answer with status 429', async () => {
  const strict = await openStore({ throttledStatus: 429, manners: { throttleNext: 1 } })
  try {
    expect((await callGraphQL(strict, LOCATIONS)).status).toBe(429)
    expect((await callGraphQL(strict, LOCATIONS)).status).toBe(200)
  } finally {
    await strict.close()
  }
})

test('one call may not ask for more than 1000 points', async () => {
  const reply = await callGraphQL(
    store,
    '{ orders(first: 250) { nodes { fulfillmentOrders(first: 250) { nodes { lineItems(first: 250) { nodes { id lineItem { id } } } } } } } }',
  )
  expect(reply.errors[0]?.extensions['code']).toBe('MAX_COST_EXCEEDED')
})

test('an answer can be lost after the effect', async () => {
  const quantities = [
    {
      inventoryItemId: gid('InventoryItem', store.item('SHOE-1').id),
      locationId: gid('Location', store.location('Reno').id),
      quantity: 3,
      changeFromQuantity: 10,
    },
  ]
  const mutation =
    'mutation($input: InventorySetQuantitiesInput!) { inventorySetQuantities(input: $input) @idempotent(key: "k1") { userErrors { code } } }'
  const send = () => callGraphQL(store, mutation, { input: { name: 'available', reason: 'correction', quantities } })
  const available = () =>
    store.books().stock.find((level) => level.sku === 'SHOE-1' && level.locationName === 'Reno')?.quantities.available
  store.manners.dropAnswerAfterEffect = 1
  await expect(send()).rejects.toThrow('fetch failed')
  expect(available()).toBe(3)
  expect(payloadOf(await send()).userErrors).toEqual([])
  nowMs += 10_000
  store.manners.answer500AfterEffect = 1
  const response = await fetch(store.graphqlUrl, {
    method: 'POST',
    headers: { 'X-Shopify-Access-Token': 'shpat_test' },
    body: JSON.stringify({
      query: mutation,
      variables: { input: { name: 'available', reason: 'correction', quantities } },
    }),
  })
  expect(response.status).toBe(500)
  expect(store.books().calls).toMatchObject({ spoiledAnswers: 2, mutationsApplied: { inventorySetQuantities: 1 } })
})
