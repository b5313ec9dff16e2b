/** Changes that were made in the hub, against a shop that keeps its own books of the order and may lose any answer. */
import { expect, test } from 'vitest'
import type { ChannelChange } from '#core/model/order-change.ts'
import type { Instant } from '#core/model/time.ts'
import { startShopifyStore } from '#simulators/shopify/store.ts'
import type { ChannelTracking, Transmission } from '../contract/connector.ts'
import { delivery, outcomeOf, testContext } from '../transport/test-context.ts'
import { changes } from './changes.ts'
import { ShopifyConfig } from './config.ts'
import { shipments } from './shipments.ts'
import { tracking } from './tracking.ts'

async function shop() {
  const store = await startShopifyStore({
    clientId: 'client',
    clientSecret: 'secret',
    fulfillmentOrderDelayMs: 0,
    locations: [{ id: 11, name: 'Paris' }],
    products: ['A', 'B', 'C'].map((sku) => ({ sku, title: sku, stock: { Paris: 10 } })),
  })
  const config = ShopifyConfig.parse({ shop: store.shopDomain, baseUrl: store.url, clientId: 'client' })
  const context = testContext({
    config,
    baseUrl: store.url,
    secrets: { clientSecret: 'secret' },
    tables: { nodes: { '11': 'paris' } },
    now: () => new Date().toISOString(),
  })
  const placed = store.placeOrder({
    lines: [
      { sku: 'A', quantity: 3, priceMinor: 1000 },
      { sku: 'B', quantity: 2, priceMinor: 500 },
    ],
    shippingAddress: { first_name: 'Ada', last_name: 'Lovelace', address1: '1 Rue', city: 'Paris', country_code: 'FR' },
  })
  await store.idle()
  const [a, b] = placed.lines
  if (a === undefined || b === undefined) throw new Error('the order has two lines')
  const change = (more: Partial<ChannelChange>): ChannelChange => ({
    externalOrderId: placed.gid as never,
    reason: 'the customer called',
    cancelled: false,
    quantities: [],
    added: [],
    knownLineIds: [a.gid, b.gid] as never,
    ...more,
  })
  const prepared = async (document: ChannelChange): Promise<Transmission<'channelChange'>> => {
    const deliveries = [delivery<'channelChange'>('i1', document)]
    const written = await changes.prepare(context, deliveries)
    if (!written.ok) throw new Error(JSON.stringify(written.issues))
    return { id: 't1', ...written.value, deliveries }
  }
  return {
    store,
    context,
    a,
    b,
    change,
    prepared,
    send: async (more: Partial<ChannelChange>) => outcomeOf(await changes.send(context, await prepared(change(more)))),
    book: () => {
      const [order] = store.books().orders
      if (order === undefined) throw new Error('the shop has one order')
      return order
    },
    placed,
    [Symbol.asyncDispose]: async () => {
      await context[Symbol.asyncDispose]()
      await store.close()
    },
  }
}
const lines = (s: Awaited<ReturnType<typeof shop>>) =>
  s.book().lines.map(({ sku, ordered, cancelled }) => [sku, ordered - cancelled])

test('quantities, a new line and an address are brought to what the hub says, and a repeat changes nothing', async () => {
  await using s = await shop()
  const more: Partial<ChannelChange> = {
    quantities: [
      { externalLineId: s.a.gid as never, sku: 'A' as never, quantity: 1 },
      { externalLineId: s.b.gid as never, sku: 'B' as never, quantity: 4 },
    ],
    added: [{ lineNo: 3, sku: 'C' as never, quantity: 2, unitPriceMinor: 700, currency: 'USD' }],
    shipTo: { name: 'Ada King Lovelace', line1: '2 Rue', city: 'Lyon', postcode: '01000', country: 'FR' },
  }
  expect(await s.send(more)).toMatchObject({ kind: 'accepted' })
  expect(lines(s)).toEqual([
    ['A', 1],
    ['B', 4],
    ['C', 2],
  ])
  expect(await s.send(more)).toMatchObject({ kind: 'duplicate' })
  expect(lines(s)).toHaveLength(3)
  expect(s.store.books().calls.mutationsApplied).toMatchObject({ orderUpdate: 1, orderEditCommit: 1 })
})

