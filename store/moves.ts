/** Work that is moved before its node has accepted it: what may move, and what nodes were asked to give back. */
import type { Queryable } from './database.ts'

/** Requests that are begun by nobody and accepted by nobody, of orders with nothing else to route; oldest first. */
export async function movableRequestIds(db: Queryable, max: number): Promise<string[]> {
  const rows = await db.query<{ id: string }>(
    `SELECT f.id FROM fulfillment_request f JOIN sales_order o ON o.id = f.order_id
     WHERE f.work = 'open' AND f.negotiation IN ('unsubmitted', 'submitted') AND f.via_node_id IS NULL AND NOT f.onward AND NOT f.awaits_others
       AND o.routing = 'none' AND o.cancelled_at IS NULL
       AND NOT EXISTS (SELECT 1 FROM order_hold h WHERE h.order_id = o.id AND h.released_at IS NULL)
     ORDER BY f.id LIMIT $1`,
    [max],
  )
  return rows.map((row) => row.id)
}

/** Asked back so that they can be sent from elsewhere: nobody has to be told when the node keeps them. */
export async function beginMoves(db: Queryable, requestIds: readonly string[]): Promise<void> {
  await db.query('UPDATE fulfillment_request SET moving = true WHERE id = ANY($1::text[])', [requestIds])
}

/** A decision cites them: the move has come to its end. */
export async function endMoves(db: Queryable, requestIds: readonly string[]): Promise<void> {
  if (requestIds.length === 0) return
  await db.query('UPDATE fulfillment_request SET moving = false WHERE id = ANY($1::text[]) AND moving', [requestIds])
}

/** Slots in which these requests hold a place. */
export async function placesOf(db: Queryable, requestIds: readonly string[]): Promise<Map<string, string[]>> {
  const rows = await db.query<{ request_id: string; slot: string }>(
    `SELECT request_id, slot FROM capacity_claim WHERE request_id = ANY($1::text[]) AND state = 'held' ORDER BY request_id, slot`,
    [requestIds],
  )
  const byRequest = new Map<string, string[]>()
  for (const row of rows) byRequest.set(row.request_id, [...(byRequest.get(row.request_id) ?? []), row.slot])
  return byRequest
}
