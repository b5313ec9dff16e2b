/** What would be decided, and what can be promised: the router's own functions on what the route worker would load, nothing written. */
import type { RoutingDecision } from '#core/model/decision.ts'
import type { Order } from '#core/model/order.ts'
import { decideOrder } from '#core/routing/decide.ts'
import { decisionOf } from '#core/routing/routing-plan.ts'
import { type ActiveBook, activeBook, policyFor } from '#core/routing/policy-book.ts'
import { type CartPromise, promiseFor } from '#core/routing/promise.ts'
import type { Destination, RouteRequest } from '#core/routing/request.ts'
import { requestFor, type RoutableOrder } from '#core/routing/requests.ts'
import type { StockSnapshot } from '#core/routing/snapshot.ts'
import { refusals } from '#store/fulfillment.ts'
import { loadPolicy } from '#store/policies.ts'
import { loadPlanning, type Planning } from './planning.ts'
import { routeStock } from './route-stock.ts'
import type { World } from './world.ts'

export type Evaluated = { ok: true; decision: Omit<RoutingDecision, 'id'> } | { ok: false; problem: string }

/** Decides the order's open units as the route worker would at this moment, under the active policy or a stored one. */
export async function evaluateOrder(world: World, order: Order, policyVersion?: string): Promise<Evaluated> {
  if (!order.lines.some((line) => line.counters.open > 0))
    return { ok: false, problem: 'The order has no open unit: there is nothing to decide.' }
  const { planning, request, snapshot } = await prepare(world, order)
  const book = policyVersion === undefined ? planning.book : await bookOf(world, policyVersion)
  if (book === undefined) return { ok: false, problem: `There is no policy ${policyVersion ?? ''}.` }
  return {
    ok: true,
    decision: decisionOf(
      decideOrder(request, snapshot, book, planning.products, world.prices.hooksFor(planning.nodes)),
    ),
  }
}

async function bookOf(world: World, version: string): Promise<ActiveBook | undefined> {
  const stored = await loadPolicy(world.db, version)
  return stored === undefined ? undefined : activeBook(stored.book, version)
}

/** A cart as a customer sees it, before there is an order. */
export type Cart = Pick<RoutableOrder, 'channelId' | 'currency' | 'customerTags' | 'shippingService' | 'lines'> & {
  destination?: Destination
  totalMinor: number
}

export async function promiseCart(world: World, cart: Cart): Promise<CartPromise & Pick<RouteRequest, 'decidedAt'>> {
  const { destination, ...rest } = cart
  const order: RoutableOrder = { ...rest, id: 'ord_cart' as Order['id'], placedAt: world.clock.now() }
  const { planning, request, snapshot } = await prepare(world, order)
  const asked = destination === undefined ? request : { ...request, destination }
  const promised = promiseFor(asked, snapshot, policyFor(planning.book, asked))
  return { ...promised, decidedAt: asked.decidedAt }
}

async function prepare(
  world: World,
  order: RoutableOrder,
): Promise<{ planning: Planning; request: RouteRequest; snapshot: StockSnapshot }> {
  const master = await world.master.fresh()
  const now = world.clock.now()
  const planning = await loadPlanning(world, master, new Set(order.lines.map((line) => line.sku)), now)
  const refused = await refusals(world.db, [order.id])
  const request = requestFor(order, {
    currency: planning.currency ?? order.currency,
    products: planning.products,
    refusedBy: (orderId, lineNo) => refused.get(`${orderId}/${lineNo}`) ?? [],
    now,
  })
  const stock = await routeStock(world.db, master, [order], planning)
  return { planning, request, snapshot: stock.viewFor(order) }
}
