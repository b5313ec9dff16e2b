import { afterAll, beforeAll, expect, test } from 'vitest'
import { aPaperFeed, anOrderBody, openTestHub, paperWebhook, problemOf, type TestHub } from '../test-kit.ts'

let hub: TestHub
let key: string
beforeAll(async () => {
  hub = await openTestHub()
  key = await hub.key('orders:write', 'orders:read', 'master:write')
  await hub.ask('POST', '/webhooks/depot/documents', paperWebhook('feed', aPaperFeed([['SHOE-1', 'south', 9]])))
})
afterAll(() => hub.stop())

const post = (path: string, body: unknown) => hub.ask('POST', path, { key, body })
const order = async (id: string): Promise<string> => String((await post('/v1/orders', anOrderBody(id))).json['id'])
const shown = async (id: string) =>
  (await hub.ask('GET', `/v1/orders/${id}`, { key })).json as Record<string, Record<string, unknown>>

test('an order is held, says what it waits on and what may be done, and goes on when it is released', async () => {
  const id = await order('1')
  const placed = await post(`/v1/orders/${id}/holds`, { kind: 'fraud', reason: 'card of another country' })
  expect([placed.status, placed.json]).toMatchObject([201, { kind: 'fraud', placedBy: 'api:tester' }])
  expect((await post(`/v1/orders/${id}/holds`, { kind: 'fraud', reason: 'again' })).status).toBe(200)
  await hub.work()
  expect(await shown(id)).toMatchObject({
    phase: 'held',
    waiting: {
      on: 'its holds to be released: fraud (api:tester)',
      since: placed.json['placedAt'],
      dueAt: placed.json['dueAt'],
      actions: ['hold', 'releaseHold', 'cancel'],
    },
  })
  const path = `/v1/orders/${id}/holds/${String(placed.json['id'])}/release`
  expect((await post(path, { resolution: 'the bank confirms' })).json).toMatchObject({
    releasedBy: 'api:tester',
    resolution: 'the bank confirms',
  })
  expect((await post(path, { resolution: 'twice' })).json).toMatchObject({ resolution: 'the bank confirms' })
  await hub.work()
  expect(await shown(id)).toMatchObject({ phase: 'releasing' })
})

test('what cannot be held is refused, with the reason', async () => {
  const id = await order('2')
  await post('/v1/orders', {
    ...anOrderBody('2'),
    revisedAt: '2026-11-22T10:00:00Z',
    cancelledAt: '2026-11-22T10:00:00Z',
  })
  const late = await post(`/v1/orders/${id}/holds`, { kind: 'manual', reason: 'wait' })
  expect([late.status, problemOf(late).detail]).toEqual([409, expect.stringContaining('shipped or cancelled')])
  expect((await post('/v1/orders/ord_nothing/holds', { kind: 'manual', reason: 'wait' })).status).toBe(404)
  expect((await post(`/v1/orders/${id}/holds/hld_nothing/release`, { resolution: 'x' })).status).toBe(409)
})

test('a policy version is activated once, and never changes', async () => {
  const put = (body: unknown) => hub.ask('PUT', '/v1/order-policy', { key, body })
  const policy = { version: 'v1', grace: [{ name: 'all', minutes: 10 }] }
  expect((await put(policy)).json).toEqual({ version: 'v1', activated: true, active: true })
  expect((await put(policy)).json).toEqual({ version: 'v1', activated: false, active: true })
  expect((await put({ version: 'v1' })).status).toBe(409)
  expect((await hub.ask('GET', '/v1/order-policy', { key })).json).toMatchObject({
    grace: [{ name: 'all', minutes: 10 }],
  })
  const twice = { version: 'v2', holds: [1, 2].map(() => ({ name: 'big', kind: 'manual' })) }
  expect(problemOf(await put(twice)).errors?.[0]?.pointer).toBe('/holds/1/name')
})
