import { afterEach, beforeEach, expect, test } from 'vitest'
import { StockPolicy } from '#core/model/stock-policy.ts'
import { activateStockPolicy } from '#store/stock-policy.ts'
import { aPaperFeed, openTestHub, paperWebhook, problemOf, type TestHub } from '../test-kit.ts'

type Position = {
  sku: string
  nodeId: string
  terms: Record<string, number>
  available: number
  sellable: number
  excludedBy?: string
  components?: unknown[]
}
type Answer = {
  skus: { sku: string; available: number | null; terms: Record<string, number>; nodes: number }[]
  positions: Position[]
  unknown: unknown[]
}

let hub: TestHub
let key: string
beforeEach(async () => {
  hub = await openTestHub()
  key = await hub.key('stock:read', 'stock:write', 'master:write')
})
afterEach(() => hub.stop())

let feeds = 0
async function count(...rows: [sku: string, nodeId: string, onHand: number][]): Promise<void> {
  feeds += 1
  await hub.ask('POST', '/webhooks/shop/documents', paperWebhook(`feed-${feeds}`, aPaperFeed(rows)))
  await hub.work()
}
async function ask(query: string): Promise<Answer> {
  const told = await hub.ask('GET', `/v1/availability?${query}`, { key })
  if (told.status !== 200) throw new Error(told.text)
  return told.json as Answer
}
const sum = (terms: Record<string, number>): number => Object.values(terms).reduce((total, each) => total + each, 0)
const activate = async (document: Record<string, unknown>): Promise<void> => {
  await activateStockPolicy(
    hub.hub.world.db,
    StockPolicy.parse({ version: 'v1', ...document }),
    'test',
    hub.clock.now(),
  )
}

test('the terms of availability add up to what is available, and what no feed spoke of is unknown', async () => {
  await count(['SHOE-1', 'north', 10], ['SHOE-1', 'south', 1])
  await hub.rows(
    `UPDATE stock_position SET available = available - 4, allocated = 3, damaged = 1 WHERE node_id = 'north'`,
  )
  const told = await ask('sku=SHOE-1&sku=SHOE-2&channel=web')
  for (const position of told.positions) {
    expect(sum(position.terms)).toBe(position.available)
    expect(position.sellable).toBe(Math.max(0, position.available))
  }
  expect(told.positions).toMatchObject([
    {
      sku: 'SHOE-1',
      nodeId: 'north',
      terms: { onHand: 10, allocated: -3, unsellable: -1, safetyStock: -1, threshold: -2 },
      available: 3,
    },
    { sku: 'SHOE-1', nodeId: 'south', terms: { onHand: 1 }, available: -2, sellable: 0 },
  ])
  expect(told.unknown).toEqual([
    { sku: 'SHOE-2', nodeId: 'north' },
    { sku: 'SHOE-2', nodeId: 'south' },
  ])
})

test('the network’s number is the sum of what its nodes can sell: one node’s shortage takes nothing from another', async () => {
  await count(['SHOE-1', 'north', 10], ['SHOE-1', 'south', 0])
  const { skus, positions } = await ask('sku=SHOE-1&sku=SHOE-2&channel=web&detail=none')
  expect(positions).toEqual([])
  expect(skus).toMatchObject([
    { sku: 'SHOE-1', available: 7, nodes: 2, terms: { onHand: 10, belowZero: 3 } },
    { sku: 'SHOE-2', available: null, nodes: 0 },
  ])
  expect(sum(skus[0]?.terms ?? {})).toBe(7)
})

test('availability at chosen nodes, without a channel, holds nothing back for one', async () => {
  expect(await ask('sku=SHOE-1&node=north')).toMatchObject({
    positions: [],
    unknown: [{ sku: 'SHOE-1', nodeId: 'north' }],
  })
})

