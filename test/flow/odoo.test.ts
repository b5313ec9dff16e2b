/** Orders through a running hub to Odoo and back, over real HTTP, with an Odoo that loses answers, asks for patience and refuses keys. */
import { afterEach, beforeEach, expect, test } from 'vitest'
import { startOdoo, type Odoo } from '#simulators/odoo/odoo.ts'
import { anOrder } from '../kit/builders.ts'
import { aNode, openPartnerHub, type PartnerHub } from '../kit/partner-hub.ts'

let odoo: Odoo
let hub: PartnerHub

const network = () => ({
  channels: [{ id: 'web', name: 'Web', currency: 'EUR', connection: 'shop' }],
  connections: [
    { id: 'shop', connector: 'paper-shop' },
    {
      id: 'odoo',
      connector: 'odoo',
      config: {
        baseUrl: odoo.url,
        allowPrivateAddresses: true,
        partnerId: odoo.partnerId,
        currency: 'EUR',
        callsPerSecond: 1_000,
      },
      secrets: { apiKey: 'env:ODOO_KEY' },
    },
  ],
  nodes: [aNode('paris', { connection: 'odoo' })],
  products: [
    { sku: 'SHOE', name: 'Shoe', aliases: [{ scheme: 'partner', value: 'FURN-42', owner: 'odoo' }] },
    { sku: 'SHIRT', name: 'Shirt' },
  ],
  crosswalks: [{ connectionId: 'odoo', name: 'node', partnerCode: 'W1', canonical: 'paris' }],
})

beforeEach(async () => {
  odoo = await startOdoo({
    apiKey: 'key-1',
    stock: [
      { code: 'FURN-42', warehouse: 'W1', quantity: 10 },
      { code: 'SHIRT', warehouse: 'W1', quantity: 3 },
      { code: 'SHIRT', warehouse: 'ATTIC', quantity: 50 },
    ],
  })
  hub = await openPartnerHub(network(), { ODOO_KEY: 'key-1' })
})
afterEach(async () => {
  await hub.stop()
  await odoo.close()
})

const stock = (sku: string) =>
  hub.rows<{ available: number; onHand: number }>(
    `SELECT available, on_hand AS "onHand" FROM stock_position WHERE sku = '${sku}' AND node_id = 'paris'`,
  )
const stocked = async () => {
  await hub.look('odoo', 'stock-full')
  await hub.until('the stock is known', async () => (await hub.count('stock_position')) === 2)
}
const sent = (kind: string, state = 'sent') => hub.count(`instruction WHERE kind = '${kind}' AND state = '${state}'`)

test('an order is made once in Odoo although answers are lost, ships in two deliveries, and its stock follows', async () => {
  await stocked()
  expect(await stock('SHOE')).toEqual([{ available: 10, onHand: 10 }])
  odoo.misbehave('sale.order/create', 'lost')
  odoo.misbehave('sale.order/action_confirm', 'throttled', 'gateway')
  const order = anOrder('1001').line('SHOE', 3).line('SHIRT', 1).document
  await Promise.all(['a', 'b', 'a'].map((id) => hub.sell(`order-${id}`, order)))
  await hub.until('Odoo has confirmed it and the hub knows', async () => (await sent('fulfillmentInstruction')) === 1)
  const [made] = odoo.books().orders
  expect(odoo.books().orders).toHaveLength(1)
  expect(made).toMatchObject({
    state: 'sale',
    origin: '#1001 ship [1,2]',
    lines: [
      { product_uom_qty: 3, price_unit: 50 },
      { product_uom_qty: 1, price_unit: 50 },
    ],
  })
  expect(odoo.books().contacts).toMatchObject([{ street: '1 Rue de Test', zip: '07500' }])
  expect(odoo.calls.filter((call) => call === 'sale.order/create')).toHaveLength(1)

  const requestId = made?.requestId ?? ''
  odoo.ship(requestId, { found: { 'FURN-42': 2 }, tracking: '1Z1', carrier: 'UPS' })
  await hub.look('odoo', 'deliveries', 'orders', 'stock')
  await hub.until('the shop was told of the first delivery', () => hub.shop.shipmentsTold.length === 1)
  expect(hub.shop.shipmentsTold[0]?.document).toMatchObject({
    carrier: 'UPS',
    trackingNumbers: ['1Z1'],
    lines: [{ quantity: 2 }, { quantity: 1 }],
  })
  odoo.ship(requestId, { tracking: '1Z2' })
  await hub.look('odoo', 'deliveries', 'stock')
  await hub.until('and of the second', () => hub.shop.shipmentsTold.length === 2)
  expect(await hub.count('order_line WHERE shipped = ordered')).toBe(2)

  odoo.count('SHIRT', 'W1', 0)
  odoo.count('FURN-42', 'W1', 6)
  await hub.look('odoo', 'stock', 'stock-moves')
  await hub.until(
    'the counts are known',
    async () => (await stock('SHOE'))[0]?.onHand === 6 && (await stock('SHIRT'))[0]?.onHand === 0,
  )
  // Every port looks again: nothing happens twice.
  await hub.look('odoo', 'deliveries', 'orders', 'stock', 'stock-moves')
  expect(hub.shop.shipmentsTold).toHaveLength(2)
  expect(await hub.count(`quarantine_item WHERE state = 'open'`)).toBe(0)
  expect(odoo.books().stock.filter((row) => row.warehouse === 'W1')).toEqual([
    { code: 'FURN-42', warehouse: 'W1', quantity: 6 },
  ])
})

