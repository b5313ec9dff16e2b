/**
 * `npm run bench -- availability`: what 50 SKUs over 500 nodes cost to answer, term by term, beside a bare SELECT of the same rows, and
 * how long a change takes to become an instruction for a channel.
 */
import { randomBytes } from 'node:crypto'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { openHub } from '#app/hub.ts'
import { applyNetwork, Network } from '#app/network-file.ts'
import { readSettings } from '#app/settings.ts'
import type { RuledNode, StockMaster } from '#core/ledger/rule-book.ts'
import { networkAvailable } from '#core/ledger/available.ts'
import { StockPolicy } from '#core/model/stock-policy.ts'
import type { Instant } from '#core/model/time.ts'
import { type AvailabilityAsk, readAvailability } from '#store/available.ts'
import type { Database } from '#store/database.ts'
import { createDatabase, dropDatabase } from '#store/databases.ts'
import { migrate } from '#store/migrate.ts'
import { openPglite } from '#store/pglite.ts'
import { openPostgres } from '#store/postgres.ts'
import { applyStockRows } from '#store/stock-feed.ts'
import { silentLog } from '#test/kit/log.ts'
import { paperPartner } from '#test/kit/paper-partner.ts'
import { nudgePublish } from '#workers/nudge.ts'
import type { Bench, BenchOptions } from '../bench.ts'
import { waitUntil } from '../kit/measure.ts'
import { ratio, rounded, table } from '../kit/table.ts'

const NODES = 500
const SKUS_ASKED = 50
const QUERIES = 40
const CHANGES = 20
const DEFAULT_POSITIONS = 100_000
/** For one figure. */
const MAX_MS = 15_000

type Spread = { p50: number; p99: number }
type Figures = { backend: string; positions: number; floor: Spread; bare: Spread; answer: Spread; publish: Spread }

export const availability: Bench = {
  name: 'availability',
  summary:
    'availability of 50 SKUs at 500 nodes beside a bare SELECT of the same rows; change to instruction (--positions N)',
  run: async (options) => measureAvailability(options),
}

export async function measureAvailability(options: BenchOptions): Promise<{ json: unknown; text: string }> {
  const positions = options.positions ?? DEFAULT_POSITIONS
  const results: Figures[] = []
  for (const place of places()) {
    process.stderr.write(`${place.name}: ${rounded(positions)} positions\n`)
    const { db, remove } = await place.open()
    try {
      const reads = await measureReads(db, positions)
      process.stderr.write(`${place.name}: changes on their way to a channel\n`)
      results.push({ backend: place.name, positions, ...reads, publish: await measurePublish(db) })
    } finally {
      await db.close()
      await remove()
    }
  }
  return { json: { bench: 'availability', results }, text: describe(results) }
}

type Place = { name: string; open: () => Promise<{ db: Database; remove: () => Promise<void> }> }

function places(): Place[] {
  const pglite: Place = {
    name: 'PGlite',
    open: async () => {
      const folder = mkdtempSync(join(tmpdir(), 'crossdock-bench-'))
      const remove = () => Promise.resolve(rmSync(folder, { recursive: true, force: true }))
      return { db: await openPglite({ folder }), remove }
    },
  }
  const server = process.env['DATABASE_URL']
  if (server === undefined) return [pglite]
  const postgres: Place = {
    name: 'PostgreSQL',
    open: async () => {
      const name = `crossdock_bench_${randomBytes(4).toString('hex')}`
      const db = openPostgres({ url: await createDatabase(server, name), onError: () => undefined })
      return { db, remove: () => dropDatabase(server, name) }
    },
  }
  return [pglite, postgres]
}

const skuOf = (index: number): string => `SKU-${String(index).padStart(6, '0')}`
const now = (): Instant => new Date().toISOString() as Instant

/** Positions lie as a feed of each node would leave them: node after node, so that a SKU's rows are far apart. */
async function fill(db: Database, positions: number): Promise<number> {
  await migrate(db)
  const skus = Math.max(SKUS_ASKED, Math.round(positions / NODES))
  await db.query(
    `INSERT INTO stock_position (sku, node_id, available, reserved, allocated, safety_stock, as_of, source)
     SELECT 'SKU-' || lpad(s::text, 6, '0'), 'node-' || n, 5 + (s * n) % 60, s % 3, n % 4, 2, now() - (n || ' minutes')::interval, 'erp'
     FROM generate_series(0, $1::int - 1) AS n, generate_series(0, $2::int - 1) AS s`,
    [NODES, skus],
  )
  await db.script('VACUUM ANALYZE stock_position')
  return skus
}

const MASTER: StockMaster = {
  stockPolicy: StockPolicy.parse({
    version: 'bench',
    rules: [
      { kind: 'threshold', name: 'stores keep two', match: { nodeGroups: ['stores'] }, units: 2 },
      { kind: 'threshold', name: 'the rest keeps one', units: 1 },
      { kind: 'freshness', name: 'old counts', olderThanMinutes: 240, units: 3 },
      { kind: 'exclude', name: 'not from one', match: { nodes: ['node-7'] } },
    ],
  }),
  nodes: new Map(
    Array.from({ length: NODES }, (_, index): [string, RuledNode] => {
      const id = `node-${index}`
      return [id, { id: id as never, groups: index % 2 === 0 ? ['stores'] : [], safetyStock: 2, enabled: true }]
    }),
  ),
  kits: new Map(),
}

