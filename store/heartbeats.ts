/** The last time each kind of work was seen to pass. */
import type { Instant } from '#core/model/time.ts'
import type { Queryable } from './database.ts'

export async function beat(db: Queryable, name: string, now: Instant, detail?: string): Promise<void> {
  await db.query(
    `INSERT INTO heartbeat (name, at, detail) VALUES ($1, $2, $3) ON CONFLICT (name) DO UPDATE SET at = excluded.at, detail = excluded.detail`,
    [name, now, detail ?? null],
  )
}

export async function lastBeats(db: Queryable): Promise<{ name: string; at: Instant; detail: string | null }[]> {
  return db.query('SELECT name, at, detail FROM heartbeat ORDER BY name')
}
