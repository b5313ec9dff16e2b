import { afterEach, beforeEach, expect, test } from 'vitest'
import { handleStockRules } from '#workers/stock-rules.ts'
import { aPaperFeed, openTestHub, paperWebhook, problemOf, type TestHub } from '../test-kit.ts'

let hub: TestHub
let key: string
beforeEach(async () => {
  hub = await openTestHub()
  key = await hub.key('stock:read', 'stock:write', 'master:write')
  await hub.ask(
    'POST',
    '/webhooks/shop/documents',
    paperWebhook(
      'feed',
      aPaperFeed([
        ['SHOE-1', 'north', 10],
        ['SHOE-2', 'north', 3],
        ['SHOE-1', 'south', 6],
      ]),
    ),
  )
  await hub.work()
})
afterEach(() => hub.stop())

const POLICY = {
  version: 'v1',
  rules: [
    { kind: 'safetyStock', name: 'few of the second', match: { skus: ['SHOE-2'] }, units: 2 },
    { kind: 'threshold', name: 'web keeps five', match: { channels: ['web'], nodes: ['north'] }, units: 5 },
  ],
  segments: [{ id: 'club' }],
}
const put = (body: unknown) => hub.ask('PUT', '/v1/stock-policy', { key, body })
const fence = (...fences: [string, string, string, number][]) =>
  hub.ask('PUT', '/v1/fences', {
    key,
    body: { fences: fences.map(([sku, nodeId, segment, quantity]) => ({ sku, nodeId, segment, quantity })) },
  })

test('a policy is activated once, is what the API then answers, and a version never changes', async () => {
  expect((await put(POLICY)).json).toEqual({ version: 'v1', activated: true, active: true })
  expect((await put(POLICY)).json).toEqual({ version: 'v1', activated: false, active: true })
  expect((await hub.ask('GET', '/v1/stock-policy', { key })).json).toMatchObject({ version: 'v1', rules: POLICY.rules })
  const other = await put({ ...POLICY, rules: [] })
  expect(other.status).toBe(409)
  expect(problemOf(other).detail).toContain('new version')
  const wrong = { version: 'v2', rules: [{ kind: 'safetyStock', name: 'x', match: { channels: ['web'] }, units: 1 }] }
  expect(problemOf(await put(wrong)).errors?.[0]?.pointer).toBe('/rules/0/match/channels')
})

test('a preview says what would change, by channel and by rule, and activating it changes just that', async () => {
  const sellable = async (): Promise<number[]> => {
    const told = await hub.ask('GET', '/v1/availability?sku=SHOE-1&sku=SHOE-2&channel=web', { key })
    return (told.json['positions'] as { sellable: number }[]).map((each) => each.sellable)
  }
  const before = await sellable()
  const { json } = await hub.ask('POST', '/v1/stock-policy/preview', { key, body: POLICY })
  expect(json).toMatchObject({
    from: 'default-1',
    to: 'v1',
    skus: 2,
    channels: [
      { channelId: 'web', skus: 1, positions: 1, fewer: 3, more: 0 },
      { channelId: 'shop-channel', skus: 1, positions: 1, fewer: 1, more: 0 },
    ],
  })
  expect(json['rules']).toEqual([
    { kind: 'threshold', channelId: 'web', rule: 'web keeps five', ends: false, skus: 2, positions: 2, units: -6 },
    { kind: 'safetyStock', rule: 'few of the second', ends: false, skus: 1, positions: 1, units: -1 },
  ])
  expect(json['examples']).toContainEqual({
    sku: 'SHOE-1',
    nodeId: 'north',
    channelId: 'web',
    was: 7,
    will: 4,
    terms: { threshold: { was: -2, will: -5 } },
  })
  // A dated rule changes nothing before its day, and can be looked at on its day.
  const feast = { kind: 'safetyStock', name: 'feast', match: { from: '2027-12-01T00:00:00Z' }, units: 4 }
  const preview = async (at: string) =>
    (await hub.ask('POST', `/v1/stock-policy/preview${at}`, { key, body: { version: 'v9', rules: [feast] } })).json
  expect(await preview('')).toMatchObject({ skus: 0 })
  expect(await preview('?at=2027-12-02T00:00:00Z')).toMatchObject({ skus: 2, rules: [{ rule: 'feast', units: -9 }] })
  expect(await sellable()).toEqual(before)
  await put(POLICY)
  await handleStockRules(hub.hub.world)
  const after = await sellable()
  expect(before.map((each, index) => each - (after[index] ?? 0))).toEqual([3, 0, 0])
})

test('fences are set for segments the policy names, within what is there, and all or none', async () => {
  await put(POLICY)
  expect(problemOf(await fence(['SHOE-1', 'north', 'vip', 1])).errors?.[0]).toMatchObject({
    pointer: '/fences/0/segment',
  })
  const tooMany = await fence(['SHOE-1', 'south', 'club', 2], ['SHOE-1', 'north', 'club', 11])
  expect(tooMany.status).toBe(409)
  expect(problemOf(tooMany).errors).toMatchObject([
    { pointer: '/fences/1', detail: expect.stringContaining('10 available') },
  ])
  expect(problemOf(await fence(['SHOE-2', 'south', 'club', 1])).detail).toContain('Nobody has spoken')
  expect((await hub.ask('GET', '/v1/fences', { key })).json).toEqual({ items: [], next: null })
  await fence(['SHOE-1', 'south', 'club', 2], ['SHOE-1', 'north', 'club', 4])
  await fence(['SHOE-1', 'north', 'club', 3])
  expect(await hub.rows('SELECT node_id, fenced FROM stock_position WHERE fenced > 0 ORDER BY node_id')).toEqual([
    { node_id: 'north', fenced: 3 },
    { node_id: 'south', fenced: 2 },
  ])
  const page = await hub.ask('GET', '/v1/fences?limit=1', { key })
  expect(page.json['items']).toEqual([{ sku: 'SHOE-1', nodeId: 'north', segment: 'club', quantity: 3 }])
  const next = await hub.ask('GET', `/v1/fences?limit=1&cursor=${String(page.json['next'])}`, { key })
  expect(next.json['items']).toMatchObject([{ nodeId: 'south' }])
  // Who still has fenced units cannot lose the segment.
  expect(problemOf(await put({ version: 'v2' })).detail).toContain('club')
  await fence(['SHOE-1', 'north', 'club', 0], ['SHOE-1', 'south', 'club', 0])
  expect((await put({ version: 'v2' })).status).toBe(200)
})
