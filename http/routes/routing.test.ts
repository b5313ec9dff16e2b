import { afterAll, beforeAll, expect, test } from 'vitest'
import { anOrderBody, aPaperFeed, openTestHub, paperWebhook, type TestHub } from '../test-kit.ts'

let world: TestHub
let key: string
beforeAll(async () => {
  world = await openTestHub()
  key = await world.key('orders:read', 'orders:write', 'stock:read', 'master:write', 'fulfillment:write')
  await world.ask(
    'POST',
    '/webhooks/shop/documents',
    paperWebhook(
      'feed',
      aPaperFeed([
        ['SHOE-1', 'north', 9],
        ['SHOE-1', 'south', 9],
      ]),
    ),
  )
  await world.hub.world.db.query(
    `UPDATE product SET document = document || '{"substitutes": ["SHOE-1"]}' WHERE sku = 'SHOE-2'`,
  )
  await world.work()
})
afterAll(() => world.stop())

const book = (policy: object) => ({ name: 'test', rules: [{ name: 'all', policy }] })

test('an order is evaluated by the function that routes it: the same packages, costs and reasons', async () => {
  const body = anOrderBody('E1', { lines: [{ externalId: '1', sku: 'SHOE-1', quantity: 2, unitPriceMinor: 5000 }] })
  const { revisedAt: _, ...order } = body
  const dry = await world.ask('POST', '/v1/routing/evaluate', { key, body: { order } })
  expect(dry.status).toBe(200)
  expect(await world.rows('SELECT 1 FROM sales_order')).toEqual([])
  const captured = await world.ask('POST', '/v1/orders', { key, body })
  await world.work()
  const view = await world.ask('GET', `/v1/orders/${String(captured.json['id'])}`, { key })
  const [decision] = view.json['decisions'] as Record<string, unknown>[]
  const compared = ({ id: _id, orderId: _order, decidedAt: _at, packages, ...rest }: Record<string, unknown>) => ({
    ...rest,
    packages: (packages as Record<string, unknown>[]).map(({ handOverAt: _, ...each }) => each),
  })
  expect(compared(decision ?? {})).toEqual(compared(dry.json))
  const asked = await world.ask('GET', `/v1/orders/${String(captured.json['id'])}/why-not?node=south`, { key })
  expect(asked.json['answers']).toMatchObject([{ nodeId: 'south', lineNo: 1, reason: 'dearer' }])
  const nobody = await world.ask('GET', `/v1/orders/${String(captured.json['id'])}/why-not?node=nowhere`, { key })
  expect(nobody.status).toBe(404)
})

test('a policy is stored, checked, activated in one step, and cited by the next decision', async () => {
  const bad = await world.ask('POST', '/v1/routing/policies', {
    key,
    body: book({ allowSplit: false, maxPackages: 3 }),
  })
  expect(bad.json).toMatchObject({ version: 'test@1', active: false, findings: [{ code: 'contradictory' }] })
  expect((await world.ask('POST', '/v1/routing/policies/test@1/activate', { key })).status).toBe(422)
  const fences = [{ name: 'not north', reason: 'assortment', never: { ids: ['north'] } }]
  await world.ask('POST', '/v1/routing/policies', { key, body: book({ fences }) })
  const tried = await world.ask('POST', '/v1/routing/evaluate', {
    key,
    body: { order: anOrderBody('P1'), policyVersion: 'test@2' },
  })
  expect(tried.json).toMatchObject({ policyVersion: 'test@2', policyRule: 'all', packages: [{ nodeId: 'south' }] })
  const active = await world.ask('POST', '/v1/routing/policies/test@2/activate', { key })
  expect(active.json).toMatchObject({ version: 'test@2', active: true })
  const captured = await world.ask('POST', '/v1/orders', { key, body: anOrderBody('P2') })
  await world.work()
  const view = await world.ask('GET', `/v1/orders/${String(captured.json['id'])}`, { key })
  expect(view.json['decisions']).toMatchObject([
    {
      policyVersion: 'test@2',
      packages: [{ nodeId: 'south' }],
      candidates: [
        { nodeId: 'north', reason: 'assortmentFence', detail: 'not north' },
        { nodeId: 'south', verdict: 'chosen' },
      ],
    },
  ])
  const all = await world.ask('GET', '/v1/routing/policies', { key })
  expect((all.json['items'] as { active: boolean }[]).map((each) => each.active)).toEqual([false, true])
  expect((await world.ask('GET', '/v1/routing/policies/test@9', { key })).status).toBe(404)
})

