import { afterEach, beforeEach, expect, test } from 'vitest'
import { ORDER_PHASES } from '#core/orders/phase.ts'
import { aPaperFeed, anOrderBody, openTestHub, paperWebhook, type TestHub } from '../test-kit.ts'

let hub: TestHub
let key: string
beforeEach(async () => {
  hub = await openTestHub()
  key = await hub.key('orders:write', 'orders:read', 'fulfillment:write')
})
afterEach(() => hub.stop())

async function capture(externalId: string, more: Record<string, unknown> = {}): Promise<string> {
  return String((await hub.ask('POST', '/v1/orders', { key, body: anOrderBody(externalId, more) })).json['id'])
}

const stock = (north: number) =>
  hub.ask('POST', '/webhooks/shop/documents', paperWebhook(`feed-${north}`, aPaperFeed([['SHOE-1', 'north', north]])))

type Item = { id: string; externalId: string; phase: string }
async function list(query: string): Promise<{ items: Item[]; next: string | null }> {
  return (await hub.ask('GET', `/v1/orders?${query}`, { key })).json as never
}

test('an order tells its whole story: lines, phase, requests, decision with reasons, timeline', async () => {
  await stock(10)
  await hub.work()
  const id = await capture('1')
  await hub.work()
  const { status, json } = await hub.ask('GET', `/v1/orders/${id}`, { key })
  expect(status).toBe(200)
  expect(json).toMatchObject({ id, externalId: '1', phase: 'inProgress' })
  expect(json['lines']).toMatchObject([{ lineNo: 1, sku: 'SHOE-1', counters: { ordered: 1, released: 1, open: 0 } }])
  expect(json['fulfillmentRequests']).toMatchObject([{ nodeId: 'north', work: 'open', shipments: [] }])
  expect(json['decisions']).toMatchObject([
    {
      packages: [{ nodeId: 'north' }],
      candidates: expect.arrayContaining([
        expect.objectContaining({ nodeId: 'south', verdict: 'notChosen', reason: 'stockUnknown' }),
      ]),
    },
  ])
  expect((json['timeline'] as { kind: string }[]).map((fact) => fact.kind)).toEqual(
    expect.arrayContaining(['captured', 'routed']),
  )
})

test('an order no node can serve says that it waits, and shows its open case', async () => {
  const id = await capture('1')
  await hub.work()
  const { json } = await hub.ask('GET', `/v1/orders/${id}`, { key })
  expect(json).toMatchObject({ phase: 'unroutable', cases: [{ kind: 'unroutable', state: 'open' }] })
})

test('an order that is not there is 404, and so is an id that cannot be one', async () => {
  expect((await hub.ask('GET', '/v1/orders/ord_none', { key })).status).toBe(404)
  expect((await hub.ask('GET', '/v1/orders/%00', { key })).status).toBe(404)
})

test('orders are listed newest first, page by page, without gap or repeat', async () => {
  for (let n = 1; n <= 7; n++) await capture(String(n), { placedAt: `2026-11-22T09:0${Math.ceil(n / 2)}:00Z` })
  const seen: string[] = []
  let next: string | null = ''
  while (next !== null) {
    const page: { items: Item[]; next: string | null } = await list(`limit=3${next === '' ? '' : `&cursor=${next}`}`)
    seen.push(...page.items.map((item) => item.externalId))
    next = page.next
  }
  expect(seen).toEqual(['7', '6', '5', '4', '3', '2', '1'])
})

test('an order is found by the name its channel gave it', async () => {
  await capture('1')
  await capture('2')
  expect((await list('channel=web&externalId=2')).items.map((item) => item.externalId)).toEqual(['2'])
  expect((await list('channel=other&externalId=2')).items).toEqual([])
})

test('orders are filtered by when they were placed', async () => {
  await capture('early', { placedAt: '2026-11-20T09:00:00Z' })
  await capture('late', { placedAt: '2026-11-22T09:00:00Z' })
  const { items } = await list('placedFrom=2026-11-21T00:00:00Z&placedBefore=2026-11-23T00:00:00%2B01:00')
  expect(items.map((item) => item.externalId)).toEqual(['late'])
})

test('each phase filter lists exactly the orders that say they are in that phase', async () => {
  await stock(3)
  await hub.work()
  await capture('served')
  await capture('shipped')
  await hub.work()
  const [request] = await hub.rows(
    `SELECT r.id FROM fulfillment_request r JOIN sales_order o ON o.id = r.order_id WHERE o.external_id = 'shipped'`,
  )
  await hub.ask('POST', `/v1/fulfillment-requests/${String(request?.['id'])}/shipments`, {
    key,
    body: { externalId: 's1', shippedAt: '2026-11-22T12:00:00Z', packages: [{ lines: [{ lineNo: 1, quantity: 1 }] }] },
  })
  await capture('parked', { lines: [{ externalId: 'p', sku: 'SHOE-2', quantity: 1, unitPriceMinor: 1 }] })
  await hub.work()
  await capture('waiting')
  await capture('held', { holds: [{ kind: 'fraud', reason: 'odd address' }] })
  await capture('gone', { cancelledAt: '2026-11-22T10:00:00Z' })
  const all = (await list('limit=50')).items
  expect(all.map((item) => `${item.externalId}: ${item.phase}`).sort()).toEqual([
    'gone: cancelled',
    'held: held',
    'parked: unroutable',
    'served: inProgress',
    'shipped: shipped',
    'waiting: routing',
  ])
  for (const phase of ORDER_PHASES) {
    const ids = (await list(`phase=${phase}`)).items.map((item) => item.id)
    expect(ids).toEqual(all.filter((item) => item.phase === phase).map((item) => item.id))
  }
})

test.each(['phase=odd', 'limit=0', 'limit=1.5', 'cursor=zzz', 'phse=held', 'placedFrom=yesterday', 'externalId=%00'])(
  'the query %s is 400, not a list of everything',
  async (query) => {
    expect((await hub.ask('GET', `/v1/orders?${query}`, { key })).status).toBe(400)
  },
)
