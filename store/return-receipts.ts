/** What nodes found in parcels, and what a person still has to say about it. */
import type { Condition, ReturnReason } from '#core/model/return.ts'
import type { Instant } from '#core/model/time.ts'
import type { Queryable } from './database.ts'
import { insertRows } from './rows.ts'

export type StoredReceipt = {
  id: string
  nodeId: string
  bookId: string
  receiptNumber: string
  named: string[]
  receivedAt: Instant
  recordedAt: Instant
  actor: string
  lines: ReceiptLine[]
}

export type ReceiptLine = {
  lineNo: number
  /** null: nobody knows what it is. */
  sku: string | null
  item: string
  quantity: number
  matched: number
  cleared: number
  condition: Condition | null
  reason: ReturnReason | null
  note: string | null
}

/** False when the node has told this receipt before. */
export async function insertReceipt(db: Queryable, receipt: StoredReceipt): Promise<boolean> {
  const inserted = await db.query(
    `INSERT INTO return_receipt (id, node_id, book_id, receipt_number, named, received_at, recorded_at, actor)
     VALUES ($1, $2, $3, $4, $5::text[], $6, $7, $8) ON CONFLICT (node_id, receipt_number) DO NOTHING RETURNING 1`,
    [
      receipt.id,
      receipt.nodeId,
      receipt.bookId,
      receipt.receiptNumber,
      receipt.named,
      receipt.receivedAt,
      receipt.recordedAt,
      receipt.actor,
    ],
  )
  if (inserted.length === 0) return false
  await insertRows(
    db,
    'return_receipt_line',
    {
      receipt_id: 'text',
      line_no: 'int4',
      sku: 'text',
      item: 'text',
      quantity: 'int4',
      matched: 'int4',
      condition: 'text',
      reason: 'text',
      note: 'text',
    } as const,
    receipt.lines.map((line) => ({
      receipt_id: receipt.id,
      line_no: line.lineNo,
      sku: line.sku,
      item: line.item,
      quantity: line.quantity,
      matched: line.matched,
      condition: line.condition,
      reason: line.reason,
      note: line.note,
    })),
  )
  return true
}

const COLUMNS = `r.id, r.node_id AS "nodeId", r.book_id AS "bookId", r.receipt_number AS "receiptNumber", r.named, r.received_at AS "receivedAt",
  r.recorded_at AS "recordedAt", r.actor`

type Head = Omit<StoredReceipt, 'lines'>

async function withLines(db: Queryable, heads: Head[]): Promise<StoredReceipt[]> {
  if (heads.length === 0) return []
  const rows = await db.query<ReceiptLine & { receiptId: string }>(
    `SELECT receipt_id AS "receiptId", line_no AS "lineNo", sku, item, quantity, matched, cleared, condition, reason, note
     FROM return_receipt_line WHERE receipt_id = ANY($1::text[]) ORDER BY receipt_id, line_no`,
    [heads.map((head) => head.id)],
  )
  const lines = Map.groupBy(rows, (row) => row.receiptId)
  return heads.map((head) => ({
    ...head,
    lines: (lines.get(head.id) ?? []).map(({ receiptId: _, ...line }) => line),
  }))
}

/** The receipt, locked until the transaction ends. */
export async function lockReceipt(db: Queryable, id: string): Promise<StoredReceipt | undefined> {
  const heads = await db.query<Head>(`SELECT ${COLUMNS} FROM return_receipt r WHERE r.id = $1 FOR UPDATE`, [id])
  return (await withLines(db, heads))[0]
}

export async function receiptNumbered(
  db: Queryable,
  nodeId: string,
  receiptNumber: string,
): Promise<StoredReceipt | undefined> {
  const heads = await db.query<Head>(
    `SELECT ${COLUMNS} FROM return_receipt r WHERE r.node_id = $1 AND r.receipt_number = $2`,
    [nodeId, receiptNumber],
  )
  return (await withLines(db, heads))[0]
}

/** Oldest first; `unmatched` keeps those that wait for a person. */
export async function pageOfReceipts(
  db: Queryable,
  filter: { node?: string | undefined; unmatched?: boolean | undefined },
  after: string | undefined,
  max: number,
): Promise<StoredReceipt[]> {
  const heads = await db.query<Head>(
    `SELECT ${COLUMNS} FROM return_receipt r WHERE ($1::text IS NULL OR r.node_id = $1) AND ($2::text IS NULL OR r.id > $2)
       AND ($3::bool IS NOT TRUE OR EXISTS (SELECT 1 FROM return_receipt_line l WHERE l.receipt_id = r.id AND l.matched + l.cleared < l.quantity))
     ORDER BY r.id LIMIT $4`,
    [filter.node ?? null, after ?? null, filter.unmatched ?? null, max],
  )
  return withLines(db, heads)
}

/** A person said what unmatched units are: they belong to a return, or were dealt with otherwise. */
export async function settleReceiptLine(
  db: Queryable,
  line: { receiptId: string; lineNo: number; matched: number; cleared: number; sku?: string },
): Promise<void> {
  await db.query(
    `UPDATE return_receipt_line SET matched = matched + $3, cleared = cleared + $4, sku = coalesce(sku, $5)
     WHERE receipt_id = $1 AND line_no = $2`,
    [line.receiptId, line.lineNo, line.matched, line.cleared, line.sku ?? null],
  )
}
