import { afterEach, beforeEach, expect, test } from 'vitest'
import { anOrderBody, openTestHub, problemOf, type TestHub } from '../test-kit.ts'

let hub: TestHub
let key: string
beforeEach(async () => {
  hub = await openTestHub()
  key = await hub.key('orders:write', 'orders:read')
})
afterEach(() => hub.stop())

const post = (body: unknown, headers: Record<string, string> = {}) =>
  hub.ask('POST', '/v1/orders', { key, body, headers })

test('an order is 201 with its place, a repeat is 200 with the same id, an older revision is superseded', async () => {
  const first = await post(anOrderBody('1', { revisedAt: '2026-11-22T10:00:00Z' }))
  expect(first.status).toBe(201)
  expect(first.json).toMatchObject({ result: 'captured', externalId: '1' })
  expect(first.headers.get('location')).toBe(`/v1/orders/${String(first.json['id'])}`)
  const again = await post(anOrderBody('1', { revisedAt: '2026-11-22T10:00:00Z' }))
  expect(again).toMatchObject({ status: 200, json: { result: 'duplicate', id: first.json['id'] } })
  const older = await post(anOrderBody('1', { revisedAt: '2026-11-22T09:30:00Z' }))
  expect(older).toMatchObject({ status: 200, json: { result: 'superseded', id: first.json['id'] } })
  expect(await hub.rows('SELECT 1 FROM sales_order')).toHaveLength(1)
})

test('the same order fifty times at once is one order', async () => {
  const told = await Promise.all(Array.from({ length: 50 }, () => post(anOrderBody('1'))))
  expect(new Set(told.map((each) => each.json['id'])).size).toBe(1)
  expect(told.filter((each) => each.status === 201)).toHaveLength(1)
  expect(await hub.rows('SELECT 1 FROM sales_order')).toHaveLength(1)
})

test('the timeline names the key that captured the order', async () => {
  await post(anOrderBody('1'))
  const [fact] = await hub.rows('SELECT kind, actor FROM fact')
  expect(fact).toEqual({ kind: 'captured', actor: 'api:tester' })
})

test('an unknown SKU is 422 with its pointer and its cure, and after the cure the same key goes through', async () => {
  const lines = [
    { externalId: 'a', sku: 'SHOE-1', quantity: 1, unitPriceMinor: 1 },
    { externalId: 'b', sku: 'SHOE-9', quantity: 1, unitPriceMinor: 1 },
  ]
  const refused = await post(anOrderBody('1', { lines }), { 'idempotency-key': 'k1' })
  expect(refused.status).toBe(422)
  expect(problemOf(refused).type).toBe('/docs#unknown-sku')
  expect(problemOf(refused).errors).toEqual([
    {
      pointer: '/lines/1/sku',
      detail: 'The hub knows no product with the SKU SHOE-9.',
      cure: 'Add the product with PUT /v1/products, then send the order again; or correct the SKU.',
    },
  ])
  const master = await hub.key('master:write')
  await hub.ask('PUT', '/v1/products', { key: master, body: { products: [{ sku: 'SHOE-9', name: 'Nine' }] } })
  expect((await post(anOrderBody('1', { lines }), { 'idempotency-key': 'k1' })).status).toBe(201)
})

test('a repeated Idempotency-Key gets the first answer again, quoted or bare', async () => {
  const first = await post(anOrderBody('1'), { 'idempotency-key': 'abc' })
  const again = await post(anOrderBody('1'), { 'idempotency-key': '"abc"' })
  expect(again.status).toBe(201)
  expect(again.json).toEqual(first.json)
  expect(again.headers.get('location')).toBe(first.headers.get('location'))
  expect(again.headers.get('idempotency-replayed')).toBe('true')
})

test('a used Idempotency-Key with another body is 422', async () => {
  await post(anOrderBody('1'), { 'idempotency-key': 'abc' })
  const other = await post(anOrderBody('2'), { 'idempotency-key': 'abc' })
  expect(other.status).toBe(422)
  expect(problemOf(other).type).toBe('/docs#key-reused')
})

