/** The connector against the Shopify simulator, which executes the real schema and holds the real store's run-time rules. */
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { expect, test } from 'vitest'
import type { NodeId, Sku } from '#core/model/ids.ts'
import type { Instant } from '#core/model/time.ts'
import { startShopifyStore } from '#simulators/shopify/store.ts'
import type { ChannelShipment } from '#core/model/channel-shipment.ts'
import type { AvailabilityNotice, RawRequest, Transmission } from '../contract/connector.ts'
import { delivery, outcomeOf, readContext, testContext } from '../transport/test-context.ts'
import { availability } from './availability.ts'
import { ShopifyConfig } from './config.ts'
import { orders } from './orders.ts'
import { shipments } from './shipments.ts'

const ARRIVED = '2026-11-22T09:00:00.000Z' as Instant
const NODES: Record<string, string> = { '11': 'paris', '12': 'lyon' }

async function shop() {
  const store = await startShopifyStore({
    clientId: 'client',
    clientSecret: 'secret',
    fulfillmentOrderDelayMs: 0,
    locations: [
      { id: 11, name: 'Paris' },
      { id: 12, name: 'Lyon' },
    ],
    products: [
      { sku: 'A', title: 'A', stock: { Paris: 10, Lyon: 10 } },
      { sku: 'B', title: 'B', stock: { Paris: 10, Lyon: 10 } },
      { sku: 'ONLY-PARIS', title: 'P', stock: { Paris: 10 } },
    ],
  })
  const config = ShopifyConfig.parse({ shop: store.shopDomain, baseUrl: store.url, clientId: 'client' })
  const context = testContext({
    config,
    baseUrl: store.url,
    secrets: { clientSecret: 'secret' },
    tables: { nodes: NODES },
    now: () => new Date().toISOString(),
  })
  return {
    store,
    context,
    config,
    order: async (lines: { sku: string; quantity: number }[]) => {
      const placed = store.placeOrder({ lines: lines.map((line) => ({ ...line, priceMinor: 1000 })) })
      await store.idle()
      return placed
    },
    book: () => store.books().orders[0]?.lines ?? [],
    fulfillments: () => store.books().orders[0]?.fulfillments ?? [],
    level: (sku: string, locationId: number) =>
      store.books().stock.find((row) => row.sku === sku && row.locationId === locationId)?.quantities.available,
    [Symbol.asyncDispose]: async () => {
      await context[Symbol.asyncDispose]()
      await store.close()
    },
  }
}

type Shop = Awaited<ReturnType<typeof shop>>
type Placed = Awaited<ReturnType<Shop['order']>>

function shipment(placed: Placed, nodeId: string, quantities: number[], trackingNumbers = ['1Z1']): ChannelShipment {
  return {
    externalOrderId: placed.gid,
    nodeId: nodeId as NodeId,
    shipmentId: 'shp_1',
    shippedAt: '2026-11-22T09:00:00.000Z' as Instant,
    carrier: 'UPSN',
    lines: placed.lines.flatMap(({ gid, sku }, index) => {
      const quantity = quantities[index] ?? 0
      return quantity === 0 ? [] : [{ externalLineId: gid, sku: sku as Sku, quantity }]
    }),
    trackingNumbers,
    trackingUrls: [],
  }
}

async function prepared(shop: Shop, document: ChannelShipment): Promise<Transmission<'channelShipment'>> {
  const deliveries = [delivery<'channelShipment'>('i1', document)]
  const written = await shipments.prepare(shop.context, deliveries)
  if (!written.ok) throw new Error(JSON.stringify(written.issues))
  return { id: 't1', ...written.value, deliveries }
}

const tell = async (shop: Shop, document: ChannelShipment) =>
  outcomeOf(await shipments.send(shop.context, await prepared(shop, document)))

test('a shipment is told with tracking, at the location of the node that shipped', async () => {
  await using s = await shop()
  const placed = await s.order([{ sku: 'A', quantity: 2 }])
  expect(await tell(s, shipment(placed, 'lyon', [2]))).toMatchObject({ kind: 'accepted' })
  expect(s.fulfillments()).toMatchObject([
    { locationId: 12, tracking: [{ company: 'UPS', number: '1Z1' }], lines: [{ sku: 'A', quantity: 2 }] },
  ])
})

