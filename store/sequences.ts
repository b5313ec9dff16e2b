/** Durable counters of a connection: X12 control numbers and the like. A number is given once, whoever asks and whoever dies. */
import type { Queryable } from './database.ts'

/** Control numbers have nine digits and then begin again (X12 and EDIFACT alike). */
const WRAP = 999_999_999

export async function nextNumbers(db: Queryable, connectionId: string, name: string, count: number): Promise<number[]> {
  const [row] = await db.query<{ last: number }>(
    `INSERT INTO number_sequence AS s (connection_id, name, last) VALUES ($1, $2, $3)
     ON CONFLICT (connection_id, name) DO UPDATE SET last = s.last + $3 RETURNING last`,
    [connectionId, name, count],
  )
  const last = row?.last ?? count
  return Array.from({ length: count }, (_, i) => ((last - count + i) % WRAP) + 1)
}
