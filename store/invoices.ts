/** What a supplier has billed so far: each invoice is a fact of its order. */
import type { Queryable } from './database.ts'

export type BilledInvoice = {
  invoiceNumber: string
  totalMinor: number
  lines: { lineNo: number; quantity: number }[]
}

export async function invoicesOf(db: Queryable, orderId: string, requestId: string): Promise<BilledInvoice[]> {
  const rows = await db.query<{ data: BilledInvoice }>(
    `SELECT data FROM fact WHERE order_id = $1 AND kind = 'invoiced' AND data ->> 'requestId' = $2`,
    [orderId, requestId],
  )
  return rows.map(({ data }) => data)
}
