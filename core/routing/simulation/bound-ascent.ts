/**
 * The hindsight bound of scenarios whose linear program would take minutes: prices climb the Lagrangian dual of all orders that really
 * came. Every set of prices on the way gives a valid bound.
 */
import { move, serve, typicalPackage } from './ascent-steps.ts'
import { hindsightOf } from './places.ts'
import { play } from './play.ts'
import { cheapest } from './policies.ts'
import type { Scenario } from './scenario.ts'

/** Steps by what is asked for too often or too seldom, before there is a bound from which the way to the top can be judged. */
const FIRST_STEPS = 20
/** How much of a direction is the one before: a climb that turns at every step gets nowhere. */
const KEPT = 0.8
/** The top is taken to lie there, as a part of what the cheapest choice of each order comes to. */
const TOP = 0.96
/** The part of the way to the top that one step tries; less after so many steps that found nothing better. */
const DARED = 0.2
const PATIENCE = 8
const DARED_LESS = 0.7

/**
 * Climbs with the orders themselves, all of them at every step; the best bound on the way, and the prices that prove it. The
 * length of a step is the way that is left to the top over the square of the slope (Polyak 1969), its direction deflected by the one
 * before (Camerini, Fratta, Maffioli 1975), each position and place scaled by its units.
 */
export function ascendBound(scenario: Scenario, steps: number): { bound: number; prices: Float64Array } {
  const { orders, limits } = hindsightOf(scenario)
  const prices = new Float64Array(limits.length)
  const use = new Float64Array(prices.length)
  const way = new Float64Array(prices.length)
  const top = TOP * play(scenario, cheapest(scenario), { nowMs: () => 0 }).cost
  const firstStep = typicalPackage(scenario)
  let best = { bound: Number.NEGATIVE_INFINITY, prices: prices.slice() }
  let dared = DARED
  let failed = 0
  for (let step = 0; step < steps; step++) {
    use.fill(0)
    const bound = limits.reduce(
      (sum, limit, p) => sum - limit * (prices[p] ?? 0),
      serve(scenario, orders, limits, prices, use),
    )
    failed = bound > best.bound ? 0 : failed + 1
    if (bound > best.bound) best = { bound, prices: prices.slice() }
    if (step < FIRST_STEPS) {
      move(prices, use, 1, limits, firstStep / (1 + step / FIRST_STEPS))
      continue
    }
    if (step === FIRST_STEPS) prices.set(best.prices)
    else if (failed > PATIENCE) [dared, failed] = [dared * DARED_LESS, 0]
    if (step > FIRST_STEPS) approach(prices, way, use, limits, dared * Math.max(top - bound, top / 1_000))
  }
  return best
}

/** One step of Polyak's length along the deflected slope. */
function approach(
  prices: Float64Array,
  way: Float64Array,
  use: Float64Array,
  limits: Float64Array,
  left: number,
): void {
  const unitsOf = (p: number): number => Math.max(use[p] ?? 0, limits[p] ?? 0)
  let square = 0
  for (let p = 0; p < prices.length; p++) {
    const limit = limits[p] ?? 0
    if (limit === 0) continue
    const slope = (use[p] ?? 0) - limit
    // What is worth nothing cannot be worth less.
    const free = (prices[p] ?? 0) === 0 && slope < 0 ? 0 : slope
    const along = KEPT * (way[p] ?? 0) + (1 - KEPT) * free
    way[p] = along
    square += (along * along) / unitsOf(p)
  }
  if (square === 0) return
  for (let p = 0; p < prices.length; p++) {
    if ((limits[p] ?? 0) === 0) continue
    prices[p] = Math.max(0, (prices[p] ?? 0) + ((left / square) * (way[p] ?? 0)) / unitsOf(p))
  }
}
