/** Corrections of nodes' books that were applied, so that each counts once. */
import type { Queryable } from './database.ts'

export type NewAdjustment = {
  connectionId: string
  nodeId: string
  number: string
  envelopeId: string
  toldAt: string
}

/** False: this number was applied before. */
export async function insertAdjustment(db: Queryable, adjustment: NewAdjustment): Promise<boolean> {
  const { connectionId, nodeId, number, envelopeId, toldAt } = adjustment
  const rows = await db.query(
    `INSERT INTO stock_adjustment (connection_id, node_id, number, envelope_id, told_at) VALUES ($1, $2, $3, $4, $5)
     ON CONFLICT DO NOTHING RETURNING number`,
    [connectionId, nodeId, number, envelopeId, toldAt],
  )
  return rows.length > 0
}
