/**
 * What nodes have taken on. A place in a slot is claimed by one guarded statement in the commit of its decision, and given back
 * when its request ends without a parcel.
 */
import type { SlotClaim } from '#core/routing/capacity.ts'
import type { Queryable } from './database.ts'
import { insertRows, unnestRows } from './rows.ts'

export type CapacityClaim = SlotClaim & { requestId: string }

/** Packages taken on in every slot of these nodes from a day on (`2026-11-25`). */
export async function loadCapacityUsed(
  db: Queryable,
  nodeIds: readonly string[],
  fromDay: string,
): Promise<Map<string, number>> {
  if (nodeIds.length === 0) return new Map()
  const rows = await db.query<{ slot: string; used: number }>(
    `SELECT slot, used FROM capacity_slot WHERE node_id = ANY($1::text[]) AND split_part(slot, '/', 2) >= $2 AND used > 0`,
    [nodeIds, fromDay],
  )
  return new Map(rows.map((row) => [row.slot, row.used]))
}

/**
 * Claims a place for each. Returns true only if every slot had room; otherwise the caller rolls back and decides again.
 * Slots are locked in one order by all, so claims never deadlock.
 */
export async function claimCapacity(db: Queryable, claims: readonly CapacityClaim[]): Promise<boolean> {
  if (claims.length === 0) return true
  const wanted = new Map<string, { slot: string; node_id: string; limit: number; places: number }>()
  for (const { slot, nodeId, limit } of claims) {
    const sum = wanted.get(slot) ?? { slot, node_id: nodeId, limit, places: 0 }
    sum.places++
    wanted.set(slot, sum)
  }
  const rows = [...wanted.values()].toSorted((a, b) => (a.slot < b.slot ? -1 : 1))
  await insertRows(
    db,
    'capacity_slot',
    { slot: 'text', node_id: 'text', used: 'int4' } as const,
    rows.map(({ slot, node_id }) => ({ slot, node_id, used: 0 })),
    'ON CONFLICT (slot) DO NOTHING',
  )
  const { from, parameters } = unnestRows(
    { slot: 'text', places: 'int4', most: 'int4' } as const,
    rows.map(({ slot, places, limit }) => ({ slot, places, most: limit })),
  )
  const claimed = await db.query(
    `WITH locked AS (
       SELECT c.slot, r.places, r.most FROM capacity_slot c JOIN ${from} ON c.slot = r.slot ORDER BY c.slot FOR UPDATE OF c)
     UPDATE capacity_slot c SET used = c.used + l.places FROM locked l
     WHERE c.slot = l.slot AND c.used + l.places <= l.most RETURNING 1`,
    parameters,
  )
  if (claimed.length !== rows.length) return false
  await insertRows(
    db,
    'capacity_claim',
    { request_id: 'text', slot: 'text' } as const,
    claims.map(({ requestId, slot }) => ({ request_id: requestId, slot })),
  )
  return true
}

/** Gives back the places of requests that end without a parcel. Returns the nodes that have room again. */
export async function releaseCapacity(db: Queryable, requestIds: readonly string[]): Promise<string[]> {
  if (requestIds.length === 0) return []
  const rows = await db.query<{ nodeId: string }>(
    `WITH freed AS (
       UPDATE capacity_claim SET state = 'released' WHERE request_id = ANY($1::text[]) AND state = 'held' RETURNING slot),
     places AS (SELECT slot, count(*)::int4 AS places FROM freed GROUP BY slot)
     UPDATE capacity_slot c SET used = c.used - p.places FROM places p WHERE c.slot = p.slot RETURNING c.node_id AS "nodeId"`,
    [requestIds],
  )
  return [...new Set(rows.map((row) => row.nodeId))]
}