async function measureReads(db: Database, positions: number): Promise<Pick<Figures, 'floor' | 'bare' | 'answer'>> {
  const skus = await fill(db, positions)
  const nodeIds = [...MASTER.nodes.keys()]
  const channel = { id: 'web' as never, threshold: 0 }
  let turn = 0
  /** Other SKUs at each query, spread over all. */
  const asked = (): string[] => {
    turn += 1
    return Array.from({ length: SKUS_ASKED }, (_, i) => skuOf((turn * 7 + i * Math.floor(skus / SKUS_ASKED)) % skus))
  }
  const floor = await spread(QUERIES, async () => {
    await db.query(
      'SELECT sku, sum(greatest(0, available - safety_stock)) FROM stock_position WHERE sku = ANY($1::text[]) GROUP BY sku',
      [asked()],
    )
  })
  const bare = await spread(QUERIES, async () => {
    await db.query(
      `SELECT sku, node_id, on_hand, reserved, allocated, picked + damaged + quality_control AS unsellable, safety_stock, fenced, as_of, source
       FROM stock_position WHERE sku = ANY($1::text[])`,
      [asked()],
    )
  })
  const answer = await spread(QUERIES, async () => {
    const ask: AvailabilityAsk = { skus: [...new Set(asked())], nodeIds, channel, now: now() }
    for (const sku of await readAvailability(db, MASTER, ask))
      networkAvailable(sku.positions.flatMap((position) => (position.kit ? [] : [position])))
  })
  return { floor, bare, answer }
}

/** From the commit of a posting to the channel's instruction in the database, in a running hub. */
async function measurePublish(db: Database): Promise<Spread> {
  const shop = paperPartner('paper-shop')
  const hub = await openHub(readSettings({ CROSSDOCK_LOG: 'silent' }), {
    database: { ...db, close: () => Promise.resolve() },
    connectors: [shop.connector],
    log: silentLog,
  })
  try {
    await applyNetwork(hub.world.db, network())
    await hub.world.master.fresh()
    await hub.startWorkers()
    const count = async (onHand: number): Promise<void> => {
      const head = { asOf: hub.world.clock.now(), source: 'erp', reference: 'bench', safetyStockOf: () => 0 }
      await hub.world.commit((unit) => applyStockRows(unit, head, [{ sku: 'HOT', nodeId: 'node-0', onHand } as never]))
    }
    const told = async (available: number): Promise<boolean> =>
      (
        await db.query(`SELECT 1 FROM instruction WHERE kind = 'availability' AND (document->>'available')::int = $1`, [
          available,
        ])
      ).length > 0
    await count(1_000)
    await nudgePublish(hub.world)
    await waitUntil('the first number is told', () => told(1_000))
    let units = 1_000
    return await spread(CHANGES, async () => {
      units += 1
      const next = units
      await count(next)
      const began = performance.now()
      await nudgePublish(hub.world)
      await waitUntil('the change is told', () => told(next))
      return performance.now() - began
    })
  } finally {
    await hub.flusher.idle()
    await hub.stop()
  }
}

const network = (): Network =>
  Network.parse({
    channels: [{ id: 'web', name: 'Web', currency: 'EUR', connection: 'shop' }],
    connections: [{ id: 'shop', connector: 'paper-shop' }],
    nodes: [
      {
        id: 'node-0',
        name: 'Node',
        kind: 'warehouse',
        capabilities: ['ship'],
        calendar: { timeZone: 'Europe/Paris', week: { mon: { open: '00:00', close: '23:59' } } },
        costs: { currency: 'EUR' },
      },
    ],
    products: [{ sku: 'HOT', name: 'Hot' }],
    crosswalks: [{ connectionId: 'shop', name: 'node', partnerCode: 'n0', canonical: 'node-0' }],
  })

/** Milliseconds of each turn; `work` may say itself what it took. On a slow machine there are fewer turns. */
async function spread(turns: number, work: () => Promise<number | void>): Promise<Spread> {
  for (let i = 0; i < 2; i++) await work()
  const end = performance.now() + MAX_MS
  const took: number[] = []
  for (let i = 0; i < turns && (i < 5 || performance.now() < end); i++) {
    const began = performance.now()
    const said = await work()
    took.push(typeof said === 'number' ? said : performance.now() - began)
  }
  took.sort((a, b) => a - b)
  const at = (share: number): number => took[Math.min(took.length - 1, Math.ceil(share * took.length) - 1)] ?? 0
  return { p50: at(0.5), p99: at(0.99) }
}

function describe(results: readonly Figures[]): string {
  const ms = ({ p50, p99 }: Spread): string => `${p50.toFixed(1)} / ${p99.toFixed(1)}`
  const rows = results.map((each) => [
    each.backend,
    ms(each.floor),
    ms(each.bare),
    `${ms(each.answer)} (${ratio(each.answer.p50, each.bare.p50)})`,
    ms(each.publish),
  ])
  return [
    `${SKUS_ASKED} SKUs × ${NODES} nodes of ${rounded(results[0]?.positions ?? 0)} positions; p50 / p99 in ms over up to ${QUERIES} queries, ${CHANGES} changes.`,
    'In brackets: p50 beside the bare SELECT of the same rows in the same run. Changes wait 250 ms to be told as one.',
    '',
    table(['', 'bare: sums in SQL', 'bare: SELECT the rows', 'availability, every term', 'change → instruction'], rows),
  ].join('\n')
}
