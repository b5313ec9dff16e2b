/** Where goods that came back stand in the ledger, locked until the commit. */
import type { Instant } from '#core/model/time.ts'
import type { Queryable } from './database.ts'
import { unnestRows } from './rows.ts'
import type { PositionName } from './stock.ts'

export type BookPosition = PositionName & {
  available: number
  qualityControl: number
  asOf: Instant | null
  /** Somebody counted it, or sells from it: the book keeps this SKU. */
  kept: boolean
}

export async function lockBookPositions(db: Queryable, positions: readonly PositionName[]): Promise<BookPosition[]> {
  const { from, parameters } = unnestRows(
    { sku: 'text', node_id: 'text' } as const,
    positions.map((each) => ({ sku: each.sku, node_id: each.nodeId })),
  )
  return db.query<BookPosition>(
    `SELECT p.sku, p.node_id AS "nodeId", p.available, p.quality_control AS "qualityControl", p.as_of AS "asOf",
            p.as_of IS NOT NULL OR p.available <> 0 OR p.reserved > 0 OR p.allocated > 0 OR p.picked > 0 AS kept
     FROM stock_position p WHERE (p.sku, p.node_id) IN (SELECT r.sku, r.node_id FROM ${from}) ORDER BY p.sku, p.node_id FOR UPDATE`,
    parameters,
  )
}
