/** Shipments after the node let go of them: what carriers say became of them. */
import type { SHIPMENT_STATES, TrackingCode } from '#core/model/fulfillment.ts'
import type { Instant } from '#core/model/time.ts'
import type { Queryable } from './database.ts'

export type StoredShipment = {
  id: string
  orderId: string
  nodeId: string
  externalId: string
  /** The node it goes to, which ships it on or hands it over; null for a parcel to the customer. */
  viaNodeId: string | null
  state: (typeof SHIPMENT_STATES)[number]
  /** Of its parcels, as far as they have one. */
  trackingNumbers: string[]
  /** The last word on each parcel, by tracking number. */
  tracking: Record<string, { code: TrackingCode; at: Instant }>
  lines: { lineNo: number; quantity: number }[]
}

const SELECT = `SELECT s.id, s.order_id AS "orderId", s.node_id AS "nodeId", s.external_id AS "externalId", f.via_node_id AS "viaNodeId", s.state, s.tracking,
  ARRAY(SELECT p->>'trackingNumber' FROM jsonb_array_elements(s.packages) p WHERE p ? 'trackingNumber') AS "trackingNumbers",
  (SELECT coalesce(jsonb_agg(jsonb_build_object('lineNo', l.line_no, 'quantity', l.quantity) ORDER BY l.line_no), '[]')
     FROM shipment_line l WHERE l.shipment_id = s.id) AS lines
  FROM shipment s JOIN fulfillment_request f ON f.id = s.fulfillment_request_id`

/** Locked against others who track it, when `lock` says so; the caller then holds the order's lock already. */
export async function shipmentOf(
  db: Queryable,
  id: string,
  lock: '' | 'FOR UPDATE OF s' = '',
): Promise<StoredShipment | undefined> {
  const [row] = await db.query<StoredShipment>(`${SELECT} WHERE s.id = $1 ${lock}`, [id])
  return row
}

/**
 * Shipments with this parcel: several where requests were packed together. Carriers use their numbers again after some months, so only
 * the youngest counts, and what left in the same week.
 */
export async function shipmentsWithParcel(db: Queryable, trackingNumber: string): Promise<StoredShipment[]> {
  return db.query<StoredShipment>(
    `${SELECT} WHERE s.packages @> $1::jsonb AND s.shipped_at > (SELECT max(y.shipped_at) FROM shipment y WHERE y.packages @> $1::jsonb) - interval '7 days'
     ORDER BY s.order_id, s.id`,
    [JSON.stringify([{ trackingNumber }])],
  )
}

export async function setTracking(db: Queryable, id: string, tracking: StoredShipment['tracking']): Promise<void> {
  await db.query('UPDATE shipment SET tracking = $2::jsonb WHERE id = $1', [id, JSON.stringify(tracking)])
}

export async function setShipmentState(db: Queryable, id: string, state: StoredShipment['state']): Promise<void> {
  await db.query('UPDATE shipment SET state = $2 WHERE id = $1', [id, state])
}

/** The shipment's units count as delivered on their order's lines. */
export async function countDelivered(db: Queryable, shipment: Pick<StoredShipment, 'id' | 'orderId'>): Promise<void> {
  await db.query(
    `UPDATE order_line l SET delivered = l.delivered + s.quantity FROM shipment_line s
     WHERE s.shipment_id = $1 AND l.order_id = $2 AND l.line_no = s.line_no`,
    [shipment.id, shipment.orderId],
  )
}
