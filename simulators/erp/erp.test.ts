import { createHmac } from 'node:crypto'
import { afterEach, expect, test } from 'vitest'
import { startErp, type Erp } from './erp.ts'
import type { ErpOptions } from './options.ts'
import { startTestHub, type Heard, type TestHub } from './test-hub.ts'
import type { RequestWire } from './wire.ts'

const TOKEN = 'token-of-the-hub'
const SETTLED_MS = 60_000
const opened: { close: () => Promise<void> }[] = []
afterEach(async () => {
  for (const one of opened.splice(0).reverse()) await one.close()
})

/** Chances that never come true at share 0 and always at share 1. */
const half = () => 0.5

async function pair(options: Partial<ErpOptions> = {}, statusOf?: (call: Omit<Heard, 'status'>) => number) {
  const hub: TestHub = await startTestHub(statusOf)
  opened.push(hub)
  const stock = [
    { sku: 'SHOE-42', node: 'wh-lyon', onHand: 10 },
    { sku: 'SHOE-42', node: 'paris', onHand: 2 },
  ]
  const erp: Erp = await startErp({ name: 'erp', stock, token: TOKEN, random: half, hub: hub.address, ...options })
  opened.push(erp)
  return { hub, erp }
}

const request = (changes: Partial<RequestWire> = {}): RequestWire => ({
  requestId: 'ful_1',
  orderId: 'ord_1',
  orderNumber: '#1001',
  node: 'wh-lyon',
  method: 'ship',
  shipTo: { name: 'A. Buyer', line1: '1 rue A', city: 'Lyon', country: 'FR' },
  service: 'standard',
  neededBy: null,
  lines: [{ lineNo: 1, sku: 'SHOE-42', name: 'Shoe', quantity: 3, unitPrice: '12.50', currency: 'EUR' }],
  ...changes,
})

const post = (erp: Erp, body: unknown, key = 'key-1', path = '') =>
  fetch(`${erp.url}/fulfillment-requests${path}`, {
    method: 'POST',
    headers: { authorization: `Bearer ${TOKEN}`, 'idempotency-key': key, 'content-type': 'application/json' },
    body: typeof body === 'string' ? body : JSON.stringify(body),
  })
const look = (erp: Erp, id: string) =>
  fetch(`${erp.url}/fulfillment-requests/${id}`, { headers: { authorization: `Bearer ${TOKEN}` } })

test('a request is accepted, shipped and told by webhooks, and the books add up', async () => {
  const { hub, erp } = await pair()
  expect((await post(erp, request())).status).toBe(201)
  expect(await erp.settled(SETTLED_MS)).toBe(true)
  expect(hub.events()).toMatchObject([
    { type: 'request.accepted', requestId: 'ful_1', lines: [{ lineNo: 1, accepted: 3, rejected: 0 }] },
    {
      type: 'shipment.created',
      requestId: 'ful_1',
      carrier: 'UPSN',
      packages: [{ trackingNumber: 'ERP0000000001', lines: [{ lineNo: 1, quantity: 3 }] }],
    },
  ])
  expect(erp.books().stock[0]).toMatchObject({ opening: 10, now: 7, committed: 0, shipped: 3, pickedUp: 0 })
  expect(erp.books().requests[0]?.shipments[0]?.trackingNumbers).toEqual(['ERP0000000001'])
})

test('a pickup is told as collected, without a carrier', async () => {
  const { hub, erp } = await pair()
  const wire = request({ method: 'pickup', node: 'paris', shipTo: null, lines: [{ ...line(), quantity: 1 }] })
  await post(erp, wire)
  await erp.settled(SETTLED_MS)
  const collected = hub.events()[1]
  expect(collected).toMatchObject({ type: 'pickup.collected', packages: [{ lines: [{ lineNo: 1, quantity: 1 }] }] })
  expect(collected).not.toHaveProperty('carrier')
  expect(erp.books().stock[1]).toMatchObject({ now: 1, pickedUp: 1, shipped: 0 })
})

test('the same key and body again gets the same answer and has no second effect', async () => {
  const { hub, erp } = await pair()
  const first = await post(erp, request())
  const again = await Promise.all(Array.from({ length: 20 }, () => post(erp, request())))
  expect(again.map((answer) => answer.status)).toEqual(Array(20).fill(200))
  const text = await first.text()
  for (const answer of again) expect(await answer.text()).toBe(text)
  await erp.settled(SETTLED_MS)
  expect(hub.events()).toHaveLength(2)
  expect(erp.books().requests).toMatchObject([{ requestId: 'ful_1', timesReceived: 21 }])
  expect(erp.books().duplicatesSeen).toBe(20)
})

test('the same key with another body is refused with 422', async () => {
  const { erp } = await pair()
  await post(erp, request())
  const other = await post(erp, request({ requestId: 'ful_2' }))
  expect(other.status).toBe(422)
  expect(await other.json()).toMatchObject({ code: 'idempotency-key-reused' })
  expect((await look(erp, 'ful_2')).status).toBe(404)
})

