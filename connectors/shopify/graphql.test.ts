import { inspect } from 'node:util'
import nock from 'nock'
import { afterEach, expect, test } from 'vitest'
import { z } from 'zod'
import { testContext } from '../transport/test-context.ts'
import { answerJson, testHttpServer } from '../transport/test-http-server.ts'
import { ShopifyConfig } from './config.ts'
import { shopify } from './connector.ts'
import { call } from './graphql.ts'

const QUERY = 'query A { shop { name } }'
const MUTATION = 'mutation B { x }'
const Any = z.object({ ok: z.literal(true) })
const path = '/admin/api/2026-10/graphql.json'
const shop = 'crossdock-test.myshopify.com'
const config = ShopifyConfig.parse({ shop, baseUrl: 'http://shopify.test' })
const secrets = { accessToken: 'canary-token', clientSecret: 'canary-secret' }

afterEach(() => nock.cleanAll())

async function run(status: number, body: string | object, operation = MUTATION, headers: Record<string, string> = {}) {
  nock('http://shopify.test').post(path).reply(status, body, headers)
  await using context = testContext({ config, baseUrl: 'http://shopify.test', secrets })
  const called = await call(context, operation, {}, Any)
  expect(inspect(called, { depth: 20 })).not.toContain('canary')
  return called
}
const errors = (code: string, extensions: object = {}) => ({
  data: null,
  errors: [{ message: 'm', extensions: { code } }],
  extensions,
})

test('a good answer gives its data', async () => {
  expect(await run(200, { data: { ok: true } })).toEqual({ ok: true, data: { ok: true } })
})

test('an empty bucket says for how long to wait, whatever status it comes with', async () => {
  const cost = {
    cost: {
      requestedQueryCost: 110,
      throttleStatus: { maximumAvailable: 2000, currentlyAvailable: 10, restoreRate: 50 },
    },
  }
  const wait = { failure: { kind: 'throttled', retryAfterMs: 2000 } }
  expect(await run(200, errors('THROTTLED', cost))).toMatchObject(wait)
  expect(await run(429, errors('THROTTLED', cost))).toMatchObject(wait)
  expect(await run(429, 'slow down', MUTATION, { 'retry-after': '7' })).toMatchObject({
    failure: { retryAfterMs: 7000 },
  })
  expect(await run(429, '')).toMatchObject({ failure: { kind: 'throttled', retryAfterMs: 1000 } })
})

test('refusals before anything ran say whose move it is', async () => {
  expect(await run(401, '{}')).toMatchObject({ failure: { kind: 'unavailable', fault: 'auth' } })
  expect(await run(404, '{}')).toMatchObject({ failure: { fault: 'config' } })
  expect(await run(200, errors('ACCESS_DENIED'))).toMatchObject({ failure: { fault: 'auth' } })
  expect(await run(200, errors('undefinedField'))).toMatchObject({ failure: { fault: 'bug' } })
})

test('a mutation whose answer is lost or unreadable is unknown; a query is only unavailable', async () => {
  for (const [status, body] of [
    [500, 'oops'],
    [200, '<html>'],
    [200, errors('INTERNAL_SERVER_ERROR')],
    [200, { data: { ok: 'no' } }],
  ] as const) {
    expect(await run(status, body)).toMatchObject({ failure: { kind: 'unknown' } })
    expect(await run(status, body, QUERY)).toMatchObject({ failure: { kind: 'unavailable', fault: 'transient' } })
  }
  await using server = await testHttpServer((_, response) => void response.socket?.destroy())
  await using context = testContext({ config, baseUrl: server.baseUrl, secrets })
  expect(await call(context, MUTATION, {}, Any)).toMatchObject({ failure: { kind: 'unknown' } })
  expect(await call(context, QUERY, {}, Any)).toMatchObject({ failure: { kind: 'unavailable' } })
})

test('a shop that cannot be reached was told nothing', async () => {
  await using context = testContext({ config, baseUrl: 'http://127.0.0.1:1', secrets })
  expect(await call(context, MUTATION, {}, Any)).toMatchObject({ failure: { kind: 'unavailable', fault: 'transient' } })
})

test('many calls with a stale token make one refresh', async () => {
  let grants = 0
  await using server = await testHttpServer((received, response) => {
    if (received.url === '/admin/oauth/access_token') {
      answerJson(response, { access_token: `token-${++grants}`, expires_in: 86_399 })
    } else if (received.headers['x-shopify-access-token'] === 'token-1') answerJson(response, {}, 401)
    else answerJson(response, { data: { ok: true } })
  })
  const own = { ...config, clientId: 'client' }
  await using context = testContext({ config: own, baseUrl: server.baseUrl, secrets })
  const results = await Promise.all(Array.from({ length: 10 }, () => call(context, QUERY, {}, Any)))
  expect(results.every((result) => result.ok)).toBe(true)
  expect(grants).toBe(2)
})

test('a refused client secret is an auth fault that names no secret', async () => {
  await using server = await testHttpServer((_, response) => answerJson(response, { error: 'invalid_client' }, 401))
  await using context = testContext({ config: { ...config, clientId: 'c' }, baseUrl: server.baseUrl, secrets })
  const called = await call(context, QUERY, {}, Any)
  expect(called).toMatchObject({ failure: { kind: 'unavailable', fault: 'auth', code: 'shopify.token' } })
  expect(inspect(called, { depth: 20 })).not.toContain('canary')
})

test('the check says what is wrong and how to cure it', async () => {
  const check = async (status: number, body: object) => {
    nock('http://shopify.test').post(path).reply(status, body)
    await using context = testContext({ config, baseUrl: 'http://shopify.test', secrets })
    return shopify.check(context)
  }
  expect(await check(200, { data: { shop: { name: 'Shop', myshopifyDomain: shop } } })).toMatchObject({ ok: true })
  expect(await check(200, { data: { shop: { name: 'B', myshopifyDomain: 'b.myshopify.com' } } })).toMatchObject({
    fault: 'config',
  })
  expect(await check(401, {})).toMatchObject({ ok: false, fault: 'auth' })
  expect(await check(404, {})).toMatchObject({ ok: false, fault: 'config' })
})
