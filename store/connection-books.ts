/** What the tables hold on account of one connection, in plain values without our own ids: two runs that mean the same give the same. */
import type { Instant } from '#core/model/time.ts'
import type { Queryable } from './database.ts'

export type ConnectionBooks = {
  /** Orders of its channel, with where their units stand. */
  orders: unknown[]
  /** Units on hand at its node, by SKU. */
  stock: unknown[]
  requests: unknown[]
  shipments: unknown[]
}

export async function connectionBooks(
  db: Queryable,
  { channelId, nodeId }: { channelId: string; nodeId: string },
): Promise<ConnectionBooks> {
  const orders = await db.query(
    `SELECT o.external_id, o.number, o.revised_at, o.cancelled_at IS NOT NULL AS cancelled, o.currency, o.total_minor, l.external_id AS line,
            l.sku, l.unit_price_minor, l.ordered, l.shipped, l.cancelled AS units_cancelled
     FROM sales_order o JOIN order_line l ON l.order_id = o.id WHERE o.channel_id = $1 ORDER BY o.external_id, l.line_no`,
    [channelId],
  )
  const stock = await db.query('SELECT sku, on_hand, as_of FROM stock_position WHERE node_id = $1 ORDER BY sku', [
    nodeId,
  ])
  const requests = await db.query(
    `SELECT r.work, r.negotiation, l.line_no, l.sku, l.requested, l.outstanding, l.rejected, l.shipped, l.cancelled
     FROM fulfillment_request r JOIN fulfillment_request_line l ON l.request_id = r.id WHERE r.node_id = $1 ORDER BY r.id, l.line_no`,
    [nodeId],
  )
  const shipments = await db.query(
    `SELECT s.external_id, l.line_no, l.quantity FROM shipment s JOIN shipment_line l ON l.shipment_id = s.id
     WHERE s.node_id = $1 ORDER BY s.external_id, l.line_no`,
    [nodeId],
  )
  return { orders, stock, requests, shipments }
}

export type EnvelopeNote = {
  id: string
  port: string
  sourceKey: string
  state: string
  raw: Uint8Array
  meta: unknown
}

export async function envelopesOf(db: Queryable, connectionId: string): Promise<EnvelopeNote[]> {
  return db.query<EnvelopeNote>(
    `SELECT id, port, source_key AS "sourceKey", state, raw, meta FROM envelope WHERE connection_id = $1 ORDER BY received_at, id`,
    [connectionId],
  )
}

export type InstructionNote = {
  id: string
  port: string
  state: string
  attempts: number
  nextAt: Instant
  detail: string | null
  document: unknown
}

export async function instructionsOf(db: Queryable, connectionId: string): Promise<InstructionNote[]> {
  return db.query<InstructionNote>(
    `SELECT id, port, state, attempts, next_at AS "nextAt", detail, document FROM instruction WHERE connection_id = $1 ORDER BY id`,
    [connectionId],
  )
}

/** Documents that wait to be read, oldest first. */
export async function receivedOf(db: Queryable, connectionIds: readonly string[]): Promise<string[]> {
  const rows = await db.query<{ id: string }>(
    `SELECT id FROM envelope WHERE connection_id = ANY($1::text[]) AND state = 'received' ORDER BY received_at, id`,
    [connectionIds],
  )
  return rows.map((row) => row.id)
}

/** When its next instruction is due, in whatever state it waits. */
export async function nextDueAt(db: Queryable, connectionIds: readonly string[]): Promise<Instant | undefined> {
  const [row] = await db.query<{ at: Instant | null }>(
    `SELECT min(CASE WHEN state = 'sending' THEN lease_until ELSE next_at END) AS at FROM instruction
     WHERE connection_id = ANY($1::text[]) AND state IN ('queued', 'sending', 'unknown')`,
    [connectionIds],
  )
  return row?.at ?? undefined
}

/** Everything stored about a connection that people or programs may read, as text. For looking for what must not be there. */
export async function textsOf(db: Queryable, connectionId: string): Promise<string[]> {
  const rows = await db.query<{ text: string }>(
    `SELECT coalesce(detail, '') || ' ' || coalesce(reference, '') || ' ' || document::text AS text FROM instruction WHERE connection_id = $1
     UNION ALL SELECT convert_from(bytes, 'LATIN1') || ' ' || name FROM transmission WHERE connection_id = $1
     UNION ALL SELECT meta::text || ' ' || source_key || ' ' || coalesce(reason, '') FROM envelope WHERE connection_id = $1
     UNION ALL SELECT q.rule || ' ' || q.cause || ' ' || coalesce(q.value, '') || ' ' || q.cure FROM quarantine_item q
       JOIN envelope e ON e.id = q.envelope_id WHERE e.connection_id = $1
     UNION ALL SELECT c.detail || ' ' || c.cure || ' ' || c.subject FROM exception_case c
       LEFT JOIN instruction i ON i.id = c.instruction_id WHERE i.connection_id = $1 OR c.subject = $1
     UNION ALL SELECT cursor::text FROM cursor_position WHERE connection_id = $1
     UNION ALL SELECT document::text || ' ' || coalesce(reason, '') FROM connection WHERE id = $1
     UNION ALL SELECT ids::text || ' ' || queue FROM outbox`,
    [connectionId],
  )
  return rows.map((row) => row.text)
}

/** Open exception cases about a connection or its instructions. */
export async function openCasesOf(db: Queryable, connectionId: string): Promise<{ kind: string; detail: string }[]> {
  return db.query<{ kind: string; detail: string }>(
    `SELECT c.kind, c.detail FROM exception_case c LEFT JOIN instruction i ON i.id = c.instruction_id
     WHERE c.state = 'open' AND (c.subject = $1 OR i.connection_id = $1)`,
    [connectionId],
  )
}

/** Rows of every table that a connection can touch: equal counts before and after mean that nothing was written. */
export async function rowCounts(db: Queryable): Promise<string> {
  const [row] = await db.query<{ counts: string }>(
    `SELECT concat_ws(' ', (SELECT count(*) FROM envelope), (SELECT count(*) FROM instruction), (SELECT count(*) FROM transmission),
       (SELECT count(*) FROM sales_order), (SELECT count(*) FROM stock_position), (SELECT count(*) FROM fact),
       (SELECT count(*) FROM cursor_position), (SELECT coalesce(sum(last), 0) FROM number_sequence)) AS counts`,
  )
  return row?.counts ?? ''
}

/** Takes a connection out of the slow data; what it left in other tables stays. */
export async function forgetConnections(db: Queryable, connectionIds: readonly string[]): Promise<void> {
  await db.query('DELETE FROM crosswalk WHERE connection_id = ANY($1::text[])', [connectionIds])
  await db.query('DELETE FROM channel WHERE connection_id = ANY($1::text[])', [connectionIds])
  await db.query('DELETE FROM node WHERE connection_id = ANY($1::text[])', [connectionIds])
  await db.query('DELETE FROM connection WHERE id = ANY($1::text[])', [connectionIds])
}