test('a second request while the first is at work is 409, and a first one that died frees its key after its lease', async () => {
  const body = anOrderBody('1')
  await post(body, { 'idempotency-key': 'abc' })
  await hub.rows('UPDATE idempotency_key SET status = NULL, answer = NULL')
  const second = await post(body, { 'idempotency-key': 'abc' })
  expect(second.status).toBe(409)
  expect(second.headers.get('retry-after')).toBe('1')
  hub.clock.aheadMs = 61_000
  expect((await post(body, { 'idempotency-key': 'abc' })).json['result']).toBe('duplicate')
})

test('malformed JSON is 400 with line and column', async () => {
  const told = await hub.ask('POST', '/v1/orders', {
    key,
    raw: '{\n  "channelId": "web",\n  oops\n}',
    headers: { 'content-type': 'application/json' },
  })
  expect(told.status).toBe(400)
  expect(problemOf(told).errors?.[0]?.detail).toMatch(/^line 3, column 3:/)
})

test.each([
  ['a key twice', '{"a": 1, "a": 2}'],
  ['a NUL character', JSON.stringify({ number: 'a\0b' })],
  ['half a surrogate pair', '{"number": "\\ud800"}'],
  ['__proto__', '{"__proto__": {}}'],
])('%s in the JSON is refused before anything reads it', async (_what, raw) => {
  const told = await hub.ask('POST', '/v1/orders', { key, raw, headers: { 'content-type': 'application/json' } })
  expect(told.status).toBe(400)
})

const line = { externalId: 'a', sku: 'SHOE-1', quantity: 1, unitPriceMinor: 1 }
test.each<[string, Record<string, unknown>, string]>([
  ['a missing field', { currency: undefined }, '/currency'],
  ['a misspelt field', { shipping: 'x' }, '/shipping'],
  ['a misspelt field of a line', { lines: [{ ...line, quanity: 1 }] }, '/lines/0/quanity'],
  ['a broken quantity', { lines: [{ ...line, quantity: 1.5 }] }, '/lines/0/quantity'],
  ['two lines of one name', { lines: [line, line] }, '/lines/1/externalId'],
  ['no lines', { lines: [] }, '/lines'],
  ['a date that does not exist', { placedAt: '2026-02-30T00:00:00.000Z' }, '/placedAt'],
  ['a year beyond storing', { placedAt: '+012026-02-20T00:00:00Z' }, '/placedAt'],
  ['a time without offset', { placedAt: '2026-02-20T00:00:00' }, '/placedAt'],
  ['an unknown channel', { channelId: 'nowhere' }, '/channelId'],
  ['a channel with a connection', { channelId: 'shop-channel' }, '/channelId'],
  ['another currency', { currency: 'USD' }, '/currency'],
  ['an unknown node', { lines: [{ ...line, nodeId: 'moon' }] }, '/lines/0/nodeId'],
])('%s is 422 and says where', async (_what, change, pointer) => {
  const told = await post(anOrderBody('1', change))
  expect(told.status).toBe(422)
  expect(problemOf(told).errors?.[0]).toMatchObject({ pointer, cure: expect.stringMatching(/\.$/) })
  expect(await hub.rows('SELECT 1 FROM sales_order')).toEqual([])
})

test('one bad order does not fail the others of its moment', async () => {
  const told = await Promise.all([
    post(anOrderBody('1')),
    post(anOrderBody('2', { placedAt: '2026-02-30T00:00:00.000Z' })),
    post(anOrderBody('3')),
  ])
  expect(told.map((each) => each.status)).toEqual([201, 422, 201])
})

test('form data is 415', async () => {
  const headers = { 'content-type': 'application/x-www-form-urlencoded' }
  expect((await hub.ask('POST', '/v1/orders', { key, raw: 'a=1', headers })).status).toBe(415)
})

test('a body above the limit is 413', async () => {
  const raw = JSON.stringify(anOrderBody('1')).padEnd(2_000_001)
  const told = await hub.ask('POST', '/v1/orders', { key, raw, headers: { 'content-type': 'application/json' } })
  expect(told.status).toBe(413)
})

test('with the database away an order is 503 and its Idempotency-Key is not used up', async () => {
  const away = await openTestHub()
  const awayKey = await away.key('orders:write')
  await away.ask('POST', '/v1/orders', { key: awayKey, body: anOrderBody('1') })
  await away.hub.world.db.close()
  const told = await away.ask('POST', '/v1/orders', { key: awayKey, body: anOrderBody('2') })
  expect(told.status).toBe(503)
  expect(told.headers.get('retry-after')).toBe('2')
})
