import { afterEach, beforeEach, expect, test } from 'vitest'
import { openTestHub, problemOf, type TestHub, type Told } from '../test-kit.ts'

let hub: TestHub
let key: string
beforeEach(async () => {
  hub = await openTestHub()
  key = await hub.key('stock:write', 'stock:read')
})
afterEach(() => hub.stop())

const put = (raw: string, type: string, headers: Record<string, string> = {}): Promise<Told> =>
  hub.ask('PUT', '/v1/stock/erp', { key, raw, headers: { 'content-type': type, ...headers } })

const json = JSON.stringify({
  mode: 'delta',
  asOf: '2026-11-22T08:00:00Z',
  rows: [{ sku: '00123', node: 'north', onHand: 7 }],
})

test.each([
  ['application/json', json, {}],
  ['text/csv', 'sku,node,on_hand\n00123,north,7\n', { 'stock-mode': 'delta', 'stock-as-of': '2026-11-22T08:00:00Z' }],
  [
    'application/xml',
    '<StockFeed mode="delta" asOf="2026-11-22T08:00:00Z"><Row sku="00123" node="north" onHand="7"/></StockFeed>',
    {},
  ],
])('a feed as %s is 202, and its document says that it was applied', async (type, raw, headers) => {
  const told = await put(raw, type, headers)
  expect(told.status).toBe(202)
  expect(told.headers.get('location')).toBe(told.json['document'])
  await hub.work()
  const document = await hub.ask('GET', String(told.json['document']), { key })
  expect(document.json).toMatchObject({ state: 'applied', quarantine: [] })
  const [position] = await hub.rows(`SELECT on_hand FROM stock_position WHERE sku = '00123' AND node_id = 'north'`)
  expect(position).toEqual({ on_hand: 7 })
})

test('a malformed feed is stored as it came and waits in quarantine with place and cure', async () => {
  const told = await put('{"mode": ', 'application/json')
  expect(told.status).toBe(202)
  await hub.work()
  const document = await hub.ask('GET', String(told.json['document']), { key })
  expect(document.json).toMatchObject({ state: 'quarantined', bytes: 9 })
  const [item] = document.json['quarantine'] as Record<string, string>[]
  expect(item?.['code']).toBe('json.syntax')
  expect(item?.['cure']).not.toBe('')
})

test('a repeated feed is 202 with the id of the first', async () => {
  const first = await put(json, 'application/json', { 'idempotency-key': 'f1' })
  const again = await put(json, 'application/json', { 'idempotency-key': 'f1' })
  expect(again).toMatchObject({ status: 202, json: { id: first.json['id'], fresh: false } })
})

test('a connection that takes no feeds is 404', async () => {
  expect((await hub.ask('PUT', '/v1/stock/shop', { key, raw: json })).status).toBe(404)
})

test('a key without stock:write is 403 and nothing is stored', async () => {
  const other = await hub.key('orders:write', 'stock:read')
  const told = await hub.ask('PUT', '/v1/stock/erp', { key: other, raw: json })
  expect(told.status).toBe(403)
  expect(problemOf(told).detail).toContain('stock:write')
  expect(await hub.rows('SELECT 1 FROM envelope')).toEqual([])
})
