import { afterEach, beforeEach, expect, test } from 'vitest'
import { anOrder } from '#test/kit/builders.ts'
import { openTestHub, type TestHub } from '../test-kit.ts'

let hub: TestHub
let key: string
beforeEach(async () => {
  hub = await openTestHub()
  key = await hub.key('operations')
})
afterEach(() => hub.stop())

const get = (path: string) => hub.ask('GET', path, { key })
const post = (path: string, body: unknown) => hub.ask('POST', path, { key, body })
const correct = (id: string, document: unknown, query = 'reason=they+meant+it') =>
  hub.ask('PUT', `/v1/documents/${id}/correction?${query}`, { key, raw: JSON.stringify(document) })

let sent = 0
const receive = async (document: unknown): Promise<string> => {
  const id = hub.deps.ids.next('env')
  await hub.deps.accept({
    id,
    connectionId: 'shop',
    port: 'documents',
    sourceKey: `delivery-${(sent += 1)}`,
    meta: {},
    raw: Buffer.from(JSON.stringify(document)),
    receivedAt: hub.clock.now(),
  })
  await hub.work()
  return id
}
const stateOf = async (id: string) => (await get(`/v1/documents/${id}`)).json['state']
const itemsOf = async (id: string) =>
  (await get(`/v1/documents/${id}`)).json['quarantine'] as { id: string; state: string; resolution: string | null }[]

const order = anOrder('1001').line('SHOE-1', 1)
const illegible = { kind: 'refused', about: 'order 1001' }

test('a corrected document is read in place of what came, which stays as it came', async () => {
  const id = await receive(illegible)
  expect(await stateOf(id)).toBe('quarantined')
  const told = await correct(id, order.document)
  expect(told).toMatchObject({
    status: 200,
    json: { version: 1, reads: { documents: [{ kind: 'order', part: '0' }], refused: [] } },
  })
  await hub.work()
  expect((await get(`/v1/documents/${id}`)).json).toMatchObject({
    state: 'applied',
    corrections: [{ version: 1, reason: 'they meant it', actor: 'api:tester' }],
    quarantine: [{ state: 'resolved' }],
  })
  expect((await get(`/v1/documents/${id}/raw`)).text).toBe(JSON.stringify(illegible))
  expect(await hub.rows('SELECT external_id FROM sales_order')).toEqual([{ external_id: '1001' }])
})

test('a dry run says what would be read and writes nothing', async () => {
  const id = await receive(illegible)
  const told = await correct(id, [order.document, illegible], 'reason=try&dryRun=true')
  expect(told.json).toMatchObject({
    version: null,
    reads: {
      documents: [{ kind: 'order' }],
      refused: [{ part: '1', rule: 'must be legible', cure: 'Write it again.' }],
    },
  })
  await hub.work()
  expect((await get(`/v1/documents/${id}`)).json).toMatchObject({ state: 'quarantined', corrections: [] })
})

test('a correction that is wrong too waits again, and a second one stands over what came', async () => {
  const id = await receive(illegible)
  await correct(id, [illegible])
  await hub.work()
  expect(await stateOf(id)).toBe('quarantined')
  await correct(id, order.document)
  await hub.work()
  expect(await stateOf(id)).toBe('applied')
  expect((await itemsOf(id)).map((item) => item.state)).not.toContain('open')
})

test('only a document in quarantine is corrected, only with a reason, and only one that is there', async () => {
  const id = await receive(order.document)
  expect((await correct(id, order.document)).status).toBe(409)
  expect((await correct(id, order.document, 'dryRun=false')).status).toBe(400)
  expect((await correct('env_none', order.document)).status).toBe(404)
})

test('what is discarded stays so with its reason, also when its neighbours are read again', async () => {
  const id = await receive([illegible, { kind: 'refused', about: 'order 1002' }])
  const [first, second] = await itemsOf(id)
  expect((await post('/v1/quarantine/discard', { ids: [first?.id], reason: 'a test order' })).json).toEqual({
    documents: 1,
    items: [{ id: first?.id, envelopeId: id, result: 'done' }],
  })
  await post('/v1/quarantine/replay', { ids: [second?.id] })
  await hub.work()
  expect(await itemsOf(id)).toMatchObject([
    { state: 'discarded', resolution: 'a test order (api:tester)' },
    { state: 'open', resolution: null },
  ])
})

test('a replay by filter takes what fits every part of it, and a second one finds nothing', async () => {
  const id = await receive(illegible)
  const other = await receive({ kind: 'throw' })
  const by = { connectionId: 'shop', port: 'documents', code: 'paper.unreadable' }
  expect((await post('/v1/quarantine/replay', { ...by, openedBefore: '2020-01-01T00:00:00Z' })).json).toMatchObject({
    documents: 0,
  })
  expect((await post('/v1/quarantine/replay', by)).json).toMatchObject({ items: [{ envelopeId: id, result: 'done' }] })
  expect((await post('/v1/quarantine/replay', by)).json).toEqual({ documents: 0, items: [] })
  expect(await itemsOf(other)).toMatchObject([{ state: 'open' }])
})

test('a later revision of an order settles what waits of it, and leaves what may be newer', async () => {
  const older = await receive(illegible)
  const revisedAt = hub.clock.now()
  hub.clock.aheadMs = 60_000
  const later = await receive(illegible)
  const good = await receive(anOrder('1001', revisedAt).line('SHOE-1', 1).document)
  expect(await itemsOf(older)).toMatchObject([
    { state: 'resolved', resolution: `a later revision was applied: ${good}` },
  ])
  expect(await itemsOf(later)).toMatchObject([{ state: 'open' }])
})
