/** Fulfillment requests with their shipments, for people and for nodes that ask through the API. */
import type { FulfillmentRequest, Package } from '#core/model/fulfillment.ts'
import type { Instant } from '#core/model/time.ts'
import type { Queryable } from '#store/database.ts'
import { loadRequests } from '#store/fulfillment.ts'

export type ShipmentRow = {
  id: string
  requestId: string
  externalId: string
  state: string
  carrier: string | null
  service: string | null
  shippedAt: Instant
  packages: Package[]
}

export type RequestView = FulfillmentRequest & { shipments: Omit<ShipmentRow, 'requestId'>[] }

export async function requestViews(
  db: Queryable,
  by: { ids: readonly string[] } | { orderIds: readonly string[] },
): Promise<RequestView[]> {
  const requests = await loadRequests(db, by)
  const rows = await db.query<ShipmentRow>(
    `SELECT id, fulfillment_request_id AS "requestId", external_id AS "externalId", state, carrier, service,
            shipped_at AS "shippedAt", packages FROM shipment WHERE fulfillment_request_id = ANY($1::text[]) ORDER BY id`,
    [requests.map((request) => request.id)],
  )
  const shipments = Map.groupBy(rows, (row) => row.requestId)
  return requests.map((request) => ({
    ...request,
    shipments: (shipments.get(request.id) ?? []).map(({ requestId: _, ...shipment }) => shipment),
  }))
}

export type RequestFilter = {
  node?: string | undefined
  work?: string | undefined
  negotiation?: string | undefined
}

/** Ids of a page, oldest first: ids sort by age. */
export async function requestIds(
  db: Queryable,
  filter: RequestFilter,
  after: string | undefined,
  max: number,
): Promise<string[]> {
  const rows = await db.query<{ id: string }>(
    `SELECT id FROM fulfillment_request
     WHERE ($1::text IS NULL OR node_id = $1) AND ($2::text IS NULL OR work = $2) AND ($3::text IS NULL OR negotiation = $3)
       AND ($4::text IS NULL OR id > $4) ORDER BY id LIMIT $5`,
    [filter.node ?? null, filter.work ?? null, filter.negotiation ?? null, after ?? null, max],
  )
  return rows.map((row) => row.id)
}
