/**
 * Work that no node has accepted yet is planned anew on today's stock and prices, and moved where the policy finds it worth while: at
 * most a share of it in one run. What its node was not told of moves in one commit; a node that was told is asked to give it back.
 */
import { decideOrder } from '#core/routing/decide.ts'
import type { FulfillmentRequest } from '#core/model/fulfillment.ts'
import type { Instant } from '#core/model/time.ts'
import type { PlanHooks, RoutingPlan } from '#core/routing/routing-plan.ts'
import { policyFor } from '#core/routing/policy-book.ts'
import type { Reoptimise } from '#core/routing/policy.ts'
import { addOwn, type OwnUnits } from '#core/routing/order-stock.ts'
import { changedBy, type Reoptimised, stayingRequest, withinChurn, worthMoving } from '#core/routing/reoptimise.ts'
import { requestFor } from '#core/routing/requests.ts'
import type { RouteRequest } from '#core/routing/request.ts'
import { type StockSnapshot, workingCopy } from '#core/routing/snapshot.ts'
import { loadRequests, refusals } from '#store/fulfillment.ts'
import { movableRequestIds, placesOf } from '#store/moves.ts'
import { loadOrders, type StoredOrder } from '#store/orders.ts'
import { type Master, outboundPort } from './master.ts'
import { askBack, type Move, moveAtOnce } from './move-work.ts'
import { nudgePublish } from './nudge.ts'
import { loadPlanning, type Planning } from './planning.ts'
import { type RouteStock, routeStock } from './route-stock.ts'
import type { World } from './world.ts'

/** Requests that one run looks at, oldest first. */
const MAX_LOOKED_AT = 2_000

export type ReoptimiseAsk = {
  dryRun: boolean
  actor: string
  /** For rules of the policy that do not say when work moves. */
  terms?: Reoptimise
}

/** The timer's: does nothing unless a rule of the active policy says when work moves. */
export async function handleReoptimise(world: World): Promise<void> {
  const { policyBook } = await world.master.fresh()
  if (policyBook.rules.every(({ policy }) => policy.reoptimise === undefined)) return
  await reoptimise(world, { dryRun: false, actor: 'reoptimise' })
}

export async function reoptimise(world: World, ask: ReoptimiseAsk): Promise<Reoptimised> {
  const bench = await look(world, ask)
  const first = bench.work.flatMap(([order, work]) => propose(bench, order, work, bench.stock.base) ?? [])
  const { moves, heldBack } = withinChurn(first, bench.lookedAt)
  const report: Reoptimised = {
    lookedAt: [...bench.lookedAt.values()].reduce((sum, each) => sum + each, 0),
    moves: [],
    heldBack: heldBack.length,
  }
  // What one move takes, the next cannot have: each is weighed again on what is left.
  const shared = workingCopy(bench.stock.base)
  for (const { order, work } of moves) {
    const move = propose(bench, order, work, shared)
    if (move === undefined) continue
    bench.viewOf(move.order, move.work, shared).claim(move.fresh)
    const done = !ask.dryRun && (await carryOut(world, bench, move, ask.actor))
    report.moves.push(told(move, done))
  }
  if (report.moves.some((each) => each.done)) await nudgePublish(world)
  return report
}

const carryOut = (world: World, bench: Bench, move: Move, actor: string): Promise<boolean> =>
  move.how === 'atOnce'
    ? moveAtOnce(world, bench.master, bench.planning.networkId, bench.hooks, move, actor, bench.now)
    : askBack(world, move, actor, bench.now)

/** Everything that a run weighs by, loaded once. */
type Bench = {
  master: Master
  planning: Planning
  stock: RouteStock
  hooks: PlanHooks
  refused: ReadonlyMap<string, string[]>
  /** Stock as the order sees it when it gives this work back, its places at nodes with it. */
  viewOf: (order: StoredOrder, work: readonly FulfillmentRequest[], shared: StockSnapshot) => StockSnapshot
  work: [StoredOrder, FulfillmentRequest[]][]
  /** Orders by rule of the policy. */
  lookedAt: Map<string, number>
  terms: Reoptimise | undefined
  now: Instant
}

async function look(world: World, { terms }: ReoptimiseAsk): Promise<Bench> {
  const { db } = world
  const master = await world.master.fresh()
  const now = world.clock.now()
  const requests = (await loadRequests(db, { ids: await movableRequestIds(db, MAX_LOOKED_AT) })).filter((each) =>
    canMove(master, each),
  )
  const byOrder = Map.groupBy(requests, (each) => each.orderId as string)
  const orders = await loadOrders(db, [...byOrder.keys()])
  const skus = new Set(requests.flatMap((request) => request.lines.map((line) => line.sku)))
  const planning = await loadPlanning(world, master, skus, now)
  const refused = await refusals(db, [...byOrder.keys()])
  const places = await placesOf(
    db,
    requests.map((request) => request.id),
  )
  const stock = await routeStock(db, master, orders, planning)
  const bench: Bench = {
    master,
    planning,
    stock,
    hooks: world.prices.hooksFor(planning.nodes),
    refused,
    viewOf: (order, work, shared) =>
      withPlaces(stock.viewFor(asOpen(order, work), shared, unitsOf(work)), work, places),
    work: orders.map((order) => [order, byOrder.get(order.id) ?? []]),
    lookedAt: new Map(),
    terms,
    now,
  }
  for (const [order, work] of bench.work) {
    const { rule, reoptimise: own = terms } = policyFor(planning.book, requestOf(bench, order, work))
    if (own !== undefined) bench.lookedAt.set(rule ?? '', (bench.lookedAt.get(rule ?? '') ?? 0) + 1)
  }
  return bench
}

