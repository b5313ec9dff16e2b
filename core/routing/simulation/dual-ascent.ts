/**
 * Shadow prices without a linear program, for scenarios whose orders hardly ever repeat: thousands of SKUs, stores with single
 * units. The prices climb the Lagrangian dual: serve a sample of orders at money plus prices, raise the price of what is asked
 * for more often than it is there, lower the others. Every set of prices on the way gives a valid bound.
 */
import type { Random } from '../../ports.ts'
import { coverOrder, NOBODY } from './order-cover.ts'
import type { KnownScenario, ScenarioOrder } from './scenario.ts'

/** Orders served in one step: more make a step surer, and as much slower. */
const SAMPLE = 4_000
/** First step, as a part of what a package costs; steps shrink with the root of their number. */
const FIRST_STEP = 0.25
/** After so many steps, a step of the bound is half as long as the first. */
const FULL_STEPS = 8
/** Units of a position that may be used, while prices say how many should. */
const ENDLESS = 1_000

export type Ascent = {
  /** Climbs from where it stands, for demand of `remaining` orders drawn from `past`, and returns the mean of the later prices. */
  readonly climb: (past: readonly ScenarioOrder[], remaining: number, limits: Int32Array, steps: number) => Float64Array
}

export function createAscent(scenario: KnownScenario, random: Random): Ascent {
  const positions = scenario.stock.length
  const prices = new Float64Array(positions)
  const use = new Float64Array(positions)
  const stepCost = FIRST_STEP * typicalPackage(scenario)
  let taken = 0
  return {
    climb: (past, remaining, limits, steps) => {
      const mean = new Float64Array(positions)
      const size = Math.min(SAMPLE, Math.max(1, Math.round(remaining)))
      const stock = endless(limits)
      const averaged = Math.ceil(steps / 2)
      for (let step = 0; step < steps; step++) {
        use.fill(0)
        const sample = Array.from({ length: size }, () => past[Math.floor(random.next() * past.length)]).filter(
          (order) => order !== undefined,
        )
        serve(scenario, sample, stock, prices, use)
        move(prices, use, remaining / size, limits, stepCost / Math.sqrt(1 + taken / steps))
        taken++
        if (step < steps - averaged) continue
        prices.forEach((price, p) => (mean[p] = (mean[p] ?? 0) + price / averaged))
      }
      return mean
    },
  }
}

/**
 * Climbs with the orders themselves, all of them at every step; the best bound on the way, and the prices that prove it. Valid,
 * but some per cent below the optimum of the linear program: its steps shrink before they have found it.
 */
export function ascendBound(
  scenario: KnownScenario,
  orders: readonly ScenarioOrder[],
  steps: number,
): { bound: number; prices: Float64Array } {
  const prices = new Float64Array(scenario.stock.length)
  const use = new Float64Array(scenario.stock.length)
  const stock = endless(scenario.stock)
  const firstStep = typicalPackage(scenario)
  let best = { bound: Number.NEGATIVE_INFINITY, prices: prices.slice() }
  for (let step = 0; step < steps; step++) {
    use.fill(0)
    let bound = serve(scenario, orders, stock, prices, use)
    scenario.stock.forEach((limit, p) => (bound -= limit * (prices[p] ?? 0)))
    if (bound > best.bound) best = { bound, prices: prices.slice() }
    move(prices, use, 1, scenario.stock, firstStep / (1 + step / FULL_STEPS))
  }
  return best
}

/** Serves each order at its least cost and counts what it takes; returns the sum of the costs, prices included. */
function serve(
  scenario: KnownScenario,
  orders: readonly ScenarioOrder[],
  stock: Int32Array,
  prices: Float64Array,
  use: Float64Array,
): number {
  const nodeOfLine = new Int16Array(64)
  const skus = scenario.skus.length
  let cost = 0
  for (const order of orders) {
    cost += coverOrder(scenario, order.destination, order.skus, { stock, prices }, nodeOfLine)
    for (let line = 0; line < order.skus.length; line++) {
      const node = nodeOfLine[line] ?? NOBODY
      if (node === NOBODY) continue
      const position = node * skus + (order.skus[line] ?? 0)
      use[position] = (use[position] ?? 0) + 1
    }
  }
  return cost
}

/** By how much too many or too few are asked for, as a part of the larger: so that many units and few move alike. */
function move(prices: Float64Array, use: Float64Array, weight: number, limits: Int32Array, step: number): void {
  for (let p = 0; p < prices.length; p++) {
    const limit = limits[p] ?? 0
    if (limit === 0) continue
    const asked = (use[p] ?? 0) * weight
    const excess = (asked - limit) / Math.max(asked, limit)
    prices[p] = Math.max(0, (prices[p] ?? 0) + step * excess)
  }
}

const endless = (limits: Int32Array): Int32Array => limits.map((limit) => (limit > 0 ? ENDLESS : 0))

function typicalPackage({ packageCost }: KnownScenario): number {
  const open = packageCost.filter((cost) => cost < 1e9)
  return open.reduce((sum, cost) => sum + cost, 0) / Math.max(1, open.length)
}
