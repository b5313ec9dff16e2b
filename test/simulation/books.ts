/** When a day is over: the hub's books beside those of the shelves, the shop and the customers. */
import type { Instant } from '#core/model/time.ts'
import { checkInvariants } from '#store/check.ts'
import type { Database } from '#store/database.ts'
import type { PaperBooks } from '../kit/paper-partner.ts'
import type { Nodes } from './nodes.ts'
import type { Shop } from './shop.ts'

type Books = { nodes: Nodes; shop: Shop; told: PaperBooks['shipmentsTold'] }

/** Everything that is not as it should be, in words; none is what a day must end with. */
export async function problemsOf(db: Database, now: Instant, books: Books): Promise<string[]> {
  const broken = (await checkInvariants(db, now)).flatMap((each) =>
    each.violations.map((violation) => `${each.name}: ${violation.subject} ${violation.problem}`),
  )
  return [
    ...broken,
    ...(await shelvesDiffer(db, books)),
    ...(await shipmentsDiffer(db, books)),
    ...(await unitsAreLost(db, books)),
  ]
}

/** The ledger and the instructions of a day that went wrong. */
export async function evidenceOf(db: Database): Promise<string[]> {
  const rows = await db.query<{ line: string }>(
    `SELECT concat_ws(' ', 'posting', sku, node_id, from_state, '→', to_state, quantity, cause, reference, effective_at) AS line FROM stock_posting
     UNION ALL SELECT concat_ws(' ', 'instruction', kind, subject_id, state, 'attempts', attempts, 'lookups', lookups, detail) FROM instruction
     WHERE kind <> 'availability'
     UNION ALL SELECT concat_ws(' ', 'case', kind, subject, state, detail) FROM exception_case`,
  )
  return rows.map((row) => row.line)
}

/** After the last count, the hub's figure of each shelf is the shelf's own. */
async function shelvesDiffer(db: Database, { nodes }: Books): Promise<string[]> {
  const rows = await db.query<{ sku: string; nodeId: string; onHand: number }>(
    'SELECT sku, node_id AS "nodeId", on_hand AS "onHand" FROM stock_position',
  )
  return rows.flatMap(({ sku, nodeId, onHand }) => {
    const there = nodes.shelves.get(nodeId)?.get(sku) ?? 0
    return there === onHand ? [] : [`${sku} at ${nodeId}: ${there} lie there, the hub has ${onHand}`]
  })
}

/** What left a node is what the hub says left it; and the shop was told of each unit once. */
async function shipmentsDiffer(db: Database, { nodes, told }: Books): Promise<string[]> {
  const rows = await db.query<{ id: string; lineNo: number; shipped: number }>(
    `SELECT request_id AS id, line_no AS "lineNo", shipped FROM fulfillment_request_line`,
  )
  const theirs = new Map(
    [...nodes.jobs.values()].flatMap((job) =>
      job.lines.map((line) => [`${job.requestId}/${line.lineNo}`, line.shipped] as const),
    ),
  )
  const wrong = rows.flatMap(({ id, lineNo, shipped }) => {
    const left = theirs.get(`${id}/${lineNo}`) ?? 0
    return left === shipped ? [] : [`line ${lineNo} of ${id}: ${left} left the node, the hub has ${shipped}`]
  })
  // A repeat under the same key is the same word.
  const words = new Map(told.map((each) => [each.key, each.document]))
  const units = [...words.values()].flatMap(({ lines }) => lines).reduce((sum, line) => sum + line.quantity, 0)
  const left = [...nodes.jobs.values()]
    .filter((job) => job.to === undefined)
    .flatMap((job) => job.lines)
    .reduce((sum, line) => sum + line.shipped, 0)
  if (units !== left)
    wrong.push(`${left} units left for customers, the shop was told of ${units} in ${words.size} shipments`)
  return wrong
}

type Line = {
  externalId: string
  line: string
  shipped: number
  open: number
  busy: number
  routing: string
  cases: number
}

/** Every unit that a customer wants is shipped, or somebody has it in front of them. */
async function unitsAreLost(db: Database, { shop }: Books): Promise<string[]> {
  const rows = await db.query<Line>(
    `SELECT o.external_id AS "externalId", l.external_id AS line, l.shipped, l.open, l.allocated + l.released AS busy, o.routing,
            (SELECT count(*) FROM exception_case c WHERE c.order_id = o.id AND c.state = 'open')::int AS cases
     FROM order_line l JOIN sales_order o ON o.id = l.order_id`,
  )
  if (new Set(rows.map((row) => row.externalId)).size !== shop.orders.size)
    return ['an order of the shop is not in the hub']
  return rows.flatMap((row) => {
    const order = shop.orders.get(row.externalId)
    const line = order?.lines.find((each) => each.externalId === row.line)
    if (order === undefined || line === undefined) return [`nobody ordered line ${row.line}`]
    const wanted = order.cancelled ? 0 : line.quantity - line.cancelledQuantity
    const left = row.open + row.busy
    if (row.shipped > line.quantity) return [`${row.line}: ${row.shipped} shipped of ${line.quantity}`]
    if (row.shipped === wanted && left === 0) return []
    if (row.cases > 0 || row.routing === 'parked') return []
    // The shop took units off the order that had left: it pays them back as a refund, and has them to ask for.
    if (row.shipped > wanted && !order.cancelled && left === 0) return []
    return [
      `${row.line}: ${wanted} wanted, ${row.shipped} shipped, ${row.open} open, ${row.busy} with nodes, and nobody is told`,
    ]
  })
}