test('told twice it is a duplicate and ships once', async () => {
  await using s = await shop()
  const placed = await s.order([{ sku: 'A', quantity: 5 }])
  await tell(s, shipment(placed, 'paris', [2]))
  expect(await tell(s, shipment(placed, 'paris', [2]))).toMatchObject({ kind: 'duplicate' })
  expect(s.fulfillments()).toHaveLength(1)
})

test('two nodes ship parts of one order, and each part is told from its own location', async () => {
  await using s = await shop()
  const placed = await s.order([
    { sku: 'A', quantity: 3 },
    { sku: 'B', quantity: 2 },
  ])
  expect(await tell(s, shipment(placed, 'lyon', [1, 2], ['L1']))).toMatchObject({ kind: 'accepted' })
  expect(await tell(s, shipment(placed, 'paris', [2], ['P1', 'P2']))).toMatchObject({ kind: 'accepted' })
  expect(
    s.fulfillments().map(({ locationId, lines }) => ({ locationId, units: lines.map((line) => line.quantity) })),
  ).toEqual([
    { locationId: 12, units: [1, 2] },
    { locationId: 11, units: [2] },
  ])
  expect(s.store.books().orders[0]?.fulfillmentStatus).toBe('FULFILLED')
})

test('a shipment whose units another one gives new ids at the last moment is told all the same', async () => {
  await using s = await shop()
  const placed = await s.order([
    { sku: 'A', quantity: 2 },
    { sku: 'B', quantity: 1 },
  ])
  let others = 0
  const request: typeof s.context.http.request = async (call) => {
    if (String(call.body).includes('mutation CrossdockFulfill') && (others += 1) === 1)
      await tell(s, shipment(placed, 'lyon', [0, 1], ['L2']))
    return s.context.http.request(call)
  }
  const transmission = await prepared(s, shipment(placed, 'lyon', [1], ['L1']))
  const outcome = outcomeOf(await shipments.send({ ...s.context, http: { ...s.context.http, request } }, transmission))
  expect(outcome).toMatchObject({ kind: 'accepted' })
  expect(s.book().map((line) => line.fulfilled)).toEqual([1, 1])
})

test.each(['dropAnswerAfterEffect', 'answer500AfterEffect'] as const)(
  'after %s the outcome is unknown, the look-up finds the shipment, and a resend ships nothing more',
  async (manner) => {
    await using s = await shop()
    const placed = await s.order([{ sku: 'A', quantity: 5 }])
    const transmission = await prepared(s, shipment(placed, 'paris', [2]))
    expect(await shipments.lookup?.(s.context, transmission)).toEqual({ i1: { kind: 'absent' } })
    s.store.manners[manner] = 1
    expect(outcomeOf(await shipments.send(s.context, transmission))).toMatchObject({ kind: 'unknown' })
    expect(await shipments.lookup?.(s.context, transmission)).toMatchObject({ i1: { kind: 'present' } })
    expect(outcomeOf(await shipments.send(s.context, transmission))).toMatchObject({ kind: 'duplicate' })
    expect(s.fulfillments()).toHaveLength(1)
  },
)

test('a shipment without tracking is found again by its lines', async () => {
  await using s = await shop()
  const placed = await s.order([{ sku: 'A', quantity: 2 }])
  const transmission = await prepared(s, shipment(placed, 'paris', [2], []))
  s.store.manners.dropAnswerAfterEffect = 1
  expect(outcomeOf(await shipments.send(s.context, transmission))).toMatchObject({ kind: 'unknown' })
  expect(await shipments.lookup?.(s.context, transmission)).toMatchObject({ i1: { kind: 'present' } })
  expect(outcomeOf(await shipments.send(s.context, transmission))).toMatchObject({ kind: 'duplicate' })
  expect(s.fulfillments()).toHaveLength(1)
})

test('a node that Shopify does not know ships from where Shopify put the lines', async () => {
  await using s = await shop()
  const placed = await s.order([{ sku: 'A', quantity: 1 }])
  expect(await tell(s, shipment(placed, 'drop-shipper', [1]))).toMatchObject({ kind: 'accepted' })
})

