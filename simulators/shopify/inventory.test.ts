import { afterEach, beforeEach, expect, test } from 'vitest'
import { gid } from './ids.ts'
import type { ShopifyStore } from './store.ts'
import { callGraphQL, openStore, payloadOf } from './test-kit.ts'
import type { GraphQLReply } from './test-kit.ts'

let store: ShopifyStore
let nowMs: number

beforeEach(async () => {
  nowMs = Date.parse('2026-11-22T10:00:00Z')
  store = await openStore({ now: () => nowMs })
})
afterEach(() => store.close())

type Row = { inventoryItemId: string; locationId: string; quantity: number; changeFromQuantity?: number | null }

const SET = `mutation($input: InventorySetQuantitiesInput!, $key: String!) {
  inventorySetQuantities(input: $input) @idempotent(key: $key) {
    inventoryAdjustmentGroup { id reason changes { name delta item { sku } location { name } } }
    userErrors { field message code }
  } }`

function row(quantity: number, changeFromQuantity?: number | null, sku = 'SHOE-1', location = 'Reno'): Row {
  const base = {
    inventoryItemId: gid('InventoryItem', store.item(sku).id),
    locationId: gid('Location', store.location(location).id),
    quantity,
  }
  return changeFromQuantity === undefined ? base : { ...base, changeFromQuantity }
}

function set(rows: Row[], key: string, name = 'available'): Promise<GraphQLReply> {
  return callGraphQL(store, SET, { input: { name, reason: 'correction', quantities: rows }, key })
}

function stock(sku = 'SHOE-1', location = 'Reno') {
  return store.books().stock.find((level) => level.sku === sku && level.locationName === location)
}

const codes = (reply: GraphQLReply): (string | undefined)[] => payloadOf(reply).userErrors.map((error) => error.code)

test('a matching changeFromQuantity sets the quantity and tells the change', async () => {
  const payload = payloadOf(await set([row(7, 10)], 'k1'))
  expect(payload.userErrors).toEqual([])
  expect(payload['inventoryAdjustmentGroup']).toMatchObject({
    reason: 'correction',
    changes: [
      { name: 'available', delta: -3, item: { sku: 'SHOE-1' }, location: { name: 'Reno' } },
      { name: 'on_hand', delta: -3 },
    ],
  })
  expect(stock()?.quantities.available).toBe(7)
})

test('without @idempotent the call is refused although the schema allows it', async () => {
  const mutation =
    'mutation($input: InventorySetQuantitiesInput!) { inventorySetQuantities(input: $input) { userErrors { message } } }'
  const reply = await callGraphQL(store, mutation, {
    input: { name: 'available', reason: 'correction', quantities: [row(7, 10)] },
  })
  expect(reply.data).toEqual({ inventorySetQuantities: null })
  expect(reply.errors[0]).toMatchObject({
    message: 'The @idempotent directive is required for this mutation but was not provided.',
    path: ['inventorySetQuantities'],
    extensions: { code: 'BAD_REQUEST' },
  })
  expect(stock()?.quantities.available).toBe(10)
})

test('a blank idempotency key is refused', async () => {
  const reply = await set([row(7, 10)], '  ')
  expect(reply.errors[0]?.extensions['code']).toBe('BAD_REQUEST')
})

test('an absent changeFromQuantity is refused although the schema allows it', async () => {
  const reply = await set([row(7)], 'k1')
  expect(reply.data).toEqual({ inventorySetQuantities: null })
  expect(reply.errors[0]).toMatchObject({
    message: 'InventoryQuantityInput must include the following argument: changeFromQuantity.',
    extensions: { code: 'INVALID_FIELD_ARGUMENTS' },
  })
})

test('an explicit null skips the comparison', async () => {
  expect(payloadOf(await set([row(4, null)], 'k1')).userErrors).toEqual([])
  expect(stock()?.quantities.available).toBe(4)
})

test('a stale changeFromQuantity changes nothing, not even the other rows', async () => {
  const reply = await set([row(1, 3, 'SHOE-2', 'Newark'), row(7, 9)], 'k1')
  expect(codes(reply)).toEqual(['CHANGE_FROM_QUANTITY_STALE'])
  expect(stock('SHOE-2', 'Newark')?.quantities.available).toBe(3)
  expect(stock()?.quantities.available).toBe(10)
})

test('the same key with the same parameters gives the same answer without effect', async () => {
  const first = await set([row(7, 10)], 'k1')
  store.setAvailable('SHOE-1', 'Reno', 2)
  const second = await set([row(7, 10)], 'k1')
  expect(second.data).toEqual(first.data)
  expect(stock()?.quantities.available).toBe(2)
  expect(store.books().calls.mutationsApplied).toEqual({ inventorySetQuantities: 1 })
})

test('the same key with other parameters is refused', async () => {
  await set([row(7, 10)], 'k1')
  expect(codes(await set([row(8, 7)], 'k1'))).toEqual(['IDEMPOTENCY_KEY_PARAMETER_MISMATCH'])
})

