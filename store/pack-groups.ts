/** Groups of requests that leave in one parcel: joined while the node was not told of the first of them. */
import type { Instant } from '#core/model/time.ts'
import type { Queryable } from './database.ts'
import { unnestRows } from './rows.ts'

export type PackWish = {
  nodeId: string
  key: string
  /** The id of the group, if this wish begins one. */
  id: string
  /** When its node would be told, if this wish begins a group. */
  releaseAt: Instant
  /** Its node must not be told before this. */
  notBefore: Instant
}
export type PackGroup = { nodeId: string; key: string; id: string; releaseAt: Instant }

const WISH = { node_id: 'text', key: 'text', id: 'text', release_at: 'timestamptz', not_before: 'timestamptz' } as const

/** One wish for each node and key: it joins the group that waits there, or begins one. */
export async function joinPackGroups(db: Queryable, wishes: readonly PackWish[], now: Instant): Promise<PackGroup[]> {
  if (wishes.length === 0) return []
  const { from, parameters } = unnestRows(
    WISH,
    wishes.map((wish) => ({
      node_id: wish.nodeId,
      key: wish.key,
      id: wish.id,
      release_at: wish.releaseAt,
      not_before: wish.notBefore,
    })),
  )
  await db.query(
    `INSERT INTO pack_group AS g (node_id, key, id, release_at) SELECT node_id, key, id, release_at FROM ${from}
     ON CONFLICT (node_id, key) DO NOTHING`,
    parameters,
  )
  return db.query<PackGroup>(
    `UPDATE pack_group g SET
       id = CASE WHEN g.release_at > $${parameters.length + 1} AND g.release_at >= w.not_before THEN g.id ELSE w.id END,
       release_at = CASE WHEN g.release_at > $${parameters.length + 1} AND g.release_at >= w.not_before THEN g.release_at ELSE w.release_at END
     FROM (SELECT * FROM ${from}) w WHERE g.node_id = w.node_id AND g.key = w.key
     RETURNING g.node_id AS "nodeId", g.key, g.id, g.release_at AS "releaseAt"`,
    [...parameters, now],
  )
}
