/** How connections fare: broken ones that are checked again now and then. */
import type { Instant } from '#core/model/time.ts'
import type { Queryable } from './database.ts'

/** Connections that are broken and due for a check, with how often they were checked since they broke. */
export async function brokenConnections(db: Queryable, now: Instant): Promise<{ id: string; probes: number }[]> {
  return db.query<{ id: string; probes: number }>(
    `SELECT c.id, coalesce(h.probes, 0) AS probes FROM connection c LEFT JOIN connection_health h ON h.connection_id = c.id
     WHERE c.state = 'broken' AND coalesce(h.probe_at, c.changed_at + interval '1 minute') <= $1 ORDER BY c.id`,
    [now],
  )
}

/** Takes the next check of a broken connection; false when another process took it. */
export async function noteProbe(db: Queryable, id: string, probes: number, next: Instant): Promise<boolean> {
  const rows = await db.query(
    `INSERT INTO connection_health AS h (connection_id, probes, probe_at) VALUES ($1, $2 + 1, $3)
     ON CONFLICT (connection_id) DO UPDATE SET probes = h.probes + 1, probe_at = excluded.probe_at WHERE h.probes = $2 RETURNING 1`,
    [id, probes, next],
  )
  return rows.length > 0
}

/** It works again: the next failure begins from nothing. */
export async function forgetProbes(db: Queryable, id: string): Promise<void> {
  await db.query('UPDATE connection_health SET probes = 0, probe_at = NULL WHERE connection_id = $1 AND probes > 0', [
    id,
  ])
}
