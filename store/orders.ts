/** Orders, their lines and holds. Writers lock the order's row first, always in id order, so that two never wait on each other. */
import { isActive, type Hold, type Order, type OrderLine, type Stated } from '#core/model/order.ts'
import type { Address } from '#core/model/party.ts'
import type { Instant } from '#core/model/time.ts'
import type { LineMove } from '#core/fulfillment/progress.ts'
import { buyerOf } from '#core/orders/buyer.ts'
import type { Queryable } from './database.ts'
import { insertRows, unnestRows } from './rows.ts'

export type RoutingState = 'pending' | 'parked' | 'held' | 'none'
export type StoredOrder = Order & { routing: RoutingState; routingSince: Instant }

const ORDER = {
  id: 'text',
  channel_id: 'text',
  external_id: 'text',
  number: 'text',
  revised_at: 'timestamptz',
  placed_at: 'timestamptz',
  cancelled_at: 'timestamptz',
  currency: 'text',
  total_minor: 'int8',
  buyer: 'text',
  document: 'jsonb',
  routing: 'text',
  routing_since: 'timestamptz',
  version: 'int4',
} as const

const LINE = {
  order_id: 'text',
  line_no: 'int4',
  external_id: 'text',
  sku: 'text',
  name: 'text',
  unit_price_minor: 'int8',
  discount_minor: 'int8',
  tax_minor: 'int8',
  substitution: 'text',
  method: 'text',
  node_id: 'text',
  promised_by: 'timestamptz',
  ordered: 'int4',
  open: 'int4',
  backordered: 'int4',
  allocated: 'int4',
  released: 'int4',
  shipped: 'int4',
  cancelled: 'int4',
} as const

const HOLD = {
  id: 'text',
  order_id: 'text',
  kind: 'text',
  reason: 'text',
  placed_by: 'text',
  placed_at: 'timestamptz',
  due_at: 'timestamptz',
  released_at: 'timestamptz',
  released_by: 'text',
  resolution: 'text',
} as const

/** What the route worker still has to do for an order in this state. */
export function routingStateOf(order: Order): RoutingState {
  if (!order.lines.some((line) => line.counters.open > 0)) return 'none'
  return order.holds.some(isActive) ? 'held' : 'pending'
}

/**
 * Inserts new orders whole. Another worker may have captured the same order at this moment: then that order is missing from
 * the answer and the caller decides again on fresh state.
 */
export async function insertOrders(db: Queryable, orders: readonly Order[], now: Instant): Promise<Set<string>> {
  const heads = insertRows<typeof ORDER, { id: string }>(
    db,
    'sales_order',
    ORDER,
    orders.map((order) => ({ ...headRow(order), routing: routingStateOf(order), routing_since: now })),
    'ON CONFLICT (channel_id, external_id) DO NOTHING RETURNING id',
  )
  const lines = insertRows(
    db,
    'order_line',
    LINE,
    orders.flatMap((order) => order.lines.map((line) => lineRow(order.id, line))),
    OF_INSERTED,
  )
  const holds = insertRows(
    db,
    'order_hold',
    HOLD,
    orders.flatMap((order) => order.holds.map((hold) => holdRow(order.id, hold))),
    OF_INSERTED,
  )
  const [inserted] = await Promise.all([heads, lines, holds])
  return new Set(inserted.map((row) => row.id))
}

/** Asked for together with the heads, whose answer is not known yet. */
const OF_INSERTED = 'WHERE EXISTS (SELECT 1 FROM sales_order o WHERE o.id = r.order_id)'

/** Writes an amended order over the version it was made from. Lines and holds are upserted, never deleted. */
export async function updateOrder(db: Queryable, order: Order, now: Instant): Promise<void> {
  const row = headRow(order)
  await db.query(
    `UPDATE sales_order SET number = $2, revised_at = $3, cancelled_at = $4, total_minor = $5, document = $6::jsonb,
            routing = $7, routing_since = $8, version = $9, buyer = $10, stated = $11::jsonb WHERE id = $1`,
    [
      row.id,
      row.number,
      row.revised_at,
      row.cancelled_at,
      row.total_minor,
      JSON.stringify(row.document),
      routingStateOf(order),
      now,
      row.version,
      row.buyer ?? null,
      order.stated === undefined ? null : JSON.stringify(order.stated),
    ],
  )
  await insertRows(
    db,
    'order_line',
    LINE,
    order.lines.map((line) => lineRow(order.id, line)),
    `ON CONFLICT (order_id, line_no) DO UPDATE SET external_id = excluded.external_id, ordered = excluded.ordered, open = excluded.open,
       backordered = excluded.backordered, shipped = excluded.shipped, cancelled = excluded.cancelled, promised_by = excluded.promised_by, name = excluded.name,
       unit_price_minor = excluded.unit_price_minor, method = excluded.method, node_id = excluded.node_id`,
  )
  await writeHolds(db, order.id, order.holds)
}

