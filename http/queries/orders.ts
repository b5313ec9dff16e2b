/** Orders for people: one with everything around it, or a page of them. */
import { isActive } from '#core/model/order.ts'
import { orderPhase, type OrderPhase } from '#core/orders/phase.ts'
import { type Instant, latest } from '#core/model/time.ts'
import { type Waiting, waitingOf } from '#core/orders/waiting.ts'
import { backordersOf } from '#store/backorders.ts'
import type { Queryable } from '#store/database.ts'
import { loadOrders, type StoredOrder } from '#store/orders.ts'
import type { CaseRow } from './cases.ts'
import type { RequestView } from './requests.ts'

export const phaseOf = (order: StoredOrder): OrderPhase =>
  orderPhase({
    lines: order.lines,
    activeHolds: order.holds.filter(isActive).length,
    parked: order.routing === 'parked',
  })

/** What the order waits on, worked out from what its view has loaded anyway. */
export async function waitingOfOrder(
  db: Queryable,
  order: StoredOrder,
  phase: OrderPhase,
  requests: readonly RequestView[],
  cases: readonly CaseRow[],
  now: Instant,
): Promise<Waiting> {
  return waitingOf({
    phase,
    lines: order.lines,
    holds: order.holds,
    routingSince: order.routingSince,
    requests: requests.map((request) => ({
      ...request,
      shippedAt: latest(request.shipments.map((each) => each.shippedAt)),
    })),
    backorders: phase === 'backordered' ? await backordersOf(db, [order.id]) : [],
    cases,
    now,
  })
}

export type OrderFilter = {
  channel?: string | undefined
  externalId?: string | undefined
  name?: string | undefined
  phase?: OrderPhase | undefined
  placedFrom?: string | undefined
  placedBefore?: string | undefined
}

/** Where a page ended: the next one holds older orders. */
export type OrderCursor = { placedAt: string; id: string }

const line = (condition: string): string =>
  `EXISTS (SELECT 1 FROM order_line l WHERE l.order_id = o.id AND ${condition})`

/** What must hold for an order to be in a phase. SQL only narrows; `orderPhase` alone decides. */
export const PHASE_NEEDS: Record<OrderPhase, string> = {
  held: `EXISTS (SELECT 1 FROM order_hold h WHERE h.order_id = o.id AND h.released_at IS NULL) AND ${line('l.open + l.allocated > 0')}`,
  routing: line('l.open > 0'),
  unroutable: `o.routing = 'parked' AND ${line('l.open > 0')}`,
  backordered: line('l.backordered > 0'),
  releasing: line('l.allocated > 0'),
  inProgress: line('l.released > 0'),
  partlyShipped: line('l.shipped > 0'),
  shipped: `NOT ${line('l.shipped + l.cancelled < l.ordered')}`,
  delivered: `NOT ${line('l.shipped + l.cancelled < l.ordered')}`,
  cancelled: `NOT ${line('l.cancelled < l.ordered')}`,
}

/** Orders looked at for one page, so that a rare phase among many orders does not hold the database: the page is short then. */
const MAX_SCANNED = 2_000
const CHUNK = 200

export async function pageOfOrders(
  db: Queryable,
  filter: OrderFilter,
  from: OrderCursor | undefined,
  limit: number,
): Promise<{ orders: StoredOrder[]; next: OrderCursor | undefined }> {
  const orders: StoredOrder[] = []
  let cursor = from
  for (let scanned = 0; scanned < MAX_SCANNED; scanned += CHUNK) {
    const heads = await orderHeads(db, filter, cursor, CHUNK)
    const loaded = new Map((await loadOrders(db, idsOf(heads))).map((order) => [order.id as string, order]))
    for (const head of heads) {
      const order = loaded.get(head.id)
      if (order !== undefined && (filter.phase === undefined || phaseOf(order) === filter.phase)) orders.push(order)
      cursor = head
      if (orders.length === limit) return { orders, next: cursor }
    }
    if (heads.length < CHUNK) return { orders, next: undefined }
  }
  return { orders, next: cursor }
}

const idsOf = (heads: readonly OrderCursor[]): string[] => heads.map((head) => head.id)

async function orderHeads(
  db: Queryable,
  filter: OrderFilter,
  after: OrderCursor | undefined,
  max: number,
): Promise<OrderCursor[]> {
  return db.query<{ id: string; placedAt: Instant }>(
    `SELECT o.id, o.placed_at AS "placedAt" FROM sales_order o
     WHERE ($1::text IS NULL OR o.channel_id = $1) AND ($2::text IS NULL OR o.external_id = $2)
       AND ($3::timestamptz IS NULL OR o.placed_at >= $3) AND ($4::timestamptz IS NULL OR o.placed_at < $4)
       AND ($5::timestamptz IS NULL OR (o.placed_at, o.id) < ($5, $6::text))
       AND ($8::text IS NULL OR o.number = $8 OR o.external_id = $8)
       ${filter.phase === undefined ? '' : `AND ${PHASE_NEEDS[filter.phase]}`}
     ORDER BY o.placed_at DESC, o.id DESC LIMIT $7`,
    [
      filter.channel ?? null,
      filter.externalId ?? null,
      filter.placedFrom ?? null,
      filter.placedBefore ?? null,
      after?.placedAt ?? null,
      after?.id ?? null,
      max,
      filter.name ?? null,
    ],
  )
}
