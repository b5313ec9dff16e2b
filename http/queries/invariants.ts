/** What the checker knows, for /metrics. */
import type { Instant } from '#core/model/time.ts'
import type { Queryable } from '#store/database.ts'

export async function brokenInvariants(db: Queryable): Promise<{ name: string; count: number }[]> {
  return db.query('SELECT name, count(*) AS count FROM invariant_violation GROUP BY name')
}

/** When each kind of round last ended; null before the first. */
export async function checkRounds(db: Queryable): Promise<{ name: string; finishedAt: Instant | null }[]> {
  return db.query('SELECT name, finished_at AS "finishedAt" FROM invariant_round')
}
