/**
 * Shadow prices without a linear program, for scenarios whose orders hardly ever repeat: thousands of SKUs, stores with single
 * units. The prices climb the Lagrangian dual: serve a sample of orders at money plus prices, raise the price of what is asked
 * for more often than it is there, lower the others.
 */
import type { Random } from '../../ports.ts'
import { move, serve, typicalPackage } from './ascent-steps.ts'
import { DAYS_AHEAD, LATER, TODAY, turnDay } from './outlook.ts'
import type { Outlook } from './outlook.ts'
import { rowLength } from './places.ts'
import type { DatedOrder } from './places.ts'
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
/** The same of places: those of a day are few, and who comes late in it is turned away for want of one. */
const SPARED_PLACE_ROOTS = 3

export type Ascent = {
  /** Climbs from where it stands, for orders to come that are drawn from `past`, and returns the mean of the later prices. */
  readonly climb: (past: readonly ScenarioOrder[], ahead: Outlook, steps: number) => Float64Array
  /** A day has ended: the places of the new one are worth what those of later days were. */
  readonly turnDay: () => void
}

export function createAscent(scenario: KnownScenario, random: Random): Ascent {
  const length = rowLength(scenario, DAYS_AHEAD)
  const prices = new Float64Array(length)
  const use = new Float64Array(length)
  const stepCost = FIRST_STEP * typicalPackage(scenario)
  let taken = 0
  return {
    climb: (past, { remaining, partToday, limits }, steps) => {
      const mean = new Float64Array(length)
      const size = Math.min(SAMPLE, Math.max(1, Math.round(remaining)))
      const priced = limits.map((limit, at) => {
        const roots = at < scenario.stock.length ? SPARED_ROOTS : SPARED_PLACE_ROOTS
        return Math.max(0.3 * limit, limit - roots * Math.sqrt(limit))
      })
      const averaged = Math.ceil(steps / 2)
      for (let step = 0; step < steps; step++) {
        use.fill(0)
        const sample = Array.from({ length: size }, (_, at): DatedOrder | undefined => {
          const order = past[Math.floor(random.next() * past.length)]
          return order === undefined ? undefined : { ...order, day: at < partToday * size ? TODAY : LATER }
        }).filter((order) => order !== undefined)
        serve(scenario, sample, limits, prices, use)
        move(prices, use, remaining / size, priced, stepCost / Math.sqrt(1 + taken / steps))
        taken++
        if (step < steps - averaged) continue
        prices.forEach((price, p) => (mean[p] = (mean[p] ?? 0) + price / averaged))
      }
      return mean
    },
    turnDay: () => turnDay(scenario, prices),
  }
}
