/** Stock that comes in goes to those who wait for it, in the order that the policy says. */
import { isActive } from '#core/model/order.ts'
import { allot, inOrder } from '#core/ledger/backorders.ts'
import { planCart, type StockView } from '#core/ledger/cart.ts'
import { type Instant, plusMs } from '#core/model/time.ts'
import { type Backorder, lockWaitingCounts, shrinkBackorders, skusWaitedFor, waitingFor } from '#store/backorders.ts'
import { claimStock, type StockClaim } from '#store/claims.ts'
import { appendFacts } from '#store/facts.ts'
import { refusals } from '#store/fulfillment.ts'
import { type CounterMove, lockOrders, moveUnits, setRouting, type StoredOrder } from '#store/orders.ts'
import { insertHeld } from '#store/reservations.ts'
import type { Unit } from '#store/unit.ts'
import { servingFor } from './backorders.ts'
import { pegAnew, type Serving } from './expectations.ts'
import { stockViews } from './stock-view.ts'
import type { World } from './world.ts'

/** How long released units are kept for their order at a time; extended while it lives. */
const RELEASED_TTL_SECONDS = 24 * 3_600

/**
 * Stock of these SKUs may be free: those who wait for it get it now, before anyone who comes later. Their units are reserved where they
 * lie and are open to routing again. Returns the orders that have to be routed.
 */
export async function releaseBackorders(
  unit: Unit,
  world: World,
  skus: readonly string[],
  now: Instant,
): Promise<string[]> {
  const waitedFor = await skusWaitedFor(unit, skus)
  if (waitedFor.length === 0) return []
  const orders = new Map(
    (await lockOrders(unit, await orderIdsWaiting(unit, waitedFor))).map((order) => [order.id as string, order]),
  )
  await lockWaitingCounts(unit, waitedFor)
  const serving = await servingFor(unit, world, waitedFor, now)
  const due = waitedFor.filter((sku) => (serving.get(sku)?.releaseFrom ?? now) <= now)
  const waiting = (await waitingFor(unit, due)).filter((each) => orders.has(each.orderId))
  const grants = await grant(unit, world, waiting, serving, orders)
  if (grants.length === 0) return []
  const held = await claimStock(
    unit,
    grants.map((each) => each.claims.map((claim) => ({ ...claim, effectiveAt: now }))),
    world.master.current().stockPolicy.segments,
  )
  const won = grants.filter((_, i) => held[i] === true)
  await writeReleases(unit, world, won, orders, now)
  await pegAnew(unit, world, serving, 'stock came in', now)
  return [...new Set(won.map((each) => each.backorder.orderId))].filter((id) => {
    const order = orders.get(id)
    return order !== undefined && !isHeld(order)
  })
}

const isHeld = (order: StoredOrder): boolean => order.holds.some(isActive)

async function orderIdsWaiting(unit: Unit, skus: readonly string[]): Promise<string[]> {
  return [...new Set((await waitingFor(unit, skus)).map((each) => each.orderId))]
}

type Grant = { backorder: Backorder; quantity: number; claims: Omit<StockClaim, 'effectiveAt'>[] }

/** Says who gets what, on locked positions: what is granted here is there. */
async function grant(
  unit: Unit,
  world: World,
  waiting: readonly Backorder[],
  serving: ReadonlyMap<string, Serving>,
  orders: ReadonlyMap<string, StoredOrder>,
): Promise<Grant[]> {
  if (waiting.length === 0) return []
  const master = world.master.current()
  const refused = await refusals(unit, [...orders.keys()])
  const stock = await stockViews(unit, master, [...new Set(waiting.map((each) => each.sku))], true)
  const grants: Grant[] = []
  for (const [sku, mine] of Map.groupBy(waiting, (each) => each.sku)) {
    const free = freeAt(stock(undefined), sku, [...master.nodes.keys()])
    const by = serving.get(sku)?.releaseBy ?? 'fifo'
    // Turns are taken by who is served first; a fair share is cut before, out of what everyone may have.
    const quotas = by === 'fairShare' ? allot(free, mine, by) : undefined
    for (const backorder of inOrder(mine, by)) {
      const order = orders.get(backorder.orderId)
      const line = order?.lines.find((each) => each.lineNo === backorder.lineNo)
      if (order === undefined || line === undefined) continue
      const out = new Set(refused.get(`${order.id}/${line.lineNo}`) ?? [])
      const nodes = [...master.nodes.values()]
        .filter((node) => node.enabled && !out.has(node.id))
        .map((node) => node.id as string)
      const segment = master.channels.get(order.channelId)?.segment
      const most = quotas === undefined ? backorder.quantity : (quotas.get(backorder.id) ?? 0)
      const claims = claimsFor(
        world,
        backorder,
        most,
        line.nodeId === undefined ? nodes : [line.nodeId],
        segment,
        stock(segment),
      )
      if (claims.length > 0)
        grants.push({ backorder, quantity: claims.reduce((sum, claim) => sum + claim.quantity, 0), claims })
    }
  }
  return grants
}

