/**
 * `npm run bench -- commit`: orders decided and committed with their reservations, beside the bare batched guarded UPDATE of as many
 * lines on the same database in the same run; and what the decision record, written for each order, takes of it.
 */
import { applyNetwork, Network } from '#app/network-file.ts'
import type { Hub } from '#app/hub.ts'
import { OrderInput } from '#core/model/order.ts'
import { Product } from '#core/model/product.ts'
import { DEFAULT_ROUTING_POLICY } from '#core/routing/policy.ts'
import { plan } from '#core/routing/plan.ts'
import { recordOf } from '#core/routing/record.ts'
import { handleRoute } from '#workers/route.ts'
import type { Bench } from '../bench.ts'
import { randomFrom } from '../cover/instances.ts'
import { decisionsOver } from '../cover/orders.ts'
import { inParallel, median, percentile, perSecond } from '../kit/measure.ts'
import { type BenchStore, benchStores } from '../kit/stores.ts'
import { ratio, rounded, table } from '../kit/table.ts'

const NODES = 5
const LINES = 2
/** Orders of one job: what the route queue gathers under load (workers/start.ts). */
const BATCH = 128
/** One is decided while another is committed, as on the queue. */
const BATCHES_AT_ONCE = 3

type Figures = { bare: number; routed: number; microsPerOrder: number }
type Row = { store: string; positions: number } & Figures

export const commit: Bench = {
  name: 'commit',
  summary:
    'orders decided and committed with their stock a second, beside the bare batched guarded UPDATE (--positions N)',
  run: async ({ runs, orders, positions = 1_000_000 }) => {
    const results: Row[] = []
    for (const store of benchStores())
      for (const size of [1_000, positions])
        results.push({
          store: store.name,
          positions: size,
          ...(await measure(store, { runs, orders, positions: size })),
        })
    const records = [NODES, 50, 500].map((nodes) => ({ nodes, ...recordMicros(nodes) }))
    return {
      json: { bench: 'commit', runs, orders, batch: BATCH, results, records },
      text: describe(results, records, orders),
    }
  },
}

async function measure(
  store: BenchStore,
  options: { runs: number; orders: number; positions: number },
): Promise<Figures> {
  const { hub, close } = await store.open()
  try {
    const skus = Math.max(LINES, Math.floor(options.positions / NODES))
    await prepare(hub, skus)
    const runs: Figures[] = []
    for (let run = 0; run < options.runs; run++) {
      process.stderr.write(
        `${store.name}, ${options.positions.toLocaleString('en')} positions, run ${run + 1} of ${options.runs}\n`,
      )
      const bare = await perSecond(options.orders, () => bareUpdates(hub, options.orders, skus))
      const ids = await capture(hub, options.orders, skus, run)
      const routed = await perSecond(options.orders, async () => {
        await inParallel(Math.ceil(ids.length / BATCH), BATCHES_AT_ONCE, (index) =>
          handleRoute(hub.world, ids.slice(index * BATCH, (index + 1) * BATCH)),
        )
      })
      await expectAllRouted(hub, options.orders * (run + 1))
      runs.push({ bare, routed, microsPerOrder: 1_000_000 / routed })
    }
    const of = (name: keyof Figures): number => median(runs.map((each) => each[name]))
    return { bare: of('bare'), routed: of('routed'), microsPerOrder: of('microsPerOrder') }
  } finally {
    await close()
  }
}

const sku = (index: number, skus: number): string => `sku-${(index * 7_919) % skus}`

async function prepare(hub: Hub, skus: number): Promise<void> {
  const { db } = hub.world
  const allDay = { open: '00:00', close: '23:59' }
  await applyNetwork(
    db,
    Network.parse({
      channels: [{ id: 'web', name: 'Web', currency: 'EUR' }],
      nodes: Array.from({ length: NODES }, (_, index) => ({
        id: `node-${index}`,
        name: `Node ${index}`,
        kind: 'warehouse',
        capabilities: ['ship'],
        calendar: {
          timeZone: 'Europe/Paris',
          week: Object.fromEntries(['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun'].map((day) => [day, allDay])),
        },
        costs: { currency: 'EUR', packageFixedMinor: 400 + 20 * index, perUnitMinor: 50 },
      })),
    }),
  )
  await db.query(
    `INSERT INTO product (sku, document) SELECT 'sku-' || i, $2::jsonb || jsonb_build_object('sku', 'sku-' || i) FROM generate_series(0, $1::int - 1) AS i`,
    [skus, JSON.stringify(Product.parse({ sku: 'any', name: 'Product' }))],
  )
  await db.query(
    `INSERT INTO stock_position (sku, node_id, available) SELECT 'sku-' || i, 'node-' || n, 1000000
     FROM generate_series(0, $1::int - 1) AS i, generate_series(0, $2::int - 1) AS n`,
    [skus, NODES],
  )
  await db.query('ANALYZE stock_position')
  await hub.world.master.fresh()
}