/** What the channel said and was told of an order. The caller holds the order's lock. */
export async function writeStated(db: Queryable, orderId: string, stated: Stated): Promise<void> {
  await db.query('UPDATE sales_order SET stated = $2::jsonb WHERE id = $1', [orderId, JSON.stringify(stated)])
}

/** Upserted by id: a hold is placed once and released once. */
export async function writeHolds(db: Queryable, orderId: string, holds: readonly Hold[]): Promise<void> {
  await insertRows(
    db,
    'order_hold',
    HOLD,
    // One that ends goes first: another of its kind may begin in the same change.
    holds.toSorted((a, b) => Number(isActive(a)) - Number(isActive(b))).map((hold) => holdRow(orderId, hold)),
    `ON CONFLICT (id) DO UPDATE SET released_at = excluded.released_at, released_by = excluded.released_by,
       resolution = excluded.resolution`,
  )
}

const holdRow = (orderId: string, hold: Hold) => ({
  id: hold.id,
  order_id: orderId,
  kind: hold.kind,
  reason: hold.reason,
  placed_by: hold.placedBy,
  placed_at: hold.placedAt,
  due_at: hold.dueAt,
  released_at: hold.releasedAt,
  released_by: hold.releasedBy,
  resolution: hold.resolution,
})

const headRow = (order: Order) => {
  const { lines: _lines, holds: _holds, stated: _stated, version, id, ...document } = order
  return {
    id,
    channel_id: order.channelId,
    external_id: order.externalId,
    number: order.number ?? order.externalId,
    revised_at: order.revisedAt,
    placed_at: order.placedAt,
    cancelled_at: order.cancelledAt ?? null,
    currency: order.currency,
    total_minor: order.totalMinor,
    buyer: buyerOf(order),
    document,
    version,
  }
}

const lineRow = (orderId: string, line: OrderLine) => ({
  order_id: orderId,
  line_no: line.lineNo,
  external_id: line.externalId,
  sku: line.sku,
  name: line.name,
  unit_price_minor: line.unitPriceMinor,
  discount_minor: line.discountMinor,
  tax_minor: line.taxMinor,
  substitution: line.substitution,
  method: line.method,
  node_id: line.nodeId,
  promised_by: line.promisedBy,
  ordered: line.counters.ordered,
  open: line.counters.open,
  backordered: line.counters.backordered,
  allocated: line.counters.allocated,
  released: line.counters.released,
  shipped: line.counters.shipped,
  cancelled: line.counters.cancelled,
})

type HeadRow = {
  id: string
  document: Order
  version: number
  routing: RoutingState
  routing_since: Instant
  cancelled_at: Instant | null
  stated: Stated | null
}
type LineRow = {
  order_id: string
  line_no: number
  external_id: OrderLine['externalId']
  sku: OrderLine['sku']
  name: string | null
  unit_price_minor: number
  discount_minor: number | null
  tax_minor: number | null
  substitution: NonNullable<OrderLine['substitution']> | null
  method: OrderLine['method']
  node_id: OrderLine['nodeId'] | null
  promised_by: Instant | null
  ordered: number
  open: number
  backordered: number
  allocated: number
  released: number
  shipped: number
  cancelled: number
  delivered: number
  returned: number
  refunded: number
}
type HoldRow = {
  id: Order['holds'][number]['id']
  order_id: string
  kind: Order['holds'][number]['kind']
  reason: string
  placed_by: string
  placed_at: Instant
  due_at: Instant
  released_at: Instant | null
  released_by: string | null
  resolution: string | null
}

const HEAD_COLUMNS = 'id, document, version, routing, routing_since, cancelled_at, stated'

export async function loadOrders(db: Queryable, ids: readonly string[]): Promise<StoredOrder[]> {
  // Heads first: outside a transaction two statements see two moments, and a version must never be newer than its lines.
  const heads = await db.query<HeadRow>(
    `SELECT ${HEAD_COLUMNS} FROM sales_order WHERE id = ANY($1::text[]) ORDER BY id`,
    [ids],
  )
  return wholeOrders(heads, partsOf(db, ids))
}

/** As loadOrders, and nobody else changes them until this transaction ends. */
export async function lockOrders(db: Queryable, ids: readonly string[]): Promise<StoredOrder[]> {
  const heads = db.query<HeadRow>(
    `SELECT ${HEAD_COLUMNS} FROM sales_order WHERE id = ANY($1::text[]) ORDER BY id FOR UPDATE`,
    [ids],
  )
  return wholeOrders(heads, partsOf(db, ids))
}

export type OrderHead = { id: string; version: number; cancelledAt: Instant | null }

