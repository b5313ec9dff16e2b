/** Money that goes back: what an order's customer paid, and every refund of it. The CHECK of order_money holds refunded ≤ paid. */
import type { RefundPlan } from '#core/returns/money.ts'
import type { RefundState } from '#core/model/return.ts'
import type { Instant } from '#core/model/time.ts'
import type { Queryable } from './database.ts'

export type OrderMoney = {
  orderId: string
  currency: string
  paidMinor: number
  refundedMinor: number
  shippingUnits: number
}

const MONEY = `order_id AS "orderId", currency, paid_minor AS "paidMinor", refunded_minor AS "refundedMinor", shipping_units AS "shippingUnits"`

/** The order's money, made when it is first asked for. The caller holds the order's lock. */
export async function orderMoney(
  db: Queryable,
  first: { orderId: string; currency: string; paidMinor: number },
): Promise<OrderMoney> {
  await db.query(
    'INSERT INTO order_money (order_id, currency, paid_minor) VALUES ($1, $2, $3) ON CONFLICT (order_id) DO NOTHING',
    [first.orderId, first.currency, first.paidMinor],
  )
  const [row] = await db.query<OrderMoney>(`SELECT ${MONEY} FROM order_money WHERE order_id = $1 FOR UPDATE`, [
    first.orderId,
  ])
  if (row === undefined) throw new Error('the money of the order was not stored')
  return row
}

/** Claims money for a refund, or gives it back with a negative amount. */
export async function claimMoney(
  db: Queryable,
  orderId: string,
  claim: { amountMinor: number; shippingUnits: number },
): Promise<void> {
  await db.query(
    'UPDATE order_money SET refunded_minor = refunded_minor + $2, shipping_units = shipping_units + $3 WHERE order_id = $1',
    [orderId, claim.amountMinor, claim.shippingUnits],
  )
}

/** Units of order lines that the channel is told to pay back, or is told no more with a negative sign. */
export async function countRefunded(db: Queryable, orderId: string, plan: RefundPlan, sign: 1 | -1): Promise<void> {
  for (const line of plan.lines) {
    await db.query('UPDATE order_line SET refunded = refunded + $3 WHERE order_id = $1 AND line_no = $2', [
      orderId,
      line.lineNo,
      sign * line.quantity,
    ])
  }
}

export type StoredRefund = {
  id: string
  orderId: string
  returnId: string | null
  state: RefundState
  amountMinor: number
  plan: RefundPlan
  reference: string | null
  createdAt: Instant
  settledAt: Instant | null
}

const COLUMNS = `id, order_id AS "orderId", return_id AS "returnId", state, amount_minor AS "amountMinor", plan, reference,
  created_at AS "createdAt", settled_at AS "settledAt"`

export async function insertRefund(db: Queryable, refund: StoredRefund): Promise<void> {
  await db.query(
    `INSERT INTO refund (id, order_id, return_id, state, amount_minor, plan, reference, created_at, settled_at)
     VALUES ($1, $2, $3, $4, $5, $6::jsonb, $7, $8, $9)`,
    [
      refund.id,
      refund.orderId,
      refund.returnId,
      refund.state,
      refund.amountMinor,
      JSON.stringify(refund.plan),
      refund.reference,
      refund.createdAt,
      refund.settledAt,
    ],
  )
}

export async function loadRefunds(
  db: Queryable,
  by: { ids: readonly string[] } | { orderIds: readonly string[] } | { returnIds: readonly string[] },
): Promise<StoredRefund[]> {
  const [column, values] =
    'ids' in by ? ['id', by.ids] : 'orderIds' in by ? ['order_id', by.orderIds] : ['return_id', by.returnIds]
  return db.query<StoredRefund>(`SELECT ${COLUMNS} FROM refund WHERE ${column} = ANY($1::text[]) ORDER BY id`, [values])
}

export async function setRefundState(
  db: Queryable,
  id: string,
  state: RefundState,
  reference: string | null,
  now: Instant,
): Promise<void> {
  await db.query(
    `UPDATE refund SET state = $2, reference = coalesce($3, reference),
            settled_at = CASE WHEN $2 IN ('refunded', 'denied', 'notRefundable') THEN $4::timestamptz END WHERE id = $1`,
    [id, state, reference, now],
  )
}