/** Orders as they lie before routing; how they came is not measured here. */
async function capture(hub: Hub, orders: number, skus: number, run: number): Promise<string[]> {
  const ids: string[] = []
  const now = hub.world.clock.now()
  await inParallel(orders, 256, async (index) => {
    const captured = await hub.captureOrder(
      OrderInput.parse({
        channelId: 'web',
        externalId: `r${run}-${index}`,
        placedAt: now,
        revisedAt: now,
        currency: 'EUR',
        totalMinor: 5_990,
        lines: Array.from({ length: LINES }, (_, line) => ({
          externalId: `${line}`,
          sku: sku(index * LINES + line, skus),
          quantity: 1,
          unitPriceMinor: 2_995,
        })),
      }),
      'bench',
    )
    ids.push(captured.orderId ?? '')
  })
  return ids
}

/**
 * What a batch must do at least: guarded, one statement and one commit for as many lines, with nothing that remembers them. One after the
 * other: side by side they would lock each other's rows in any order.
 */
async function bareUpdates(hub: Hub, orders: number, skus: number): Promise<void> {
  await inParallel(Math.ceil(orders / BATCH), 1, async (batch) => {
    const from = batch * BATCH
    const wanted = new Map<string, number>()
    for (let index = from * LINES; index < Math.min(orders, from + BATCH) * LINES; index++)
      wanted.set(sku(index, skus), (wanted.get(sku(index, skus)) ?? 0) + 1)
    await hub.world.db.transaction(async (tx) => {
      const rows = await tx.query(
        `UPDATE stock_position p SET available = p.available - w.units, allocated = p.allocated + w.units
         FROM unnest($1::text[], $2::int4[]) AS w (sku, units)
         WHERE p.sku = w.sku AND p.node_id = 'node-0' AND p.available - p.safety_stock >= w.units RETURNING 1`,
        [[...wanted.keys()], [...wanted.values()]],
      )
      if (rows.length !== wanted.size) throw new Error('a claim was refused although there is stock')
    })
  })
}

async function expectAllRouted(hub: Hub, orders: number): Promise<void> {
  const [row] = await hub.world.db.query<{ n: number }>(`SELECT count(*)::int AS n FROM fulfillment_request`)
  if ((row?.n ?? 0) < orders) throw new Error(`only ${row?.n ?? 0} of ${orders} orders have a request`)
}

/** Deciding over so many nodes; and making the record of it and writing it as JSON. An order of as many lines as those that are routed here. */
function recordMicros(nodes: number): { decided: number; micros: number } {
  const over = decisionsOver(randomFrom(2), { lines: LINES, nodes })
  const decide = (index: number) => plan(over.request(index), over.snapshot, DEFAULT_ROUTING_POLICY)
  const made = Array.from({ length: 20 }, (_, index) => ({ request: over.request(index), plan: decide(index) }))
  const p50 = (work: (index: number) => void): number => {
    const micros = Array.from({ length: 4_000 }, (_, index) => {
      const began = performance.now()
      work(index)
      return (performance.now() - began) * 1_000
    })
    return percentile(micros.slice(1_000), 0.5)
  }
  return {
    decided: p50(decide),
    micros: p50((index) => {
      const each = made[index % made.length] as (typeof made)[number]
      JSON.stringify(recordOf(each.plan, 'dec_1' as never, 'network', each.request))
    }),
  }
}

function describe(
  results: readonly Row[],
  records: readonly { nodes: number; decided: number; micros: number }[],
  orders: number,
): string {
  // Over more nodes an order takes as much longer as its decision does.
  const committed = (results.at(-1)?.microsPerOrder ?? Number.NaN) - (records[0]?.decided ?? Number.NaN)
  return [
    `${orders} orders of ${LINES} lines over ${NODES} nodes, ${BATCH} a batch, all a second; in brackets beside the bare UPDATE of the same lines.`,
    table(
      ['', 'positions', 'bare guarded UPDATE', 'decided and committed (÷ bare, aim 0.5)', 'µs an order'],
      results.map((each) => [
        each.store,
        each.positions.toLocaleString('en'),
        rounded(each.bare),
        `${rounded(each.routed)} (${ratio(each.routed, each.bare)})`,
        rounded(each.microsPerOrder),
      ]),
    ),
    '',
    table(
      ['over', 'decided, µs', 'its record, µs', 'of an order as in the last row above (aim 5 %)'],
      records.map((each) => [
        `${each.nodes} nodes`,
        each.decided.toFixed(1),
        each.micros.toFixed(1),
        `${((100 * each.micros) / (committed + each.decided)).toFixed(1)} %`,
      ]),
    ),
  ].join('\n')
}
