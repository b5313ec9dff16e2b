/** Units that wait for stock, and how many wait of each SKU. */
import type { Instant } from '#core/model/time.ts'
import type { Queryable } from './database.ts'
import { insertRows, unnestRows } from './rows.ts'

export type Backorder = {
  id: string
  orderId: string
  lineNo: number
  sku: string
  kind: 'backorder' | 'preorder'
  /** Units that still wait. */
  quantity: number
  supplyId: string | null
  expectedAt: Instant | null
  promisedAt: Instant | null
  priority: number
  placedAt: Instant
}

const SELECT = `SELECT b.id, b.order_id AS "orderId", b.line_no AS "lineNo", b.sku, b.kind, b.waiting AS quantity, b.supply_id AS "supplyId",
  b.expected_at AS "expectedAt", b.promised_at AS "promisedAt", b.priority, b.placed_at AS "placedAt" FROM backorder b`

/** How many units of each SKU wait. Locked: until the commit nobody else adds to them, so that a cap holds. */
export async function lockWaitingCounts(db: Queryable, skus: readonly string[]): Promise<Map<string, number>> {
  const names = [...new Set(skus)].sort()
  await insertRows(
    db,
    'backorder_count',
    { sku: 'text', waiting: 'int4' } as const,
    names.map((sku) => ({ sku, waiting: 0 })),
    'ON CONFLICT DO NOTHING',
  )
  const rows = await db.query<{ sku: string; waiting: number }>(
    'SELECT sku, waiting FROM backorder_count WHERE sku = ANY($1::text[]) ORDER BY sku FOR UPDATE',
    [names],
  )
  return new Map(rows.map((row) => [row.sku, row.waiting]))
}

/** All that wait for these SKUs. The caller holds their counts' locks. */
export async function waitingFor(db: Queryable, skus: readonly string[]): Promise<Backorder[]> {
  return db.query<Backorder>(`${SELECT} WHERE b.sku = ANY($1::text[]) AND b.waiting > 0 ORDER BY b.placed_at, b.id`, [
    skus,
  ])
}

export async function backordersOf(db: Queryable, orderIds: readonly string[]): Promise<Backorder[]> {
  return db.query<Backorder>(
    `${SELECT} WHERE b.order_id = ANY($1::text[]) AND b.waiting > 0 ORDER BY b.placed_at, b.id`,
    [orderIds],
  )
}

/** SKUs of these that anybody waits for: most stock that comes in has nobody waiting, and is not locked for it. */
export async function skusWaitedFor(db: Queryable, skus: readonly string[]): Promise<string[]> {
  if (skus.length === 0) return []
  const rows = await db.query<{ sku: string }>(
    'SELECT sku FROM backorder_count WHERE sku = ANY($1::text[]) AND waiting > 0 ORDER BY sku',
    [skus],
  )
  return rows.map((row) => row.sku)
}

export async function insertBackorders(db: Queryable, backorders: readonly Backorder[]): Promise<void> {
  await insertRows(
    db,
    'backorder',
    {
      id: 'text',
      order_id: 'text',
      line_no: 'int4',
      sku: 'text',
      kind: 'text',
      waiting: 'int4',
      priority: 'int4',
      placed_at: 'timestamptz',
    } as const,
    backorders.map((each) => ({
      id: each.id,
      order_id: each.orderId,
      line_no: each.lineNo,
      sku: each.sku,
      kind: each.kind,
      waiting: each.quantity,
      priority: each.priority,
      placed_at: each.placedAt,
    })),
  )
  await countWaiting(
    db,
    backorders.map((each) => ({ sku: each.sku, quantity: each.quantity })),
  )
}

/** Takes units out of what waits: they were released, or nobody wants them any more. */
export async function shrinkBackorders(
  db: Queryable,
  parts: readonly { id: string; sku: string; quantity: number }[],
): Promise<void> {
  if (parts.length === 0) return
  const { from, parameters } = unnestRows(
    { id: 'text', quantity: 'int4' } as const,
    parts.map((part) => ({ id: part.id, quantity: part.quantity })),
  )
  await db.query(
    `UPDATE backorder b SET waiting = b.waiting - g.quantity
     FROM (SELECT id, sum(quantity)::int AS quantity FROM ${from} GROUP BY id) g WHERE b.id = g.id`,
    parameters,
  )
  await countWaiting(
    db,
    parts.map((part) => ({ sku: part.sku, quantity: -part.quantity })),
  )
}

async function countWaiting(db: Queryable, changes: readonly { sku: string; quantity: number }[]): Promise<void> {
  if (changes.length === 0) return
  const { from, parameters } = unnestRows({ sku: 'text', quantity: 'int4' } as const, changes)
  await db.query(
    `UPDATE backorder_count c SET waiting = c.waiting + g.quantity
     FROM (SELECT sku, sum(quantity)::int AS quantity FROM ${from} GROUP BY sku) g WHERE c.sku = g.sku`,
    parameters,
  )
}

/** What is expected of each now, and what its customer is told. */
export async function writeExpectations(
  db: Queryable,
  rows: readonly Pick<Backorder, 'id' | 'supplyId' | 'expectedAt' | 'promisedAt'>[],
): Promise<void> {
  if (rows.length === 0) return
  const { from, parameters } = unnestRows(
    { id: 'text', supply_id: 'text', expected_at: 'timestamptz', promised_at: 'timestamptz' } as const,
    rows.map((row) => ({
      id: row.id,
      supply_id: row.supplyId,
      expected_at: row.expectedAt,
      promised_at: row.promisedAt,
    })),
  )
  await db.query(
    `UPDATE backorder b SET supply_id = r.supply_id, expected_at = r.expected_at, promised_at = r.promised_at FROM ${from} WHERE b.id = r.id`,
    parameters,
  )
}

export async function listBackorders(
  db: Queryable,
  filter: { sku?: string | undefined; supplyId?: string | undefined; orderId?: string | undefined },
  after: { placedAt: string; id: string } | undefined,
  limit: number,
): Promise<Backorder[]> {
  return db.query<Backorder>(
    `${SELECT} WHERE b.waiting > 0 AND ($1::text IS NULL OR b.sku = $1) AND ($2::text IS NULL OR b.supply_id = $2)
       AND ($3::text IS NULL OR b.order_id = $3)
       AND ($4::timestamptz IS NULL OR (b.placed_at, b.id) > ($4::timestamptz, $5::text))
     ORDER BY b.placed_at, b.id LIMIT $6`,
    [
      filter.sku ?? null,
      filter.supplyId ?? null,
      filter.orderId ?? null,
      after?.placedAt ?? null,
      after?.id ?? null,
      limit,
    ],
  )
}
