/** Repairs an order's counters from its fulfillment requests and backorders, with a fact on its timeline for each line. */
import { appendFacts } from './facts.ts'
import type { RepairOutcome, RepairRun } from './repair-stock.ts'
import type { Unit } from './unit.ts'

type Line = {
  lineNo: number
  ordered: number
  open: number
  backordered: number
  allocated: number
  released: number
  shipped: number
  cancelled: number
  delivered: number
  returned: number
}
type Counters = Pick<Line, 'open' | 'backordered' | 'allocated' | 'released' | 'shipped'>
const COUNTERS = ['open', 'backordered', 'allocated', 'released', 'shipped'] as const

export async function repairOrder(unit: Unit, run: RepairRun, orderId: string): Promise<RepairOutcome> {
  const [order] = await unit.query<{ routing: string }>('SELECT routing FROM sales_order WHERE id = $1 FOR UPDATE', [
    orderId,
  ])
  const lines = await unit.query<Line>(
    `SELECT line_no AS "lineNo", ordered, open, backordered, allocated, released, shipped, cancelled, delivered, returned
     FROM order_line WHERE order_id = $1 ORDER BY line_no FOR UPDATE`,
    [orderId],
  )
  // Units of a request that was not sent yet are allocated; from then on they are released.
  const real = await unit.query<{
    lineNo: number
    allocated: number
    released: number
    shipped: number
    backordered: number
  }>(
    `SELECT line_no AS "lineNo", sum(allocated)::int AS allocated, sum(released)::int AS released, sum(shipped)::int AS shipped,
            sum(backordered)::int AS backordered FROM (
       SELECT x.line_no, CASE WHEN f.negotiation = 'unsubmitted' THEN x.outstanding ELSE 0 END AS allocated,
              CASE WHEN f.negotiation = 'unsubmitted' THEN 0 ELSE x.outstanding END AS released,
              CASE WHEN f.via_node_id IS NULL THEN x.shipped ELSE 0 END AS shipped, 0 AS backordered
       FROM fulfillment_request f JOIN fulfillment_request_line x ON x.request_id = f.id WHERE f.order_id = $1
       UNION ALL SELECT line_no, 0, 0, 0, waiting FROM backorder WHERE order_id = $1 AND waiting > 0) AS u GROUP BY line_no`,
    [orderId],
  )
  const outcome: RepairOutcome = { repairs: [], refused: [] }
  let open = 0
  for (const line of lines) {
    const subject = `${orderId}/${line.lineNo}`
    const counted = real.find((each) => each.lineNo === line.lineNo)
    const after = countersOf(line, counted)
    const fault = whyNot(line, after)
    if (fault !== undefined) {
      outcome.refused.push({ subject, reason: fault })
      continue
    }
    open += after.open
    if (COUNTERS.every((name) => line[name] === after[name])) continue
    await unit.query(
      `UPDATE order_line SET open = $3, backordered = $4, allocated = $5, released = $6, shipped = $7
       WHERE order_id = $1 AND line_no = $2`,
      [orderId, line.lineNo, ...COUNTERS.map((name) => after[name])],
    )
    const before = Object.fromEntries(COUNTERS.map((name) => [name, line[name]]))
    await appendFacts(unit, [
      {
        id: run.newId('fct'),
        orderId,
        kind: 'repaired',
        at: run.now,
        actor: run.actor,
        cause: run.id,
        data: { lineNo: line.lineNo, before, after },
      },
    ])
    outcome.repairs.push({ invariant: 'i2', subject, before, after })
  }
  if (order?.routing === 'none' && open > 0) {
    outcome.repairs.push({
      invariant: 'i2',
      subject: orderId,
      before: { routing: 'none' },
      after: { routing: 'pending' },
    })
    await unit.query(
      `UPDATE sales_order SET routing = 'pending', routing_since = $2, version = version + 1 WHERE id = $1`,
      [orderId, run.now],
    )
    unit.enqueue('route', [orderId])
  }
  return outcome
}

function countersOf(line: Line, real: Omit<Counters, 'open'> | undefined): Counters {
  const { allocated = 0, released = 0, shipped = 0, backordered = 0 } = real ?? {}
  const open = line.ordered - line.cancelled - allocated - released - shipped - backordered
  return { open, backordered, allocated, released, shipped }
}

function whyNot(line: Line, after: Counters): string | undefined {
  if (after.open < 0) return `its requests and backorders hold ${-after.open} units more than were ordered`
  if (after.shipped < line.delivered || after.shipped < line.returned)
    return `its requests shipped ${after.shipped}, and more than that was delivered or came back`
  return undefined
}
