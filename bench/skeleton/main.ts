/** `npm run bench -- skeleton`: orders accepted, and whole journeys (webhook to delivered instruction), beside the bare parts. */
import { type ChildProcess, fork } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { startHttp } from '#app/http.ts'
import { type Hub, openHub } from '#app/hub.ts'
import { applyNetwork, Network } from '#app/network-file.ts'
import { readSettings } from '#app/settings.ts'
import { createApiKey } from '#store/api-keys.ts'
import { createDatabase, dropDatabase } from '#store/databases.ts'
import { applyStockRows } from '#store/stock-feed.ts'
import { median, waitUntil } from '../kit/measure.ts'
import { ratio, rounded, table } from '../kit/table.ts'
import type { Bench, BenchOptions } from '../bench.ts'
import { noopJobs, singleRowCommits } from './bare.ts'
import type { Order, Told } from './load.ts'

const SECRET = 'bench-secret'
const SKUS = 200
const NODES = 5
const AT_ONCE = 128

type Figures = { noopJobs: number; commits: number; acceptedApi: number; acceptedWebhook: number; journeys: number }
type Measured = { backend: string } & Figures

export const skeleton: Bench = {
  name: 'skeleton',
  summary: 'orders accepted and whole journeys a second, beside no-op jobs and single-row commits of the same run',
  run: async (options) => {
    const results: Measured[] = []
    for (const backend of backends())
      results.push({ backend: backend.name, ...(await measureBackend(backend, options)) })
    return {
      json: { bench: 'skeleton', orders: options.orders, runs: options.runs, results },
      text: describe(results, options),
    }
  },
}

type Place = { name: string; open: () => Promise<{ environment: Record<string, string>; remove: () => Promise<void> }> }

function backends(): Place[] {
  const { DATABASE_URL: databaseUrl, REDIS_URL: redisUrl } = process.env
  const pglite: Place = {
    name: 'PGlite',
    open: () => {
      const folder = mkdtempSync(join(tmpdir(), 'crossdock-bench-'))
      return Promise.resolve({
        environment: { CROSSDOCK_DATA: folder },
        remove: () => Promise.resolve(rmSync(folder, { recursive: true, force: true })),
      })
    },
  }
  if (databaseUrl === undefined) return [pglite]
  const postgres = (name: string, more: Record<string, string>): Place => ({
    name,
    open: async () => {
      const database = `crossdock_bench_${randomBytes(4).toString('hex')}`
      const url = await createDatabase(databaseUrl, database)
      return { environment: { DATABASE_URL: url, ...more }, remove: () => dropDatabase(databaseUrl, database) }
    },
  })
  const places = [pglite, postgres('PostgreSQL', {})]
  if (redisUrl !== undefined)
    places.push(
      postgres('PostgreSQL + Redis', {
        REDIS_URL: redisUrl,
        CROSSDOCK_REDIS_PREFIX: `bench-${randomBytes(4).toString('hex')}`,
      }),
    )
  return places
}

/** Every run has a fresh database, so that no run carries another's rows. */
async function measureBackend(place: Place, options: BenchOptions): Promise<Figures> {
  const runs: Figures[] = []
  for (let run = 0; run < options.runs; run++) {
    process.stderr.write(`${place.name}, run ${run + 1} of ${options.runs}\n`)
    runs.push(await measureOnce(place, options.orders))
  }
  const of = (name: keyof Figures): number => median(runs.map((figures) => figures[name]))
  return {
    noopJobs: of('noopJobs'),
    commits: of('commits'),
    acceptedApi: of('acceptedApi'),
    acceptedWebhook: of('acceptedWebhook'),
    journeys: of('journeys'),
  }
}

async function measureOnce(place: Place, orders: number): Promise<Figures> {
  const { environment, remove } = await place.open()
  const load = fork(new URL('./load.ts', import.meta.url), { stdio: ['ignore', 'inherit', 'inherit', 'ipc'] })
  const partner = listenTo(load)
  const hub = await openHub(readSettings({ CROSSDOCK_LOG: 'error', ...environment }), {
    environment: { BENCH_SECRET: SECRET, BENCH_TOKEN: 'token' },
  })
  try {
    await applyNetwork(hub.world.db, network(await partner.erpUrl))
    await feed(hub)
    const { key } = await createApiKey(hub.world.db, 'bench', ['orders:write'], hub.world.clock.now())
    await using server = closing(await startHttp(hub, { host: '127.0.0.1', port: 0 }))
    const post = (order: Pick<Order, 'post' | 'url' | 'count' | 'from'>): Promise<number> =>
      partner.post({ ...order, secret: SECRET, apiKey: key, atOnce: AT_ONCE, skus: SKUS })
    return await measureHub(hub, server.url, orders, partner, post)
  } finally {
    await hub.stop()
    load.kill()
    await remove()
  }
}

const closing = <T extends { close: () => Promise<void> }>(server: T): T & AsyncDisposable => ({
  ...server,
  [Symbol.asyncDispose]: server.close,
})

