/** Reservations: claims of carts and of orders that wait. Their units are `reserved` in the ledger, in the same commit. */
import { Fault } from '#core/fault.ts'
import type { HeldUnits } from '#core/ledger/cart.ts'
import type { Posting, ReservationBinding, ReservationState } from '#core/model/stock.ts'
import type { Segment } from '#core/model/stock-policy.ts'
import type { Instant } from '#core/model/time.ts'
import { refillFences } from './claims.ts'
import type { Queryable } from './database.ts'
import { insertRows, unnestRows } from './rows.ts'
import { post } from './stock.ts'

export type CartName = { channelId: string; cartKey: string }

export type HeldReservation = HeldUnits & {
  channelId: string | null
  cartKey: string | null
  orderId: string | null
  lineNo: number | null
  binding: ReservationBinding
  segment: string | null
  ttlSeconds: number
  expiresAt: Instant
}

const SELECT = `SELECT v.id AS "reservationId", v.channel_id AS "channelId", v.cart_key AS "cartKey", v.order_id AS "orderId",
  v.line_no AS "lineNo", v.sku, v.node_id AS "nodeId", v.quantity, v.kit, v.per_unit AS "perUnit", v.pinned, v.binding, v.segment,
  v.ttl_seconds AS "ttlSeconds", v.expires_at AS "expiresAt" FROM reservation v`

export const cartName = (cart: CartName): string => `${cart.channelId}\u001f${cart.cartKey}`

/** Locks are shared by carts whose names fall together: their number is bounded, because a server's table of locks is. */
const CART_LOCKS = 64

/** Nobody else changes these carts until the transaction ends; also keeps two first claims of one cart apart. */
export async function lockCarts(db: Queryable, carts: readonly CartName[]): Promise<void> {
  await db.query(
    `SELECT pg_advisory_xact_lock(${CART_LOCK_SPACE}, key)
     FROM (SELECT DISTINCT abs(hashtext(name) % ${CART_LOCKS}) AS key FROM unnest($1::text[]) AS n (name) ORDER BY 1) AS k`,
    [carts.map(cartName)],
  )
}

/** Keeps these locks apart from others of the database. */
const CART_LOCK_SPACE = 0x63617274

export async function heldByCarts(db: Queryable, carts: readonly CartName[]): Promise<HeldReservation[]> {
  const { from, parameters } = unnestRows(
    { channel_id: 'text', cart_key: 'text' } as const,
    carts.map((cart) => ({ channel_id: cart.channelId, cart_key: cart.cartKey })),
  )
  return db.query<HeldReservation>(
    `${SELECT} JOIN ${from} ON v.channel_id = r.channel_id AND v.cart_key = r.cart_key WHERE v.state = 'held' ORDER BY v.id`,
    parameters,
  )
}

/** What orders hold beyond their fulfillment requests: units of a cart they came from, or of a released backorder. */
export async function heldByOrders(db: Queryable, orderIds: readonly string[]): Promise<HeldReservation[]> {
  if (orderIds.length === 0) return []
  return db.query<HeldReservation>(
    `${SELECT} WHERE v.order_id = ANY($1::text[]) AND v.state = 'held' AND v.binding <> 'advisory' ORDER BY v.id`,
    [orderIds],
  )
}

export type NewHeld = Omit<HeldReservation, 'reservationId'> & { id: string; createdAt: Instant }

/** Units that were claimed by claimStock in the same commit (an advisory reservation claims none). */
export async function insertHeld(db: Queryable, reservations: readonly NewHeld[]): Promise<void> {
  await insertRows(
    db,
    'reservation',
    {
      id: 'text',
      channel_id: 'text',
      cart_key: 'text',
      order_id: 'text',
      line_no: 'int4',
      sku: 'text',
      node_id: 'text',
      quantity: 'int4',
      kit: 'text',
      per_unit: 'int4',
      pinned: 'bool',
      binding: 'text',
      segment: 'text',
      ttl_seconds: 'int4',
      expires_at: 'timestamptz',
      state: 'text',
      created_at: 'timestamptz',
    } as const,
    reservations.map((each) => ({
      id: each.id,
      channel_id: each.channelId,
      cart_key: each.cartKey,
      order_id: each.orderId,
      line_no: each.lineNo,
      sku: each.sku,
      node_id: each.nodeId,
      quantity: each.quantity,
      kit: each.kit,
      per_unit: each.perUnit,
      pinned: each.pinned,
      binding: each.binding,
      segment: each.segment,
      ttl_seconds: each.ttlSeconds,
      expires_at: each.expiresAt,
      state: 'held',
      created_at: each.createdAt,
    })),
  )
}

/** Throws a conflict, as shrinkHeld does. */
export async function growHeld(
  db: Queryable,
  growths: readonly { reservationId: string; quantity: number }[],
): Promise<void> {
  if (growths.length === 0) return
  const { from, parameters } = unnestRows(
    { id: 'text', quantity: 'int4' } as const,
    growths.map((each) => ({ id: each.reservationId, quantity: each.quantity })),
  )
  const grown = await db.query(
    `UPDATE reservation v SET quantity = v.quantity + g.quantity
     FROM (SELECT id, sum(quantity)::int AS quantity FROM ${from} GROUP BY id) g
     WHERE v.id = g.id AND v.state = 'held' RETURNING v.id`,
    parameters,
  )
  mustBeHeld(grown, growths)
}

export type Release = {
  held: Pick<HeldReservation, 'reservationId' | 'sku' | 'nodeId' | 'quantity' | 'binding'>
  /** At most what is held. */
  quantity: number
}

/**
 * Gives units back, by quantity: what is left stays held. `state` is what a reservation becomes that has nothing left. The rows and
 * their carts or orders are locked by the caller.
 */
