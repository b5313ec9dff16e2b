/** Returns and their lines. Writers hold the lock of the return's order first, so that two never wait on each other. */
import type { ReturnChoice, ReturnWay } from '#core/returns/node.ts'
import type { ReturnLine } from '#core/returns/lines.ts'
import type { CustodyState, Disposition, ExchangeLine } from '#core/model/return.ts'
import type { Instant } from '#core/model/time.ts'
import type { Queryable } from './database.ts'
import { insertRows, unnestRows } from './rows.ts'

export type StoredReturn = {
  id: string
  orderId: string
  channelId: string
  externalId: string | null
  kind: 'refund' | 'exchange'
  way: ReturnWay
  custody: CustodyState
  nodeId: string | null
  bookId: string | null
  choice: ReturnChoice | null
  exchange: ExchangeLine[]
  exchangeOrderId: string | null
  creditMinor: number
  labelFeeMinor: number
  carrier: string | null
  trackingNumber: string | null
  labelUrl: string | null
  requestedAt: Instant
  authorisedAt: Instant | null
  expiresAt: Instant | null
  dueAt: Instant | null
  closedAt: Instant | null
  lines: ReturnLine[]
}

const HEAD = {
  id: 'text',
  order_id: 'text',
  channel_id: 'text',
  external_id: 'text',
  kind: 'text',
  way: 'text',
  custody: 'text',
  exchange: 'jsonb',
  credit_minor: 'int8',
  label_fee_minor: 'int8',
  requested_at: 'timestamptz',
} as const

const LINE = {
  return_id: 'text',
  line_no: 'int4',
  order_line_no: 'int4',
  sku: 'text',
  components: 'jsonb',
  reason: 'text',
  note: 'text',
  terms: 'jsonb',
  shipped_by_supplier: 'bool',
  quantity: 'int4',
  expected: 'int4',
} as const

/** Inserts a return as it was asked for, and takes its units as returning. The table's CHECK refuses what was not shipped. */
export async function insertReturn(db: Queryable, made: StoredReturn): Promise<void> {
  await insertRows(db, 'customer_return', HEAD, [
    {
      id: made.id,
      order_id: made.orderId,
      channel_id: made.channelId,
      external_id: made.externalId,
      kind: made.kind,
      way: made.way,
      custody: made.custody,
      exchange: made.exchange,
      credit_minor: made.creditMinor,
      label_fee_minor: made.labelFeeMinor,
      requested_at: made.requestedAt,
    },
  ])
  await insertRows(
    db,
    'customer_return_line',
    LINE,
    made.lines.map((line) => ({
      return_id: made.id,
      line_no: line.lineNo,
      order_line_no: line.orderLineNo,
      sku: line.sku,
      components: line.components,
      reason: line.reason,
      note: line.note,
      terms: line.terms,
      shipped_by_supplier: line.shippedBySupplier,
      quantity: line.quantity,
      expected: line.expected,
    })),
  )
  await moveReturning(
    db,
    made.lines.map((line) => ({
      orderId: made.orderId,
      lineNo: line.orderLineNo,
      returning: line.quantity,
      returned: 0,
    })),
  )
}

export type ReturningMove = { orderId: string; lineNo: number; returning: number; returned: number }

/** Units of order lines that go into returns, come back, or will not come. The CHECK `order_line_after_shipping` holds the sum. */
export async function moveReturning(db: Queryable, moves: readonly ReturningMove[]): Promise<void> {
  const sums = new Map<string, { order_id: string; line_no: number; coming_back: number; returned: number }>()
  for (const move of moves) {
    const key = `${move.orderId}/${move.lineNo}`
    const sum = sums.get(key) ?? { order_id: move.orderId, line_no: move.lineNo, coming_back: 0, returned: 0 }
    sums.set(key, { ...sum, coming_back: sum.coming_back + move.returning, returned: sum.returned + move.returned })
  }
  if (sums.size === 0) return
  const { from, parameters } = unnestRows(
    { order_id: 'text', line_no: 'int4', coming_back: 'int4', returned: 'int4' } as const,
    [...sums.values()],
  )
  await db.query(
    `UPDATE order_line l SET coming_back = l.coming_back + r.coming_back, returned = l.returned + r.returned
     FROM ${from} WHERE l.order_id = r.order_id AND l.line_no = r.line_no`,
    parameters,
  )
}

