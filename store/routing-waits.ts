/** What parked orders wait for besides stock, so that the thing itself wakes them. */
import type { Instant } from '#core/model/time.ts'
import type { Queryable } from './database.ts'
import { unnestRows } from './rows.ts'

/** `causes` are the reasons for which lines could not be served (core/model/decision.ts). */
export async function keepWaits(
  db: Queryable,
  waits: readonly { orderId: string; causes: readonly string[] }[],
  now: Instant,
): Promise<void> {
  if (waits.length === 0) return
  const rows = waits.flatMap(({ orderId, causes }) => causes.map((cause) => ({ order_id: orderId, cause })))
  const { from, parameters } = unnestRows({ order_id: 'text', cause: 'text' } as const, rows, 2)
  await db.query(
    `INSERT INTO routing_wait (order_id, causes, since)
     SELECT r.order_id, array_agg(DISTINCT r.cause), $1::timestamptz FROM ${from} GROUP BY r.order_id
     ON CONFLICT (order_id) DO UPDATE SET causes = excluded.causes, since = excluded.since`,
    [now, ...parameters],
  )
}

/**
 * Parked orders that wait for this go back to routing; those that began to wait after `before` are left. So are those that
 * somebody works on at this moment: the caller holds other rows, and must not wait for them. The timers look again.
 */
export async function wakeWaiting(
  db: Queryable,
  cause: string,
  before: Instant,
  now: Instant,
  max: number,
): Promise<string[]> {
  const rows = await db.query<{ id: string }>(
    `WITH found AS (
       SELECT o.id FROM sales_order o JOIN routing_wait w ON w.order_id = o.id
       WHERE o.routing = 'parked' AND $1 = ANY(w.causes) AND w.since <= $2::timestamptz
       ORDER BY o.id LIMIT $4 FOR UPDATE OF o SKIP LOCKED)
     UPDATE sales_order o SET routing = 'pending', routing_since = $3::timestamptz, version = version + 1
     FROM found WHERE o.id = found.id RETURNING o.id`,
    [cause, before, now, max],
  )
  return rows.map((row) => row.id)
}

/** A look without a lock, for callers that come by often. */
export async function somebodyWaits(db: Queryable, cause: string, before: Instant): Promise<boolean> {
  const rows = await db.query(
    `SELECT 1 FROM sales_order o JOIN routing_wait w ON w.order_id = o.id
     WHERE o.routing = 'parked' AND $1 = ANY(w.causes) AND w.since <= $2::timestamptz LIMIT 1`,
    [cause, before],
  )
  return rows.length > 0
}
