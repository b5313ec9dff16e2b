/** What of a channel's numbers is compared, and how a wrong memory of them is corrected. */
import type { Instant } from '#core/model/time.ts'
import { markChanged, positionKey } from './availability.ts'
import type { Queryable } from './database.ts'
import { unnestRows } from './rows.ts'

type Position = { sku: string; nodeId: string }

/** A page of all positions at these nodes, and of all the connection was told of, in the order of their keys. */
export async function positionsToReconcile(
  db: Queryable,
  connectionId: string,
  nodes: readonly string[],
  after: Position | undefined,
  limit: number,
): Promise<Position[]> {
  return db.query<Position>(
    `(SELECT sku, node_id AS "nodeId" FROM stock_position
      WHERE (sku, node_id) > ($3, $4) AND node_id = ANY ($2::text[]) ORDER BY sku, node_id LIMIT $5)
     UNION
     (SELECT sku, node_id FROM availability_told
      WHERE connection_id = $1 AND (sku, node_id) > ($3, $4) AND node_id = ANY ($2::text[]) ORDER BY sku, node_id LIMIT $5)
     ORDER BY 1, 2 LIMIT $5`,
    [connectionId, nodes, after?.sku ?? '', after?.nodeId ?? '', limit],
  )
}

/** Keys of those whose newest number has not reached the channel for certain. */
export async function stillBeingTold(
  db: Queryable,
  connectionId: string,
  positions: readonly Position[],
): Promise<Set<string>> {
  if (positions.length === 0) return new Set()
  const { from, parameters } = unnestRows(
    { sku: 'text', node_id: 'text', subject: 'text' } as const,
    positions.map((each) => ({ sku: each.sku, node_id: each.nodeId, subject: positionKey(each) })),
    2,
  )
  const rows = await db.query<{ subject: string }>(
    `SELECT r.subject FROM ${from} WHERE EXISTS (SELECT 1 FROM availability_change c WHERE c.sku = r.sku AND c.node_id = r.node_id)
       OR r.subject IN (SELECT i.subject_id FROM instruction i
                        WHERE i.connection_id = $1 AND i.kind = 'availability' AND i.state IN ('queued', 'sending', 'unknown'))`,
    [connectionId, ...parameters],
  )
  return new Set(rows.map((row) => row.subject))
}

/**
 * Takes what the channel holds as what it was told, unless it was told something else meanwhile, and lists the position to be told
 * anew. What the channel does not hold at all is forgotten and not told. Returns how many were corrected.
 */
export async function correctTold(
  db: Queryable,
  connectionId: string,
  wrong: readonly (Position & { told: number | null; holds: number | null; should: number })[],
  now: Instant,
): Promise<number> {
  if (wrong.length === 0) return 0
  const { from, parameters } = unnestRows(
    { sku: 'text', node_id: 'text', told: 'int4', holds: 'int4' } as const,
    wrong.map((each) => ({ sku: each.sku, node_id: each.nodeId, told: each.told, holds: each.holds })),
    3,
  )
  const corrected = await db.query<Position>(
    `INSERT INTO availability_told AS t (connection_id, sku, node_id, available, told_at)
     SELECT $1, r.sku, r.node_id, r.holds, $2::timestamptz FROM ${from}
     ON CONFLICT (connection_id, sku, node_id) DO UPDATE SET available = excluded.available, told_at = excluded.told_at
     WHERE t.available IS NOT DISTINCT FROM
       (SELECT r.told FROM ${from} WHERE r.sku = excluded.sku AND r.node_id = excluded.node_id)
     RETURNING t.sku, t.node_id AS "nodeId"`,
    [connectionId, now, ...parameters],
  )
  const done = new Set(corrected.map(positionKey))
  await markChanged(
    db,
    wrong.filter((each) => done.has(positionKey(each)) && each.holds !== null && each.holds !== each.should),
  )
  return corrected.length
}
