/** A channel that says what we told it tells nothing new: taking that as a count would make the hub believe its own word. */
import type { StockRow } from '#core/model/stock.ts'
import { positionKey } from './availability.ts'
import type { Queryable } from './database.ts'
import { unnestRows } from './rows.ts'

/**
 * Rows that differ from what the channel's connection was last told. What is being told just now counts as told: the channel's
 * answer can come before the outcome is stored.
 */
export async function withoutEchoes<R extends StockRow>(
  db: Queryable,
  connectionId: string,
  rows: readonly R[],
): Promise<R[]> {
  if (rows.length === 0) return []
  const { from, parameters } = unnestRows(
    { sku: 'text', node_id: 'text', on_hand: 'int4', subject: 'text' } as const,
    rows.map((row) => ({ sku: row.sku, node_id: row.nodeId, on_hand: row.onHand, subject: positionKey(row) })),
    2,
  )
  const echoes = await db.query<{ subject: string }>(
    `SELECT r.subject FROM ${from} JOIN availability_told t USING (sku, node_id) WHERE t.connection_id = $1 AND t.available = r.on_hand
     UNION
     SELECT r.subject FROM ${from} JOIN instruction i ON i.subject_id = r.subject
     WHERE i.connection_id = $1 AND i.kind = 'availability' AND i.state IN ('sending', 'unknown')
       AND (i.document ->> 'available')::int = r.on_hand`,
    [connectionId, ...parameters],
  )
  const echoed = new Set(echoes.map((row) => row.subject))
  return rows.filter((row) => !echoed.has(positionKey(row)))
}
