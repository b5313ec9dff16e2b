import { afterEach, beforeEach, expect, test } from 'vitest'
import type { ShopifyStore } from './store.ts'
import { callGraphQL, openStore } from './test-kit.ts'

let store: ShopifyStore
let nowMs: number

beforeEach(async () => {
  nowMs = Date.parse('2026-11-22T10:00:00Z')
  store = await openStore({ now: () => nowMs })
})
afterEach(() => store.close())

const ORDERS = `query($after: String, $sortKey: OrderSortKeys = UPDATED_AT, $reverse: Boolean) {
  orders(first: 2, after: $after, sortKey: $sortKey, reverse: $reverse) { nodes { name } pageInfo { hasNextPage endCursor } } }`

async function page(variables: Record<string, unknown>) {
  const reply = await callGraphQL(store, ORDERS, variables)
  const orders = reply.data?.['orders'] as
    | { nodes: { name: string }[]; pageInfo: { hasNextPage: boolean; endCursor: string } }
    | undefined
  return { names: orders?.nodes.map(({ name }) => name), ...orders?.pageInfo, errors: reply.errors }
}

/** Four orders, ten seconds apart. */
async function sellFour() {
  const placed = []
  for (let count = 0; count < 4; count++) {
    placed.push(store.placeOrder({ lines: [{ sku: 'SHOE-1', quantity: 1, priceMinor: 9900 }] }))
    await store.idle()
    nowMs += 10_000
  }
  return placed
}

test('money is written as GraphQL writes decimals, in the currency of the order', async () => {
  store.placeOrder({
    lines: [{ sku: 'SHOE-1', quantity: 2, priceMinor: 9990 }],
    shippingMethod: { code: 'EXP', title: 'Express', priceMinor: 20 },
  })
  const reply = await callGraphQL(
    store,
    `{ orders(first: 1) { nodes {
      currentTotalPriceSet { shopMoney { amount currencyCode } presentmentMoney { amount } }
      shippingLine { code title originalPriceSet { shopMoney { amount } } } shippingAddress { name }
      lineItems(first: 1) { nodes { originalUnitPriceSet { shopMoney { amount } } } } } } }`,
  )
  expect(reply.errors).toEqual([])
  expect(reply.data).toEqual({
    orders: {
      nodes: [
        {
          currentTotalPriceSet: {
            shopMoney: { amount: '200.0', currencyCode: 'USD' },
            presentmentMoney: { amount: '200.0' },
          },
          shippingLine: { code: 'EXP', title: 'Express', originalPriceSet: { shopMoney: { amount: '0.2' } } },
          shippingAddress: null,
          lineItems: { nodes: [{ originalUnitPriceSet: { shopMoney: { amount: '99.9' } } }] },
        },
      ],
    },
  })
})

test.each([
  {
    reverse: false,
    pages: [
      ['#1001', '#1002'],
      ['#1003', '#1004'],
    ],
  },
  {
    reverse: true,
    pages: [
      ['#1004', '#1003'],
      ['#1002', '#1001'],
    ],
  },
])('orders page by their time of change (reverse: $reverse)', async ({ reverse, pages }) => {
  await sellFour()
  const first = await page({ reverse })
  const second = await page({ reverse, after: first.endCursor })
  expect([first.names, second.names]).toEqual(pages)
  expect([first.hasNextPage, second.hasNextPage]).toEqual([true, false])
})

test('a cursor keeps its place when its order changes between two pages', async () => {
  const [, second] = await sellFour()
  const first = await page({})
  store.cancelOrder(second?.id ?? 0)
  const next = await page({ after: first.endCursor })
  expect(next.names).toEqual(['#1003', '#1004'])
  expect((await page({ after: next.endCursor })).names).toEqual(['#1002'])
})

test('a cursor of another sort is refused', async () => {
  await sellFour()
  const first = await page({})
  const refused = await page({ after: first.endCursor, sortKey: 'CREATED_AT' })
  expect(refused.errors[0]?.message).toBe('Invalid cursor for current pagination sort.')
})