test('a query for no SKU, an unknown channel, node or moment is refused by name', async () => {
  expect((await hub.ask('GET', '/v1/availability', { key })).status).toBe(400)
  for (const wrong of ['channel=moon', 'node=moon'])
    expect(problemOf(await hub.ask('GET', `/v1/availability?sku=SHOE-1&${wrong}`, { key })).detail).toContain('moon')
  expect((await hub.ask('GET', '/v1/availability?sku=SHOE-1&date=2026-02-30T00:00:00Z', { key })).status).toBe(400)
})

test('rules, segments and node groups of a channel speak in its terms, and each says its name', async () => {
  const week = { timeZone: 'Europe/Paris', week: { mon: { open: '00:00', close: '23:59' } } }
  const node = { name: 'North', kind: 'warehouse', capabilities: ['ship'], calendar: week, costs: { currency: 'EUR' } }
  await hub.ask('PUT', '/v1/nodes', { key, body: { nodes: [{ id: 'north', ...node, groups: ['eu'] }] } })
  const channel = { currency: 'EUR', nodeGroups: ['eu'] }
  const channels = [
    { id: 'b2b', name: 'B2B', ...channel, segment: 'wholesale' },
    { id: 'app', name: 'App', ...channel },
  ]
  await hub.ask('PUT', '/v1/channels', { key, body: { channels } })
  await activate({
    rules: [
      { kind: 'exclude', name: 'not in the app', match: { skus: ['SHOE-2'], channels: ['app'] } },
      { kind: 'share', name: 'half', match: { channels: ['app'] }, percent: 50 },
    ],
    segments: [{ id: 'wholesale' }],
  })
  await count(['SHOE-1', 'north', 21], ['SHOE-1', 'south', 9], ['SHOE-2', 'north', 5])
  await hub.rows(`INSERT INTO stock_fence VALUES ('SHOE-1', 'north', 'wholesale', 10)`)
  await hub.rows(`UPDATE stock_position SET fenced = 10 WHERE sku = 'SHOE-1' AND node_id = 'north'`)
  const b2b = await ask('sku=SHOE-1&channel=b2b')
  expect(b2b.positions).toMatchObject([
    { nodeId: 'north', terms: { fenced: 0 } },
    { nodeId: 'south', terms: {}, sellable: 0, excludedBy: 'b2b does not sell from south' },
  ])
  const app = await ask('sku=SHOE-1&sku=SHOE-2&channel=app&group=eu')
  // 21 counted, the safety stock of the feed taken off, 10 fenced; half of what is left.
  const safety = -(app.positions[0]?.terms['safetyStock'] ?? 0)
  expect(app.positions).toMatchObject([
    { sku: 'SHOE-1', nodeId: 'north', terms: { fenced: -10 }, available: Math.floor((11 - safety) / 2) },
    { sku: 'SHOE-2', nodeId: 'north', available: 0, excludedBy: 'not in the app' },
  ])
  expect(app.skus.map((each) => each.available)).toEqual([Math.floor((11 - safety) / 2), 0])
  for (const position of [...b2b.positions, ...app.positions]) expect(sum(position.terms)).toBe(position.available)
})