/** What waits to be sent, and what a node was told of and can be asked for in its own language. */
function canMove(master: Master, request: FulfillmentRequest): boolean {
  if (request.connectionId === undefined) return false
  if (request.negotiation === 'unsubmitted') return true
  const connection = master.connections.get(request.connectionId)
  return connection?.state === 'active' && outboundPort(connection, 'fulfillmentCancel') !== undefined
}

/** The order as it would be if the work were given back. */
function asOpen(order: StoredOrder, work: readonly FulfillmentRequest[]): StoredOrder {
  const back = new Map<number, number>()
  for (const line of work.flatMap((request) => request.lines))
    back.set(line.lineNo, (back.get(line.lineNo) ?? 0) + line.outstanding)
  const lines = order.lines.map((line) => ({
    ...line,
    counters: { ...line.counters, open: back.get(line.lineNo) ?? 0 },
  }))
  return { ...order, lines }
}

function unitsOf(work: readonly FulfillmentRequest[]): OwnUnits {
  const own: OwnUnits = new Map()
  for (const { nodeId, lines } of work)
    for (const line of lines)
      for (const part of line.components ?? [{ sku: line.sku, quantity: 1 }])
        addOwn(own, part.sku, nodeId, line.outstanding * part.quantity)
  return own
}

function withPlaces(
  view: StockSnapshot,
  work: readonly FulfillmentRequest[],
  places: ReadonlyMap<string, string[]>,
): StockSnapshot {
  const mine = new Map<string, number>()
  for (const slot of work.flatMap((request) => places.get(request.id) ?? [])) mine.set(slot, (mine.get(slot) ?? 0) + 1)
  const { capacity } = view
  if (capacity === undefined || mine.size === 0) return view
  return { ...view, capacity: (slot) => Math.max(0, capacity(slot) - (mine.get(slot) ?? 0)) }
}

function requestOf(bench: Bench, order: StoredOrder, work: readonly FulfillmentRequest[]): RouteRequest {
  const { planning, refused, now } = bench
  return requestFor(asOpen(order, work), {
    currency: planning.currency ?? order.currency,
    products: planning.products,
    refusedBy: (orderId, lineNo) => refused.get(`${orderId}/${lineNo}`) ?? [],
    now,
  })
}

/** A move of this work, or of that part of it which the new plan does not leave as it is. */
function propose(
  bench: Bench,
  order: StoredOrder,
  work: readonly FulfillmentRequest[],
  shared: StockSnapshot,
): Move | undefined {
  const { planning, hooks } = bench
  const request = requestOf(bench, order, work)
  const { rule = '', reoptimise: terms = bench.terms } = policyFor(planning.book, request)
  if (terms === undefined) return undefined
  const decide = (asked: RouteRequest): RoutingPlan =>
    decideOrder(asked, bench.viewOf(order, work, shared), planning.book, planning.products, hooks)
  const stay = decide(stayingRequest(request, work, planning.nodes.list))
  const fresh = decide(request)
  const worth = worthMoving(stay, fresh, terms)
  if (worth === undefined) return undefined
  const changed = changedBy(fresh, work)
  if (changed.length === 0) return undefined
  if (changed.length < work.length) return propose(bench, order, changed, shared)
  const how = changed.every((each) => each.negotiation === 'unsubmitted') ? 'atOnce' : 'asked'
  // Half of it would move now and half when its node agrees: it is looked at again when both were told.
  if (how === 'asked' && changed.some((each) => each.negotiation === 'unsubmitted')) return undefined
  return { ...worth, rule, atMostPercent: terms.atMostPercent, order, work: changed, request, stay, fresh, how }
}

const told = (
  { order, work, fresh, stay, reason, savedMinor, how }: Move,
  done: boolean,
): Reoptimised['moves'][number] => ({
  orderId: order.id,
  number: order.number ?? order.externalId,
  requestIds: work.map((each) => each.id),
  from: work.map((each) => each.nodeId),
  to: fresh.packages.map((each) => each.nodeId),
  currency: fresh.currency,
  costMinor: fresh.costMinor,
  wasMinor: stay.costMinor,
  reason,
  savedMinor,
  how,
  done,
})
