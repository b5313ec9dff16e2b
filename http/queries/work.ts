/** What waits for a person: exception cases and quarantined documents, with the money and the promises behind them. */
import type { CaseKind } from '#core/model/document.ts'
import type { Instant } from '#core/model/time.ts'
import type { Queryable } from '#store/database.ts'

/** More open work than this is no list for people; the oldest are taken. */
const MAX_OPEN = 10_000
const SAMPLED_ORDERS = 500

export type OpenCase = {
  id: string
  kind: CaseKind
  subject: string
  orderId: string | null
  orderNumber: string | null
  instructionId: string | null
  detail: string
  cure: string
  owner: string
  openedAt: Instant
  dueAt: Instant
  totalMinor: number | null
  currency: string | null
  /** The nearest promise among the lines that still have to move. */
  promisedBy: Instant | null
}

export async function openWork(db: Queryable): Promise<OpenCase[]> {
  return db.query<OpenCase>(
    `SELECT c.id, c.kind, c.subject, c.order_id AS "orderId", o.number AS "orderNumber", c.instruction_id AS "instructionId", c.detail, c.cure,
       c.owner, c.opened_at AS "openedAt", c.due_at AS "dueAt", o.total_minor AS "totalMinor", o.currency,
       (SELECT min(l.promised_by) FROM order_line l WHERE l.order_id = c.order_id AND l.shipped + l.cancelled < l.ordered) AS "promisedBy"
     FROM exception_case c LEFT JOIN sales_order o ON o.id = c.order_id WHERE c.state = 'open' ORDER BY c.id LIMIT $1`,
    [MAX_OPEN],
  )
}

export type OpenCause = {
  cause: string
  connectionId: string
  port: string
  items: number
  documents: number
  since: Instant
  rule: string
  cure: string
  example: string
}

/** By connection and port too: what a group is worth depends on what its documents are. */
export async function openCausesByPort(db: Queryable): Promise<OpenCause[]> {
  return db.query<OpenCause>(
    `SELECT q.cause, e.connection_id AS "connectionId", e.port, count(*) AS items, count(DISTINCT q.envelope_id) AS documents,
       min(q.opened_at) AS since, min(q.rule) AS rule, min(q.cure) AS cure, min(q.envelope_id) AS example
     FROM quarantine_item q JOIN envelope e ON e.id = q.envelope_id WHERE q.state = 'open'
     GROUP BY 1, 2, 3 ORDER BY min(q.id) LIMIT $1`,
    [MAX_OPEN],
  )
}

/** The middle one of the newest orders: what an order that could not be read is likely worth. */
export async function typicalOrder(db: Queryable): Promise<{ totalMinor: number; currency: string } | undefined> {
  const [row] = await db.query<{ totalMinor: number; currency: string }>(
    `SELECT percentile_disc(0.5) WITHIN GROUP (ORDER BY total_minor) AS "totalMinor", mode() WITHIN GROUP (ORDER BY currency) AS currency
     FROM (SELECT total_minor, currency FROM sales_order ORDER BY placed_at DESC, id DESC LIMIT ${SAMPLED_ORDERS}) newest HAVING count(*) > 0`,
  )
  return row
}
