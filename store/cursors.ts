/** Where reading of a partner's list has come to. Moved only in the commit that stored what was read. */
import type { Instant } from '#core/model/time.ts'
import type { Queryable } from './database.ts'

export async function loadCursor<C>(db: Queryable, connectionId: string, port: string): Promise<C | undefined> {
  const [row] = await db.query<{ cursor: C }>(
    'SELECT cursor FROM cursor_position WHERE connection_id = $1 AND port = $2',
    [connectionId, port],
  )
  return row?.cursor
}

export async function saveCursor(
  db: Queryable,
  connectionId: string,
  port: string,
  cursor: unknown,
  now: Instant,
): Promise<void> {
  await db.query(
    `INSERT INTO cursor_position (connection_id, port, cursor, moved_at) VALUES ($1, $2, $3::jsonb, $4)
     ON CONFLICT (connection_id, port) DO UPDATE SET cursor = excluded.cursor, moved_at = excluded.moved_at`,
    [connectionId, port, JSON.stringify(cursor), now],
  )
}

export type Rewind = {
  id: string
  connectionId: string
  port: string
  before: unknown
  after: unknown
  actor: string
  rewoundAt: Instant
}

/** Moves a cursor by a person's word, and keeps what it was. */
export async function rewindCursor(db: Queryable, rewind: Rewind): Promise<void> {
  const { id, connectionId, port, before, after, actor, rewoundAt } = rewind
  await saveCursor(db, connectionId, port, after, rewoundAt)
  await db.query(
    'INSERT INTO cursor_rewind (id, connection_id, port, before, after, actor, rewound_at) VALUES ($1, $2, $3, $4::jsonb, $5::jsonb, $6, $7)',
    [
      id,
      connectionId,
      port,
      before === undefined ? null : JSON.stringify(before),
      JSON.stringify(after),
      actor,
      rewoundAt,
    ],
  )
}