test('a key whose first use was refused is burnt', async () => {
  await set([row(7, 9)], 'k1')
  expect(codes(await set([row(7, 9)], 'k1'))).toEqual(['IDEMPOTENCY_PREVIOUS_ATTEMPT_FAILED'])
})

test('a key is forgotten after 24 hours', async () => {
  await set([row(7, 10)], 'k1')
  nowMs += 25 * 3_600_000
  expect(codes(await set([row(8, 7)], 'k1'))).toEqual([])
})

test('wrong names, reasons, ids and doubled rows are each named', async () => {
  const unknown = {
    inventoryItemId: 'gid://shopify/InventoryItem/42',
    locationId: 'gid://shopify/Location/43',
    quantity: -1,
    changeFromQuantity: null,
  }
  const input = {
    name: 'committed',
    reason: 'because',
    referenceDocumentUri: 'no uri',
    quantities: [unknown, row(1, null), row(1, null)],
  }
  const reply = await callGraphQL(store, SET, { input, key: 'k1' })
  expect(codes(reply)).toEqual([
    'INVALID_NAME',
    'INVALID_REASON',
    'INVALID_REFERENCE_DOCUMENT',
    'INVALID_INVENTORY_ITEM',
    'INVALID_LOCATION',
    'INVALID_QUANTITY_NEGATIVE',
    'NO_DUPLICATE_INVENTORY_ITEM_ID_GROUP_ID_PAIR',
  ])
  expect(store.books().calls.mutationsRefused).toEqual({ inventorySetQuantities: 1 })
})

test('more than 250 rows are refused', async () => {
  const reply = await set(
    Array.from({ length: 251 }, () => row(1, null)),
    'k1',
  )
  expect(reply.errors[0]?.extensions['code']).toBe('MAX_INPUT_SIZE_EXCEEDED')
})

test('stock at a location that does not stock the item is taken, but plain queries do not show it', async () => {
  expect(codes(await set([row(6, null, 'SHOE-2', 'Reno')], 'k1'))).toEqual([])
  const query = `query($id: ID!, $at: ID!) { inventoryItem(id: $id) {
    plain: inventoryLevel(locationId: $at) { id }
    all: inventoryLevel(locationId: $at, includeInactive: true) { isActive quantities(names: ["available"]) { quantity } } } }`
  const { inventoryItemId: id, locationId: at } = row(0, null, 'SHOE-2', 'Reno')
  const reply = await callGraphQL(store, query, { id, at })
  expect(reply.data?.['inventoryItem']).toEqual({
    plain: null,
    all: { isActive: false, quantities: [{ quantity: 6 }] },
  })
})

test('activating stocks the item and keeps what the inactive level held', async () => {
  await set([row(6, null, 'SHOE-2', 'Reno')], 'k1')
  const { inventoryItemId: item, locationId: at } = row(0, null, 'SHOE-2', 'Reno')
  const activate = `mutation($item: ID!, $at: ID!, $onHand: Int, $key: String!) {
    inventoryActivate(inventoryItemId: $item, locationId: $at, onHand: $onHand) @idempotent(key: $key) {
      inventoryLevel { isActive quantities(names: ["available", "on_hand"]) { name quantity } } userErrors { field message } } }`
  const first = payloadOf(await callGraphQL(store, activate, { item, at, key: 'a1' }))
  expect(first['inventoryLevel']).toMatchObject({ isActive: true, quantities: [{ quantity: 6 }, { quantity: 6 }] })
  const second = payloadOf(await callGraphQL(store, activate, { item, at, onHand: 9, key: 'a2' }))
  expect(second.userErrors).toEqual([
    {
      field: ['onHand'],
      message: 'Not allowed to set an on_hand quantity when the item is already active at the location.',
    },
  ])
})

test('on hand is the sum of the other quantities, and setting it moves available', async () => {
  store.placeOrder({ lines: [{ sku: 'SHOE-1', quantity: 4, priceMinor: 9900 }] })
  expect(stock()).toMatchObject({ onHand: 10, quantities: { available: 6, committed: 4 } })
  expect(codes(await set([row(12, 10)], 'k1', 'on_hand'))).toEqual([])
  expect(stock()).toMatchObject({ onHand: 12, quantities: { available: 8, committed: 4 } })
})

test('inventoryProperties tells what on hand is made of', async () => {
  const reply = await callGraphQL(store, '{ inventoryProperties { quantityNames { name comprises } } }')
  const properties = reply.data?.['inventoryProperties'] as { quantityNames: { name: string; comprises: string[] }[] }
  const parts = properties.quantityNames.find(({ name }) => name === 'on_hand')?.comprises
  expect(parts).toEqual(['available', 'committed', 'reserved', 'damaged', 'safety_stock', 'quality_control'])
})
