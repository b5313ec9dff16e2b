/** The timeline facts of all orders in the order in which they became known, by their place in the audit chain. */
import type { OrderEvent } from '#core/model/fact.ts'
import type { Queryable } from './database.ts'

/** The chain has no gaps, so what comes after a place is everything since. */
export async function eventsAfter(db: Queryable, seq: number, max: number): Promise<OrderEvent[]> {
  return db.query<OrderEvent>(
    `SELECT l.seq, f.id, f.kind, f.order_id AS "orderId", o.channel_id AS "channelId", o.external_id AS "externalId", f.at, f.actor, f.cause, f.data
     FROM audit_link l JOIN fact f ON f.id = l.source_id LEFT JOIN sales_order o ON o.id = f.order_id
     WHERE l.seq > $1 AND l.source = 'fact' ORDER BY l.seq LIMIT $2`,
    [seq, max],
  )
}
