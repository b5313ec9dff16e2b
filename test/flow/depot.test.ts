/** The connector that is there to be copied, whole: orders, cancels and messages over real HTTP, with a depot that misbehaves. */
import { afterEach, beforeEach, expect, test } from 'vitest'
import { ReturnRequest } from '#core/model/return.ts'
import { returnActions } from '#workers/returns/actions.ts'
import { type Depot, startDepot } from '#simulators/depot/depot.ts'
import { anOrder } from '../kit/builders.ts'
import { aNode, openPartnerHub, type PartnerHub } from '../kit/partner-hub.ts'

const SECRET = `whsec_${Buffer.from('the key of the depot').toString('base64')}`
let partner: Depot
let hub: PartnerHub

const network = () => ({
  channels: [{ id: 'web', name: 'Web', currency: 'EUR', connection: 'shop' }],
  connections: [
    { id: 'shop', connector: 'paper-shop', config: { hearsChanges: true } },
    {
      id: 'depot',
      connector: 'depot',
      config: { baseUrl: partner.url, allowPrivateAddresses: true, callsPerSecond: 1_000 },
      secrets: { apiToken: 'env:DEPOT_TOKEN', webhookSecret: 'env:DEPOT_SECRET' },
    },
  ],
  nodes: [aNode('lille', { connection: 'depot' })],
  products: [{ sku: 'SHOE', name: 'Shoe' }],
  crosswalks: [{ connectionId: 'depot', name: 'node', partnerCode: 'SITE-1', canonical: 'lille' }],
})

beforeEach(async () => {
  partner = await startDepot({
    apiToken: 'token-1',
    webhookSecret: SECRET,
    site: 'SITE-1',
    stock: { SHOE: 10 },
    now: () => new Date().toISOString(),
    shipAfterMs: 200,
  })
  hub = await openPartnerHub(network(), { DEPOT_TOKEN: 'token-1', DEPOT_SECRET: SECRET })
  partner.tellAt(`${hub.url}/webhooks/depot/events`)
})
afterEach(async () => {
  await hub.stop()
  await partner.close()
})

const stocked = async () => {
  partner.tellStock()
  await hub.until('the stock is known', async () => (await hub.count('stock_position')) === 1)
}

test('an order is shipped once and told to the shop, though an answer is lost, calls must wait and messages come twice', async () => {
  expect(await hub.check('depot')).toMatchObject({ ok: true })
  partner.behave({ loseAnswers: 1, throttle: 1, repeat: true })
  await stocked()
  await hub.sell('1', anOrder('1').line('SHOE', 3).document)
  await hub.until('the shop is told', () => hub.shop.shipmentsTold.length === 1)
  expect(partner.books().orders).toMatchObject([{ state: 'shipped', timesReceived: 1 }])
  expect(partner.books().items).toMatchObject([{ onHand: 7, shipped: 3 }])
  expect(await hub.rows('SELECT on_hand AS n FROM stock_position')).toEqual([{ n: 7 }])
  expect(await hub.count('quarantine_item')).toBe(0)
})

test('what a picker does not find comes back to be routed, and waits for a person when nobody else has it', async () => {
  partner.behave({ shortPick: 1 })
  await stocked()
  await hub.sell('1', anOrder('1').line('SHOE', 3).document)
  await hub.until('two are shipped', async () => (await hub.count('order_line WHERE shipped = 2')) === 1)
  await hub.until('one waits', async () => (await hub.count(`sales_order WHERE routing = 'parked'`)) === 1)
})

test('a parcel is followed to the door and the shop hears it; what comes back was announced, and is received by what was announced', async () => {
  await stocked()
  await hub.sell('1', anOrder('1').line('SHOE', 3).document)
  await hub.until('the shop is told', () => hub.shop.shipmentsTold.length === 1)
  const [tracking = ''] = hub.shop.shipmentsTold[0]?.document.trackingNumbers ?? []
  partner.track('NOBODY-KNOWS', 'DELIVERED')
  partner.track(tracking, 'LOST')
  await hub.until('a person is told', async () => (await hub.count(`exception_case WHERE state = 'open'`)) === 1)
  partner.behave({ repeat: true })
  partner.track(tracking, 'DELIVERED')
  await hub.until('it is delivered', async () => (await hub.count('order_line WHERE delivered = 3')) === 1)
  await hub.until('the shop hears it', () => hub.shop.trackingTold.length === 2)
  expect(hub.shop.trackingTold).toMatchObject([
    { event: 'exception' },
    { event: 'delivered', trackingNumbers: [tracking] },
  ])
  expect(await hub.count(`exception_case WHERE state = 'open'`)).toBe(0)
  expect(await hub.rows('SELECT code, value FROM quarantine_item')).toEqual([
    { code: 'tracking.unknown-parcel', value: 'NOBODY-KNOWS' },
  ])

  const [order] = await hub.rows<{ id: string }>('SELECT id FROM sales_order')
  const asked = await returnActions(hub.hub.world).request(
    ReturnRequest.parse({
      orderId: order?.id,
      requestedAt: new Date().toISOString(),
      lines: [{ lineNo: 1, quantity: 2, reason: 'size' }],
    }),
    'api:desk',
  )
  const returnId = asked.kind === 'done' ? asked.returnId : expect.fail(JSON.stringify(asked))
  await hub.until('the depot expects it', () => partner.books().returnsExpected.includes(returnId))
  partner.receiveReturn(returnId)
  await hub.until('it is there', async () => (await hub.count(`order_line WHERE returned = 2`)) === 1)
  expect(await hub.rows('SELECT on_hand AS n FROM stock_position')).toEqual([{ n: 9 }])
})

test('a wrong signature is refused, and a wrong token is told as what to cure', async () => {
  const answer = await fetch(`${hub.url}/webhooks/depot/events`, { method: 'POST', body: '{}' })
  expect(answer.status).toBe(401)
  await hub.stop()
  hub = await openPartnerHub(network(), { DEPOT_TOKEN: 'another', DEPOT_SECRET: SECRET })
  expect(await hub.check('depot')).toMatchObject({
    ok: false,
    text: expect.stringContaining('Renew apiToken.') as string,
  })
})