test('a known request id under a new key is a repeat, and a conflict when its content differs', async () => {
  const { erp } = await pair()
  await post(erp, request(), 'a')
  expect((await post(erp, request(), 'b')).status).toBe(200)
  expect((await post(erp, request({ orderNumber: '#9' }), 'c')).status).toBe(409)
  expect(erp.books()).toMatchObject({ duplicatesSeen: 1, conflictsSeen: 1, requests: [{ timesReceived: 3 }] })
})

test('a batch answers item by item, and a bad item does not stop its neighbours', async () => {
  const { erp } = await pair()
  const requests = [request(), { requestId: 'ful_2' }, request({ requestId: 'ful_3', node: 'nowhere' })]
  const answer = await post(erp, { requests }, 'batch-1', '/batch')
  expect(answer.status).toBe(200)
  expect(await answer.json()).toMatchObject({
    results: [
      { requestId: 'ful_1', status: 201, state: 'received' },
      { requestId: 'ful_2', status: 422, code: 'invalid-request' },
      { requestId: 'ful_3', status: 422, code: 'unknown-node' },
    ],
  })
  expect((await look(erp, 'ful_1')).status).toBe(200)
  expect((await post(erp, { requests }, 'batch-1', '/batch')).status).toBe(200)
  expect(erp.books().requests).toHaveLength(1)
})

test('calls without the token, without a key or with broken JSON are refused and change nothing', async () => {
  const { erp } = await pair()
  const bare = await fetch(`${erp.url}/fulfillment-requests`, { method: 'POST', body: JSON.stringify(request()) })
  expect(bare.status).toBe(401)
  expect((await post(erp, request(), '')).status).toBe(400)
  expect((await post(erp, '{"requestId":')).status).toBe(400)
  expect(erp.books().requests).toEqual([])
})

test('webhooks carry a Standard Webhooks signature over the raw body', async () => {
  const { hub, erp } = await pair()
  await post(erp, request())
  await erp.settled(SETTLED_MS)
  for (const { headers, body } of hub.heard) {
    const signed = [headers['webhook-id'], headers['webhook-timestamp'], body].join('.')
    const key = Buffer.from(hub.address.webhookSecret.slice('whsec_'.length), 'base64')
    const expected = `v1,${createHmac('sha256', key).update(signed).digest('base64')}`
    expect(headers['webhook-signature']).toBe(expected)
  }
  expect(hub.heard).toHaveLength(2)
})

test('a webhook is sent again under the same id until the hub says 2xx', async () => {
  let refusals = 3
  const { hub, erp } = await pair({ pace: { retryBaseMs: 1 } }, () => (refusals-- > 0 ? 503 : 200))
  await post(erp, request())
  expect(await erp.settled(SETTLED_MS)).toBe(true)
  const ids = hub.heard.map((call) => call.headers['webhook-id'])
  expect(ids).toEqual(['msg_erp_00000001', 'msg_erp_00000001', 'msg_erp_00000001', 'msg_erp_00000001', ids[4]])
  expect(ids[4]).toBe('msg_erp_00000002')
  expect(erp.books().webhooks).toMatchObject({ events: 2, delivered: 2, attempts: 5 })
})

test('an answer lost after its effect leaves exactly one request in the books, found by look-up', async () => {
  const { erp } = await pair({ manners: { loseAnswerAfterEffect: 1 } })
  await expect(post(erp, request())).rejects.toThrow('fetch failed')
  expect((await look(erp, 'ful_1')).status).toBe(200)
  expect((await post(erp, request())).status).toBe(200)
  await erp.settled(SETTLED_MS)
  const books = erp.books()
  expect(books.requests).toMatchObject([{ requestId: 'ful_1', state: 'shipped', timesReceived: 2 }])
  expect(books.stock[0]?.shipped).toBe(3)
  expect(books.badAnswers).toEqual({ lost: 1, failed: 0 })
})

test('an answer of 500 after the effect leaves exactly one request in the books', async () => {
  const { erp } = await pair({ manners: { answer500AfterEffect: 1 } })
  expect((await post(erp, request())).status).toBe(500)
  expect((await post(erp, request())).status).toBe(200)
  expect(erp.books().requests).toHaveLength(1)
})

test('a short pick ships the rest, rejects what is missing and writes it off', async () => {
  const { hub, erp } = await pair({ manners: { shortPickShare: 1 } })
  await post(erp, request())
  await erp.settled(SETTLED_MS)
  expect(hub.events()).toMatchObject([
    { type: 'request.accepted' },
    { type: 'request.partial', lines: [{ lineNo: 1, accepted: 2, rejected: 1, reason: 'outOfStock' }] },
    { type: 'shipment.created', packages: [{ lines: [{ lineNo: 1, quantity: 2 }] }] },
  ])
  expect(erp.books().stock[0]).toMatchObject({ opening: 10, now: 7, shipped: 2, writtenOff: 1, committed: 0 })
})