const freeAt = (stock: StockView, sku: string, nodeIds: readonly string[]): number =>
  nodeIds.reduce((sum, nodeId) => sum + Math.max(0, stock.free(sku, nodeId)), 0)

/** As many of the units as can be had, at as few nodes as possible. */
function claimsFor(
  world: World,
  backorder: Backorder,
  most: number,
  nodes: readonly string[],
  segment: string | undefined,
  stock: StockView,
): Grant['claims'] {
  const quantity = Math.min(most, freeAt(stock, backorder.sku, nodes))
  if (quantity <= 0) return []
  const plan = planCart([{ sku: backorder.sku, quantity }], [], nodes, new Map(), stock)
  if (plan.kind !== 'change') return []
  return plan.claims.map((claim) => ({
    sku: claim.sku,
    nodeId: claim.nodeId,
    quantity: claim.quantity,
    to: 'reserved',
    segment,
    reservationId: world.ids.next('rsv'),
    cause: 'reserve',
    reference: backorder.id,
    actor: 'backorders',
  }))
}

async function writeReleases(
  unit: Unit,
  world: World,
  grants: readonly Grant[],
  orders: ReadonlyMap<string, StoredOrder>,
  now: Instant,
): Promise<void> {
  const expiresAt = plusMs(now, RELEASED_TTL_SECONDS * 1_000)
  await insertHeld(
    unit,
    grants.flatMap(({ backorder, claims }) =>
      claims.map((claim) => ({
        id: claim.reservationId,
        channelId: null,
        cartKey: null,
        orderId: backorder.orderId,
        lineNo: backorder.lineNo,
        sku: claim.sku,
        nodeId: claim.nodeId,
        quantity: claim.quantity,
        kit: null,
        perUnit: 1,
        pinned: false,
        binding: 'hard' as const,
        segment: claim.segment ?? null,
        ttlSeconds: RELEASED_TTL_SECONDS,
        expiresAt,
        createdAt: now,
      })),
    ),
  )
  await shrinkBackorders(
    unit,
    grants.map(({ backorder, quantity }) => ({ id: backorder.id, sku: backorder.sku, quantity })),
  )
  await moveUnits(
    unit,
    grants.map(({ backorder, quantity }): CounterMove => ({
      orderId: backorder.orderId,
      lineNo: backorder.lineNo,
      quantity,
      from: 'backordered',
      to: 'open',
    })),
  )
  await setRouting(
    unit,
    [...new Set(grants.map((each) => each.backorder.orderId))].flatMap((orderId) => {
      const order = orders.get(orderId)
      return order === undefined ? [] : [{ orderId, routing: isHeld(order) ? ('held' as const) : ('pending' as const) }]
    }),
    now,
  )
  await appendFacts(
    unit,
    grants.map(({ backorder, quantity, claims }) => ({
      id: world.ids.next('fct'),
      orderId: backorder.orderId,
      kind: 'backorderReleased' as const,
      at: now,
      actor: 'backorders',
      cause: backorder.id,
      data: {
        lineNo: backorder.lineNo,
        sku: backorder.sku,
        quantity,
        nodes: claims.map((claim) => ({ nodeId: claim.nodeId, quantity: claim.quantity })),
      },
    })),
  )
}
