import { afterEach, beforeEach, expect, test } from 'vitest'
import { aPaperFeed, openTestHub, paperWebhook, problemOf, type TestHub } from '../test-kit.ts'

let hub: TestHub
beforeEach(async () => {
  hub = await openTestHub()
})
afterEach(() => hub.stop())

const PATH = '/webhooks/shop/documents'
const feed = aPaperFeed([['SHOE-1', 'north', 5]])

test('a signed webhook is stored byte for byte before it is answered', async () => {
  const told = await hub.ask('POST', PATH, { raw: '{"odd" :  1}', headers: { 'x-paper': 'signed', 'x-id': 'a' } })
  expect(told.status).toBe(200)
  const [row] = await hub.rows('SELECT raw, state, source_key FROM envelope')
  expect(Buffer.from(row?.['raw'] as Uint8Array).toString()).toBe('{"odd" :  1}')
  expect(row).toMatchObject({ state: 'received', source_key: 'a' })
  expect(hub.reads.count).toBe(0)
})

test('a webhook with a wrong signature is 401, nothing is parsed and no row is left', async () => {
  const told = await hub.ask('POST', PATH, { raw: JSON.stringify(feed), headers: { 'x-paper': 'forged', 'x-id': 'a' } })
  expect(told.status).toBe(401)
  expect(problemOf(told).type).toBe('/docs#bad-signature')
  await hub.work()
  expect(hub.reads.count).toBe(0)
  expect(await hub.rows('SELECT 1 FROM envelope')).toEqual([])
  expect(hub.log.lines.some((line) => line.message === 'a webhook was refused')).toBe(true)
})

test('the same webhook a hundred times at once is one envelope, and all are told 200', async () => {
  const told = await Promise.all(Array.from({ length: 100 }, () => hub.ask('POST', PATH, paperWebhook('same', feed))))
  expect(new Set(told.map((each) => each.status))).toEqual(new Set([200]))
  expect(await hub.rows('SELECT 1 FROM envelope')).toHaveLength(1)
})

test('a body above the limit of the port is 413 and is not stored', async () => {
  const raw = 'x'.repeat(1_000_001)
  const told = await hub.ask('POST', PATH, { raw, headers: { 'x-paper': 'signed', 'x-id': 'big' } })
  expect(told.status).toBe(413)
  expect(await hub.rows('SELECT 1 FROM envelope')).toEqual([])
})

test.each([
  '/webhooks/nobody/documents',
  '/webhooks/shop/nothing',
  '/webhooks/erp/stock',
  '/webhooks/shop/fulfillment',
])('%s takes no webhooks', async (path) => {
  expect((await hub.ask('POST', path, paperWebhook('a', feed))).status).toBe(404)
})

test('a paused connection still stores what its partner sends', async () => {
  const key = await hub.key('operations')
  await hub.ask('POST', '/v1/connections/shop/pause', { key, body: { reason: 'stock-taking' } })
  expect((await hub.ask('POST', PATH, paperWebhook('a', feed))).status).toBe(200)
  expect(await hub.rows('SELECT 1 FROM envelope')).toHaveLength(1)
})

test('with the database away a webhook is 503 with Retry-After, and nothing is acknowledged', async () => {
  const away = await openTestHub()
  await away.ask('POST', PATH, paperWebhook('first', feed))
  await away.hub.world.db.close()
  const told = await away.ask('POST', PATH, paperWebhook('second', feed))
  expect(told.status).toBe(503)
  expect(told.headers.get('retry-after')).toBe('2')
  expect(problemOf(told).type).toBe('/docs#unavailable')
})