/** Writes a return as a step left it: head and counters. */
export async function updateReturn(db: Queryable, changed: StoredReturn): Promise<void> {
  await db.query(
    `UPDATE customer_return SET custody = $2, node_id = $3, book_id = $4, choice = $5::jsonb, exchange_order_id = $6, credit_minor = $7,
            label_fee_minor = $8, carrier = $9, tracking_number = $10, label_url = $11, authorised_at = $12, expires_at = $13, due_at = $14,
            closed_at = $15, way = $16 WHERE id = $1`,
    [
      changed.id,
      changed.custody,
      changed.nodeId,
      changed.bookId,
      changed.choice === null ? null : JSON.stringify(changed.choice),
      changed.exchangeOrderId,
      changed.creditMinor,
      changed.labelFeeMinor,
      changed.carrier,
      changed.trackingNumber,
      changed.labelUrl,
      changed.authorisedAt,
      changed.expiresAt,
      changed.dueAt,
      changed.closedAt,
      changed.way,
    ],
  )
  const { from, parameters } = unnestRows(
    {
      return_id: 'text',
      line_no: 'int4',
      expected: 'int4',
      missing: 'int4',
      received: 'int4',
      ungraded: 'int4',
      blocked: 'int4',
      disposed: 'int4',
      denied: 'int4',
      settled: 'int4',
    } as const,
    changed.lines.map((line) => ({
      return_id: changed.id,
      line_no: line.lineNo,
      expected: line.expected,
      missing: line.missing,
      received: line.received,
      ungraded: line.ungraded,
      blocked: line.blocked,
      disposed: line.disposed,
      denied: line.denied,
      settled: line.settled,
    })),
  )
  await db.query(
    `UPDATE customer_return_line l SET expected = r.expected, missing = r.missing, received = r.received, ungraded = r.ungraded,
            blocked = r.blocked, disposed = r.disposed, denied = r.denied, settled = r.settled
     FROM ${from} WHERE l.return_id = r.return_id AND l.line_no = r.line_no`,
    parameters,
  )
}

const COLUMNS = `id, order_id AS "orderId", channel_id AS "channelId", external_id AS "externalId", kind, way, custody, node_id AS "nodeId",
  book_id AS "bookId", choice, exchange, exchange_order_id AS "exchangeOrderId", credit_minor AS "creditMinor",
  label_fee_minor AS "labelFeeMinor", carrier, tracking_number AS "trackingNumber", label_url AS "labelUrl", requested_at AS "requestedAt",
  authorised_at AS "authorisedAt", expires_at AS "expiresAt", due_at AS "dueAt", closed_at AS "closedAt"`

type LineRow = ReturnLine & { components: ReturnLine['components'] | null; note: string | null }

async function withLines(db: Queryable, heads: Omit<StoredReturn, 'lines'>[]): Promise<StoredReturn[]> {
  if (heads.length === 0) return []
  const rows = await db.query<LineRow>(
    `SELECT return_id AS "returnId", line_no AS "lineNo", order_line_no AS "orderLineNo", sku, components, reason, note, terms,
            shipped_by_supplier AS "shippedBySupplier", quantity, expected, missing, received, ungraded, blocked, disposed, denied, settled
     FROM customer_return_line WHERE return_id = ANY($1::text[]) ORDER BY return_id, line_no`,
    [heads.map((head) => head.id)],
  )
  const lines = Map.groupBy(rows, (row) => row.returnId)
  return heads.map((head) => ({
    ...head,
    lines: (lines.get(head.id) ?? []).map(({ components, note, ...line }) => ({
      ...line,
      ...(components == null ? {} : { components }),
      ...(note == null ? {} : { note }),
    })),
  }))
}

