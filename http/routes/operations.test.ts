import { afterEach, beforeEach, expect, test } from 'vitest'
import { openCases } from '#store/quarantine.ts'
import { beat } from '#store/heartbeats.ts'
import { anOrderBody, openTestHub, problemOf, type TestHub } from '../test-kit.ts'

let hub: TestHub
let key: string
beforeEach(async () => {
  hub = await openTestHub()
  key = await hub.key('operations', 'stock:write', 'master:write', 'orders:write', 'orders:read')
})
afterEach(() => hub.stop())

const get = (path: string) => hub.ask('GET', path, { key })
const post = (path: string, body?: unknown) => hub.ask('POST', path, body === undefined ? { key } : { key, body })
const put = (path: string, body: unknown) => hub.ask('PUT', path, { key, body })

const feed = { mode: 'delta', asOf: '2026-11-22T08:00:00Z', rows: [{ sku: 'NEW-1', node: 'w1', onHand: 4 }] }
const sendFeed = async (): Promise<string> => {
  const told = await hub.ask('PUT', '/v1/stock/erp', { key, body: feed })
  await hub.work()
  return String(told.json['id'])
}

test('unknown codes wait in quarantine by cause, are cured by master data and replayed', async () => {
  const id = await sendFeed()
  const { json } = await get('/v1/quarantine')
  const causes = json['causes'] as { cause: string; items: number; example: { envelopeId: string } }[]
  expect(causes.length).toBeGreaterThan(0)
  expect(causes[0]?.example.envelopeId).toBe(id)
  await put('/v1/products', { products: [{ sku: 'NEW-1', name: 'New' }] })
  await put('/v1/crosswalks', {
    crosswalks: [{ connectionId: 'erp', name: 'node', partnerCode: 'w1', canonical: 'north' }],
  })
  const replayed = await post('/v1/quarantine/replay', { cause: causes[0]?.cause })
  expect(replayed).toMatchObject({ status: 202, json: { documents: 1 } })
  await hub.work()
  expect((await get(`/v1/documents/${id}`)).json).toMatchObject({ state: 'applied' })
  expect((await get('/v1/quarantine')).json).toEqual({ causes: [] })
})

test('a replay by ids of nothing open replays nothing and says so item by item; one that names nothing is 422', async () => {
  expect((await post('/v1/quarantine/replay', { ids: ['qua_none'] })).json).toEqual({
    documents: 0,
    items: [{ id: 'qua_none', envelopeId: null, result: 'unknown' }],
  })
  expect((await post('/v1/quarantine/replay', {})).status).toBe(422)
})

test('a document is given back byte for byte, to operations only, and never shown in place', async () => {
  const id = await sendFeed()
  const told = await get(`/v1/documents/${id}/raw`)
  expect(told.text).toBe(JSON.stringify(feed))
  expect(told.headers.get('content-type')).toBe('application/octet-stream')
  expect(told.headers.get('content-disposition')).toContain('attachment')
  const stockOnly = await hub.key('stock:write')
  expect((await hub.ask('GET', `/v1/documents/${id}/raw`, { key: stockOnly })).status).toBe(403)
  expect((await get('/v1/documents/env_none')).status).toBe(404)
  expect((await get('/v1/documents/env_none/raw')).status).toBe(404)
})

test('a case is listed, resolved once with what was done and by whom, and then gone from the open ones', async () => {
  const now = hub.clock.now()
  const one = {
    id: 'exc_1',
    kind: 'stockShort' as const,
    subject: 's',
    detail: 'd',
    cure: 'c',
    owner: 'operator' as const,
  }
  await openCases(hub.deps.db, [one], now)
  expect((await get('/v1/cases?kind=stockShort&owner=operator')).json['items']).toMatchObject([{ id: 'exc_1' }])
  const resolved = await post('/v1/cases/exc_1/resolve', { resolution: 'counted again' })
  expect(resolved.json).toMatchObject({ state: 'resolved', resolution: 'counted again (api:tester)' })
  expect((await post('/v1/cases/exc_1/resolve', { resolution: 'again' })).status).toBe(409)
  expect((await get('/v1/cases')).json['items']).toEqual([])
  expect((await post('/v1/cases/exc_none/resolve', { resolution: 'x' })).status).toBe(404)
  expect((await post('/v1/cases/exc_1/resolve', { resolution: ' ' })).status).toBe(422)
})

