import { afterAll, beforeAll, expect, test } from 'vitest'
import { aPaperFeed, anOrderBody, openTestHub, paperWebhook, problemOf, type TestHub } from '../test-kit.ts'

let hub: TestHub
let key: string
beforeAll(async () => {
  hub = await openTestHub()
  key = await hub.key('orders:write', 'orders:read')
  await hub.ask('POST', '/webhooks/depot/documents', paperWebhook('feed', aPaperFeed([['SHOE-1', 'south', 9]])))
  await hub.work()
})
afterAll(() => hub.stop())

const post = (path: string, body: unknown, headers: Record<string, string> = {}) =>
  hub.ask('POST', path, { key, body, headers })
const order = async (id: string): Promise<string> => {
  const lines = [{ externalId: '1', sku: 'SHOE-1', quantity: 3, unitPriceMinor: 5_000 }]
  const made = String((await post('/v1/orders', anOrderBody(id, { lines }))).json['id'])
  await hub.work()
  return made
}
const two = [{ do: 'setQuantity', lineNo: 1, quantity: 2 }]

test('a change is previewed, confirmed with the version that was shown, and refused on any other', async () => {
  const id = await order('1')
  const shown = await post(`/v1/orders/${id}/changes/preview`, { changes: two })
  expect(shown.json).toMatchObject({
    changes: [{ line: '1', wanted: { from: 3, to: 2 } }, { totalMinor: { from: 10_000, to: 5_000 } }],
    stock: [{ nodeId: 'south', quantity: 1, why: 'cancel', how: 'atOnce' }],
  })
  const wish = { changes: two, reason: 'two are enough', version: shown.json['version'] }
  expect((await post(`/v1/orders/${id}/changes`, wish)).status).toBe(200)
  const late = await post(`/v1/orders/${id}/changes`, wish)
  expect([late.status, problemOf(late).detail]).toEqual([409, expect.stringContaining('Preview the change again')])
})

test('a cancel with an Idempotency-Key takes its units once', async () => {
  const id = await order('2')
  const cancel = () =>
    post(
      `/v1/orders/${id}/cancel`,
      { reason: 'one less', lines: [{ lineNo: 1, quantity: 1 }] },
      { 'idempotency-key': 'k1' },
    )
  await cancel()
  expect((await cancel()).headers.get('idempotency-replayed')).toBe('true')
  const counters = await hub.rows('SELECT allocated, cancelled FROM order_line WHERE order_id = $1', [id])
  expect(counters).toEqual([{ allocated: 2, cancelled: 1 }])
})

test('what cannot be changed is refused, with the place', async () => {
  const id = await order('3')
  const many = await post(`/v1/orders/${id}/cancel`, { reason: 'x', lines: [{ lineNo: 1, quantity: 4 }] })
  expect([many.status, problemOf(many).errors?.[0]?.pointer]).toEqual([422, '/lines/0'])
  const unknown = { do: 'addLine', sku: 'NOTHING', quantity: 1, unitPriceMinor: 1 }
  const added = await post(`/v1/orders/${id}/changes/preview`, { changes: [...two, unknown] })
  expect([added.status, problemOf(added).errors?.[0]?.pointer]).toEqual([422, '/changes/1'])
  expect((await post('/v1/orders/ord_nothing/cancel', { reason: 'x' })).status).toBe(404)
})