export async function releaseHeld(
  db: Queryable,
  releases: readonly Release[],
  how: {
    state: Extract<ReservationState, 'released' | 'expired'>
    cause: 'release' | 'expire'
    actor: string
    segments: readonly Segment[]
    now: Instant
  },
): Promise<void> {
  if (releases.length === 0) return
  await shrinkHeld(db, releases, how.state)
  const firm = releases.filter((each) => each.held.binding !== 'advisory')
  await post(
    db,
    firm.map(({ held, quantity }) => ({
      sku: held.sku as Posting['sku'],
      nodeId: held.nodeId as Posting['nodeId'],
      from: 'reserved' as const,
      to: 'available' as const,
      quantity,
      cause: how.cause,
      reference: held.reservationId,
      actor: how.actor,
      effectiveAt: how.now,
    })),
  )
  await refillFences(
    db,
    firm.map(({ held, quantity }) => ({ reservationId: held.reservationId, quantity })),
    how.segments,
  )
}

/**
 * Takes units out of held reservations; one that has none left keeps its last quantity and takes the state. Throws a conflict when
 * another process gave some of them back since they were read: its time was up at that moment.
 */
export async function shrinkHeld(db: Queryable, parts: readonly Release[], state: ReservationState): Promise<void> {
  if (parts.length === 0) return
  const { from, parameters } = unnestRows(
    { id: 'text', quantity: 'int4' } as const,
    parts.map((each) => ({ id: each.held.reservationId, quantity: each.quantity })),
    2,
  )
  const shrunk = await db.query(
    `UPDATE reservation v SET state = CASE WHEN v.quantity = g.quantity THEN $1 ELSE v.state END,
            quantity = CASE WHEN v.quantity = g.quantity THEN v.quantity ELSE v.quantity - g.quantity END
     FROM (SELECT id, sum(quantity)::int AS quantity FROM ${from} GROUP BY id) g
     WHERE v.id = g.id AND v.state = 'held' AND v.quantity >= g.quantity RETURNING v.id`,
    [state, ...parameters],
  )
  mustBeHeld(
    shrunk,
    parts.map((part) => part.held),
  )
}

function mustBeHeld(changed: readonly unknown[], reservations: readonly { reservationId: string }[]): void {
  if (changed.length === new Set(reservations.map((each) => each.reservationId)).size) return
  throw new Fault('conflict', {
    code: 'reservation.given-back',
    message: 'another process gave a reservation back at this moment',
  })
}

/** A cart that is still wanted lives on: every claim of it ends at the same time. */
export async function extendCarts(
  db: Queryable,
  carts: readonly (CartName & { ttlSeconds: number; expiresAt: Instant })[],
): Promise<void> {
  if (carts.length === 0) return
  const { from, parameters } = unnestRows(
    { channel_id: 'text', cart_key: 'text', ttl_seconds: 'int4', expires_at: 'timestamptz' } as const,
    carts.map((cart) => ({
      channel_id: cart.channelId,
      cart_key: cart.cartKey,
      ttl_seconds: cart.ttlSeconds,
      expires_at: cart.expiresAt,
    })),
  )
  await db.query(
    `UPDATE reservation v SET ttl_seconds = r.ttl_seconds, expires_at = r.expires_at FROM ${from}
     WHERE v.channel_id = r.channel_id AND v.cart_key = r.cart_key AND v.state = 'held'`,
    parameters,
  )
}

/** Orders take over what their carts hold: from now on it is extended as long as the order lives. Advisory wishes end. */
export async function takeOverCarts(db: Queryable, orders: readonly (CartName & { orderId: string })[]): Promise<void> {
  if (orders.length === 0) return
  const { from, parameters } = unnestRows(
    { channel_id: 'text', cart_key: 'text', order_id: 'text' } as const,
    orders.map((order) => ({ channel_id: order.channelId, cart_key: order.cartKey, order_id: order.orderId })),
  )
  await db.query(
    `UPDATE reservation v SET order_id = r.order_id, binding = CASE WHEN v.binding = 'advisory' THEN v.binding ELSE 'hard' END,
            state = CASE WHEN v.binding = 'advisory' THEN 'released' ELSE v.state END
     FROM ${from} WHERE v.channel_id = r.channel_id AND v.cart_key = r.cart_key AND v.state = 'held' AND v.order_id IS NULL`,
    parameters,
  )
}

/** Reservations whose time is up, with whether an order still wants the units. Locked; others' locks are passed over. */
export async function endingReservations(
  db: Queryable,
  now: Instant,
  max: number,
): Promise<(HeldReservation & { wanted: boolean })[]> {
  return db.query<HeldReservation & { wanted: boolean }>(
    `${SELECT.replace(' FROM reservation v', '')}, (o.id IS NOT NULL AND o.cancelled_at IS NULL AND EXISTS (
       SELECT 1 FROM order_line l WHERE l.order_id = o.id AND l.open > 0)) AS wanted
     FROM reservation v LEFT JOIN sales_order o ON o.id = v.order_id
     WHERE v.state = 'held' AND v.expires_at <= $1 ORDER BY v.expires_at, v.id LIMIT $2 FOR UPDATE OF v SKIP LOCKED`,
    [now, max],
  )
}

export async function extendReservations(
  db: Queryable,
  extensions: readonly { reservationId: string; expiresAt: Instant }[],
): Promise<void> {
  if (extensions.length === 0) return
  const { from, parameters } = unnestRows(
    { id: 'text', expires_at: 'timestamptz' } as const,
    extensions.map((each) => ({ id: each.reservationId, expires_at: each.expiresAt })),
  )
  await db.query(`UPDATE reservation v SET expires_at = r.expires_at FROM ${from} WHERE v.id = r.id`, parameters)
}