test('what is on its way counts from the date it is expected, less what is promised of it', async () => {
  await count(['SHOE-1', 'north', 3])
  await hub.rows(
    `INSERT INTO supply (id, kind, reference, sku, node_id, quantity, received, pegged, expected_at, created_at)
     VALUES ('sup_1', 'purchaseOrder', 'PO-1', 'SHOE-1', 'north', 10, 2, 3, '2026-12-01', now()),
            ('sup_2', 'asn', 'ASN-1', 'SHOE-2', 'south', 4, 0, 0, '2026-12-05', now())`,
  )
  const at = async (date: string) => (await ask(`sku=SHOE-1&sku=SHOE-2&date=${date}`)).positions
  expect(await at('2026-11-30T00:00:00Z')).toMatchObject([{ sku: 'SHOE-1', terms: { incoming: 0 }, available: 2 }])
  expect(await at('2026-12-05T00:00:00Z')).toMatchObject([
    { sku: 'SHOE-1', terms: { incoming: 5 }, available: 7 },
    { sku: 'SHOE-2', nodeId: 'south', terms: { onHand: 0, incoming: 4 } },
  ])
  // A transfer that has not left yet takes from one node what it brings to the other: the network has no more for it.
  await hub.rows(
    `INSERT INTO supply (id, kind, reference, sku, node_id, from_node_id, quantity, expected_at, created_at)
     VALUES ('sup_3', 'transfer', 'T-1', 'SHOE-1', 'south', 'north', 2, '2026-12-06', now())`,
  )
  const before = await ask('sku=SHOE-1&date=2026-12-05T00:00:00Z')
  const moved = await ask('sku=SHOE-1&date=2026-12-06T00:00:00Z')
  expect(moved.positions).toMatchObject([
    { nodeId: 'north', terms: { outgoing: -2 }, available: 5 },
    { nodeId: 'south', terms: { incoming: 2, safetyStock: -1 }, available: 1 },
  ])
  // The south keeps one of them as its safety stock; nothing else is lost or won.
  expect(before.skus[0]?.available).toBe(7)
  expect(sum(moved.skus[0]?.terms ?? {})).toBe(6)
  // Without a date nothing is counted that is not there, and nobody has counted SHOE-2 in the south.
  expect((await ask('sku=SHOE-1&sku=SHOE-2')).positions).toMatchObject([{ sku: 'SHOE-1', available: 2 }])
})

test('a kit is as available as its scarcest component, and a basket never counts a unit twice', async () => {
  const product = (sku: string, parts: Record<string, number>) => ({
    sku,
    name: sku,
    components: Object.entries(parts).map(([part, quantity]) => ({ sku: part, quantity })),
  })
  const products = [product('PAIR', { 'SHOE-1': 1, 'SHOE-2': 2 }), product('TRIO', { 'SHOE-1': 3 })]
  await hub.ask('PUT', '/v1/products', { key, body: { products } })
  // One unit of each is safety stock.
  await count(['SHOE-1', 'north', 6], ['SHOE-2', 'north', 6], ['SHOE-1', 'south', 9])
  const told = await ask('sku=PAIR&sku=TRIO')
  expect(told.positions).toMatchObject([
    { sku: 'PAIR', nodeId: 'north', available: 2, terms: { buildable: 2, excluded: 0 } },
    { sku: 'TRIO', nodeId: 'north', available: 1 },
    { sku: 'TRIO', nodeId: 'south', available: 2 },
  ])
  expect(told.positions[0]?.components).toEqual([
    { sku: 'SHOE-1', perUnit: 1, available: 5, buildable: 5 },
    { sku: 'SHOE-2', perUnit: 2, available: 5, buildable: 2 },
  ])
  expect(told.unknown).toEqual([{ sku: 'PAIR', nodeId: 'south' }])
  expect(told.skus).toMatchObject([
    { sku: 'PAIR', available: 2 },
    { sku: 'TRIO', available: 3 },
  ])
  const basket = (...lines: [string, number][]) =>
    hub.ask('POST', '/v1/availability/basket', {
      key,
      body: { lines: lines.map(([sku, quantity]) => ({ sku, quantity })) },
    })
  expect((await basket(['PAIR', 2], ['TRIO', 1])).json).toMatchObject({
    servable: true,
    nodes: [
      { nodeId: 'north', servable: true, short: [] },
      { nodeId: 'south', servable: false },
    ],
  })
  const both = await basket(['PAIR', 2], ['TRIO', 3])
  expect(both.json).toMatchObject({ servable: true, proven: true })
  expect(both.json['nodes']).toMatchObject([
    { nodeId: 'north', servable: false, short: [{ sku: 'SHOE-1', needed: 11, available: 5 }] },
    { nodeId: 'south', servable: false },
  ])
  expect((await basket(['PAIR', 2], ['TRIO', 4])).json).toMatchObject({ servable: false, proven: true, parts: [] })
  expect((await hub.ask('POST', '/v1/availability/basket', { key, body: { lines: [] } })).status).toBe(422)
})