export async function loadReturns(
  db: Queryable,
  by: { ids: readonly string[] } | { orderIds: readonly string[] },
): Promise<StoredReturn[]> {
  const [column, values] = 'ids' in by ? ['id', by.ids] : ['order_id', by.orderIds]
  return withLines(
    db,
    await db.query(`SELECT ${COLUMNS} FROM customer_return WHERE ${column} = ANY($1::text[]) ORDER BY id`, [values]),
  )
}

/** The return that a channel knows by this name. */
export async function returnNamed(
  db: Queryable,
  channelId: string,
  externalId: string,
): Promise<{ id: string; orderId: string } | undefined> {
  const [row] = await db.query<{ id: string; orderId: string }>(
    'SELECT id, order_id AS "orderId" FROM customer_return WHERE channel_id = $1 AND external_id = $2',
    [channelId, externalId],
  )
  return row
}

/** Orders that a parcel may belong to, by whatever it says of itself, best name first: returns' own names before orders'. */
export async function ordersNamed(db: Queryable, names: readonly string[]): Promise<string[]> {
  if (names.length === 0) return []
  const byReturn = await db.query<{ id: string }>(
    `SELECT DISTINCT order_id AS id FROM customer_return
     WHERE id = ANY($1::text[]) OR external_id = ANY($1::text[]) OR tracking_number = ANY($1::text[])`,
    [names],
  )
  if (byReturn.length > 0) return byReturn.map((row) => row.id)
  const byOrder = await db.query<{ id: string }>(
    `SELECT id FROM sales_order WHERE id = ANY($1::text[]) OR external_id = ANY($1::text[]) OR number = ANY($1::text[])
     UNION SELECT order_id FROM fulfillment_request WHERE id = ANY($1::text[])`,
    [names],
  )
  return byOrder.map((row) => row.id)
}

/** When each line of an order last left, and the kinds of nodes that it left from; for windows and for who owns the goods. */
export async function lastShipments(
  db: Queryable,
  orderId: string,
): Promise<Map<number, { shippedAt: Instant; nodeId: string }>> {
  const rows = await db.query<{ lineNo: number; shippedAt: Instant; nodeId: string }>(
    `SELECT DISTINCT ON (l.line_no) l.line_no AS "lineNo", s.shipped_at AS "shippedAt", s.node_id AS "nodeId"
     FROM shipment s JOIN shipment_line l ON l.shipment_id = s.id JOIN fulfillment_request f ON f.id = s.fulfillment_request_id
     WHERE s.order_id = $1 AND f.via_node_id IS NULL ORDER BY l.line_no, s.shipped_at DESC`,
    [orderId],
  )
  return new Map(rows.map(({ lineNo, ...last }) => [lineNo, last]))
}

/** Returns whose label ran out, and those with goods that nobody has looked at in time. */
export async function overdueReturns(
  db: Queryable,
  now: Instant,
  max: number,
): Promise<{ expired: { id: string; orderId: string }[]; uninspected: { id: string; orderId: string }[] }> {
  const expired = await db.query<{ id: string; orderId: string }>(
    `SELECT id, order_id AS "orderId" FROM customer_return r WHERE closed_at IS NULL AND expires_at < $1
       AND EXISTS (SELECT 1 FROM customer_return_line l WHERE l.return_id = r.id AND l.expected > 0)
     ORDER BY expires_at LIMIT $2`,
    [now, max],
  )
  const uninspected = await db.query<{ id: string; orderId: string }>(
    `SELECT id, order_id AS "orderId" FROM customer_return r WHERE due_at < $1 AND closed_at IS NULL
       AND NOT EXISTS (SELECT 1 FROM exception_case c WHERE c.kind = 'returnOverdue' AND c.subject = r.id AND c.state = 'open')
     ORDER BY due_at LIMIT $2`,
    [now, max],
  )
  return { expired, uninspected }
}

export type ReturnFilter = {
  order?: string | undefined
  node?: string | undefined
  custody?: string | undefined
}