test('resolving the case of an order that no node could serve routes the order again', async () => {
  await post('/v1/orders', anOrderBody('1'))
  await hub.work()
  const [open] = (await get('/v1/cases')).json['items'] as { id: string; kind: string }[]
  expect(open?.kind).toBe('unroutable')
  await post(`/v1/cases/${String(open?.id)}/resolve`, { resolution: 'stock is on its way' })
  expect(await hub.rows('SELECT routing FROM sales_order')).toEqual([{ routing: 'pending' }])
  await hub.work()
  expect((await get('/v1/cases')).json['items']).toMatchObject([{ kind: 'unroutable', state: 'open' }])
})

async function parkedInstruction(state = 'parked'): Promise<void> {
  await hub.rows(
    `INSERT INTO instruction (id, connection_id, port, kind, business_key, subject_id, document, state, attempts, next_at, created_at)
     VALUES ('ins_1', 'shop', 'fulfillment', 'fulfillmentInstruction', 'k', 'ful_none', '{}', $1, 10, now(), now())`,
    [state],
  )
  const one = { kind: 'outcomeUnknown' as const, subject: 'ins_1', detail: 'd', cure: 'c', owner: 'operator' as const }
  await openCases(hub.deps.db, [{ ...one, id: 'exc_1', instructionId: 'ins_1' }], hub.clock.now())
}

test('a parked instruction is sent again with fresh attempts, and its case is closed', async () => {
  await parkedInstruction()
  expect((await post('/v1/instructions/ins_1/requeue')).json).toMatchObject({ state: 'queued', attempts: 0 })
  expect(await hub.rows('SELECT state FROM exception_case')).toEqual([{ state: 'resolved' }])
})

test('a parked instruction that did arrive is confirmed with the partner’s reference', async () => {
  await parkedInstruction()
  expect((await post('/v1/instructions/ins_1/confirm', { reference: 'PO-7' })).json).toMatchObject({ state: 'sent' })
  expect(await hub.rows('SELECT reference FROM instruction')).toEqual([{ reference: 'PO-7' }])
})

test.each(['requeue', 'confirm'])('%s of an instruction that a worker has in hand is 409', async (verb) => {
  await parkedInstruction('sending')
  const told = await post(`/v1/instructions/ins_1/${verb}`, {})
  expect(told.status).toBe(409)
  expect(problemOf(told).detail).toContain('sending')
  expect((await post(`/v1/instructions/ins_none/${verb}`, {})).status).toBe(404)
})

test('a connection is paused with a reason, shown so, and resumed', async () => {
  expect((await post('/v1/connections/shop/pause', { reason: 'move' })).json).toMatchObject({
    state: 'paused',
    reason: 'move (api:tester)',
  })
  expect((await post('/v1/connections/shop/pause', { reason: 'move' })).status).toBe(409)
  expect((await get('/v1/connections')).json['connections']).toEqual(
    expect.arrayContaining([expect.objectContaining({ id: 'shop', state: 'paused' })]),
  )
  expect((await post('/v1/connections/shop/resume')).json).toMatchObject({ state: 'active', reason: null })
  expect((await post('/v1/connections/shop/resume')).status).toBe(409)
  expect((await post('/v1/connections/moon/resume')).status).toBe(404)
})

test('a channel that was just put sells at once', async () => {
  await put('/v1/channels', { channels: [{ id: 'app', name: 'App', currency: 'EUR' }] })
  expect((await post('/v1/orders', anOrderBody('1', { channelId: 'app' }))).status).toBe(201)
})

