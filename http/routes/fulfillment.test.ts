import { afterEach, beforeEach, expect, test } from 'vitest'
import { aPaperFeed, anOrderBody, openTestHub, paperWebhook, problemOf, type TestHub } from '../test-kit.ts'

let hub: TestHub
let key: string
let requestId: string
beforeEach(async () => {
  hub = await openTestHub()
  key = await hub.key('orders:write', 'orders:read', 'fulfillment:write')
  await hub.ask('POST', '/webhooks/shop/documents', paperWebhook('feed', aPaperFeed([['SHOE-1', 'north', 10]])))
  await hub.work()
  const lines = [{ externalId: 'a', sku: 'SHOE-1', quantity: 3, unitPriceMinor: 1 }]
  await hub.ask('POST', '/v1/orders', { key, body: anOrderBody('1', { lines }) })
  await hub.work()
  const { json } = await hub.ask('GET', '/v1/fulfillment-requests?node=north&work=open', { key })
  requestId = (json['items'] as { id: string }[])[0]?.id ?? ''
})
afterEach(() => hub.stop())

const answer = (verb: string, body: unknown, id = requestId) =>
  hub.ask('POST', `/v1/fulfillment-requests/${id}/${verb}`, { key, body })
const shipment = (externalId: string, quantity: number, lineNo = 1) => ({
  externalId,
  shippedAt: '2026-11-22T12:00:00Z',
  carrier: 'UPSN',
  packages: [{ trackingNumber: '1Z', lines: [{ lineNo, quantity }] }],
})

test('a node ships part of a request, then the rest, and the order follows', async () => {
  const part = await answer('shipments', shipment('s1', 1))
  expect(part.json).toMatchObject({
    result: 'applied',
    request: { work: 'inProgress', lines: [{ outstanding: 2, shipped: 1 }], shipments: [{ externalId: 's1' }] },
  })
  await answer('shipments', shipment('s2', 2))
  const { json } = await hub.ask('GET', '/v1/orders?externalId=1', { key })
  expect(json['items']).toMatchObject([{ phase: 'shipped', units: { ordered: 3, shipped: 3 } }])
})

test('the same shipment twice is told as a duplicate and counts once', async () => {
  await answer('shipments', shipment('s1', 1))
  const again = await answer('shipments', shipment('s1', 1))
  expect(again).toMatchObject({ status: 200, json: { result: 'duplicate', request: { lines: [{ shipped: 1 }] } } })
})

test('parcels are followed to the door: trouble is a case, and when all have arrived the order is delivered', async () => {
  const first = await answer('shipments', shipment('s1', 1))
  const second = await answer('shipments', shipment('s2', 2))
  const ids = (second.json['request'] as { shipments: { id: string }[] }).shipments.map((each) => each.id)
  const track = (id: string, event: string, detail?: string) =>
    hub.ask('POST', `/v1/shipments/${id}/tracking`, {
      key,
      body: { event, at: '2026-11-24T10:00:00Z', ...(detail === undefined ? {} : { detail }) },
    })
  expect(first.status).toBe(200)
  expect((await track(ids[0] ?? '', 'exception', 'nobody was in')).json).toEqual({
    result: 'applied',
    state: 'exception',
  })
  expect((await track(ids[0] ?? '', 'exception')).json).toEqual({ result: 'duplicate', state: 'exception' })
  expect(await hub.rows(`SELECT kind, state FROM exception_case`)).toEqual([
    { kind: 'deliveryException', state: 'open' },
  ])
  expect((await track(ids[0] ?? '', 'delivered')).json).toEqual({ result: 'applied', state: 'delivered' })
  const phase = async () =>
    ((await hub.ask('GET', '/v1/orders?externalId=1', { key })).json['items'] as { phase: string }[])[0]?.phase
  expect(await phase()).toBe('shipped')
  await track(ids[1] ?? '', 'delivered')
  expect((await track(ids[1] ?? '', 'delivered')).json).toEqual({ result: 'duplicate', state: 'delivered' })
  expect(await phase()).toBe('delivered')
  expect(await hub.rows(`SELECT state FROM exception_case`)).toEqual([{ state: 'resolved' }])
  expect((await track(ids[1] ?? '', 'exception')).status).toBe(409)
  expect((await track('shp_none', 'delivered')).status).toBe(404)
})

test('a node rejects its units and they are open again in the order', async () => {
  const body = {
    answeredAt: '2026-11-22T12:00:00Z',
    lines: [{ lineNo: 1, accepted: 0, rejected: 3, reason: 'outOfStock' }],
  }
  expect((await answer('response', body)).json).toMatchObject({ request: { lines: [{ outstanding: 0, rejected: 3 }] } })
  const [line] = await hub.rows('SELECT open FROM order_line')
  expect(line).toEqual({ open: 3 })
})

test('an answer to a cancel is taken', async () => {
  const told = await answer('cancel-response', {
    answeredAt: '2026-11-22T12:00:00Z',
    accepted: false,
    reason: 'packed',
  })
  expect(told.status).toBe(200)
})

test('a request that is not there is 404', async () => {
  expect((await answer('shipments', shipment('s1', 1), 'ful_none')).status).toBe(404)
})

test('a shipment at a time that does not exist is 422 with its pointer', async () => {
  const told = await answer('shipments', { ...shipment('s1', 1), shippedAt: '2026-02-30T00:00:00.000Z' })
  expect(told.status).toBe(422)
  expect(problemOf(told).errors?.[0]?.pointer).toBe('/shippedAt')
})

test('a misspelt field of an answer is 422', async () => {
  const told = await answer('shipments', { ...shipment('s1', 1), carier: 'UPSN' })
  expect(problemOf(told).errors?.[0]?.pointer).toBe('/carier')
})

test('requests are listed page by page, and a filter with an unknown state is 400', async () => {
  await hub.ask('POST', '/v1/orders', { key, body: anOrderBody('2') })
  await hub.work()
  const first = (await hub.ask('GET', '/v1/fulfillment-requests?limit=1', { key })).json
  const second = (await hub.ask('GET', `/v1/fulfillment-requests?limit=1&cursor=${String(first['next'])}`, { key }))
    .json
  const ids = [first, second].flatMap((page) => (page['items'] as { id: string }[]).map((item) => item.id))
  expect(new Set(ids).size).toBe(2)
  expect((await hub.ask('GET', '/v1/fulfillment-requests?work=odd', { key })).status).toBe(400)
})
