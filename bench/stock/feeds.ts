/** `npm run bench -- feeds`: stock feeds from their first byte to the last applied row, beside bare COPY and bare upsert of as many rows. */
import { randomBytes } from 'node:crypto'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type Hub, openHub } from '#app/hub.ts'
import { applyNetwork, Network } from '#app/network-file.ts'
import { readSettings } from '#app/settings.ts'
import { createDatabase, dropDatabase } from '#store/databases.ts'
import { feedOf } from '#store/feeds.ts'
import { openPglite } from '#store/pglite.ts'
import { openPostgres } from '#store/postgres.ts'
import { handleFeed } from '#workers/feeds.ts'
import { storeFeed } from '#workers/store-feed.ts'
import type { Bench } from '../bench.ts'
import { ratio, rounded, table } from '../kit/table.ts'
import { bareCopyLite, bareCopyServer, bareUpsert } from './feeds-bare.ts'
import { csvOf, NODES, type Row, rowsOf, skusFor } from './feeds-data.ts'

type Step = {
  name: string
  rows: number
  rowsPerSecond: number
  storedPerSecond: number
  peakRssMb: number
  grewMb: number
}
type Measured = { backend: string; copyPerSecond: number; upsertPerSecond: number; steps: Step[] }

export const feeds: Bench = {
  name: 'feeds',
  summary: 'rows a second of a full stock feed and of a delta, with peak memory, beside bare COPY and bare upsert',
  run: async ({ rows }) => {
    const results = await measureFeeds(rows)
    return { json: { bench: 'feeds', rows, results }, text: results.map(describe).join('\n\n') }
  },
}

/** PGlite always; PostgreSQL where DATABASE_URL names one. Each on a fresh database. */
export async function measureFeeds(rows: number): Promise<Measured[]> {
  const results = [await onPglite(rows)]
  const { DATABASE_URL: server } = process.env
  if (server !== undefined) results.push(await onPostgres(server, rows))
  return results
}

async function onPglite(rows: number): Promise<Measured> {
  const folder = mkdtempSync(join(tmpdir(), 'crossdock-bench-'))
  const lite = await openPglite({ folder })
  const hub = await openHub(readSettings({ CROSSDOCK_LOG: 'error' }), { database: lite })
  try {
    return await measure('PGlite', hub, rows, () => bareCopyLite(lite, rows))
  } finally {
    await hub.stop()
    rmSync(folder, { recursive: true, force: true })
  }
}

async function onPostgres(server: string, rows: number): Promise<Measured> {
  const name = `crossdock_bench_${randomBytes(4).toString('hex')}`
  const url = await createDatabase(server, name)
  const database = openPostgres({ url, onError: () => undefined })
  const hub = await openHub(readSettings({ CROSSDOCK_LOG: 'error' }), { database })
  try {
    return await measure('PostgreSQL', hub, rows, () => bareCopyServer(url, rows))
  } finally {
    await hub.stop()
    await dropDatabase(server, name)
  }
}

async function measure(backend: string, hub: Hub, rows: number, bareCopy: () => Promise<number>): Promise<Measured> {
  await applyNetwork(hub.world.db, Network.parse(networkFor(rows)))
  const say = (what: string): void => void process.stderr.write(`${backend}: ${what}\n`)
  say('bare COPY and bare upsert')
  const copyPerSecond = await bareCopy()
  const upsertPerSecond = await bareUpsert(hub.world.db, rows)
  const steps: Step[] = []
  const step = async (
    name: string,
    minute: number,
    mode: 'full' | 'delta',
    sent: () => Iterable<Row>,
  ): Promise<void> => {
    say(name)
    steps.push({ name, ...(await feedOnce(hub, minute, mode, sent())) })
  }
  await step('first full snapshot', 1, 'full', () => rowsOf(rows, 0, 1))
  await step('full snapshot, 100 % changed', 2, 'full', () => rowsOf(rows, 1, 1))
  await step('full snapshot, 5 % changed', 3, 'full', () => rowsOf(rows, 2, 0.05))
  await step('delta, 1 % of the positions', 4, 'delta', () => rowsOf(Math.ceil(rows / 100), 3, 1))
  return { backend, copyPerSecond, upsertPerSecond, steps }
}

async function feedOnce(
  { world }: Hub,
  minute: number,
  mode: 'full' | 'delta',
  sent: Iterable<Row>,
): Promise<Omit<Step, 'name'>> {
  const watch = watchMemory()
  const began = performance.now()
  const { feedId } = await storeFeed(world, {
    connectionId: 'erp',
    port: 'stock',
    meta: { contentType: 'text/csv', mode, 'as-of': `2026-11-22T08:0${minute}:00Z` },
    chunks: csvOf(sent),
    maxBytes: Number.MAX_SAFE_INTEGER,
    sourceKey: (hash) => hash,
  })
  const storedMs = performance.now() - began
  await handleFeed(world, [feedId], new AbortController().signal)
  const tookMs = performance.now() - began
  const feed = await feedOf(world.db, feedId)
  if (feed?.state !== 'applied' || feed.rowsApplied !== feed.rowsRead)
    throw new Error(`the feed is ${feed?.state}: ${feed?.reason}`)
  const rows = feed.rowsApplied
  return {
    rows,
    rowsPerSecond: rows / (tookMs / 1000),
    storedPerSecond: rows / (storedMs / 1000),
    ...watch(),
  }
}

/** Of this process: with PGlite the database is in it. */
function watchMemory(): () => { peakRssMb: number; grewMb: number } {
  const before = process.memoryUsage.rss()
  let peak = before
  const timer = setInterval(() => {
    peak = Math.max(peak, process.memoryUsage.rss())
  }, 20)
  return () => {
    clearInterval(timer)
    peak = Math.max(peak, process.memoryUsage.rss())
    return { peakRssMb: peak / 1e6, grewMb: (peak - before) / 1e6 }
  }
}

const networkFor = (rows: number) => ({
  connections: [
    { id: 'erp', connector: 'erp', config: { baseUrl: 'http://127.0.0.1:9', allowPrivateAddresses: true } },
  ],
  nodes: Array.from({ length: NODES }, (_, i) => ({
    id: `node-${i}`,
    name: `Node ${i}`,
    kind: 'store',
    capabilities: ['ship'],
    connection: 'erp',
    calendar: { timeZone: 'UTC', week: { mon: { open: '00:00', close: '23:59' } } },
    costs: { currency: 'EUR', packageFixedMinor: 500 },
  })),
  products: skusFor(rows).map((sku) => ({ sku, name: sku })),
})

function describe({ backend, copyPerSecond, upsertPerSecond, steps }: Measured): string {
  const head = [backend, 'rows', 'rows/s', 'of bare COPY', 'of bare upsert', 'stored/s', 'peak RSS MB', 'grew MB']
  const bare = (name: string, perSecond: number) => [
    name,
    '',
    rounded(perSecond),
    ratio(perSecond, copyPerSecond),
    ratio(perSecond, upsertPerSecond),
    '',
    '',
    '',
  ]
  const lines = steps.map((step) => [
    step.name,
    rounded(step.rows),
    rounded(step.rowsPerSecond),
    ratio(step.rowsPerSecond, copyPerSecond),
    ratio(step.rowsPerSecond, upsertPerSecond),
    rounded(step.storedPerSecond),
    rounded(step.peakRssMb),
    rounded(step.grewMb),
  ])
  return table(head, [
    bare('bare COPY', copyPerSecond),
    bare('bare upsert (UNNEST, 10,000)', upsertPerSecond),
    ...lines,
  ])
}
