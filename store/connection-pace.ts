/**
 * A partner's limit of calls, shared over all processes: a generic cell rate algorithm (ITU-T I.371) with one row a connection. The
 * database's clock counts, so that processes whose clocks differ keep one pace.
 */
import type { Queryable } from './database.ts'

export type Cells = {
  /** Milliseconds from one call to the next. */
  stepMs: number
  /** Calls that may begin at once after a quiet time. */
  burst: number
}

const NOW_MS = `(extract(epoch FROM clock_timestamp()) * 1000)::float8`

/** Takes `calls` turns at once; 0 when they are granted, else the milliseconds after which it is worth asking again. */
export async function takeTurns(db: Queryable, connectionId: string, cells: Cells, calls: number): Promise<number> {
  const { stepMs, burst } = cells
  const [granted] = await db.query(
    `INSERT INTO connection_pace AS p (connection_id, due_ms) VALUES ($1, ${NOW_MS} + $2::float8)
     ON CONFLICT (connection_id) DO UPDATE SET due_ms = greatest(p.due_ms, ${NOW_MS}) + $2::float8
     WHERE p.due_ms - ${NOW_MS} <= $3::float8 RETURNING 1`,
    [connectionId, calls * stepMs, (burst - calls) * stepMs],
  )
  if (granted !== undefined) return 0
  const [row] = await db.query<{ wait: number }>(
    `SELECT due_ms - ${NOW_MS} - $2::float8 AS wait FROM connection_pace WHERE connection_id = $1`,
    [connectionId, (burst - calls) * stepMs],
  )
  return Math.max(1, Math.ceil(row?.wait ?? 1))
}
