/** Orders through a running hub to a ShipHero warehouse and back, over real HTTP both ways: webhooks that repeat or never come included. */
import { afterEach, beforeEach, expect, test } from 'vitest'
import { startShipHero, type ShipHero } from '#simulators/shiphero/shiphero.ts'
import { anOrder } from '../kit/builders.ts'
import { aNode, openPartnerHub, type PartnerHub } from '../kit/partner-hub.ts'

const RENO = 'V2FyZWhvdXNlOjc2NzMz'
const SECRETS = {
  'Shipment Update': 'SHIPMENT',
  'Order Allocated': 'ALLOCATED',
  Backorder: 'BACKORDER',
  'Order Canceled': 'CANCELED',
  'Inventory Update': 'INVENTORY',
} as const
type Topic = keyof typeof SECRETS

let shiphero: ShipHero
let hub: PartnerHub

const network = (pollEveryMinutes: number) => ({
  channels: [{ id: 'web', name: 'Web', currency: 'EUR', connection: 'shop' }],
  connections: [
    { id: 'shop', connector: 'paper-shop' },
    {
      id: 'shiphero',
      connector: 'shiphero',
      config: { baseUrl: shiphero.url, allowPrivateAddresses: true, shopName: 'crossdock', pollEveryMinutes },
      secrets: {
        refreshToken: 'env:REFRESH',
        shipmentUpdateSecret: 'env:SHIPMENT',
        orderAllocatedSecret: 'env:ALLOCATED',
        backorderSecret: 'env:BACKORDER',
        orderCanceledSecret: 'env:CANCELED',
        inventoryUpdateSecret: 'env:INVENTORY',
      },
    },
  ],
  nodes: [aNode('reno', { connection: 'shiphero' })],
  products: [
    { sku: 'SHOE', name: 'Shoe', aliases: [{ scheme: 'partner', value: 'FU2314R', owner: 'shiphero' }] },
    { sku: 'SHIRT', name: 'Shirt' },
  ],
  crosswalks: [{ connectionId: 'shiphero', name: 'node', partnerCode: RENO, canonical: 'reno' }],
})

/** Every other draw is a low one: half of the messages come twice or late. */
const alternating = (): (() => number) => {
  let draws = 0
  return () => (draws++ % 2 === 0 ? 0.1 : 0.9)
}

beforeEach(async () => {
  shiphero = await startShipHero({
    refreshToken: 'refresh-1',
    random: alternating(),
    stock: [
      { sku: 'FU2314R', warehouse: RENO, onHand: 12, reserve: 2, sellAhead: 5 },
      { sku: 'SHIRT', warehouse: RENO, onHand: 3 },
      { sku: 'SHIRT', warehouse: 'V2FyZWhvdXNlOjE=', onHand: 50 },
    ],
  })
})
afterEach(async () => {
  await shiphero.close()
  await hub.stop()
})

/** Opens the hub, and waits until it knows the stock. */
async function open(pollEveryMinutes: number): Promise<void> {
  const environment = Object.fromEntries(Object.values(SECRETS).map((name) => [name, `secret of ${name}`]))
  hub = await openPartnerHub(network(pollEveryMinutes), { REFRESH: 'refresh-1', ...environment })
  await hub.look('shiphero', 'stock-poll')
  await hub.until('the stock is known', async () => (await onHand('SHOE')) === 10 && (await onHand('SHIRT')) === 3)
}

function subscribe(...topics: Topic[]): void {
  for (const topic of topics) {
    const port = topic === 'Inventory Update' ? 'inventory' : 'events'
    const url = `${hub.url}/webhooks/shiphero/${port}`
    shiphero.webhooks.subscribe(topic, { url, secret: `secret of ${SECRETS[topic]}` })
  }
}
const everything = Object.keys(SECRETS) as Topic[]

const onHand = async (sku: string) =>
  (
    await hub.rows<{ n: number }>(`SELECT on_hand AS n FROM stock_position WHERE sku = '${sku}' AND node_id = 'reno'`)
  )[0]?.n
const sent = (kind: string, state = 'sent') => hub.count(`instruction WHERE kind = '${kind}' AND state = '${state}'`)
const requestIds = async () =>
  (await hub.rows<{ id: string }>(`SELECT id FROM fulfillment_request ORDER BY id`)).map((row) => row.id)

test('an order is made once although answers are lost and credits run out, ships in two packages, and its stock follows', async () => {
  await open(0)
  subscribe(...everything)
  Object.assign(shiphero.webhooks.manners, { twice: 0.5, heldBack: 0.5 })
  shiphero.misbehave('CreateOrder', 'throttled', 'lost')
  shiphero.expireTokens()
  const order = anOrder('1001').line('SHOE', 3).line('SHIRT', 1).document
  await Promise.all(['a', 'b', 'a'].map((id) => hub.sell(`order-${id}`, order)))
  await hub.until('the warehouse has it and the hub knows', async () => (await sent('fulfillmentInstruction')) === 1)
  expect(shiphero.books.orders).toHaveLength(1)
  expect(shiphero.calls.filter((call) => call === 'CreateOrder')).toHaveLength(2)
  // A webhook that overtook the end of the sending said nothing yet; asked for, the warehouse says it again.
  await hub.look('shiphero', 'orders-poll')
  await hub.until(
    'it is accepted',
    async () => (await hub.count(`fulfillment_request WHERE negotiation = 'accepted'`)) === 1,
  )

  const [requestId = ''] = await requestIds()
  shiphero.books.ship(requestId, [
    { tracking: '1Z0001', take: { FU2314R: 2 } },
    { tracking: '9400111899223857142361', take: { FU2314R: 1, SHIRT: 1 } },
  ])
  await hub.until('the shop is told of the packages', () => hub.shop.shipmentsTold.length === 1)
  expect(hub.shop.shipmentsTold[0]?.document).toMatchObject({
    carrier: 'UPS',
    trackingNumbers: ['1Z0001', '9400111899223857142361'],
  })
  expect(await hub.count('order_line WHERE shipped = ordered')).toBe(2)
  await hub.until('the counts follow', async () => (await onHand('SHOE')) === 7 && (await onHand('SHIRT')) === 2)

  // Asked for as well, it is told again and nothing happens twice.
  await hub.look('shiphero', 'orders-poll', 'stock-poll')
  await hub.until('every message is through', () => shiphero.webhooks.idle)
  expect(hub.shop.shipmentsTold).toHaveLength(1)
  expect(shiphero.webhooks.refused).toEqual([])
  expect(await hub.count(`quarantine_item WHERE state = 'open'`)).toBe(0)
})

