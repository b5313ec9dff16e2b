/** Changes that channels wanted of their orders and are to hear of. */
import type { Instant } from '#core/model/time.ts'
import type { WantedChange } from '#core/orders/amendment-answer.ts'
import type { Queryable } from './database.ts'
import { insertRows } from './rows.ts'

export type StoredChange = WantedChange & { orderId: string; answeredAt: Instant | null }

/** A change that is there already, answered or not, stays as it is. */
export async function insertWantedChange(db: Queryable, orderId: string, change: WantedChange): Promise<void> {
  await insertRows(
    db,
    'wanted_change',
    { order_id: 'text', revised_at: 'timestamptz', number: 'text', cancel: 'bool', lines: 'jsonb' } as const,
    [
      {
        order_id: orderId,
        revised_at: change.revisedAt,
        number: change.number,
        cancel: change.cancel,
        lines: change.lines,
      },
    ],
    'ON CONFLICT (order_id, revised_at, number) DO NOTHING',
  )
}

/** In the order in which they were said. */
export async function wantedChanges(db: Queryable, orderIds: readonly string[]): Promise<StoredChange[]> {
  if (orderIds.length === 0) return []
  return db.query<StoredChange>(
    `SELECT order_id AS "orderId", revised_at AS "revisedAt", number, cancel, lines, answered_at AS "answeredAt" FROM wanted_change
     WHERE order_id = ANY($1::text[]) ORDER BY order_id, revised_at, number`,
    [orderIds],
  )
}

export async function noteAnswered(db: Queryable, { orderId, revisedAt, number }: StoredChange, now: Instant) {
  await db.query(`UPDATE wanted_change SET answered_at = $4 WHERE order_id = $1 AND revised_at = $2 AND number = $3`, [
    orderId,
    revisedAt,
    number,
    now,
  ])
}

/** Of these orders the ones whose channel was told what becomes of them. */
export async function answeredOrders(db: Queryable, orderIds: readonly string[]): Promise<Set<string>> {
  const rows = await db.query<{ id: string }>(
    `SELECT DISTINCT order_id AS id FROM instruction WHERE order_id = ANY($1::text[]) AND kind = 'channelAnswer'`,
    [orderIds],
  )
  return new Set(rows.map(({ id }) => id))
}
