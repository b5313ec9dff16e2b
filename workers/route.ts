/**
 * The route loop: load orders and stock, plan each (pure), commit all decisions at once with the stock they claim. Someone may
 * have taken a unit in between: then the guarded claim says so, and only the orders that lost are decided again on fresh stock.
 */
import type { FulfillmentRequest } from '#core/model/fulfillment.ts'
import type { Instant } from '#core/model/time.ts'
import { decideOrder } from '#core/routing/decide.ts'
import { policyFor } from '#core/routing/policy-book.ts'
import { type DecisionRecord, recordOf } from '#core/routing/record.ts'
import { requestFor } from '#core/routing/requests.ts'
import type { StockSnapshot } from '#core/routing/snapshot.ts'
import { decideWave } from '#core/routing/wave.ts'
import { pastAnswers } from '#store/fulfillment.ts'
import { loadOrders, lockOrderHeads, type StoredOrder } from '#store/orders.ts'
import type { PositionRow } from '#store/stock.ts'
import type { Unit } from '#store/unit.ts'
import type { Master } from './master.ts'
import { nudgePublish } from './nudge.ts'
import { loadPlanning } from './planning.ts'
import { retryRaces } from './races.ts'
import { claimForOrders } from './route-claims.ts'
import { routeStock } from './route-stock.ts'
import type { World } from './world.ts'
import { type Decided, requestsOf, writeDecisions } from './write-decisions.ts'

type Batch = { decided: Decided[]; seen: readonly PositionRow[] }

export function handleRoute(world: World, ids: readonly string[]): Promise<void> {
  return retryRaces(() => routeOnce(world, ids))
}

async function routeOnce(world: World, ids: readonly string[]): Promise<void> {
  const [loaded, master] = await Promise.all([loadOrders(world.db, ids), world.master.fresh()])
  // Lines are read after their head: of an order whose units were taken in between, whoever took them says what comes next.
  const orders = loaded.filter(
    (order) => order.routing === 'pending' && order.lines.some((line) => line.counters.open > 0),
  )
  if (orders.length === 0) return
  const now = world.clock.now()
  const batch = await decide(world, master, orders, now)
  await world.commit((unit) => commitDecisions(unit, world, master, batch, now))
  await nudgePublish(world)
}

/** Plans the batch as one wave: what an order takes, no other can have. */
async function decide(world: World, master: Master, orders: readonly StoredOrder[], now: Instant): Promise<Batch> {
  const skus = new Set(
    orders.flatMap((order) => order.lines.filter((line) => line.counters.open > 0).map((line) => line.sku)),
  )
  const [{ refused, givenBack }, planning] = await Promise.all([
    pastAnswers(
      world.db,
      orders.map((order) => order.id),
    ),
    loadPlanning(world, master, skus, now),
  ])
  const stock = await routeStock(world.db, master, orders, planning)
  const hooks = world.prices.hooksFor(planning.nodes)
  const wave = orders.map((order) => {
    const request = requestFor(order, {
      currency: planning.currency ?? order.currency,
      products: planning.products,
      refusedBy: (orderId, lineNo) => refused.get(`${orderId}/${lineNo}`) ?? [],
      now,
    })
    const policy = policyFor(planning.book, request)
    return { order, request, policy, view: (shared: StockSnapshot) => stock.viewFor(order, shared) }
  })
  const plans = decideWave(wave, stock.base, ({ request }, view) =>
    decideOrder(request, view, planning.book, planning.products, hooks),
  )
  const decided = wave.flatMap(({ order, request }, at) => {
    const plan = plans[at]
    if (plan === undefined) return []
    const requestIds = givenBack.get(order.id) as FulfillmentRequest['id'][] | undefined
    const made = requestIds === undefined ? plan : { ...plan, reoptimises: { requestIds } }
    const record = recordOf(
      made,
      world.ids.next('dec') as DecisionRecord['head']['id'],
      planning.networkId,
      request,
      hooks,
    )
    const requests = requestsOf(world, master, order, record.head.id, made, now)
    return [{ order, plan: made, record, requests, held: stock.heldBy(order.id) }]
  })
  return { decided, seen: planning.positions }
}

async function commitDecisions(
  unit: Unit,
  world: World,
  master: Master,
  { decided: all, seen }: Batch,
  now: Instant,
): Promise<void> {
  const heads = await lockOrderHeads(
    unit,
    all.map((each) => each.order.id),
  )
  const versions = new Map(heads.map((head) => [head.id, head.version]))
  // Whoever changed an order since it was read also queued it again.
  const unchanged = all.filter(({ order }) => versions.get(order.id) === order.version)
  const { won: decided, claims, allocations } = await claimForOrders(unit, world, unchanged, now)
  // Somebody took a unit in between: these are decided again on fresh stock, the others go on.
  const lost = unchanged.filter((each) => !decided.includes(each))
  unit.enqueue(
    'route',
    lost.map((each) => each.order.id),
  )
  const dropped = all.filter((each) => !decided.includes(each)).flatMap((each) => each.requests)
  await writeDecisions(unit, world, master, decided, allocations, { seen, claimed: claims, dropped }, now)
}