test('what is short goes back to the order and is taken out at the warehouse, so that it never ships from there', async () => {
  // It is not asked again while this runs.
  await open(600)
  subscribe('Order Allocated', 'Backorder', 'Shipment Update')
  // The warehouse lost two shirts, and the hub has not heard of it.
  shiphero.books.count('SHIRT', RENO, 1)
  await hub.sell('order-1', anOrder('1001').line('SHOE', 1).line('SHIRT', 3).document)
  await hub.until(
    'the shortage is known',
    async () => (await hub.count(`exception_case WHERE kind = 'unroutable' AND state = 'open'`)) === 1,
  )
  await hub.until('the warehouse was told to leave it out', async () => (await sent('acknowledgement')) === 1)
  const [requestId = ''] = await requestIds()
  expect(shiphero.books.orderOf(requestId).lines).toMatchObject([
    { sku: 'FU2314R', quantity: 1, backorder: 0 },
    { sku: 'SHIRT', quantity: 1, backorder: 0 },
  ])
  shiphero.books.count('SHIRT', RENO, 9)
  shiphero.books.ship(requestId)
  await hub.until('one of each has left', async () => (await hub.count('order_line WHERE shipped = 1')) === 2)
  expect(await hub.count(`order_line WHERE sku = 'SHIRT' AND open = 2`)).toBe(1)
})

test('a cancel comes in time or too late, what the warehouse cancels is routed again, and a look finds what no webhook told', async () => {
  await open(0)
  const cancelled = (id: string) =>
    anOrder(id, '2026-11-22T10:00:00.000Z').line('SHOE', 1).with({ cancelledAt: '2026-11-22T10:00:00.000Z' }).document
  for (const id of ['early', 'late', 'theirs']) await hub.sell(`order-${id}`, anOrder(id).line('SHOE', 1).document)
  await hub.until('the warehouse has all three', async () => (await sent('fulfillmentInstruction')) === 3)
  const requestOf = (id: string) =>
    shiphero.books.orders.find((order) => order.orderNumber === `#${id}`)?.partnerOrderId ?? ''
  const [early, late, theirs] = ['early', 'late', 'theirs'].map(requestOf) as [string, string, string]

  await hub.sell('cancel-early', cancelled('early'))
  await hub.until('it is cancelled there', async () => (await sent('fulfillmentCancel')) === 1)
  shiphero.books.ship(late)
  await hub.sell('cancel-late', cancelled('late'))
  await hub.until('it says that it has left', async () => (await sent('fulfillmentCancel', 'rejected')) === 1)
  shiphero.books.cancel(shiphero.books.orderOf(theirs).id)
  // No webhook was registered at all.
  await hub.look('shiphero', 'orders-poll')
  await hub.until(
    'all three are known',
    async () =>
      (await hub.count('order_line WHERE cancelled = 1')) === 1 &&
      (await hub.count('order_line WHERE shipped = 1')) === 1 &&
      (await hub.count(`exception_case WHERE kind = 'unroutable' AND state = 'open'`)) === 1,
  )
  expect(shiphero.books.orders.find((order) => order.partnerOrderId === early)?.status).toBe('canceled')
})

test('a refused token stops the connection and a check resumes it; a webhook under another secret is refused', async () => {
  await open(600)
  shiphero.setRefreshToken('refresh-2')
  shiphero.expireTokens()
  await hub.sell('order-1', anOrder('1001').line('SHOE', 1).document)
  await hub.until(
    'the connection is broken',
    async () => (await hub.count(`connection WHERE id = 'shiphero' AND state = 'broken'`)) === 1,
  )
  expect(await hub.check('shiphero')).toEqual({ ok: false, text: expect.stringContaining('Renew refreshToken') })
  shiphero.setRefreshToken('refresh-1')
  expect(await hub.check('shiphero')).toEqual({ ok: true, text: expect.stringContaining(`Primary (${RENO})`) })
  await hub.until('the order is there', async () => (await sent('fulfillmentInstruction')) === 1)
  shiphero.webhooks.subscribe('Inventory Update', { url: `${hub.url}/webhooks/shiphero/inventory`, secret: 'guessed' })
  shiphero.books.count('FU2314R', RENO, 99)
  await hub.until('it is refused', () => shiphero.webhooks.refused.includes(401))
  expect(await onHand('SHOE')).toBe(10)
})