test('a node is put whole', async () => {
  const node = {
    id: 'west',
    name: 'West',
    kind: 'store',
    capabilities: ['pickup'],
    calendar: { timeZone: 'Europe/Paris', week: { mon: { open: '09:00', close: '18:00' } } },
    costs: { currency: 'EUR' },
  }
  expect((await put('/v1/nodes', { nodes: [node] })).json).toEqual({ stored: 1 })
  const moved = { ...node, calendar: { ...node.calendar, timeZone: 'Mars/Olympus' } }
  const told = await put('/v1/nodes', { nodes: [moved] })
  expect(problemOf(told).errors?.[0]?.pointer).toBe('/nodes/0/calendar/timeZone')
})

const product = { sku: 'P', name: 'P' }
const alias = { scheme: 'gtin', value: '04012345000009' }
test.each<[string, string, unknown, string]>([
  ['a product twice', 'products', [product, product], '/products/1/sku'],
  [
    'an alias of two products',
    'products',
    [
      { ...product, aliases: [alias] },
      { ...product, sku: 'Q', aliases: [alias] },
    ],
    '/products/1/aliases/0',
  ],
  ['an unknown field', 'products', [{ ...product, wieght: 1 }], '/products/0/wieght'],
  [
    'a channel of an unknown connection',
    'channels',
    [{ id: 'a', name: 'A', currency: 'EUR', connection: 'x' }],
    '/channels/0/connection',
  ],
  [
    'a crosswalk to an unknown node',
    'crosswalks',
    [{ connectionId: 'erp', name: 'node', partnerCode: 'w', canonical: 'moon' }],
    '/crosswalks/0/canonical',
  ],
  [
    'a crosswalk of an unknown connection',
    'crosswalks',
    [{ connectionId: 'x', name: 'carrier', partnerCode: 'w', canonical: 'UPSN' }],
    '/crosswalks/0/connectionId',
  ],
])('%s is 422 with its pointer and stores nothing', async (_what, name, rows, pointer) => {
  const before = await hub.rows('SELECT version FROM master_version')
  const told = await put(`/v1/${name}`, { [name]: rows })
  expect(told.status).toBe(422)
  expect(problemOf(told).errors?.[0]?.pointer).toBe(pointer)
  expect(await hub.rows('SELECT version FROM master_version')).toEqual(before)
})

test('healthy means that the canary passed within three of its turns, and the answer says so', async () => {
  const never = await hub.ask('GET', '/healthz')
  expect(never).toMatchObject({ status: 503, json: { ok: false, checks: [{ name: 'canary', ok: false }] } })
  await beat(hub.deps.db, 'canary', hub.clock.now())
  expect((await hub.ask('GET', '/healthz')).status).toBe(200)
  hub.clock.aheadMs += 15_000
  expect((await hub.ask('GET', '/healthz')).status).toBe(503)
})

test('ready means that the database answers with every migration', async () => {
  expect((await hub.ask('GET', '/readyz')).status).toBe(200)
  await hub.rows('DELETE FROM schema_migration')
  const told = await hub.ask('GET', '/readyz')
  expect(told).toMatchObject({
    status: 503,
    json: { checks: [{ name: 'database', detail: expect.stringContaining('0001-start.sql') }] },
  })
})

test('with the database away both say so, without naming it', async () => {
  const away = await openTestHub()
  await away.hub.world.db.close()
  for (const path of ['/healthz', '/readyz']) {
    const told = await away.ask('GET', path)
    expect(told).toMatchObject({ status: 503, json: { checks: [{ ok: false, detail: 'the database is away' }] } })
  }
})

test('metrics count requests by route, never by address, and what waits', async () => {
  await get('/v1/documents/env_none')
  await sendFeed()
  const { text } = await hub.ask('GET', '/metrics')
  expect(text).toMatch(/crossdock_http_requests_total\{method="get",route="\/v1\/documents\/\{id\}",status="404"\} 1/)
  expect(text).toMatch(/crossdock_documents_accepted_total\{connection="erp",result="fresh"\} 1/)
  expect(text).toMatch(/crossdock_waiting\{what="quarantine"\} [1-9]/)
  expect(text).not.toContain('env_none')
})
