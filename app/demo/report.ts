/** What happened, for people and as one object. */
import { isActive } from '#core/model/order.ts'
import { orderPhase } from '#core/orders/phase.ts'
import { decisionsOf } from '#store/decisions.ts'
import { loadOrders } from '#store/orders.ts'
import { describeDecision } from '../cli/explain.ts'
import type { Check } from './checks.ts'
import { money, type Played } from './play.ts'
import type { Stage } from './stage.ts'

export type Report = {
  ok: boolean
  backend: string
  seed: number
  seconds: number
  orders: { total: number; byPhase: Record<string, number>; split: number; rerouted: number }
  cost: { totalMinor: number; currency: 'EUR' }
  requests: Record<string, number>
  documents: Record<string, number>
  noise: Record<string, number>
  story: string[]
  checks: Check[]
}

export async function makeReport(
  stage: Stage,
  played: Played,
  checks: Check[],
  run: { seed: number; seconds: number },
): Promise<Report> {
  const { db } = stage.hub.world
  const count = async (sql: string): Promise<Record<string, number>> =>
    Object.fromEntries((await db.query<{ name: string; n: number }>(sql)).map((row) => [row.name, row.n]))
  const [totals] = await db.query<{ split: number; rerouted: number; cost: number }>(
    `SELECT (SELECT count(DISTINCT order_id) FROM (SELECT order_id FROM fulfillment_request GROUP BY order_id, decision_id HAVING count(*) > 1) s) AS split,
            (SELECT count(*) FROM (SELECT order_id FROM routing_decision GROUP BY order_id HAVING count(*) > 1) r) AS rerouted,
            (SELECT coalesce(sum(cost_minor), 0)::int8 FROM routing_decision) AS cost`,
  )
  const byPhase = await phases(stage)
  return {
    ok: checks.every((check) => check.holds),
    backend: stage.backend,
    ...run,
    orders: {
      total: Object.values(byPhase).reduce((sum, n) => sum + n, 0),
      byPhase,
      split: totals?.split ?? 0,
      rerouted: totals?.rerouted ?? 0,
    },
    cost: { totalMinor: totals?.cost ?? 0, currency: 'EUR' },
    requests: await count(
      `SELECT node_id || ' (' || method || ')' AS name, count(*) AS n FROM fulfillment_request GROUP BY 1 ORDER BY 2 DESC, 1`,
    ),
    documents: await documents(stage, count),
    noise: await noise(stage, played, count),
    story: await story(stage, played),
    checks,
  }
}

async function phases({ hub }: Stage): Promise<Record<string, number>> {
  const { db } = hub.world
  const ids = await db.query<{ id: string }>('SELECT id FROM sales_order')
  const counts: Record<string, number> = {}
  for (const order of await loadOrders(
    db,
    ids.map((row) => row.id),
  )) {
    const phase = orderPhase({
      lines: order.lines,
      activeHolds: order.holds.filter(isActive).length,
      parked: order.routing === 'parked',
    })
    counts[phase] = (counts[phase] ?? 0) + 1
  }
  return counts
}

async function documents(
  { partners }: Stage,
  count: (sql: string) => Promise<Record<string, number>>,
): Promise<Record<string, number>> {
  const supplier = partners.supplier.books().documents
  return {
    ...(await count(
      `SELECT connection_id || ' → hub, ' || port AS name, count(*) AS n FROM envelope WHERE connection_id <> 'supplier' GROUP BY 1 ORDER BY 1`,
    )),
    ...(await count(
      `SELECT 'hub → ' || connection_id || ', ' || kind AS name, count(*) AS n FROM instruction WHERE state = 'sent' AND connection_id <> 'supplier' GROUP BY 1 ORDER BY 1`,
    )),
    ...Object.fromEntries(Object.entries(supplier.in).map(([type, n]) => [`hub → supplier, X12 ${type}`, n])),
    ...Object.fromEntries(Object.entries(supplier.out).map(([type, n]) => [`supplier → hub, X12 ${type}`, n])),
  }
}

async function noise(
  { partners }: Stage,
  played: Played,
  count: (sql: string) => Promise<Record<string, number>>,
): Promise<Record<string, number>> {
  const { webhooks } = partners.shop.books()
  const erp = partners.erp.books()
  const supplier = partners.supplier.books()
  const rejected = await count(
    `SELECT 'n' AS name, coalesce(sum(rejected), 0)::int8 AS n FROM fulfillment_request_line`,
  )
  return {
    'webhooks sent more than once by the shop': webhooks.duplicated + webhooks.retried,
    'answers of the ERP lost or spoiled after the effect': erp.badAnswers.lost + erp.badAnswers.failed,
    'supplier files written in two pieces': supplier.filesOut['halfWritten'] ?? 0,
    'supplier files sent twice, broken or garbage':
      (supplier.filesOut['copy'] ?? 0) + (supplier.filesOut['broken'] ?? 0) + (supplier.filesOut['garbage'] ?? 0),
    'units that nodes refused or could not find': rejected['n'] ?? 0,
    'orders the customer cancelled': played.cancelsAsked,
    'telephone orders changed while they were under way': played.phoneOrdersChanged,
    'orders of the shop changed in the hub, and told to the shop': played.shopOrdersChanged,
  }
}

async function story({ hub }: Stage, played: Played): Promise<string[]> {
  const [row] = await hub.world.db.query<{ id: string }>('SELECT id FROM sales_order WHERE number = $1', [
    played.shoesOrder,
  ])
  if (row === undefined) return []
  const [first] = await decisionsOf(hub.world.db, row.id)
  return first === undefined ? [] : describeDecision(first).filter((line) => line !== '')
}

export function printReport(report: Report, print: (line: string) => void): void {
  const { orders } = report
  print(`${orders.total} orders in ${report.seconds.toFixed(1)} s on ${report.backend} (seed ${report.seed})`)
  print(
    `  ${entries(orders.byPhase, ', ')}; ${orders.split} split, ${orders.rerouted} routed again after a node refused`,
  )
  print(`  cost to serve ${money(report.cost.totalMinor)}`)
  print('Where the requests went')
  for (const [name, n] of Object.entries(report.requests)) print(`  ${String(n).padStart(5)}  ${name}`)
  print('Documents exchanged')
  for (const [name, n] of Object.entries(report.documents)) print(`  ${String(n).padStart(5)}  ${name}`)
  print('What went wrong on the way')
  for (const [name, n] of Object.entries(report.noise)) print(`  ${String(n).padStart(5)}  ${name}`)
  print('Two pairs of shoes, and why')
  for (const line of report.story) print(`  ${line}`)
  print('Checked against the partners’ own books')
  for (const check of report.checks) print(`  ${check.holds ? '✓' : '✗'} ${check.name} (${check.detail})`)
  print(report.ok ? 'All of it holds.' : 'Something does not hold: see ✗ above.')
}

const entries = (counts: Record<string, number>, separator: string): string =>
  Object.entries(counts)
    .sort(([, a], [, b]) => b - a)
    .map(([name, n]) => `${n} ${name}`)
    .join(separator)