test('a refused key stops the connection and a check resumes it; a cancel comes in time or too late; what Odoo cancels is routed again', async () => {
  await stocked()
  odoo.setApiKey('key-2')
  await hub.sell('order-1', anOrder('1001').line('SHOE', 1).document)
  await hub.until(
    'the connection is broken',
    async () => (await hub.count(`connection WHERE id = 'odoo' AND state = 'broken'`)) === 1,
  )
  expect(await hub.check('odoo')).toEqual({ ok: false, text: expect.stringContaining('Renew apiKey') })
  expect(odoo.books().orders).toEqual([])
  odoo.setApiKey('key-1')
  expect(await hub.check('odoo')).toEqual({ ok: true, text: 'odoo works: Odoo answers; orders are sold to Web shop' })
  await hub.until('the order is there', async () => (await sent('fulfillmentInstruction')) === 1)

  // A port that only reads finds a refused key as well.
  odoo.setApiKey('key-3')
  await hub.look('odoo', 'orders')
  await hub.until(
    'it is broken again',
    async () => (await hub.count(`connection WHERE id = 'odoo' AND state = 'broken'`)) === 1,
  )
  odoo.setApiKey('key-1')
  expect((await hub.check('odoo')).ok).toBe(true)

  const cancelled = (id: string) =>
    anOrder(id, '2026-11-22T10:00:00.000Z').line('SHOE', 1).with({ cancelledAt: '2026-11-22T10:00:00.000Z' }).document
  for (const id of ['early', 'late', 'theirs']) await hub.sell(`order-${id}`, anOrder(id).line('SHOE', 1).document)
  await hub.until('Odoo has all three', async () => (await sent('fulfillmentInstruction')) === 4)
  const requestOf = (id: string) =>
    odoo.books().orders.find((order) => order.origin.startsWith(`#${id} `))?.requestId ?? ''

  await hub.sell('cancel-early', cancelled('early'))
  await hub.until('Odoo cancelled it', () =>
    odoo.books().orders.some((order) => order.requestId === requestOf('early') && order.state === 'cancel'),
  )
  odoo.ship(requestOf('late'))
  await hub.sell('cancel-late', cancelled('late'))
  await hub.until('Odoo said that it has left', async () => (await sent('fulfillmentCancel', 'rejected')) === 1)
  await hub.look('odoo', 'orders', 'deliveries')
  await hub.until(
    'both are known',
    async () =>
      (await hub.count('order_line WHERE cancelled = 1')) === 1 &&
      (await hub.count('order_line WHERE shipped = 1')) === 1,
  )
  await hub.until('the cancelled units are free again', async () => (await stock('SHOE'))[0]?.available === 7)

  odoo.cancel(requestOf('theirs'))
  await hub.look('odoo', 'orders')
  await hub.until(
    'a person is asked, since no other node is left',
    async () => (await hub.count(`exception_case WHERE kind = 'unroutable' AND state = 'open'`)) === 1,
  )
})
