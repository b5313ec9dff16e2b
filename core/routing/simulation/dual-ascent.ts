/**
 * Shadow prices without a linear program, for scenarios whose orders hardly ever repeat: thousands of SKUs, stores with single
 * units. The prices climb the Lagrangian dual: serve a sample of orders at money plus prices, raise the price of what is asked
 * for more often than it is there, lower the others. Every set of prices on the way gives a valid bound.
 */
import type { Random } from '../../ports.ts'
import { coverOrder, NOBODY } from './order-cover.ts'
import type { KnownScenario, ScenarioOrder } from './scenario.ts'

/** Orders served in one step: more make a step surer, and as much slower. */
const SAMPLE = 20_000
/** First step, as a part of what a package costs; steps shrink with the root of their number. */
const FIRST_STEP = 0.25
/**
 * What comes is not its mean: of `n` units so many roots of `n` are priced as if they were not there. Of a single unit that is wanted
 * 0.7 times on average, the mean would say that it is worth nothing to whoever comes later.
 */
const SPARED_ROOTS = 0.4
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
      const priced = Float64Array.from(limits, (limit) =>
        Math.max(0.3 * limit, limit - SPARED_ROOTS * Math.sqrt(limit)),
      )
      const averaged = Math.ceil(steps / 2)
      for (let step = 0; step < steps; step++) {
        use.fill(0)
        const sample = Array.from({ length: size }, () => past[Math.floor(random.next() * past.length)]).filter(
          (order) => order !== undefined,
        )
        serve(scenario, sample, stock, prices, use)
        move(prices, use, remaining / size, priced, stepCost / Math.sqrt(1 + taken / steps))
        taken++
        if (step < steps - averaged) continue
        prices.forEach((price, p) => (mean[p] = (mean[p] ?? 0) + price / averaged))
      }
      return mean
    },
  }
}

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
 * before (Camerini, Fratta, Maffioli 1975), each position scaled by its units.
 */
export function ascendBound(
  scenario: KnownScenario,
  orders: readonly ScenarioOrder[],
  steps: number,
): { bound: number; prices: Float64Array } {
  const prices = new Float64Array(scenario.stock.length)
  const use = new Float64Array(prices.length)
  const way = new Float64Array(prices.length)
  const stock = endless(scenario.stock)
  const limits = Float64Array.from(scenario.stock)
  const top = TOP * greedyCost(scenario, orders)
  const firstStep = typicalPackage(scenario)
  let best = { bound: Number.NEGATIVE_INFINITY, prices: prices.slice() }
  let dared = DARED
  let failed = 0
  for (let step = 0; step < steps; step++) {
    use.fill(0)
    const bound = limits.reduce(
      (sum, limit, p) => sum - limit * (prices[p] ?? 0),
      serve(scenario, orders, stock, prices, use),
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

/** One after the other at their least cost, from what the others left: no optimum, and above every bound. */
function greedyCost(scenario: KnownScenario, orders: readonly ScenarioOrder[]): number {
  const left = scenario.stock.slice()
  const nodeOfLine = new Int16Array(64)
  const skus = scenario.skus.length
  let cost = 0
  for (const order of orders) {
    cost += coverOrder(scenario, order.destination, order.skus, { stock: left }, nodeOfLine)
    order.skus.forEach((sku, line) => {
      const node = nodeOfLine[line] ?? NOBODY
      if (node !== NOBODY) left[node * skus + sku] = (left[node * skus + sku] ?? 0) - 1
    })
  }
  return cost
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
function move(prices: Float64Array, use: Float64Array, weight: number, limits: Float64Array, step: number): void {
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