test('a refused move does not keep the shipment from being told', async () => {
  await using s = await shop()
  const placed = await s.order([{ sku: 'ONLY-PARIS', quantity: 1 }])
  expect(await tell(s, shipment(placed, 'lyon', [1]))).toMatchObject({ kind: 'accepted' })
  expect(s.fulfillments()[0]?.locationId).toBe(11)
  expect(s.context.warnings).toHaveLength(1)
})

test.each([
  ['SUBMITTED', 'ACCEPTED'],
  ['CANCELLATION_REQUESTED', 'CANCELLATION_REJECTED'],
] as const)('a fulfillment service answers a request that is %s before it ships: %s', async (asked, answered) => {
  await using s = await shop()
  const placed = await s.order([{ sku: 'A', quantity: 2 }])
  const requests = () => s.store.books().orders[0]?.fulfillmentOrders ?? []
  s.store.changeFulfillmentOrder(requests()[0]?.id ?? 0, { requestStatus: asked })
  expect(await tell(s, shipment(placed, 'paris', [2]))).toMatchObject({ kind: 'accepted' })
  expect(requests()[0]).toMatchObject({ requestStatus: answered, status: 'CLOSED' })
  expect(await tell(s, shipment(placed, 'paris', [2]))).toMatchObject({ kind: 'duplicate' })
})

test('more than is left is rejected, an order on hold waits, an unknown order is rejected', async () => {
  await using s = await shop()
  const placed = await s.order([{ sku: 'A', quantity: 1 }])
  expect(await tell(s, shipment(placed, 'paris', [2]))).toMatchObject({ kind: 'rejected' })
  const [fulfillmentOrder] = s.store.books().orders[0]?.fulfillmentOrders ?? []
  s.store.changeFulfillmentOrder(fulfillmentOrder?.id ?? 0, { status: 'ON_HOLD' })
  expect(await tell(s, shipment(placed, 'paris', [1]))).toMatchObject({ kind: 'unavailable', fault: 'transient' })
  const elsewhere = { ...placed, gid: 'gid://shopify/Order/1' }
  expect(await tell(s, shipment(elsewhere, 'paris', [1]))).toMatchObject({ kind: 'rejected' })
})

test('throttling costs nothing and says how long to wait', async () => {
  await using s = await shop()
  const placed = await s.order([{ sku: 'A', quantity: 1 }])
  s.store.manners.throttleNext = 1
  expect(await tell(s, shipment(placed, 'paris', [1]))).toMatchObject({ kind: 'throttled' })
  expect(await tell(s, shipment(placed, 'paris', [1]))).toMatchObject({ kind: 'accepted' })
})

test('a revoked token is renewed in mid-flight', async () => {
  await using s = await shop()
  const placed = await s.order([{ sku: 'A', quantity: 2 }])
  await tell(s, shipment(placed, 'paris', [1], ['T1']))
  s.store.revokeTokens()
  expect(await tell(s, shipment(placed, 'paris', [1], ['T2']))).toMatchObject({ kind: 'accepted' })
})

function notice(sku: string, nodeId: string, available: number, lastTold?: number): AvailabilityNotice {
  const base = { sku: sku as Sku, nodeId: nodeId as NodeId, available }
  return lastTold === undefined ? base : { ...base, lastTold }
}

async function tellStock(s: Shop, notices: AvailabilityNotice[], suffix = '') {
  const deliveries = notices.map((document, index) => delivery<'availability'>(`i${index + 1}${suffix}`, document))
  const written = await availability.prepare(s.context, deliveries)
  if (!written.ok) throw new Error('never')
  const transmission = { id: `t${suffix}`, ...written.value, deliveries }
  return { transmission, sent: await availability.send(s.context, transmission) }
}

test('availability is set at item and location, many in one call', async () => {
  await using s = await shop()
  const { sent } = await tellStock(s, [notice('A', 'paris', 7), notice('A', 'lyon', 0), notice('B', 'paris', 3, 10)])
  expect(['i1', 'i2', 'i3'].map((id) => outcomeOf(sent, id)?.kind)).toEqual(['accepted', 'accepted', 'accepted'])
  expect([s.level('A', 11), s.level('A', 12), s.level('B', 11)]).toEqual([7, 0, 3])
  expect(s.store.books().calls.mutationsApplied['inventorySetQuantities']).toBe(1)
})