async function measureHub(
  hub: Hub,
  url: string,
  orders: number,
  partner: Partner,
  post: (order: Pick<Order, 'post' | 'url' | 'count' | 'from'>) => Promise<number>,
): Promise<Figures> {
  const webhook = `${url}/webhooks/shop/orders`
  const commits = await singleRowCommits(hub, orders)
  const jobs = await noopJobs(hub, orders)
  // Accepting alone: no worker runs, so this is the door and the commit behind it.
  await post({ post: 'webhook', url: webhook, count: 200, from: 0 })
  const acceptedWebhook = orders / (await post({ post: 'webhook', url: webhook, count: orders, from: 1_000_000 }))
  const acceptedApi = orders / (await post({ post: 'api', url: `${url}/v1/orders`, count: orders, from: 2_000_000 }))
  await hub.startWorkers()
  await waitUntil('the first orders are through', () => partner.received() >= orders * 2 + 200)
  const before = partner.received()
  const began = performance.now()
  await post({ post: 'webhook', url: webhook, count: orders, from: 3_000_000 })
  await waitUntil('every instruction is delivered', () => partner.received() - before >= orders)
  const journeys = orders / ((performance.now() - began) / 1000)
  return { commits, noopJobs: jobs, acceptedWebhook, acceptedApi, journeys }
}

type Partner = { erpUrl: Promise<string>; received: () => number; post: (order: Order) => Promise<number> }

function listenTo(load: ChildProcess): Partner {
  let received = 0
  let posted: ((seconds: number) => void) | undefined
  const erpUrl = new Promise<string>((resolve) => {
    load.on('message', (told: Told) => {
      if (told.kind === 'ready') resolve(told.erpUrl)
      else if (told.kind === 'received') received = told.count
      else posted?.(told.seconds)
    })
  })
  return {
    erpUrl,
    received: () => received,
    post: (order) =>
      new Promise((resolve) => {
        posted = resolve
        load.send(order)
      }),
  }
}

const WEEK = Object.fromEntries(
  ['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun'].map((day) => [day, { open: '00:00', close: '23:59' }]),
)

const network = (erpUrl: string): Network =>
  Network.parse({
    channels: [
      { id: 'web', name: 'Web', currency: 'EUR', connection: 'shop' },
      { id: 'api', name: 'API', currency: 'EUR' },
    ],
    connections: [
      {
        id: 'shop',
        connector: 'shopify',
        config: { shop: 'bench.myshopify.com', baseUrl: erpUrl, allowPrivateAddresses: true },
        secrets: { accessToken: 'env:BENCH_TOKEN', webhookSecret: 'env:BENCH_SECRET' },
      },
      {
        id: 'erp',
        connector: 'erp',
        config: { baseUrl: erpUrl, allowPrivateAddresses: true, batch: true, callsPerSecond: 10_000, concurrency: 8 },
        secrets: { apiToken: 'env:BENCH_TOKEN', webhookSecret: 'env:BENCH_SECRET' },
      },
    ],
    nodes: Array.from({ length: NODES }, (_, index) => ({
      id: `node-${index}`,
      name: `Node ${index}`,
      kind: 'warehouse',
      capabilities: ['ship'],
      connection: 'erp',
      position: { latitude: 45 + index, longitude: 2 + index },
      calendar: { timeZone: 'Europe/Paris', week: WEEK },
      costs: { currency: 'EUR', packageFixedMinor: 400 + 20 * index, perUnitMinor: 50, per100KmMinor: 30 },
    })),
    products: Array.from({ length: SKUS }, (_, index) => ({ sku: `SKU-${index}`, name: `Product ${index}` })),
    // The shop of the benchmark sells from no node of its own naming, so that availability is not told and journeys are counted alone.
    crosswalks: [{ connectionId: 'shop', name: 'node', partnerCode: '0', canonical: 'nowhere' }],
  })

async function feed(hub: Hub): Promise<void> {
  const rows = Array.from({ length: SKUS * NODES }, (_, index) => ({
    sku: `SKU-${index % SKUS}`,
    nodeId: `node-${Math.floor(index / SKUS)}`,
    onHand: 1_000_000,
  }))
  const now = hub.world.clock.now()
  await hub.world.commit((unit) =>
    applyStockRows(unit, { asOf: now, source: 'erp', reference: 'bench', safetyStockOf: () => 0 }, rows as never),
  )
}

function describe(results: readonly Measured[], { orders, runs }: BenchOptions): string {
  const rows = results.map((each) => [
    each.backend,
    rounded(each.commits),
    rounded(each.noopJobs),
    `${rounded(each.acceptedWebhook)} (${ratio(each.acceptedWebhook, each.commits)})`,
    `${rounded(each.acceptedApi)} (${ratio(each.acceptedApi, each.commits)})`,
    `${rounded(each.journeys)} (${ratio(each.journeys, each.noopJobs)})`,
  ])
  return [
    `${orders} orders a run, median of ${runs}, all a second. In brackets: beside the bare part of the same run.`,
    '',
    table(
      [
        '',
        'bare: single-row commits',
        'bare: no-op jobs',
        'webhooks accepted (÷ commits)',
        'POST /v1/orders (÷ commits)',
        'whole journeys (÷ jobs)',
      ],
      rows,
    ),
  ].join('\n')
}
