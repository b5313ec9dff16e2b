/** The reconciliation poll against the Shopify simulator: what no webhook told is found, and reads as the webhook would have. */
import { expect, test } from 'vitest'
import { startShopifyStore } from '#simulators/shopify/store.ts'
import type { ShopifyStore } from '#simulators/shopify/store.ts'
import { openReceiver } from '#simulators/shopify/test-kit.ts'
import type { Received } from '#simulators/shopify/test-kit.ts'
import type { Cursor, Reading } from '../contract/connector.ts'
import { readContext, testContext } from '../transport/test-context.ts'
import { ShopifyConfig } from './config.ts'
import { ordersPoll } from './orders-poll.ts'
import { orders } from './orders.ts'

type Placement = Parameters<ShopifyStore['placeOrder']>[0]

const OPENED_MS = Date.parse('2026-11-22T09:00:00Z')
const NODES = { '11': 'paris', '12': 'lyon' }

async function shop() {
  let nowMs = OPENED_MS
  const store = await startShopifyStore({
    clientId: 'client',
    clientSecret: 'secret',
    currency: 'EUR',
    now: () => nowMs,
    fulfillmentOrderDelayMs: 0,
    locations: [
      { id: 11, name: 'Paris' },
      { id: 12, name: 'Lyon' },
    ],
    products: [
      { sku: 'SHOE', title: 'Shoe', stock: { Paris: 99, Lyon: 99 } },
      { sku: 'UNLISTED', title: 'Known by its variant only', stock: { Paris: 99 } },
      { sku: 'GIFT', title: 'Gift card', requiresShipping: false, stock: { Paris: 99 } },
    ],
  })
  const tables = { nodes: NODES, skus: { SHOE: 'SHOE', [`${store.item('UNLISTED').variantId}`]: 'BOOT' } }
  const config = ShopifyConfig.parse({ shop: store.shopDomain, baseUrl: store.url, clientId: 'client' })
  const context = testContext({
    config,
    baseUrl: store.url,
    secrets: { clientSecret: 'secret' },
    tables,
    now: () => new Date(nowMs).toISOString(),
  })
  const readable = readContext(config, tables)
  return {
    store,
    wait: (ms: number) => void (nowMs += ms),
    place: async (placement: Placement) => {
      const placed = store.placeOrder(placement)
      await store.idle()
      return placed
    },
    /** Pulls until nothing more is there and reads what came, as the runtime does. */
    poll: async (cursor?: Cursor) => {
      const readings: Reading[] = []
      for (let at = cursor; ;) {
        const page = await ordersPoll.pull(context, at)
        readings.push(...page.documents.map(({ raw, meta }) => ordersPoll.read(raw, meta, readable)))
        if (!page.more) return { readings, cursor: page.cursor }
        at = page.cursor
      }
    },
    readWebhook: ({ headers, raw }: Received) => {
      const receivedAt = readable.receivedAt
      return orders.read(
        raw,
        orders.meta({ headers: headers as Record<string, string>, body: raw, receivedAt }),
        readable,
      )
    },
    [Symbol.asyncDispose]: async () => {
      await context[Symbol.asyncDispose]()
      await store.close()
    },
  }
}

const ordersIn = (readings: Reading[]) => readings.flatMap(({ documents }) => documents.map(({ value }) => value))

const CAMILLE = {
  first_name: 'Camille',
  last_name: 'Durand',
  company: 'Durand SARL',
  address1: '12 rue des Lilas',
  address2: 'Bât. B',
  city: 'Lyon',
  province: 'Rhône',
  province_code: 'FR-69',
  zip: '01000',
  country: 'France',
  country_code: 'FR',
  phone: '+33 6 12 34 56 78',
  latitude: 45.75,
  longitude: 4.85,
}
const shoes = { sku: 'SHOE', quantity: 2, priceMinor: 9990 }
const boots = { sku: 'UNLISTED', quantity: 1, priceMinor: 10_000 }