test('the same transmission sent again is answered and not done again', async () => {
  await using s = await shop()
  s.store.manners.dropAnswerAfterEffect = 1
  const { sent, transmission } = await tellStock(s, [notice('A', 'paris', 7, 10)])
  expect(outcomeOf(sent)).toMatchObject({ kind: 'unknown' })
  expect(await availability.lookup?.(s.context, transmission)).toEqual({ i1: { kind: 'present' } })
  expect(outcomeOf(await availability.send(s.context, transmission))).toMatchObject({ kind: 'accepted' })
  expect(s.store.books().calls.mutationsApplied['inventorySetQuantities']).toBe(1)
})

test('a quantity that changed at Shopify is not overwritten but told back, and its neighbours go through', async () => {
  await using s = await shop()
  s.store.setAvailable('A', 'Paris', 4)
  const { sent } = await tellStock(s, [notice('A', 'paris', 9, 10), notice('B', 'paris', 8, 10)])
  expect(outcomeOf(sent, 'i1')).toMatchObject({ kind: 'unavailable', fault: 'conflict' })
  expect(outcomeOf(sent, 'i2')).toMatchObject({ kind: 'accepted' })
  expect(sent.levels).toEqual({ i1: 4 })
  expect([s.level('A', 11), s.level('B', 11)]).toEqual([4, 8])
  const again = await tellStock(s, [notice('A', 'paris', 3, 4)], '-again')
  expect(outcomeOf(again.sent, 'i1-again')).toMatchObject({ kind: 'accepted' })
})

test('an unknown SKU and an unknown node are rejected alone, with the cure', async () => {
  await using s = await shop()
  const { sent } = await tellStock(s, [notice('NOPE', 'paris', 1), notice('A', 'nowhere', 1), notice('A', 'paris', 1)])
  expect(outcomeOf(sent, 'i1')).toMatchObject({ issues: [{ code: 'availability.inventory-item-unknown' }] })
  expect(outcomeOf(sent, 'i2')).toMatchObject({ issues: [{ code: 'availability.node-unknown' }] })
  expect(outcomeOf(sent, 'i3')).toMatchObject({ kind: 'accepted' })
})

test('a full batch of 250 quantities is one call of Shopify', async () => {
  await using s = await shop()
  const notices = Array.from({ length: 250 }, (_, i) => {
    s.store.addProduct({ sku: `N${i}`, title: 'n', stock: { Paris: 1 } })
    return notice(`N${i}`, 'paris', i)
  })
  const { sent } = await tellStock(s, notices)
  expect(notices.every((_, i) => outcomeOf(sent, `i${i + 1}`)?.kind === 'accepted')).toBe(true)
  expect(s.store.books().calls.mutationsApplied['inventorySetQuantities']).toBe(1)
})

test('a real webhook of the store passes the signature check and becomes an order', async () => {
  await using s = await shop()
  const received: RawRequest[] = []
  const hub = createServer((request, response) => {
    const chunks: Buffer[] = []
    request.on('data', (chunk: Buffer) => chunks.push(chunk))
    request.on('end', () => {
      received.push({
        headers: request.headers as Record<string, string>,
        body: Buffer.concat(chunks),
        receivedAt: ARRIVED,
      })
      response.end()
    })
  })
  await new Promise<void>((done) => hub.listen(0, '127.0.0.1', done))
  s.store.subscribe({ topic: 'orders/create', url: `http://127.0.0.1:${(hub.address() as AddressInfo).port}/` })
  const placed = await s.order([{ sku: 'A', quantity: 2 }])
  await placed.delivery
  hub.closeAllConnections()
  hub.close()
  const [request] = received
  if (request === undefined) throw new Error('no webhook came')
  expect(orders.verify?.(request, (name) => (name === 'webhookSecret' ? 'secret' : undefined))).toEqual({ ok: true })
  const reading = orders.read(request.body, orders.meta(request), readContext(s.config, { nodes: NODES }))
  expect(reading.refused).toEqual([])
  expect(reading.documents).toMatchObject([
    { kind: 'order', value: { externalId: placed.gid, lines: [{ sku: 'A', quantity: 2 }] } },
  ])
})