test('what is not free is rejected as out of stock, what is unknown as ineligible', async () => {
  const { hub, erp } = await pair()
  const lines = [
    { ...line(), quantity: 12 },
    { ...line(), lineNo: 2, sku: 'HAT', quantity: 1 },
  ]
  await post(erp, request({ lines }))
  await erp.settled(SETTLED_MS)
  expect(hub.events()[0]).toMatchObject({
    type: 'request.partial',
    lines: [
      { lineNo: 1, accepted: 10, rejected: 2, reason: 'outOfStock' },
      { lineNo: 2, accepted: 0, rejected: 1, reason: 'ineligibleProduct' },
    ],
  })
})

test('a cancel before shipping frees the units, after shipping it is refused', async () => {
  const { hub, erp } = await pair({ delayMs: (step) => (step === 'ship' ? 60_000 : 0) })
  await post(erp, request())
  expect((await post(erp, '', 'c', '/ful_1/cancel')).status).toBe(202)
  expect((await post(erp, '', 'c', '/ful_1/cancel')).status).toBe(200)
  expect((await post(erp, '', 'c', '/ful_9/cancel')).status).toBe(404)
  await until(() => hub.events().length === 2)
  expect(hub.events()[1]).toMatchObject({ type: 'cancel.answered', accepted: true })
  expect(erp.books().stock[0]).toMatchObject({ now: 10, committed: 0 })

  const { hub: hub2, erp: erp2 } = await pair()
  await post(erp2, request())
  await erp2.settled(SETTLED_MS)
  await post(erp2, '', 'c', '/ful_1/cancel')
  await erp2.settled(SETTLED_MS)
  expect(hub2.events()[2]).toMatchObject({ type: 'cancel.answered', accepted: false, reason: 'already shipped' })
})

test('copies keep their id, and a held-back event is overtaken', async () => {
  const { hub, erp } = await pair({ manners: { duplicateWebhooks: 1 } })
  await post(erp, request())
  await erp.settled(SETTLED_MS)
  const ids = hub.heard.map((call) => String(call.headers['webhook-id'])).toSorted()
  expect(ids).toEqual(['msg_erp_00000001', 'msg_erp_00000001', 'msg_erp_00000002', 'msg_erp_00000002'])

  const draws = [0.1]
  const { hub: late, erp: erp2 } = await pair({
    manners: { reorderWebhooks: 0.3 },
    random: () => draws.shift() ?? 0.5,
  })
  await post(erp2, request())
  await erp2.settled(SETTLED_MS)
  expect(late.events().map((event) => event.type)).toEqual(['shipment.created', 'request.accepted'])
})

test('stock feeds go out in full as JSON and CSV, and as a delta of what changed since', async () => {
  const { hub, erp } = await pair({ now: () => '2026-11-22T09:30:00.000Z' as never })
  expect(await erp.pushFull('json')).toMatchObject({ status: 200, rows: 2, attempts: 1 })
  await post(erp, request())
  await erp.settled(SETTLED_MS)
  erp.adjust('HAT,RED', 'paris', 5)
  await erp.pushDelta()
  await erp.pushFull('csv')
  const feeds = hub.heard.filter((call) => call.method === 'PUT')
  expect(feeds.map((feed) => feed.headers.authorization)).toEqual(Array(3).fill('Bearer dom_erp_key'))
  expect(JSON.parse(feeds[1]?.body ?? '')).toEqual({
    mode: 'delta',
    asOf: '2026-11-22T09:30:00.000Z',
    sequence: 2,
    rows: [
      { sku: 'SHOE-42', node: 'wh-lyon', onHand: 7 },
      { sku: 'HAT,RED', node: 'paris', onHand: 5 },
    ],
  })
  expect(feeds[2]?.body).toBe(
    'sku,node,on_hand,as_of\r\nSHOE-42,wh-lyon,7,2026-11-22T09:30:00.000Z\r\n' +
      'SHOE-42,paris,2,2026-11-22T09:30:00.000Z\r\n"HAT,RED",paris,5,2026-11-22T09:30:00.000Z\r\n',
  )
})

test('a feed that the hub refuses gives its changes to the next delta', async () => {
  let status = 400
  const { hub, erp } = await pair({}, (call) => (call.method === 'PUT' ? status : 200))
  erp.adjust('SHOE-42', 'paris', 1)
  expect(await erp.pushDelta()).toMatchObject({ status: 400, rows: 1, attempts: 1 })
  status = 200
  expect(await erp.pushDelta()).toMatchObject({ status: 200, rows: 1 })
  expect(await erp.pushDelta()).toMatchObject({ rows: 0 })
  expect(hub.heard).toHaveLength(3)
})

const line = () => ({ lineNo: 1, sku: 'SHOE-42', name: 'Shoe', quantity: 3, unitPrice: '12.50', currency: 'EUR' })

async function until(isTrue: () => boolean): Promise<void> {
  await expect.poll(isTrue).toBe(true)
}