/** Locks orders as `lockOrders` does, for writers that know already what they need of them. */
export async function lockOrderHeads(db: Queryable, ids: readonly string[]): Promise<OrderHead[]> {
  return db.query<OrderHead>(
    `SELECT id, version, cancelled_at AS "cancelledAt" FROM sales_order WHERE id = ANY($1::text[]) ORDER BY id FOR UPDATE`,
    [ids],
  )
}

/** Finds and locks orders by the names their channels gave them: `channel␟external id` → order. */
export async function lockOrdersByExternalId(
  db: Queryable,
  keys: readonly { channelId: string; externalId: string }[],
): Promise<Map<string, StoredOrder>> {
  const { from, parameters } = unnestRows(
    { channel_id: 'text', external_id: 'text' } as const,
    keys.map((key) => ({ channel_id: key.channelId, external_id: key.externalId })),
  )
  const heads = await db.query<HeadRow>(
    `SELECT ${HEAD_COLUMNS} FROM sales_order WHERE (channel_id, external_id) IN (SELECT channel_id, external_id FROM ${from}) ORDER BY id FOR UPDATE`,
    parameters,
  )
  if (heads.length === 0) return new Map()
  const parts = partsOf(
    db,
    heads.map((head) => head.id),
  )
  const orders = await wholeOrders(heads, parts)
  return new Map(orders.map((order) => [externalKey(order), order]))
}

export const externalKey = (order: { channelId: string; externalId: string }): string =>
  `${order.channelId}\u001f${order.externalId}`

type Parts = Promise<[LineRow[], HoldRow[]]>

const partsOf = (db: Queryable, ids: readonly string[]): Parts =>
  Promise.all([
    db.query<LineRow>('SELECT * FROM order_line WHERE order_id = ANY($1::text[]) ORDER BY order_id, line_no', [ids]),
    db.query<HoldRow>('SELECT * FROM order_hold WHERE order_id = ANY($1::text[]) ORDER BY id', [ids]),
  ])

async function wholeOrders(asked: HeadRow[] | Promise<HeadRow[]>, parts: Parts): Promise<StoredOrder[]> {
  const [heads, [lineRows, holdRows]] = await Promise.all([asked, parts])
  const lines = Map.groupBy(lineRows, (line) => line.order_id)
  const holds = Map.groupBy(holdRows, (hold) => hold.order_id)
  return heads.map((head) => ({
    ...head.document,
    ...(head.cancelled_at === null ? {} : { cancelledAt: head.cancelled_at }),
    ...(head.stated === null ? {} : { stated: head.stated }),
    id: head.id as Order['id'],
    version: head.version,
    routing: head.routing,
    routingSince: head.routing_since,
    lines: (lines.get(head.id) ?? []).map(lineFromRow),
    holds: (holds.get(head.id) ?? []).map((hold) => ({
      id: hold.id,
      kind: hold.kind,
      reason: hold.reason,
      placedBy: hold.placed_by,
      placedAt: hold.placed_at,
      dueAt: hold.due_at,
      ...(hold.released_at === null ? {} : { releasedAt: hold.released_at }),
      ...(hold.released_by === null ? {} : { releasedBy: hold.released_by }),
      ...(hold.resolution === null ? {} : { resolution: hold.resolution }),
    })),
  }))
}

const lineFromRow = (row: LineRow): OrderLine => ({
  lineNo: row.line_no,
  externalId: row.external_id,
  sku: row.sku,
  ...(row.name === null ? {} : { name: row.name }),
  unitPriceMinor: row.unit_price_minor,
  ...(row.discount_minor === null ? {} : { discountMinor: row.discount_minor }),
  ...(row.tax_minor === null ? {} : { taxMinor: row.tax_minor }),
  ...(row.substitution === null ? {} : { substitution: row.substitution }),
  method: row.method,
  ...(row.node_id === null ? {} : { nodeId: row.node_id }),
  ...(row.promised_by === null ? {} : { promisedBy: row.promised_by }),
  counters: {
    ordered: row.ordered,
    open: row.open,
    backordered: row.backordered,
    allocated: row.allocated,
    released: row.released,
    shipped: row.shipped,
    cancelled: row.cancelled,
    delivered: row.delivered,
    returned: row.returned,
    ...(row.refunded === 0 ? {} : { refunded: row.refunded }),
  },
})

export type CounterMove = {
  orderId: string
  lineNo: number
  quantity: number
  from: LineMove['from'] | 'open' | 'backordered'
  to: LineMove['to'] | 'allocated' | 'released' | 'backordered'
}