const PLACEMENTS: Record<string, Placement> = {
  'shipped, with every field of an address and an attribute of the order': {
    lines: [shoes, boots],
    shippingAddress: CAMILLE,
    shippingMethod: { code: 'EXP', title: 'Express', priceMinor: 495 },
    noteAttributes: [{ name: 'gift', value: 'yes' }],
  },
  'collected as a whole, not paid yet, no address': {
    lines: [shoes],
    pickupLocationId: 11,
    financialStatus: 'pending',
  },
  'one line collected by an hour, the other shipped by another': {
    lines: [
      { ...shoes, pickupLocationId: 12, properties: [{ name: '_pickup_by', value: '2026-11-23T17:00:00Z' }] },
      { ...boots, properties: [{ name: '_deliver_by', value: '2026-11-25T12:00:00Z' }] },
    ],
    shippingAddress: CAMILLE,
    financialStatus: 'authorized',
  },
  'a currency without decimals, addresses with little in them': {
    lines: [{ ...shoes, priceMinor: 12_000 }],
    currency: 'JPY',
    shippingAddress: { address1: '1-1 Chiyoda', city: 'Tokyo', country_code: 'JP' },
    billingAddress: { first_name: 'Aki', country_code: 'JP' },
  },
  'a gift card beside goods': { lines: [{ sku: 'GIFT', quantity: 1, priceMinor: 5000 }, shoes] },
  'a product that no crosswalk knows beside goods': {
    lines: [{ sku: 'NEW', quantity: 1, priceMinor: 100 }, shoes],
  },
  'nothing but a gift card': { lines: [{ sku: 'GIFT', quantity: 1, priceMinor: 5000 }] },
}

/**
 * The REST body carries all that the poll reads, so nothing is left out of the comparison. The other way round one thing is lost:
 * a province that has a name and no code, for the poll does not ask for names.
 * Two shops with the same clock and the same sales give the same ids, so the webhook of one is the webhook the other never sent.
 */
test.each(Object.entries(PLACEMENTS))(
  'an order that no webhook told reads as its webhook: %s',
  async (_, placement) => {
    await using receiver = await disposable(openReceiver())
    await using silent = await shop()
    await using twin = await shop()
    twin.store.subscribe({ topic: 'orders/create', url: receiver.url })
    for (const one of [silent, twin]) one.store.addProduct({ sku: 'NEW', title: 'New', stock: { Paris: 9 } })
    const placed = await silent.place(placement)
    expect((await twin.place(placement)).gid).toBe(placed.gid)
    const [webhook] = receiver.received
    if (webhook === undefined) throw new Error('the twin sent no webhook')

    const { readings } = await silent.poll()
    expect(silent.store.books().webhooks.sent).toBe(0)
    expect(readings).toHaveLength(1)
    const [polled] = readings
    const told = twin.readWebhook(webhook)
    expect(ordersIn(readings)).toEqual(ordersIn([told]))
    expect(polled?.ignored).toBe(told.ignored)
    expect(subjects(polled)).toEqual(subjects(told))
    expect(ordersIn(readings).length > 0 || told.ignored !== undefined).toBe(true)
  },
)

test('a cancel is polled as its webhook tells it, after the order was polled before', async () => {
  await using receiver = await disposable(openReceiver())
  await using s = await shop()
  const placed = await s.place({ lines: [shoes, boots], shippingAddress: CAMILLE })
  const first = await s.poll()
  s.wait(3_600_000)
  s.store.subscribe({ topic: 'orders/cancelled', url: receiver.url })
  expect(s.store.cancelOrder(placed.id)).toMatchObject({ cancelled: true })
  await s.store.idle()
  const second = await s.poll(first.cursor)
  const webhooks = receiver.received.map(s.readWebhook)
  expect(ordersIn(second.readings)).toEqual(ordersIn(webhooks))
  expect(ordersIn(second.readings)).toMatchObject([
    { externalId: placed.gid, cancelledAt: '2026-11-22T10:00:00.000Z', lines: [{ cancelledQuantity: 2 }, {}] },
  ])
})

test('more orders than a page are all found once, those of one second and those of later runs', async () => {
  await using s = await shop()
  const gids: string[] = []
  const sell = async (count: number) => {
    for (let i = 0; i < count; i++) gids.push((await s.place({ lines: [{ ...shoes, quantity: 1 }] })).gid)
  }
  await sell(45)
  const first = await s.poll()
  await sell(1)
  s.wait(30_000)
  await sell(3)
  const second = await s.poll(first.cursor)
  const found = ordersIn([...first.readings, ...second.readings]).map(
    (order) => (order as { externalId: string }).externalId,
  )
  expect(found.toSorted()).toEqual(gids.toSorted())
  expect((await s.poll(second.cursor)).readings).toEqual([])
})

const subjects = (reading: Reading | undefined) =>
  reading?.refused.map(({ part, issues }) => ({ part, issues: issues.map(({ code, subject }) => ({ code, subject })) }))

async function disposable<T extends { close: () => Promise<void> }>(opening: Promise<T>): Promise<T & AsyncDisposable> {
  const opened = await opening
  return { ...opened, [Symbol.asyncDispose]: opened.close }
}