test('units that nobody has come with an offer of what could be sent instead', async () => {
  const lines = [{ externalId: '1', sku: 'SHOE-2', quantity: 1, unitPriceMinor: 5000 }]
  const dry = await world.ask('POST', '/v1/routing/evaluate', { key, body: { order: anOrderBody('S1', { lines }) } })
  expect(dry.json).toMatchObject({
    unserved: [{ lineNo: 1, quantity: 1, reason: 'stockUnknown' }],
    offers: [{ lineNo: 1, sku: 'SHOE-1', quantity: 1, nodeId: 'south' }],
  })
})

test('a promise names every option that no other beats, and what cannot be promised', async () => {
  const rateCards = ['standard', 'express'].map((service, index) => ({
    id: service,
    carrier: 'post',
    service,
    currency: 'EUR',
    zones: [{ zone: 'home', countries: ['FR'], transitDays: 3 - 2 * index }],
    breaks: [{ upToGrams: 30_000, minor: { home: 500 + 700 * index } }],
  }))
  await world.ask('PUT', '/v1/rate-cards', { key, body: { rateCards } })
  const [south] = await world.rows(`SELECT document FROM node WHERE id = 'south'`)
  const document = south?.['document'] as { costs: object }
  const nodes = [{ ...document, costs: { ...document.costs, rateCards: ['standard', 'express'] } }]
  expect((await world.ask('PUT', '/v1/nodes', { key, body: { nodes } })).status).toBe(200)
  const cart = (sku: string) => ({
    channelId: 'web',
    destination: { country: 'FR', postcode: '75001' },
    lines: [{ sku, quantity: 1 }],
  })
  const promised = await world.ask('POST', '/v1/promises', { key, body: cart('SHOE-1') })
  const options = promised.json['options'] as {
    choices: string[]
    costMinor: number
    packages: { service: unknown }[]
  }[]
  expect(options.map((each) => [each.choices, each.costMinor, each.packages[0]?.service])).toMatchObject([
    [['earliest', 'fewestParcels'], 1700, { service: 'express' }],
    [['cheapest'], 1000, { service: 'standard' }],
  ])
  const none = await world.ask('POST', '/v1/promises', { key, body: cart('00123') })
  expect(none.json).toMatchObject({ options: [], unavailable: [{ lineNo: 1, reason: 'stockUnknown' }] })
  expect((await world.ask('POST', '/v1/promises', { key, body: { ...cart('SHOE-1'), channelId: 'no' } })).status).toBe(
    422,
  )
})

test('a node cannot name a rate card that is not there', async () => {
  const [north] = await world.rows(`SELECT document FROM node WHERE id = 'north'`)
  const document = north?.['document'] as { costs: object }
  const nodes = [{ ...document, costs: { ...document.costs, rateCards: ['none'] } }]
  expect((await world.ask('PUT', '/v1/nodes', { key, body: { nodes } })).status).toBe(422)
})

test('work that no node has accepted is planned anew, and a dry run says what would move', async () => {
  const operator = await world.key('operations')
  const terms = { savingAtLeastMinor: 1, atMostPercent: 100 }
  const dry = await world.ask('POST', '/v1/routing/reoptimise', { key: operator, body: { dryRun: true, terms } })
  expect(dry.json).toMatchObject({ moves: [], heldBack: 0 })
  const body = { terms: { ...terms, atMostPercent: 101 } }
  expect((await world.ask('POST', '/v1/routing/reoptimise', { key: operator, body })).status).toBe(422)
})

test('what a node that cannot work has not begun goes to another', async () => {
  const operator = await world.key('operations')
  const at = (nodeId: string) =>
    world.rows(
      'SELECT sum(l.outstanding)::int4 AS units FROM fulfillment_request f JOIN fulfillment_request_line l ON l.request_id = f.id WHERE f.node_id = $1',
      [nodeId],
    )
  expect(await at('north')).toEqual([{ units: 2 }])
  const done = await world.ask('POST', '/v1/nodes/north/reroute', { key: operator })
  expect(done.json).toEqual({ routedElsewhere: 1, left: 0 })
  await world.work()
  expect(await at('north')).toEqual([{ units: 0 }])
  expect(await at('south')).toEqual([{ units: 3 }])
  expect((await world.ask('POST', '/v1/nodes/nowhere/reroute', { key: operator })).status).toBe(404)
})
