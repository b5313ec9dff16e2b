import { afterEach, beforeEach, expect, test } from 'vitest'
import { handleAudit } from '#workers/audit.ts'
import { anOrderBody, openTestHub, type TestHub } from '../test-kit.ts'

let hub: TestHub
let key: string
beforeEach(async () => {
  hub = await openTestHub()
  key = await hub.key('operations', 'orders:write', 'orders:read', 'master:write')
})
afterEach(() => hub.stop())

const get = async (path: string) => {
  await handleAudit(hub.hub.world)
  return hub.ask('GET', path, { key })
}

test('events are read page by page from any place on, with the order they belong to, and nothing comes twice', async () => {
  for (const id of ['1001', '1002']) await hub.ask('POST', '/v1/orders', { key, body: anOrderBody(id) })
  await hub.work()
  const all = (await get('/v1/events')).json
  const items = all['items'] as { seq: number; kind: string; externalId: string }[]
  expect(items.filter((item) => item.kind === 'captured').map((item) => item.externalId)).toEqual(['1001', '1002'])
  const paged: unknown[] = []
  for (let after = 0; ;) {
    const page = (await get(`/v1/events?after=${after}&limit=1`)).json
    paged.push(...(page['items'] as unknown[]))
    if (page['next'] === after) break
    after = page['next'] as number
  }
  expect(paged).toEqual(items)
})

test('what an operator does is on record before it is done, and so is that it failed; what machines send is not', async () => {
  await hub.ask('POST', '/v1/orders', { key, body: anOrderBody('1001') })
  await hub.ask('PUT', '/v1/products', { key, body: { products: [{ sku: 'NEW-1', name: 'New' }] } })
  await hub.ask('POST', '/v1/cases/exc_none/resolve', { key, body: { resolution: 'done' } })
  const { items } = (await get('/v1/audit/actions')).json as { items: Record<string, unknown>[] }
  expect(items.toReversed()).toMatchObject([
    { actor: 'api:tester', action: 'putProducts', subject: '/v1/products', detail: null },
    { action: 'resolveCase', subject: '/v1/cases/exc_none/resolve', detail: null },
    { action: 'resolveCase', subject: '/v1/cases/exc_none/resolve', detail: 'it failed: not-found' },
  ])
})

test('the chain is verified over the API, and its links can be held against a head that was kept', async () => {
  await hub.ask('POST', '/v1/orders', { key, body: anOrderBody('1001') })
  await hub.work()
  const { json: head } = await get('/v1/audit/head')
  expect((await get('/v1/audit/verify')).json).toMatchObject({ broken: [], unlinked: [], done: true, head })
  expect((await get(`/v1/audit/links/${String(head['seq'])}`)).json).toEqual(head)
  expect((await get('/v1/audit/links/999999')).status).toBe(404)
  expect((await get('/v1/audit/verify?after=1')).status).toBe(400)
})
