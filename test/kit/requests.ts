/** Fulfillment requests that a node still has to work on, as tests look at them. */
import type { Queryable } from '#store/database.ts'
import { loadRequests } from '#store/fulfillment.ts'

export type FulfillmentRequestView = {
  id: string
  nodeId: string
  lines: { lineNo: number; sku: string; outstanding: number }[]
}

export async function outstandingRequests(db: Queryable): Promise<FulfillmentRequestView[]> {
  const rows = await db.query<{ id: string }>(
    `SELECT id FROM fulfillment_request WHERE work IN ('open', 'inProgress') ORDER BY id`,
  )
  const requests = await loadRequests(db, { ids: rows.map((row) => row.id) })
  return requests.map(({ id, nodeId, lines }) => ({
    id,
    nodeId,
    lines: lines
      .filter((line) => line.outstanding > 0)
      .map(({ lineNo, sku, outstanding }) => ({ lineNo, sku, outstanding })),
  }))
}
