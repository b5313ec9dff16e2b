/** Units ring-fenced for a segment: what only its channels may claim, and those of segments it is open to. */
import type { Queryable } from './database.ts'
import { unnestRows } from './rows.ts'

export type Fence = { sku: string; nodeId: string; segment: string; quantity: number }
/** Why nothing was written: the position is not in the books, or it has fewer units than all its fences would take. */
export type FenceRefusal = { sku: string; nodeId: string; known: boolean; available: number; wanted: number }

/** What was refused, with nothing written then; else the SKUs whose fences changed: somebody may claim there now who could not before. */
export type FencesPut = { refused: FenceRefusal[]; changed: string[] }

/**
 * Sets the units that remain fenced for these segments; other segments' fences stay. All or nothing, positions locked as claims lock
 * them. A position's fences may not take more than it has available, unless they only shrink.
 */
export async function putFences(db: Queryable, fences: readonly Fence[]): Promise<FencesPut> {
  const names = new Map(fences.map((fence) => [`${fence.sku}\u001f${fence.nodeId}`, fence]))
  const { from, parameters } = unnestRows(
    { sku: 'text', node_id: 'text' } as const,
    [...names.values()].map((each) => ({ sku: each.sku, node_id: each.nodeId })),
  )
  const locked = await db.query<{ sku: string; nodeId: string; available: number; fenced: number }>(
    `SELECT p.sku, p.node_id AS "nodeId", p.available, p.fenced FROM stock_position p
     JOIN ${from} ON p.sku = r.sku AND p.node_id = r.node_id ORDER BY p.sku, p.node_id FOR UPDATE OF p`,
    parameters,
  )
  const rows = unnestRows(
    { sku: 'text', node_id: 'text', segment: 'text', quantity: 'int4' } as const,
    fences.map((each) => ({ sku: each.sku, node_id: each.nodeId, segment: each.segment, quantity: each.quantity })),
  )
  const wanted = new Map(
    (
      await db.query<{ sku: string; nodeId: string; units: number }>(
        `SELECT sku, node_id AS "nodeId", sum(quantity) AS units FROM (
           SELECT r.sku, r.node_id, r.quantity FROM ${rows.from}
           UNION ALL SELECT f.sku, f.node_id, f.quantity FROM stock_fence f JOIN (SELECT DISTINCT r.sku, r.node_id FROM ${rows.from}) p USING (sku, node_id)
           WHERE NOT EXISTS (SELECT 1 FROM ${rows.from} WHERE r.sku = f.sku AND r.node_id = f.node_id AND r.segment = f.segment)) AS u
         GROUP BY sku, node_id`,
        rows.parameters,
      )
    ).map((row) => [`${row.sku}\u001f${row.nodeId}`, row.units]),
  )
  const positions = new Map(locked.map((row) => [`${row.sku}\u001f${row.nodeId}`, row]))
  const refused = [...names].flatMap(([key, { sku, nodeId }]): FenceRefusal[] => {
    const position = positions.get(key)
    const units = wanted.get(key) ?? 0
    if (position !== undefined && (units <= Math.max(0, position.available) || units <= position.fenced)) return []
    return [{ sku, nodeId, known: position !== undefined, available: position?.available ?? 0, wanted: units }]
  })
  if (refused.length > 0) return { refused, changed: [] }
  const changed = await db.query<{ sku: string }>(
    `WITH put AS (
       INSERT INTO stock_fence AS f (sku, node_id, segment, quantity) SELECT r.sku, r.node_id, r.segment, r.quantity FROM ${rows.from}
       ON CONFLICT (sku, node_id, segment) DO UPDATE SET quantity = excluded.quantity WHERE f.quantity <> excluded.quantity RETURNING sku)
     SELECT DISTINCT sku FROM put`,
    rows.parameters,
  )
  await db.query(
    `WITH total AS (
       SELECT f.sku, f.node_id, sum(f.quantity)::int AS units FROM stock_fence f JOIN ${from} USING (sku, node_id) GROUP BY f.sku, f.node_id),
     moved AS (
       UPDATE stock_position p SET fenced = total.units FROM total
       WHERE p.sku = total.sku AND p.node_id = total.node_id RETURNING p.sku, p.node_id)
     INSERT INTO availability_change (sku, node_id) SELECT sku, node_id FROM moved ON CONFLICT DO NOTHING`,
    parameters,
  )
  return { refused: [], changed: changed.map((row) => row.sku) }
}

/** Fences with units left, by position; a page begins after `after`. */
export async function listFences(
  db: Queryable,
  filter: { sku?: string | undefined; nodeId?: string | undefined; segment?: string | undefined },
  after: readonly [sku: string, nodeId: string, segment: string] | undefined,
  max: number,
): Promise<Fence[]> {
  return db.query<Fence>(
    `SELECT sku, node_id AS "nodeId", segment, quantity FROM stock_fence
     WHERE quantity > 0 AND ($1::text IS NULL OR sku = $1) AND ($2::text IS NULL OR node_id = $2) AND ($3::text IS NULL OR segment = $3)
       AND (sku, node_id, segment) > ($4::text, $5::text, $6::text) ORDER BY sku, node_id, segment LIMIT $7`,
    [filter.sku ?? null, filter.nodeId ?? null, filter.segment ?? null, ...(after ?? ['', '', '']), max],
  )
}
