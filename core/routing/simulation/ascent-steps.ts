/**
 * What climbing prices are made of (dual-ascent.ts, bound-ascent.ts): serve orders at money plus prices, and see what is asked for too
 * often. Prices are of units and of places (places.ts).
 */
import { coverOrder } from './order-cover.ts'
import { eachTaken, packagePrices } from './places.ts'
import type { DatedOrder } from './places.ts'
import type { KnownScenario } from './scenario.ts'

/** Units of a position that may be used, while prices say how many should. */
const ENDLESS = 1_000

/** Serves each order at its least cost and counts what it takes; returns the sum of the costs, prices included. */
export function serve(
  scenario: KnownScenario,
  orders: readonly DatedOrder[],
  limits: Float64Array,
  prices: Float64Array,
  use: Float64Array,
): number {
  const nodeOfLine = new Int16Array(64)
  const stock = endless(limits.subarray(0, scenario.stock.length))
  const tolls = packagePrices(scenario, prices, limits)
  const count = (position: number): void => void (use[position] = (use[position] ?? 0) + 1)
  let cost = 0
  for (const order of orders) {
    const weighed = { stock, prices, packagePrices: tolls[order.day ?? 0] }
    cost += coverOrder(scenario, order.destination, order.skus, weighed, nodeOfLine)
    eachTaken(scenario, order, nodeOfLine, count)
  }
  return cost
}

/** By how much too many or too few are asked for, as a part of the larger: so that many units and few move alike. */
export function move(
  prices: Float64Array,
  use: Float64Array,
  weight: number,
  limits: Float64Array,
  step: number,
): void {
  for (let p = 0; p < prices.length; p++) {
    const limit = limits[p] ?? 0
    if (limit === 0) continue
    const asked = (use[p] ?? 0) * weight
    const excess = (asked - limit) / Math.max(asked, limit)
    prices[p] = Math.max(0, (prices[p] ?? 0) + step * excess)
  }
}

/** Of lanes that are in use: a closed one costs more than any other way. */
export function typicalPackage({ packageCost }: KnownScenario): number {
  const open = packageCost.filter((cost) => cost < 1e9)
  return open.reduce((sum, cost) => sum + cost, 0) / Math.max(1, open.length)
}

const endless = (limits: Float64Array): Int32Array => Int32Array.from(limits, (limit) => (limit > 0 ? ENDLESS : 0))
