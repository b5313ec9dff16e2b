/** Technical receipts that partners owe for files of ours: what is waited for, what came, and what is late. */
import type { Instant } from '#core/model/time.ts'
import type { Queryable } from './database.ts'
import { insertRows } from './rows.ts'

export type AwaitedReceipt = { transmissionId: string; connectionId: string; key: string; withinMs: number }

export async function awaitReceipts(db: Queryable, receipts: readonly AwaitedReceipt[]): Promise<void> {
  await insertRows(
    db,
    'awaited_receipt',
    { transmission_id: 'text', connection_id: 'text', receipt_key: 'text', within_ms: 'int8' } as const,
    receipts.map((each) => ({
      transmission_id: each.transmissionId,
      connection_id: each.connectionId,
      receipt_key: each.key,
      within_ms: each.withinMs,
    })),
    'ON CONFLICT (transmission_id) DO NOTHING',
  )
}

/** Notes that these came, also late ones. Returns the transmissions that had been missed. */
export async function noteReceipts(
  db: Queryable,
  connectionId: string,
  keys: readonly string[],
  now: Instant,
): Promise<string[]> {
  if (keys.length === 0) return []
  const rows = await db.query<{ id: string; missed: boolean }>(
    `UPDATE awaited_receipt SET received_at = $3 WHERE connection_id = $1 AND receipt_key = ANY($2::text[]) AND received_at IS NULL
     RETURNING transmission_id AS id, missed_at IS NOT NULL AS missed`,
    [connectionId, keys, now],
  )
  return rows.filter((row) => row.missed).map((row) => row.id)
}

export type MissingReceipt = {
  transmissionId: string
  connectionId: string
  name: string
  key: string
  sentAt: Instant
  /** Of the first instruction in the file. */
  orderId: string | null
}

/** Marks what is due now and has not come, each once. Due is counted from when the file was sent. */
export async function missReceipts(db: Queryable, now: Instant, max: number): Promise<MissingReceipt[]> {
  return db.query<MissingReceipt>(
    `UPDATE awaited_receipt a SET missed_at = $1 FROM (
       SELECT w.transmission_id, t.name, min(i.settled_at) AS sent_at, min(i.order_id) AS order_id
       FROM awaited_receipt w JOIN transmission t ON t.id = w.transmission_id
         JOIN instruction i ON i.transmission_id = w.transmission_id AND i.state = 'sent'
       WHERE w.received_at IS NULL AND w.missed_at IS NULL
       GROUP BY w.transmission_id, t.name, w.within_ms
       HAVING min(i.settled_at) + w.within_ms * interval '1 millisecond' <= $1
       ORDER BY w.transmission_id LIMIT $2) d
     WHERE a.transmission_id = d.transmission_id
     RETURNING a.transmission_id AS "transmissionId", a.connection_id AS "connectionId", d.name, a.receipt_key AS key,
       d.sent_at AS "sentAt", d.order_id AS "orderId"`,
    [now, max],
  )
}