/** Moves units between a line's counters; the table's CHECKs refuse what does not add up. */
export async function moveUnits(db: Queryable, moves: readonly CounterMove[]): Promise<void> {
  if (moves.length === 0) return
  const deltas = new Map<string, { order_id: string; line_no: number } & Record<MovedCounter, number>>()
  for (const move of moves) {
    const key = `${move.orderId}/${move.lineNo}`
    const delta = deltas.get(key) ?? { order_id: move.orderId, line_no: move.lineNo, ...NO_MOVE }
    delta[move.from] -= move.quantity
    delta[move.to] += move.quantity
    deltas.set(key, delta)
  }
  const { from, parameters } = unnestRows(
    {
      order_id: 'text',
      line_no: 'int4',
      open: 'int4',
      backordered: 'int4',
      allocated: 'int4',
      released: 'int4',
      shipped: 'int4',
      cancelled: 'int4',
    } as const,
    [...deltas.values()],
  )
  await db.query(
    `UPDATE order_line l SET open = l.open + r.open, backordered = l.backordered + r.backordered, allocated = l.allocated + r.allocated,
            released = l.released + r.released, shipped = l.shipped + r.shipped, cancelled = l.cancelled + r.cancelled
     FROM ${from} WHERE l.order_id = r.order_id AND l.line_no = r.line_no`,
    parameters,
  )
}

const NO_MOVE = { open: 0, backordered: 0, allocated: 0, released: 0, shipped: 0, cancelled: 0 }
type MovedCounter = keyof typeof NO_MOVE

/** Tells what routing has to do next with these orders; every change of an order passes here and raises its version. */
export async function setRouting(
  db: Queryable,
  states: readonly { orderId: string; routing: RoutingState }[],
  now: Instant,
): Promise<void> {
  if (states.length === 0) return
  const { from, parameters } = unnestRows(
    { id: 'text', routing: 'text' } as const,
    states.map((state) => ({ id: state.orderId, routing: state.routing })),
    2,
  )
  await db.query(
    `UPDATE sales_order o SET routing = r.routing, routing_since = $1::timestamptz, version = o.version + 1 FROM ${from} WHERE o.id = r.id`,
    [now, ...parameters],
  )
}

/** Orders that wait in the route queue for longer than they should: their job was lost. */
export async function staleUnroutedOrders(db: Queryable, before: Instant, max: number): Promise<string[]> {
  const rows = await db.query<{ id: string }>(
    `SELECT id FROM sales_order WHERE routing = 'pending' AND routing_since < $1 ORDER BY routing_since LIMIT $2`,
    [before, max],
  )
  return rows.map((row) => row.id)
}

/** Where earlier orders of these buyers went: `buyer` → addresses, the newest first. Cancelled orders went nowhere. */
export async function addressesOfBuyers(
  db: Queryable,
  buyers: readonly string[],
  except: readonly string[],
): Promise<Map<string, Address[]>> {
  if (buyers.length === 0) return new Map()
  const rows = await db.query<{ buyer: string; address: Address }>(
    `SELECT buyer, document -> 'shipTo' AS address FROM sales_order
     WHERE buyer = ANY($1::text[]) AND id <> ALL($2::text[]) AND cancelled_at IS NULL AND document ? 'shipTo' ORDER BY placed_at DESC LIMIT 10000`,
    [buyers, except],
  )
  return new Map(
    [...Map.groupBy(rows, (row) => row.buyer)].map(([buyer, mine]) => [buyer, mine.map((row) => row.address)]),
  )
}

/** Parked orders that want one of these SKUs go back to routing: the exact cause they waited for has come. */
export async function wakeParkedOrders(db: Queryable, skus: readonly string[], now: Instant): Promise<string[]> {
  if (skus.length === 0) return []
  const rows = await db.query<{ id: string }>(
    `UPDATE sales_order o SET routing = 'pending', routing_since = $2::timestamptz, version = version + 1
     WHERE routing = 'parked' AND EXISTS (
       SELECT 1 FROM order_line l WHERE l.order_id = o.id AND (l.open > 0 OR l.backordered > 0) AND l.sku = ANY($1::text[]))
     RETURNING id`,
    [skus, now],
  )
  return rows.map((row) => row.id)
}

/** Lines whose customer allowed substitutes, and of which units wait after they were decided on. */
export function waitingForSubstitutes(
  db: Queryable,
  max: number,
): Promise<{ orderId: string; lineNo: number; sku: string; waits: number }[]> {
  return db.query(
    `SELECT l.order_id AS "orderId", l.line_no AS "lineNo", l.sku, l.open + l.backordered AS waits
     FROM order_line l JOIN sales_order o ON o.id = l.order_id
     WHERE l.substitution = 'allowed' AND l.open + l.backordered > 0 AND o.routing IN ('none', 'parked') AND o.cancelled_at IS NULL
     ORDER BY l.order_id, l.line_no LIMIT $1`,
    [max],
  )
}
