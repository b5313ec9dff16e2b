import { expect, test } from 'vitest'
import { z } from 'zod'
import { testContext } from '../transport/test-context.ts'
import { answerJson, testHttpServer } from '../transport/test-http-server.ts'
import { call, callOrFault } from './client.ts'
import { OdooConfig } from './config.ts'

const error = (name: string, message = 'No.') => ({
  name,
  message,
  arguments: [message],
  context: {},
  debug: 'Traceback',
})

async function answered(status: number, body: unknown, headers: Record<string, string> = {}) {
  const server = await testHttpServer((_, response) => {
    for (const [name, value] of Object.entries(headers)) response.setHeader(name, value)
    answerJson(response, body, status)
  })
  const config = OdooConfig.parse({ baseUrl: server.baseUrl, partnerId: 1, currency: 'EUR', database: 'live' })
  const context = testContext({ config, baseUrl: server.baseUrl, secrets: { apiKey: 'secret-key' } })
  return {
    server,
    context,
    [Symbol.asyncDispose]: async () => {
      await context[Symbol.asyncDispose]()
      await server[Symbol.asyncDispose]()
    },
  }
}

const ids = z.array(z.int())

test('a call goes to /json/2 with named arguments, the bearer key and the database, and its bare result comes back', async () => {
  await using w = await answered(200, [7])
  expect(await call(w.context, 'sale.order/create', { vals_list: [] }, ids, true)).toEqual({ ok: true, value: [7] })
  expect(w.server.received).toMatchObject([
    {
      method: 'POST',
      url: '/json/2/sale.order/create',
      body: '{"vals_list":[]}',
      headers: { authorization: 'bearer secret-key', 'x-odoo-database': 'live' },
    },
  ])
})

test.each([
  [401, error('werkzeug.exceptions.Unauthorized', 'Invalid apikey'), { kind: 'unavailable', fault: 'auth' }],
  [403, error('odoo.exceptions.AccessError'), { kind: 'unavailable', fault: 'auth' }],
  [404, error('werkzeug.exceptions.NotFound', 'no such model'), { kind: 'unavailable', fault: 'config' }],
  [404, error('odoo.exceptions.MissingError'), { kind: 'rejected', issues: [{ code: 'odoo.MissingError' }] }],
  [409, error('odoo.exceptions.LockError'), { kind: 'unavailable', fault: 'transient' }],
  [
    422,
    error('odoo.exceptions.UserError', 'Locked.'),
    { kind: 'rejected', issues: [{ code: 'odoo.UserError', rule: 'Locked.' }] },
  ],
  [429, {}, { kind: 'throttled', retryAfterMs: 1000 }],
  // Odoo's own error means that its transaction was rolled back; a gateway's leaves it open.
  [500, error('builtins.ValueError'), { kind: 'unavailable', fault: 'transient' }],
  [502, 'Bad Gateway', { kind: 'unknown' }],
  [200, { not: 'ids' }, { kind: 'unknown' }],
])('an answer %i %j means for what was to be done: %j', async (status, body, outcome) => {
  await using w = await answered(status, body)
  const called = await call(w.context, 'sale.order/create', {}, ids, true)
  expect(called).toMatchObject({ ok: false, outcome })
  expect(JSON.stringify(called)).not.toContain('secret-key')
})

test('what only asks has no unknown outcome, and a pull says by a fault why it stops', async () => {
  await using gateway = await answered(504, '')
  expect(await call(gateway.context, 'x/search_read', {}, ids, false)).toMatchObject({
    outcome: { kind: 'unavailable', fault: 'transient' },
  })
  await expect(callOrFault(gateway.context, 'x/search_read', {}, ids)).rejects.toMatchObject({ kind: 'transient' })
  await using busy = await answered(429, {}, { 'retry-after': '7' })
  await expect(callOrFault(busy.context, 'x/search_read', {}, ids)).rejects.toMatchObject({
    kind: 'throttled',
    retryAfterMs: 7000,
  })
  await using wrong = await answered(422, error('odoo.exceptions.UserError', 'Unknown field.'))
  await expect(callOrFault(wrong.context, 'x/search_read', {}, ids)).rejects.toMatchObject({
    kind: 'config',
    message: 'Unknown field.',
  })
})
