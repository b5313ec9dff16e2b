/**
 * The hindsight bound: what the scenario's orders would cost at least, had they all been known. A linear program over the
 * orders that really came (prices/method-program.ts); of large scenarios, whose program would take minutes, as far as their
 * prices climb. Its prices are the certificate: see `boundFromPrices`.
 */
import type { LinearProgramSolver } from '../prices/linear-program.ts'
import { createMethodProgram, pricedCost } from '../prices/method-program.ts'
import { ascendBound } from './bound-ascent.ts'
import { groupsOf } from './groups.ts'
import { hindsightOf } from './places.ts'
import { scenarioMethods } from './scenario-methods.ts'
import { stockedPositions } from './scenario.ts'
import type { Scenario } from './scenario.ts'

/** Beyond so many kinds of orders (of a day, where days matter), or positions with stock and places, the linear program takes minutes. */
const MAX_KINDS = 4_000
const MAX_POSITIONS = 10_000
/** A climb's steps, as many as a minute or so allows; the bound is valid after each, and tighter with more. */
const ORDERS_SERVED = 12_000_000
const stepsFor = (orders: number): number => Math.min(600, Math.max(150, Math.round(ORDERS_SERVED / orders)))

export type HindsightBound = {
  bound: number
  /**
   * What the last unit was worth in hindsight, at `node × skus + sku`; where nodes have limits, behind them what the last place of each
   * day was worth, at `day × nodes + node`.
   */
  prices: Float64Array
}

export function hindsightBound(scenario: Scenario, solver: LinearProgramSolver): HindsightBound {
  const { orders, limits } = hindsightOf(scenario)
  const groups = groupsOf(orders)
  const positions = stockedPositions(scenario) + limits.length - scenario.stock.length
  if (groups.list.length > MAX_KINDS || positions > MAX_POSITIONS) return ascendBound(scenario, stepsFor(orders.length))
  const methods = scenarioMethods(scenario, groups.list)
  const program = createMethodProgram(solver, methods, groups.list.length, limits.length)
  try {
    const { bound, prices } = program.solve(groups.count(orders), limits)
    return { bound, prices }
  } finally {
    program.close()
  }
}

/**
 * Weak duality: for any prices that are not negative, Σ over orders of the cheapest service at money plus prices, less what all
 * stock and all places are worth at those prices, is below what any policy can reach. Needs no solver, so anybody can check a
 * bound. Prices that are left out are zero.
 */
export function boundFromPrices(scenario: Scenario, prices: Float64Array): number {
  const { orders, limits } = hindsightOf(scenario)
  const all = new Float64Array(limits.length)
  all.set(prices)
  const groups = groupsOf(orders)
  const counts = groups.count(orders)
  const methods = scenarioMethods(scenario, groups.list)
  let bound = 0
  groups.list.forEach((_, group) => {
    bound += (counts[group] ?? 0) * pricedCost(methods.best(group, all, limits), all)
  })
  return limits.reduce((sum, limit, position) => sum - limit * (all[position] ?? 0), bound)
}
