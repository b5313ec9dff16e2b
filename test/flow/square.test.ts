/** Stores with Square tills on a running hub, over real HTTP both ways: sales, returns, pickups and stock, each unit once in both books. */
import { afterEach, expect, test } from 'vitest'
import { startSquare, type Square } from '#simulators/square/square.ts'
import { aFeed, anOrder } from '../kit/builders.ts'
import { aNode, openPartnerHub, type PartnerHub } from '../kit/partner-hub.ts'

const REGISTERED = 'https://hub.example.com/webhooks/square/events'
const HOUR_MS = 3_600_000

let square: Square
let hub: PartnerHub

async function open(book: 'store' | 'hub') {
  square = await startSquare({
    accessToken: 'token-1',
    locations: ['L1'],
    stock: [
      { variation: 'VAR-SHOE', location: 'L1', quantity: 10 },
      { variation: 'VAR-SHIRT', location: 'L1', quantity: 4 },
    ],
    random: alternating(),
  })
  const config = {
    baseUrl: square.url,
    allowPrivateAddresses: true,
    locationIds: ['L1'],
    notificationUrl: REGISTERED,
    book,
    callsPerSecond: 1_000,
  }
  const network = {
    channels: [
      { id: 'web', name: 'Web', currency: 'EUR', connection: 'shop' },
      { id: 'till', name: 'Tills', currency: 'EUR', connection: 'square' },
    ],
    connections: [
      { id: 'shop', connector: 'paper-shop' },
      { id: 'erp', connector: 'paper-shop' },
      {
        id: 'square',
        connector: 'square',
        config,
        secrets: { accessToken: 'env:SQUARE_TOKEN', webhookSignatureKey: 'env:SQUARE_KEY' },
      },
    ],
    nodes: [aNode('paris', { kind: 'store', connection: 'square', capabilities: ['pickup'] })],
    products: ['SHOE', 'SHIRT'].map((sku) => ({
      sku,
      name: sku,
      aliases: [{ scheme: 'partner', value: `VAR-${sku}`, owner: 'square' }],
    })),
    crosswalks: [
      { connectionId: 'square', name: 'node', partnerCode: 'L1', canonical: 'paris' },
      { connectionId: 'shop', name: 'node', partnerCode: 'nowhere', canonical: 'nowhere' },
      { connectionId: 'erp', name: 'node', partnerCode: 'paris', canonical: 'paris' },
    ],
  }
  hub = await openPartnerHub(network, { SQUARE_TOKEN: 'token-1', SQUARE_KEY: 'signature-key' })
  square.webhooks.subscribe({
    notificationUrl: REGISTERED,
    deliverTo: `${hub.url}/webhooks/square/events`,
    signatureKey: 'signature-key',
  })
}
afterEach(async () => {
  await square.close()
  await hub.stop()
})

/** Every other draw is a low one: half of the events come twice or late. */
function alternating(): () => number {
  let draws = 0
  return () => (draws++ % 2 === 0 ? 0.1 : 0.9)
}

const position = async (sku: string) =>
  (
    await hub.rows<{ onHand: number; available: number }>(
      `SELECT on_hand AS "onHand", available FROM stock_position WHERE sku = '${sku}'`,
    )
  )[0]
const onHand = async (sku: string) => (await position(sku))?.onHand
const soldUnits = () =>
  hub.count(
    `order_line l JOIN sales_order o ON o.id = l.order_id WHERE o.channel_id = 'till' AND l.shipped = l.ordered`,
  )
const sent = (kind: string) => hub.count(`instruction WHERE kind = '${kind}' AND state = 'sent'`)
const aPickup = (id: string, revisedAt?: string) =>
  anOrder(id, revisedAt).line('SHOE', 1, { method: 'pickup', nodeId: 'paris' })