test.each(['dropAnswerAfterEffect', 'answer500AfterEffect'] as const)(
  'after %s at the last step the order is asked, and nothing is added twice',
  async (manner) => {
    await using s = await shop()
    const transmission = await s.prepared(
      s.change({ added: [{ lineNo: 3, sku: 'C' as never, quantity: 2, unitPriceMinor: 700, currency: 'USD' }] }),
    )
    // Answers are lost from the look at the order on: whichever step loses one, the next attempt goes on from what the order is.
    const kinds: (string | undefined)[] = []
    for (let attempt = 0; attempt < 8 && kinds.at(-1) !== 'duplicate'; attempt++) {
      s.store.manners[manner] = attempt < 5 ? 1 : 0
      kinds.push(outcomeOf(await changes.send(s.context, transmission))?.kind)
    }
    expect(kinds.at(-1)).toMatch(/accepted|duplicate/)
    expect(await changes.lookup?.(s.context, transmission)).toMatchObject({ i1: { kind: 'present' } })
    expect(lines(s)).toEqual([
      ['A', 3],
      ['B', 2],
      ['C', 2],
    ])
  },
)

test('a whole order is cancelled there and paid back, once; a shipped one is refused with the shop’s words', async () => {
  await using s = await shop()
  expect(await s.send({ cancelled: true })).toMatchObject({ kind: 'accepted' })
  expect(s.book()).toMatchObject({ cancelled: true, refunds: [{ amountMinor: 4000 }] })
  expect(await s.send({ cancelled: true })).toMatchObject({ kind: 'duplicate' })

  await using shipped = await shop()
  await ship(shipped)
  expect(await shipped.send({ cancelled: true })).toMatchObject({
    kind: 'rejected',
    issues: [{ rule: 'Cannot cancel an order that has outstanding fulfillments' }],
  })
  expect(
    await shipped.send({ quantities: [{ externalLineId: shipped.a.gid as never, sku: 'A' as never, quantity: 0 }] }),
  ).toMatchObject({ kind: 'rejected' })
})

test('what the shop does not have is told with its name', async () => {
  await using s = await shop()
  expect(
    await s.send({ added: [{ lineNo: 3, sku: 'NONE' as never, quantity: 2, unitPriceMinor: 1, currency: 'USD' }] }),
  ).toMatchObject({ kind: 'rejected', issues: [{ value: 'NONE' }] })
  expect(await s.send({ externalOrderId: 'gid://shopify/Order/1' as never })).toMatchObject({ kind: 'rejected' })
})

async function ship(s: Awaited<ReturnType<typeof shop>>): Promise<void> {
  const document = {
    externalOrderId: s.placed.gid,
    nodeId: 'paris' as never,
    shipmentId: 'shp_1',
    shippedAt: '2026-11-22T09:00:00.000Z' as Instant,
    lines: [{ externalLineId: s.a.gid, sku: 'A' as never, quantity: 2 }],
    trackingNumbers: ['1Z1'],
    trackingUrls: [],
  }
  const deliveries = [delivery<'channelShipment'>('i1', document)]
  const written = await shipments.prepare(s.context, deliveries)
  if (!written.ok) throw new Error(JSON.stringify(written.issues))
  await shipments.send(s.context, { id: 't1', ...written.value, deliveries })
}

test('a parcel that arrived is told on its fulfillment, once, and waits while the shop does not know the shipment', async () => {
  await using s = await shop()
  const word: ChannelTracking = {
    externalOrderId: s.placed.gid,
    shipmentId: 'shp_1',
    event: 'delivered',
    at: '2026-11-24T09:00:00.500Z' as Instant,
    trackingNumbers: ['1Z1'],
    lines: [{ externalLineId: s.a.gid, quantity: 2 }],
  }
  const deliveries = [delivery<'channelTracking'>('i1', word)]
  const written = await tracking.prepare(s.context, deliveries)
  if (!written.ok) throw new Error(JSON.stringify(written.issues))
  const transmission = { id: 't1', ...written.value, deliveries }
  expect(outcomeOf(await tracking.send(s.context, transmission))).toMatchObject({ kind: 'unavailable' })
  await ship(s)
  s.store.manners.dropAnswerAfterEffect = 0
  expect(outcomeOf(await tracking.send(s.context, transmission))).toMatchObject({ kind: 'accepted' })
  expect(await tracking.lookup?.(s.context, transmission)).toMatchObject({ i1: { kind: 'present' } })
  expect(outcomeOf(await tracking.send(s.context, transmission))).toMatchObject({ kind: 'duplicate' })
})
