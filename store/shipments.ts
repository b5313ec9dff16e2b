/** Shipments after the node let go of them: what carriers say became of them. */
import type { SHIPMENT_STATES } from '#core/model/fulfillment.ts'
import type { Queryable } from './database.ts'

export type StoredShipment = {
  id: string
  orderId: string
  nodeId: string
  externalId: string
  state: (typeof SHIPMENT_STATES)[number]
}

/** Locked against others who track it, when `lock` says so; the caller then holds the order's lock already. */
export async function shipmentOf(
  db: Queryable,
  id: string,
  lock: '' | 'FOR UPDATE' = '',
): Promise<StoredShipment | undefined> {
  const [row] = await db.query<StoredShipment>(
    `SELECT id, order_id AS "orderId", node_id AS "nodeId", external_id AS "externalId", state FROM shipment WHERE id = $1 ${lock}`,
    [id],
  )
  return row
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