/** Ids of a page, oldest first: ids sort by age. */
export async function returnIds(
  db: Queryable,
  filter: ReturnFilter,
  after: string | undefined,
  max: number,
): Promise<string[]> {
  const rows = await db.query<{ id: string }>(
    `SELECT id FROM customer_return WHERE ($1::text IS NULL OR order_id = $1) AND ($2::text IS NULL OR node_id = $2)
       AND ($3::text IS NULL OR custody = $3) AND ($4::text IS NULL OR id > $4) ORDER BY id LIMIT $5`,
    [filter.order ?? null, filter.node ?? null, filter.custody ?? null, after ?? null, max],
  )
  return rows.map((row) => row.id)
}

/** The order of an exchange waits no longer for the goods. True when it did wait. */
export async function releaseExchange(db: Queryable, orderId: string, now: Instant): Promise<boolean> {
  const rows = await db.query(
    `UPDATE order_hold SET released_at = $2 WHERE order_id = $1 AND released_at IS NULL AND kind = 'manual' RETURNING 1`,
    [orderId, now],
  )
  return rows.length > 0
}

/** Units of an order's lines that are on their way back or came back already, beside those that were shipped. */
export async function returnedUnits(
  db: Queryable,
  orderIds: readonly string[],
): Promise<{ orderId: string; lineNo: number; shipped: number; returned: number; returning: number }[]> {
  return db.query(
    `SELECT order_id AS "orderId", line_no AS "lineNo", shipped, returned, coming_back AS "returning" FROM order_line WHERE order_id = ANY($1::text[])`,
    [orderIds],
  )
}

/** The caller holds the order's lock, so what is not there now is not there at its insert either. */
export async function isKnownInspection(db: Queryable, returnId: string, inspectionNumber: string): Promise<boolean> {
  const rows = await db.query('SELECT 1 FROM return_inspection WHERE return_id = $1 AND inspection_number = $2', [
    returnId,
    inspectionNumber,
  ])
  return rows.length > 0
}

export async function insertInspection(
  db: Queryable,
  inspection: { returnId: string; inspectionNumber: string; inspectedAt: Instant; actor: string },
): Promise<void> {
  await db.query(
    'INSERT INTO return_inspection (return_id, inspection_number, inspected_at, actor) VALUES ($1, $2, $3, $4)',
    [inspection.returnId, inspection.inspectionNumber, inspection.inspectedAt, inspection.actor],
  )
}

export type StoredDisposition = {
  id: string
  returnId: string
  lineNo: number
  quantity: number
  condition: string
  disposition: Disposition
  rule: string
  bookId: string
  blocked: string | null
  decidedAt: Instant
}

export async function insertDispositions(db: Queryable, rows: readonly StoredDisposition[]): Promise<void> {
  await insertRows(
    db,
    'return_disposition',
    {
      id: 'text',
      return_id: 'text',
      line_no: 'int4',
      quantity: 'int4',
      condition: 'text',
      disposition: 'text',
      rule: 'text',
      book_id: 'text',
      blocked: 'text',
      decided_at: 'timestamptz',
    } as const,
    rows.map((row) => ({
      id: row.id,
      return_id: row.returnId,
      line_no: row.lineNo,
      quantity: row.quantity,
      condition: row.condition,
      disposition: row.disposition,
      rule: row.rule,
      book_id: row.bookId,
      blocked: row.blocked,
      decided_at: row.decidedAt,
    })),
  )
}

export async function dispositionsOf(db: Queryable, returnIds: readonly string[]): Promise<StoredDisposition[]> {
  return db.query<StoredDisposition>(
    `SELECT id, return_id AS "returnId", line_no AS "lineNo", quantity, condition, disposition, rule, book_id AS "bookId", blocked,
            decided_at AS "decidedAt" FROM return_disposition WHERE return_id = ANY($1::text[]) ORDER BY id`,
    [returnIds],
  )
}

/** Of these orders, those that send out the new item of an exchange. */
export async function exchangeOrders(db: Queryable, orderIds: readonly string[]): Promise<Set<string>> {
  const rows = await db.query<{ id: string }>(
    'SELECT exchange_order_id AS id FROM customer_return WHERE exchange_order_id = ANY($1::text[])',
    [orderIds],
  )
  return new Set(rows.map((row) => row.id))
}
