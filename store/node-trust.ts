/** How nodes keep their word, one score a node. What a score means is in core/fulfillment/trust.ts. */
import type { Instant } from '#core/model/time.ts'
import type { Queryable } from './database.ts'
import { insertRows } from './rows.ts'

export type TrustRow = { nodeId: string; score: number; movedAt: Instant }

export async function loadTrust(db: Queryable, nodeIds?: readonly string[]): Promise<TrustRow[]> {
  return db.query<TrustRow>(
    `SELECT node_id AS "nodeId", score, moved_at AS "movedAt" FROM node_trust
     WHERE $1::text[] IS NULL OR node_id = ANY($1::text[]) ORDER BY node_id`,
    [nodeIds ?? null],
  )
}

/** Holds the rows of these nodes until the transaction ends, so that two answers at once both count. */
export async function lockTrust(db: Queryable, nodeIds: readonly string[], now: Instant): Promise<TrustRow[]> {
  const ids = [...new Set(nodeIds)].toSorted((a, b) => (a < b ? -1 : 1))
  if (ids.length === 0) return []
  await insertRows(
    db,
    'node_trust',
    { node_id: 'text', score: 'int4', moved_at: 'timestamptz' } as const,
    ids.map((nodeId) => ({ node_id: nodeId, score: 1000, moved_at: now })),
    'ON CONFLICT (node_id) DO NOTHING',
  )
  return db.query<TrustRow>(
    `SELECT node_id AS "nodeId", score, moved_at AS "movedAt" FROM node_trust WHERE node_id = ANY($1::text[]) ORDER BY node_id FOR UPDATE`,
    [ids],
  )
}

export async function saveTrust(db: Queryable, rows: readonly TrustRow[]): Promise<void> {
  await insertRows(
    db,
    'node_trust',
    { node_id: 'text', score: 'int4', moved_at: 'timestamptz' } as const,
    rows.map((row) => ({ node_id: row.nodeId, score: row.score, moved_at: row.movedAt })),
    'ON CONFLICT (node_id) DO UPDATE SET score = excluded.score, moved_at = excluded.moved_at',
  )
}