test('sales, late sales and returns at the till, and a pickup whose answers were lost: the store and the hub count the same', async () => {
  await open('store')
  Object.assign(square.webhooks.manners, { twice: 0.5, heldBack: 0.5 })
  await hub.look('square', 'counts-full')
  await hub.until('the stock is known', async () => (await onHand('SHOE')) === 10 && (await onHand('SHIRT')) === 4)

  const sale = square.books.sell('L1', [
    { variation: 'VAR-SHOE', quantity: 2, priceMinor: 9_900 },
    { variation: 'VAR-SHIRT', quantity: 1, priceMinor: 2_500 },
  ])
  await hub.until('the sale is an order that is fulfilled', async () => (await soldUnits()) === 2)
  square.books.sell('L1', [{ variation: 'VAR-SHOE', quantity: 1, priceMinor: 9_900 }], Date.now() - 5 * HOUR_MS)
  await hub.until('the late sale as well', async () => (await soldUnits()) === 3)
  square.books.takeBack(sale, [{ uid: 'item-1', quantity: 1 }])
  await hub.until('one unit came back', async () => (await hub.count('order_line WHERE returned = 1')) === 1)
  await hub.until(
    'both count the same',
    async () => (await onHand('SHOE')) === square.books.count('VAR-SHOE', 'L1') && (await onHand('SHIRT')) === 3,
  )
  expect(await onHand('SHOE')).toBe(8)
  expect(
    await hub.rows(
      `SELECT cause, from_state AS "from", to_state AS "to", sum(quantity)::int AS units FROM stock_posting WHERE sku = 'SHOE' AND cause <> 'feed' GROUP BY 1, 2, 3 ORDER BY 1`,
    ),
  ).toEqual([
    { cause: 'return', from: 'customer', to: 'adjustment', units: 1 },
    { cause: 'sale', from: 'adjustment', to: 'customer', units: 3 },
  ])

  square.misbehave('POST /orders', 'lost')
  square.misbehave('POST /orders/:id/pay', 'throttled', 'lost')
  await hub.sell('web-1', aPickup('1001').document)
  await hub.until('the store has it, and the hub knows', async () => (await sent('fulfillmentInstruction')) === 1)
  const pushed = [...square.books.orders.values()].filter((order) => order.reference_id !== undefined)
  expect(pushed).toHaveLength(1)
  expect(pushed[0]).toMatchObject({ location_id: 'L1', fulfillments: [{ type: 'PICKUP', state: 'PROPOSED' }] })
  expect(square.books.count('VAR-SHOE', 'L1')).toBe(7)
  const requestId = pushed[0]?.reference_id ?? ''
  // Square took the unit off when the order was paid; it lies in the store all the same.
  await hub.look('square', 'counts', 'orders')
  square.books.work(requestId, 'PREPARED')
  await hub.until(
    'the store accepted',
    async () => (await hub.count(`fulfillment_request WHERE negotiation = 'accepted' AND work = 'open'`)) === 1,
  )
  expect(await position('SHOE')).toEqual({ onHand: 8, available: 7 })
  square.books.work(requestId, 'COMPLETED')
  await hub.until('the shop was told that it was collected', () => hub.shop.shipmentsTold.length === 1)
  await hub.look('square', 'counts', 'orders')
  await hub.until('both count the same again', async () => (await onHand('SHOE')) === 7 && square.webhooks.idle)
  expect(square.books.count('VAR-SHOE', 'L1')).toBe(7)

  const forged = await fetch(`${hub.url}/webhooks/square/events`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', 'x-square-hmacsha256-signature': 'AAAA' },
    body: '{}',
  })
  expect(forged.status).toBe(401)
  expect(square.webhooks.refused).toEqual([])
  expect(await hub.count(`quarantine_item WHERE state = 'open'`)).toBe(0)
})

test('where the hub keeps the book the tills are told what they can sell; a refused token stops and a check resumes; cancels reach the counter', async () => {
  await open('hub')
  const both = async (units: number) =>
    (await position('SHOE'))?.available === units && square.books.count('VAR-SHOE', 'L1') === units
  square.misbehave('POST /inventory/changes/batch-create', 'lost')
  await hub.sell('feed-1', aFeed([['SHOE', 'paris', 6]], new Date(Date.now() - HOUR_MS).toISOString()), 'erp')
  await hub.until('the till has what the hub counts', () => both(6))
  expect(square.calls.filter((call) => call === 'POST /inventory/changes/batch-create')).toHaveLength(1)
  square.books.sell('L1', [{ variation: 'VAR-SHOE', quantity: 2, priceMinor: 9_900 }])
  await hub.until('the sale is taken off once', () => both(4))
  // The webhook of this one never comes: the next look finds it.
  square.webhooks.manners.lost = 1
  square.books.sell('L1', [{ variation: 'VAR-SHOE', quantity: 1, priceMinor: 9_900 }])
  square.webhooks.manners.lost = 0
  await hub.look('square', 'orders')
  await hub.until('this one too', () => both(3))

  square.setAccessToken('token-2')
  await hub.sell('web-1', aPickup('2001').document)
  await hub.until(
    'the connection is broken',
    async () => (await hub.count(`connection WHERE id = 'square' AND state = 'broken'`)) === 1,
  )
  expect(await hub.check('square')).toEqual({ ok: false, text: expect.stringContaining('Renew accessToken') })
  square.setAccessToken('token-1')
  expect(await hub.check('square')).toEqual({ ok: true, text: 'square works: Square answers for Store L1' })
  await hub.until('the store has the pickup', async () => (await sent('fulfillmentInstruction')) === 1)
  await hub.until('and cannot sell its unit', () => both(2))

  const later = '2026-11-22T10:00:00.000Z'
  await hub.sell('cancel-1', aPickup('2001', later).with({ cancelledAt: later }).document)
  await hub.until('the store put it back', async () => (await hub.count('order_line WHERE cancelled = 1')) === 1)
  await hub.until('and can sell it', () => both(3))
  await hub.sell('web-2', aPickup('2002').document)
  await hub.until('the next pickup is there', async () => (await sent('fulfillmentInstruction')) === 2)
  const requestId =
    [...square.books.orders.values()].findLast((order) => order.reference_id !== undefined)?.reference_id ?? ''
  square.books.work(requestId, 'FAILED')
  await hub.until(
    'a person is asked, since no other node is left',
    async () => (await hub.count(`exception_case WHERE kind = 'unroutable' AND state = 'open'`)) === 1,
  )
})
