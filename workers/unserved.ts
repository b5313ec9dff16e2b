/** Units that a decision found no node for: they wait as backorders, are parked for a person, or have come in meanwhile. */
import { componentsOf } from '#core/ledger/kits.ts'
import type { Instant } from '#core/model/time.ts'
import type { RoutingPlan } from '#core/routing/routing-plan.ts'
import type { DecisionRecord } from '#core/routing/record.ts'
import type { StoredOrder } from '#store/orders.ts'
import { openCases } from '#store/quarantine.ts'
import { keepWaits } from '#store/routing-waits.ts'
import type { Unit } from '#store/unit.ts'
import { backorder } from './backorders.ts'
import { type Looked, risenSince } from './overtaken.ts'
import { releaseBackorders } from './release-backorders.ts'
import type { World } from './world.ts'

type Unserved = { order: StoredOrder; plan: RoutingPlan; record: DecisionRecord }

export type Rest = {
  /** Units that neither a node serves nor the policy lets wait, by order. */
  left: ReadonlyMap<string, RoutingPlan['unserved']>
  /** Orders whose stock came in while they were decided. */
  overtaken: ReadonlySet<string>
}

/** Lets units wait as backorders, or be parked, unless they came in while it was decided. The caller holds the orders' locks. */
export async function letWait(
  unit: Unit,
  world: World,
  decided: readonly Unserved[],
  looked: Looked,
  now: Instant,
): Promise<Rest> {
  const unserved = decided.flatMap(({ order, plan: made, record }) =>
    made.unserved.flatMap((each) => {
      const line = order.lines.find((one) => one.lineNo === each.lineNo)
      return line === undefined ? [] : [{ ...each, order, sku: line.sku, cause: record.head.id }]
    }),
  )
  const skus = [...new Set<string>(unserved.map((each) => each.sku))]
  const { kits } = world.master.current()
  const risen = await risenSince(unit, kits, skus, looked)
  const waiting = await backorder(unit, world, unserved, now)
  // Whoever raised them saw nobody wait.
  const released = await releaseBackorders(unit, world, [...risen], now)
  unit.enqueue('route', released)
  const left = unserved
    .map((each) => ({ ...each, quantity: each.quantity - (waiting.get(`${each.order.id}/${each.lineNo}`) ?? 0) }))
    .filter((each) => each.quantity > 0)
  const overtaken = new Set<string>([
    ...released,
    ...left
      .filter((each) => componentsOf(kits, each.sku).some((part) => risen.has(part.sku)))
      .map((each) => each.order.id),
  ])
  const parking = left.filter((each) => !overtaken.has(each.order.id))
  return {
    overtaken,
    left: new Map(
      [...Map.groupBy(parking, (each) => each.order.id as string)].map(([orderId, lines]) => [
        orderId,
        lines.map(({ lineNo, quantity, reason }) => ({ lineNo, quantity, reason })),
      ]),
    ),
  }
}

const offeredFrom = ({ nodeId, method }: NonNullable<RoutingPlan['offers']>[number]): string =>
  method === 'pickup' ? `to collect at ${nodeId}` : method === 'ship' ? `sent by ${nodeId}` : `from ${nodeId}`

const offered = ({ offers = [] }: RoutingPlan): string =>
  offers.length === 0
    ? ''
    : `Offer the customer ${offers.map((each) => `${each.quantity} of ${each.sku} for line ${each.lineNo} ${offeredFrom(each)}`).join(', ')}. `

/** A person hears of parked orders, and what wakes them besides stock is written down. */
export async function tellUnroutable(
  unit: Unit,
  world: World,
  parked: readonly Unserved[],
  left: Rest['left'],
  now: Instant,
): Promise<void> {
  await keepWaits(
    unit,
    parked.map(({ order }) => ({ orderId: order.id, causes: (left.get(order.id) ?? []).map((each) => each.reason) })),
    now,
  )
  await openCases(
    unit,
    parked.map(({ order, plan: made }) => ({
      id: world.ids.next('exc'),
      kind: 'unroutable' as const,
      subject: order.id,
      orderId: order.id,
      detail: `no node can serve ${(left.get(order.id) ?? []).map((each) => `${each.quantity} of line ${each.lineNo} (${each.reason})`).join(', ')}`,
      cure: `${offered(made)}It is routed again by itself when stock comes in or a node has room. To help it: add stock, a substitute or a node, or cancel the line.`,
      owner: 'operator' as const,
    })),
    now,
  )
}
