/** Outbox rows that are not in a queue yet. Read by flag and SKIP LOCKED: reading by "id greater than last seen" loses rows. */
import type { Database, Queryable } from './database.ts'
import type { StoredMessage } from './unit.ts'

/** Called once the queue has the work. */
export async function forgetPublished(db: Queryable, outboxIds: readonly number[]): Promise<void> {
  if (outboxIds.length > 0) await db.query('DELETE FROM outbox WHERE id = ANY($1::int8[])', [outboxIds])
}

/** A relay that died while it published leaves its rows to the next one after this time. */
const LEASE_MS = 30_000

/**
 * Takes rows that their writer should have published by now, hands them to `publish` and deletes them; if publishing throws, they
 * stay. Several relays may run. Returns how many rows went. They are taken in a commit of their own, by moving their time ahead:
 * publishing inside the transaction would wait for ever where queue and tables share one session (PGlite).
 */
export async function relayOutbox(
  db: Database,
  options: { olderThanMs: number; max: number },
  publish: (messages: StoredMessage[]) => Promise<void>,
): Promise<number> {
  const rows = await db.query<{ id: number; queue: string; ids: string[] }>(
    `UPDATE outbox SET created_at = clock_timestamp() + $3::int4 * interval '1 millisecond'
     WHERE id IN (SELECT id FROM outbox WHERE created_at <= clock_timestamp() - $1::int4 * interval '1 millisecond'
                  ORDER BY id LIMIT $2 FOR UPDATE SKIP LOCKED)
     RETURNING id, queue, ids`,
    [options.olderThanMs, options.max, options.olderThanMs + LEASE_MS],
  )
  if (rows.length === 0) return 0
  // An update returns rows as they lie in the table; what was written first is to be worked first.
  rows.sort((a, b) => a.id - b.id)
  const ids = rows.map((row) => row.id)
  try {
    await publish(rows.map((row) => ({ queue: row.queue, ids: row.ids, outboxId: row.id })))
  } catch (error) {
    await db.query(
      `UPDATE outbox SET created_at = clock_timestamp() - $2::int4 * interval '1 millisecond' WHERE id = ANY($1::int8[])`,
      [ids, options.olderThanMs],
    )
    throw error
  }
  await forgetPublished(db, ids)
  return rows.length
}

export async function outboxLength(db: Queryable): Promise<number> {
  const [row] = await db.query<{ n: number }>('SELECT count(*) AS n FROM outbox')
  return row?.n ?? 0
}
