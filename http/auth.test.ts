import { afterEach, beforeEach, expect, test } from 'vitest'
import { instantFromEpochMs } from '#core/model/time.ts'
import { revokeApiKey } from '#store/api-keys.ts'
import { allRoutes } from './app.ts'
import { createShared } from './shared.ts'
import { openTestHub, problemOf, type TestHub } from './test-kit.ts'

let hub: TestHub
beforeEach(async () => {
  hub = await openTestHub({ rateQuota: 40, rateWindowSeconds: 20 })
})
afterEach(() => hub.stop())

const OPEN = ['receiveWebhook', 'health', 'readiness', 'metrics', 'openapi', 'docs']

test('every route asks for a key, but for webhooks (signed) and the few that tell nothing about business', () => {
  const open = allRoutes(createShared(hub.deps)).filter((each) => each.scopes === undefined)
  expect(open.map((each) => each.name)).toEqual(OPEN)
})

test('no route with scopes answers a key that has none, whatever the method', async () => {
  for (const each of allRoutes(createShared(hub.deps))) {
    if (each.scopes === undefined) continue
    // A key of its own: this hub lets each key ask only so often.
    const key = await hub.key()
    const path = each.path.replaceAll(/\{\w+\}/g, 'x')
    expect((await hub.ask(each.method.toUpperCase(), path)).status, each.name).toBe(401)
    expect((await hub.ask(each.method.toUpperCase(), path, { key })).status, each.name).toBe(403)
  }
})

test.each([
  '',
  'Basic abc',
  'Bearer',
  'Bearer dom_x',
  'Bearer dom_000000000000_aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa',
])('the authorization "%s" is 401 and says how to do it', async (authorization) => {
  const told = await hub.ask('GET', '/v1/orders', { headers: authorization === '' ? {} : { authorization } })
  expect(told.status).toBe(401)
  expect(told.headers.get('www-authenticate')).toContain('Bearer')
  expect(told.headers.get('content-type')).toBe('application/problem+json')
})

test('a revoked key stops working within its few seconds', async () => {
  const key = await hub.key('orders:read')
  expect((await hub.ask('GET', '/v1/orders', { key })).status).toBe(200)
  await revokeApiKey(hub.deps.db, key.split('_')[1] ?? '', hub.clock.now())
  hub.clock.aheadMs += 5_001
  expect((await hub.ask('GET', '/v1/orders', { key })).status).toBe(401)
})

test('a key that asks too often is 429 with the time to wait; another key is not touched', async () => {
  // The clock stands, for on a slow machine the allowance would grow while it is used up.
  const startMs = Date.now()
  hub.clock.now = () => instantFromEpochMs(startMs + hub.clock.aheadMs)
  const [noisy, calm] = [await hub.key('operations'), await hub.key('operations')]
  const told = []
  for (let n = 0; n < 42; n++) told.push(await hub.ask('GET', '/v1/connections', { key: noisy }))
  expect(told[0]?.headers.get('ratelimit-policy')).toBe('"default";q=40;w=20')
  expect(told[0]?.headers.get('ratelimit')).toMatch(/^"default";r=39;t=1$/)
  const last = told.find((each) => each.status === 429)
  expect(Number(last?.headers.get('retry-after'))).toBeGreaterThan(0)
  expect((await hub.ask('GET', '/v1/connections', { key: calm })).status).toBe(200)
  hub.clock.aheadMs += 20_000
  expect((await hub.ask('GET', '/v1/connections', { key: noisy })).status).toBe(200)
})

test('an unknown address is 404, a wrong method is 405 with what is allowed', async () => {
  expect((await hub.ask('GET', '/v2/orders')).status).toBe(404)
  const told = await hub.ask('DELETE', '/v1/orders')
  expect(told.status).toBe(405)
  expect(told.headers.get('allow')).toBe('POST, GET')
})

test('every answer carries its request id and the security headers, and a problem names that id', async () => {
  const told = await hub.ask('GET', '/v1/orders')
  expect(told.headers.get('x-content-type-options')).toBe('nosniff')
  expect(told.headers.get('content-security-policy')).toContain("default-src 'none'")
  expect(told.headers.get('cache-control')).toBe('no-store')
  expect(problemOf(told).instance).toBe(`urn:crossdock:request:${told.headers.get('x-request-id')}`)
})

test('a failure of ours is 500 without its text, which is in the log under the id', async () => {
  const key = await hub.key('orders:read')
  await hub.rows('ALTER TABLE order_hold RENAME TO gone')
  await hub.rows(
    `INSERT INTO sales_order (id, channel_id, external_id, number, revised_at, placed_at, currency, total_minor, document, routing_since)
     VALUES ('ord_1', 'web', '1', '1', now(), now(), 'EUR', 1, '{}', now())`,
  )
  const told = await hub.ask('GET', '/v1/orders/ord_1', { key })
  expect(told.status).toBe(500)
  expect(told.text).not.toMatch(/order_hold|relation|at .*\.ts/)
  const logged = hub.log.lines.find((line) => line.level === 'error')
  expect(logged?.fields).toMatchObject({ request: told.headers.get('x-request-id') })
  expect(String(logged?.fields?.['error'])).toContain('order_hold')
})
