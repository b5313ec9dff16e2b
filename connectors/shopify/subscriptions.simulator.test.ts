/** Webhook subscriptions against the Shopify simulator: what is missing is subscribed, once, and again when Shopify has dropped it. */
import { afterEach, expect, test } from 'vitest'
import { startShopifyStore } from '#simulators/shopify/store.ts'
import type { ShopifyStore } from '#simulators/shopify/store.ts'
import { openReceiver } from '#simulators/shopify/test-kit.ts'
import { testContext } from '../transport/test-context.ts'
import { ShopifyConfig } from './config.ts'
import { shopify } from './connector.ts'
import { ordersPoll } from './orders-poll.ts'

const HOUR_MS = 3_600_000
let store: ShopifyStore
let receiver: Awaited<ReturnType<typeof openReceiver>>
afterEach(async () => {
  await store.close()
  await receiver.close()
})

/** `statuses`: what the receiver answers in turn, the last one for ever. */
async function open(statuses = [200]) {
  let nowMs = Date.parse('2026-11-22T09:00:00Z')
  receiver = await openReceiver(statuses)
  store = await startShopifyStore({
    clientId: 'client',
    clientSecret: 'secret',
    now: () => nowMs,
    fulfillmentOrderDelayMs: 0,
    retryDelaysMs: [1],
    locations: [{ id: 11, name: 'Paris' }],
    products: [{ sku: 'SHOE', title: 'Shoe', stock: { Paris: 99 } }],
  })
  const base = new URL(receiver.url).origin
  const config = ShopifyConfig.parse({
    shop: store.shopDomain,
    baseUrl: store.url,
    clientId: 'client',
    webhookBase: `${base}/webhooks/shop/`,
  })
  const context = testContext({
    config,
    baseUrl: store.url,
    secrets: { clientSecret: 'secret' },
    tables: {},
    now: () => new Date(nowMs).toISOString(),
  })
  const subscribed = async () => {
    const checked = await shopify.check(context)
    return checked.ok ? checked.detail : `${checked.fault}: ${checked.detail}`
  }
  return { context, subscribed, wait: (ms: number) => void (nowMs += ms) }
}

test('a check subscribes what is missing to the ports that read it, and nothing twice', async () => {
  const { context, subscribed } = await open()
  expect(await subscribed()).toContain('6 new')
  expect(await subscribed()).toContain('0 new')
  store.placeOrder({ lines: [{ sku: 'SHOE', quantity: 1, priceMinor: 5_000 }] })
  await store.idle()
  expect(receiver.received.length).toBeGreaterThan(0)
  await context[Symbol.asyncDispose]()
})

test('a subscription that Shopify dropped is made again by the poll, looked over once an hour', async () => {
  // It fails until Shopify gives the topic up.
  const { context, subscribed, wait } = await open([500, 500, 200])
  await ordersPoll.pull(context, undefined)
  expect(await subscribed()).toContain('0 new')
  store.placeOrder({ lines: [{ sku: 'SHOE', quantity: 1, priceMinor: 5_000 }] })
  await store.idle()
  expect(store.books().webhooks.subscriptionsRemoved).toBe(1)
  await ordersPoll.pull(context, undefined)
  wait(HOUR_MS)
  await ordersPoll.pull(context, undefined)
  expect(await subscribed()).toContain('0 new')
  await context[Symbol.asyncDispose]()
})
