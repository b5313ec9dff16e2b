/**
 * Decides a wave of orders together. One after the other in order of arrival is the start; where two of them want the same last
 * units, whoever comes first may take what another needs far more. So the wave is decided again a few times, and each time those who
 * lost most by the others go first; the best round counts. Nobody is left with more unserved, or later, than by arrival.
 */
import { criteriaOf } from './policy.ts'
import type { RoutingPolicy } from './policy.ts'
import { lateMinutesOf } from './parcels.ts'
import { opportunityOf, unitsLeft } from './routing-plan.ts'
import type { RoutingPlan } from './routing-plan.ts'
import type { RouteRequest } from './request.ts'
import { workingCopy } from './snapshot.ts'
import type { StockSnapshot } from './snapshot.ts'

export type WaveOrder = {
  readonly request: RouteRequest
  readonly policy: RoutingPolicy
  /** The order's own view of shared stock: with what it holds itself and may draw on. Made anew for each round. */
  readonly view: (shared: StockSnapshot) => StockSnapshot
}

type Decide<O> = (order: O, view: StockSnapshot) => RoutingPlan

const ROUNDS = 4
/** More orders at odds than this are decided by arrival: a round costs as much as they do. */
const MAX_AT_ODDS = 256

/** One plan for each order, in their order. `base` is not claimed from. */
export function decideWave<O extends WaveOrder>(
  orders: readonly O[],
  base: StockSnapshot,
  decide: Decide<O>,
): RoutingPlan[] {
  const stock = workingCopy(base)
  const byArrival = orders.map((order) => claimed(order, stock, decide))
  const atOdds = ordersAtOdds(orders, byArrival, base, stock)
  if (atOdds.length < 2 || atOdds.length > MAX_AT_ODDS) return byArrival
  if (atOdds.some((at) => criteriaOf(orders[at]?.policy as RoutingPolicy).join() !== 'cost')) return byArrival
  return squeakyWheel(orders, base, decide, byArrival, atOdds)
}

function claimed<O extends WaveOrder>(order: O, stock: StockSnapshot, decide: Decide<O>): RoutingPlan {
  const view = order.view(stock)
  const made = decide(order, view)
  view.claim(made)
  return made
}

/** Orders that want a SKU which the wave takes the last units of somewhere, or does not get enough of. */
function ordersAtOdds(
  orders: readonly WaveOrder[],
  plans: readonly RoutingPlan[],
  base: StockSnapshot,
  left: StockSnapshot,
): number[] {
  const wanting = new Map<string, Set<number>>()
  orders.forEach(({ request }, at) => {
    for (const { sku } of request.lines) wanting.set(sku, (wanting.get(sku) ?? new Set()).add(at))
  })
  const found = new Set<number>()
  for (const [sku, by] of wanting) {
    if (by.size < 2) continue
    const before = base.sellable(sku)
    const after = left.sellable(sku)
    // An untouched row is the same row.
    const short =
      (before !== after && after.some((units, n) => units <= 0 && (before[n] ?? 0) > 0)) ||
      [...by].some((at) => lacks(plans[at], orders[at]?.request, sku))
    if (short) for (const at of by) found.add(at)
  }
  return [...found].sort((a, b) => a - b)
}

const lacks = (made: RoutingPlan | undefined, request: RouteRequest | undefined, sku: string): boolean =>
  made?.unserved.some((each) => request?.lines.find((line) => line.lineNo === each.lineNo)?.sku === sku) === true

/** Squeaky wheel optimization (Joslin and Clements 1999): build, find who suffered, let him go earlier, build again. */
function squeakyWheel<O extends WaveOrder>(
  orders: readonly O[],
  base: StockSnapshot,
  decide: Decide<O>,
  byArrival: readonly RoutingPlan[],
  atOdds: readonly number[],
): RoutingPlan[] {
  const alone = new Map(atOdds.map((at) => [at, weightOf(decide(orders[at] as O, (orders[at] as O).view(base)))]))
  const blame = new Map(atOdds.map((at) => [at, 0]))
  let plans = [...byArrival]
  let best = { plans, total: totalOf(plans, atOdds) }
  for (let round = 0; round < ROUNDS; round++) {
    for (const at of atOdds) {
      const lost = weightOf(plans[at] as RoutingPlan) - (alone.get(at) ?? 0)
      blame.set(at, (blame.get(at) ?? 0) + Math.max(0, lost))
    }
    const sequence = atOdds.toSorted((a, b) => (blame.get(b) ?? 0) - (blame.get(a) ?? 0) || a - b)
    plans = inSequence(orders, base, decide, byArrival, sequence)
    const total = totalOf(plans, atOdds)
    const fair = atOdds.every((at) => noWorse(plans[at] as RoutingPlan, byArrival[at] as RoutingPlan))
    if (fair && total < best.total) best = { plans, total }
  }
  return best.plans
}

/** Those who are at odds with nobody keep their plans, and their units. */
function inSequence<O extends WaveOrder>(
  orders: readonly O[],
  base: StockSnapshot,
  decide: Decide<O>,
  byArrival: readonly RoutingPlan[],
  sequence: readonly number[],
): RoutingPlan[] {
  const stock = workingCopy(base)
  const plans = [...byArrival]
  const again = new Set(sequence)
  orders.forEach((order, at) => {
    if (!again.has(at)) order.view(stock).claim(byArrival[at] as RoutingPlan)
  })
  for (const at of sequence) plans[at] = claimed(orders[at] as O, stock, decide)
  return plans
}

/** A unit that is not served weighs more than any money: beyond 10^9 minor units nothing is sold. */
const UNSERVED_UNIT = 1e9

/** Money, and what its units are worth to later orders. */
export const weightOf = (made: RoutingPlan): number =>
  made.costMinor + opportunityOf(made) + UNSERVED_UNIT * unitsLeft(made)

const totalOf = (plans: readonly RoutingPlan[], among: readonly number[]): number =>
  among.reduce((sum, at) => sum + weightOf(plans[at] as RoutingPlan), 0)

const noWorse = (made: RoutingPlan, before: RoutingPlan): boolean =>
  unitsLeft(made) <= unitsLeft(before) &&
  lateMinutesOf(made) <= lateMinutesOf(before) &&
  (made.gaveUp?.length ?? 0) <= (before.gaveUp?.length ?? 0)
