import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import type { Cursor } from '../contract/connector.ts'
import { readContext, testContext } from '../transport/test-context.ts'
import { answerJson, testHttpServer } from '../transport/test-http-server.ts'
import { ShopifyConfig } from './config.ts'
import { ordersPoll } from './orders-poll.ts'

type Row = { id: string; updatedAt: string }
const config = ShopifyConfig.parse({
  shop: 'a.myshopify.com',
  pollSince: '2026-11-22T00:00:00Z',
  pollOverlapMs: 60_000,
})
const at = (seconds: number) =>
  new Date(Date.parse('2026-11-22T08:00:00Z') + seconds * 1000).toISOString().replace('.000', '')

/** A shop that pages through `rows` as Shopify does: filtered by whole seconds, sorted by time of change. */
function shopWith(rows: Row[]) {
  return testHttpServer((received, response) => {
    const { variables } = JSON.parse(received.body) as {
      variables: { query: string; first: number; after: string | null }
    }
    const since = Date.parse(/updated_at:>='([^']+)'/.exec(variables.query)?.[1] ?? '')
    const found = rows
      .filter((row) => Date.parse(row.updatedAt) >= Math.floor(since / 1000) * 1000)
      .sort((left, right) => left.updatedAt.localeCompare(right.updatedAt))
    const start = Number(variables.after ?? 0)
    const nodes = found
      .slice(start, start + variables.first)
      .map((row) => ({ ...row, lineItems: { nodes: [], pageInfo: { hasNextPage: false } } }))
    const end = start + nodes.length
    answerJson(response, {
      data: { orders: { nodes, pageInfo: { hasNextPage: end < found.length, endCursor: String(end) } } },
    })
  })
}

async function drain(baseUrl: string, cursor: Cursor | undefined) {
  await using context = testContext({ config, baseUrl, secrets: { accessToken: 't' } })
  const keys: string[] = []
  let at = cursor
  for (let more = true; more;) {
    const page = await ordersPoll.pull(context, at)
    keys.push(...page.documents.map((document) => document.sourceKey))
    at = page.cursor
    more = page.more
  }
  return { keys, cursor: at }
}

test('all pages are read once, and a second run gives nothing', async () => {
  const rows = Array.from({ length: 60 }, (_, i) => ({ id: `o${i}`, updatedAt: at(i) }))
  await using server = await shopWith(rows)
  const first = await drain(server.baseUrl, undefined)
  expect(first.keys).toHaveLength(60)
  expect(new Set(first.keys).size).toBe(60)
  expect((await drain(server.baseUrl, first.cursor)).keys).toEqual([])
})

test('more orders than a page that changed in the same second are all found, also between runs', async () => {
  const rows = Array.from({ length: 45 }, (_, i) => ({ id: `o${i}`, updatedAt: at(0) }))
  await using server = await shopWith(rows)
  const first = await drain(server.baseUrl, undefined)
  expect(new Set(first.keys).size).toBe(45)
  rows.push({ id: 'tie', updatedAt: at(0) })
  expect((await drain(server.baseUrl, first.cursor)).keys).toEqual([`order:tie@${at(0)}`])
})

test('a change that shows up late with an older stamp is found within the overlap', async () => {
  const rows = [{ id: 'new', updatedAt: at(100) }]
  await using server = await shopWith(rows)
  const first = await drain(server.baseUrl, undefined)
  rows.push({ id: 'late', updatedAt: at(50) }, { id: 'too-late', updatedAt: at(10) })
  expect((await drain(server.baseUrl, first.cursor)).keys).toEqual([`order:late@${at(50)}`])
})

test('an order that changed again is delivered again', async () => {
  const rows = [{ id: 'o', updatedAt: at(0) }]
  await using server = await shopWith(rows)
  const first = await drain(server.baseUrl, undefined)
  rows[0] = { id: 'o', updatedAt: at(5) }
  expect((await drain(server.baseUrl, first.cursor)).keys).toEqual([`order:o@${at(5)}`])
})

test('an empty shop gives nothing, and a cursor from the future or of another make is a config fault', async () => {
  await using server = await shopWith([])
  expect((await drain(server.baseUrl, undefined)).keys).toEqual([])
  const bad: Cursor[] = [
    { version: 1, watermark: '2031-01-01T00:00:00Z', seenAtWatermark: [] },
    { version: 9, watermark: '2026-01-01T00:00:00Z', seenAtWatermark: [] },
    { version: 1, watermark: 'yesterday', seenAtWatermark: [] },
  ]
  for (const cursor of bad) {
    await expect(drain(server.baseUrl, cursor)).rejects.toMatchObject({ kind: 'config', code: 'shopify.cursor' })
  }
})

test('an order of the poll is read, and one with more lines than a page is refused with a cure', () => {
  const example = readFileSync(new URL('../../mappings/shopify/examples/poll-mixed-pickup.in.json', import.meta.url))
  const reading = ordersPoll.read(example, {}, readContext(config))
  expect([...reading.documents, ...reading.refused].length).toBeGreaterThan(0)
  expect(reading.refused.flatMap((part) => part.issues).map((issue) => issue.code)).not.toContain('json.syntax')
  const node = { id: 'o', updatedAt: at(0), lineItems: { nodes: [], pageInfo: { hasNextPage: true } } }
  const refused = ordersPoll.read(new TextEncoder().encode(JSON.stringify(node)), {}, readContext(config))
  expect(refused.refused[0]?.issues[0]).toMatchObject({ code: 'shopify.too-many-lines' })
})
