/** Parcels between nodes: what is on its way to one that ships it on, and when that one is to be told. */
import type { Instant } from '#core/model/time.ts'
import type { Queryable } from './database.ts'
import type { Unit } from './unit.ts'
import { deliverQueue } from './instructions.ts'

/** A parcel to a node that has not arrived there, as far as anybody said. */
export type ComingParcel = { orderId: string; viaNodeId: string; fromNodeId: string; shippedAt: Instant }

export const comingParcels = (db: Queryable, orderIds: readonly string[]): Promise<ComingParcel[]> =>
  db.query<ComingParcel>(
    `SELECT s.order_id AS "orderId", f.via_node_id AS "viaNodeId", s.node_id AS "fromNodeId", s.shipped_at AS "shippedAt"
     FROM shipment s JOIN fulfillment_request f ON f.id = s.fulfillment_request_id
     WHERE s.order_id = ANY($1::text[]) AND f.via_node_id IS NOT NULL AND s.state <> 'delivered'`,
    [orderIds],
  )

/** Requests whose nodes were not told yet are told then: by their instruction, or by the hub's own list where there is none. */
export async function tellNodesAt(unit: Unit, requestIds: readonly string[], at: Instant, now: Instant): Promise<void> {
  if (requestIds.length === 0) return
  await unit.query(
    `UPDATE fulfillment_request SET release_at = $2::timestamptz, version = version + 1
     WHERE id = ANY($1::text[]) AND negotiation = 'unsubmitted'`,
    [requestIds, at],
  )
  const rows = await unit.query<{ id: string; connection_id: string; due: boolean }>(
    `UPDATE instruction SET next_at = $2::timestamptz
     WHERE subject_id = ANY($1::text[]) AND kind = 'fulfillmentInstruction' AND state IN ('queued', 'held')
     RETURNING id, connection_id, state = 'queued' AND next_at <= $3::timestamptz AS due`,
    [requestIds, at, now],
  )
  for (const row of rows) if (row.due) unit.enqueue(deliverQueue(row.connection_id), [row.id])
}
