/**
 * Forgetting who bought: everything that names a person leaves the order, the documents that brought it, and the documents that were
 * sent for it. Units, money, decisions and the timeline stay, so that every sum is what it was. The bytes of a document that several
 * orders came in are erased whole: what one person may ask for counts more than the neighbours' originals.
 */
import type { Instant } from '#core/model/time.ts'
import type { Queryable } from './database.ts'

export type Erased = { documents: number; messages: number }

/** Orders that still have something to be done: their addresses are needed. `order` → why. */
export async function stillNeeded(db: Queryable, orderIds: readonly string[]): Promise<Map<string, string>> {
  const rows = await db.query<{ id: string; why: string }>(
    `SELECT o.id, 'units of it are open or with a node' AS why FROM sales_order o WHERE o.id = ANY($1::text[]) AND EXISTS (
       SELECT 1 FROM order_line l WHERE l.order_id = o.id AND l.open + l.backordered + l.allocated + l.released > 0)
     UNION ALL
     SELECT i.order_id, 'a message about it is not settled' FROM instruction i
     WHERE i.order_id = ANY($1::text[]) AND i.state NOT IN ('sent', 'rejected', 'cancelled')
     UNION ALL
     SELECT i.order_id, 'it shares a file with a message that is not settled' FROM instruction i
     JOIN instruction other ON other.transmission_id = i.transmission_id AND other.state NOT IN ('sent', 'rejected', 'cancelled')
     WHERE i.order_id = ANY($1::text[])`,
    [orderIds],
  )
  return new Map(rows.map((row) => [row.id, row.why]))
}

/** The buyer's orders, by the word that core/orders/buyer.ts makes of an e-mail address or telephone number. */
export async function ordersOfBuyer(db: Queryable, buyer: string): Promise<string[]> {
  const rows = await db.query<{ id: string }>('SELECT id FROM sales_order WHERE buyer = $1 ORDER BY id', [buyer])
  return rows.map((row) => row.id)
}

/** The caller holds the orders' locks and has seen that nothing of them is still needed. */
export async function eraseOrders(db: Queryable, orderIds: readonly string[], now: Instant): Promise<Erased> {
  const envelopes = await envelopesOf(db, orderIds)
  await db.query(
    `UPDATE sales_order SET buyer = NULL, stated = stated - 'shipTo' - 'shipToTold', version = version + 1,
       document = (document - 'billTo' - 'cartKey') || jsonb_build_object('erasedAt', $2::text) || CASE WHEN document ? 'shipTo'
         THEN jsonb_build_object('shipTo', jsonb_build_object('line1', 'erased', 'city', 'erased', 'country', document #> '{shipTo,country}'))
         ELSE '{}'::jsonb END
     WHERE id = ANY($1::text[])`,
    [orderIds, now],
  )
  await db.query(
    `UPDATE routing_decision SET record = record #- '{request,destination,postcode}' #- '{request,destination,region}' #- '{request,destination,position}'
     WHERE order_id = ANY($1::text[])`,
    [orderIds],
  )
  const messages = await db.query(
    `UPDATE transmission SET bytes = convert_to('erased', 'UTF8') WHERE id IN (
       SELECT transmission_id FROM instruction WHERE order_id = ANY($1::text[])) RETURNING 1`,
    [orderIds],
  )
  await db.query(
    `UPDATE instruction SET document = document - 'shipTo' - 'billTo' - 'carried' WHERE order_id = ANY($1::text[])`,
    [orderIds],
  )
  await db.query('UPDATE document_trace SET carried = NULL WHERE subject_id = ANY($1::text[])', [orderIds])
  await db.query(`UPDATE envelope SET raw = convert_to('erased', 'UTF8'), meta = '{}' WHERE id = ANY($1::text[])`, [
    envelopes,
  ])
  await db.query('UPDATE quarantine_item SET value = NULL WHERE envelope_id = ANY($1::text[])', [envelopes])
  await db.query(`UPDATE envelope_correction SET edits = '[]' WHERE envelope_id = ANY($1::text[])`, [envelopes])
  await db.query(
    `UPDATE customer_return_line SET note = NULL WHERE return_id IN (SELECT id FROM customer_return WHERE order_id = ANY($1::text[]))`,
    [orderIds],
  )
  // A label shows where the parcel comes from.
  await db.query('UPDATE customer_return SET label_url = NULL WHERE order_id = ANY($1::text[])', [orderIds])
  return { documents: envelopes.length, messages: messages.length }
}

/** The order's own id in its channel as a pattern that matches nothing longer: 100 is not 1001. Bytes as encode(…, 'escape') shows them. */
const QUOTED_ID = String.raw`regexp_replace(encode(convert_to(o.external_id, 'UTF8'), 'escape'), '([^0-9A-Za-z])', '\\\1', 'g')`

/** Every document that spoke of these orders: those that changed them, and those of their channel that name them, applied or not. */
async function envelopesOf(db: Queryable, orderIds: readonly string[]): Promise<string[]> {
  const rows = await db.query<{ id: string }>(
    `SELECT e.id FROM envelope e WHERE e.id IN (
       SELECT cause FROM fact WHERE order_id = ANY($1::text[]) AND cause IS NOT NULL
       UNION SELECT envelope_id FROM document_trace WHERE subject_id = ANY($1::text[]))
     UNION
     SELECT e.id FROM sales_order o JOIN channel c ON c.id = o.channel_id JOIN envelope e ON e.connection_id = c.connection_id
     WHERE o.id = ANY($1::text[]) AND encode(e.raw, 'escape') ~ ('(^|[^0-9A-Za-z])' || ${QUOTED_ID} || '([^0-9A-Za-z]|$)')`,
    [orderIds],
  )
  return rows.map((row) => row.id)
}
