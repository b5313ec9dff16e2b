/** What channels were told of availability, and what they must hear next. */
import type { Instant } from '#core/model/time.ts'
import type { Queryable } from './database.ts'
import { insertRows, unnestRows } from './rows.ts'

export type Sellable = { sku: string; nodeId: string; available: number }

/**
 * Takes changed positions out of the list. In one transaction with the instructions made of them, so that a crash in between
 * loses nothing. Read what is there only after this: whoever changes a position later lists it again.
 */
export async function takeAvailabilityChanges(db: Queryable, max: number): Promise<{ sku: string; nodeId: string }[]> {
  return db.query<{ sku: string; nodeId: string }>(
    `WITH taken AS (
       DELETE FROM availability_change WHERE (sku, node_id) IN
         (SELECT sku, node_id FROM availability_change ORDER BY changed_at LIMIT $1 FOR UPDATE SKIP LOCKED) RETURNING sku, node_id)
     SELECT sku, node_id AS "nodeId" FROM taken ORDER BY sku, node_id`,
    [max],
  )
}

/** Last numbers told to a channel; null where the channel's own number must be read first; absent where never told. */
export async function lastTold(
  db: Queryable,
  connectionId: string,
  positions: readonly { sku: string; nodeId: string }[],
): Promise<Map<string, number | null>> {
  const { from, parameters } = unnestRows(
    { sku: 'text', node_id: 'text' } as const,
    positions.map((p) => ({ sku: p.sku, node_id: p.nodeId })),
    2,
  )
  const rows = await db.query<{ sku: string; nodeId: string; available: number | null }>(
    `SELECT t.sku, t.node_id AS "nodeId", t.available FROM availability_told t JOIN ${from} ON t.sku = r.sku AND t.node_id = r.node_id
     WHERE t.connection_id = $1`,
    [connectionId, ...parameters],
  )
  return new Map(rows.map((row) => [positionKey(row), row.available]))
}

export const positionKey = (position: { sku: string; nodeId: string }): string =>
  `${position.sku}\u001f${position.nodeId}`

export async function recordTold(
  db: Queryable,
  connectionId: string,
  told: readonly { sku: string; nodeId: string; available: number | null }[],
  now: Instant,
): Promise<void> {
  const latest = new Map(told.map((each) => [positionKey(each), each]))
  await insertRows(
    db,
    'availability_told',
    { connection_id: 'text', sku: 'text', node_id: 'text', available: 'int4', told_at: 'timestamptz' } as const,
    [...latest.values()].map((each) => ({
      connection_id: connectionId,
      sku: each.sku,
      node_id: each.nodeId,
      available: each.available,
      told_at: now,
    })),
    'ON CONFLICT (connection_id, sku, node_id) DO UPDATE SET available = excluded.available, told_at = excluded.told_at',
  )
}

/** Says these positions again, as if they had just changed. */
export async function markChanged(db: Queryable, positions: readonly { sku: string; nodeId: string }[]): Promise<void> {
  await insertRows(
    db,
    'availability_change',
    { sku: 'text', node_id: 'text' } as const,
    positions.map((each) => ({ sku: each.sku, node_id: each.nodeId })),
    'ON CONFLICT DO NOTHING',
  )
}

export async function availabilityIsWaiting(db: Queryable): Promise<boolean> {
  return (await db.query('SELECT 1 FROM availability_change LIMIT 1')).length > 0
}
