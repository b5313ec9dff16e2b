/**
 * Demand still to come, and chance in it. One expected future is not enough to price stock by: where there is just enough of a
 * SKU for the expected orders, its last unit would be worth nothing, although in half of all futures it is the one that is
 * missing. So futures are drawn, and what stock is worth in each is averaged.
 */
import type { Random } from '../../ports.ts'

/**
 * Expected further orders by kind: the shares of all that is known, past and present, times what is left of a period as long
 * as the last one. A period that lasts longer is expected to end with the next order.
 */
export function expectedRemaining(counts: Float64Array, pastOrders: number, seen: number): Float64Array {
  const total = counts.reduce((sum, each) => sum + each, 0)
  if (total === 0) return counts.slice()
  const left = Math.max(pastOrders - seen, 1)
  return counts.map((count) => (count / total) * left)
}

/**
 * Futures that change little as time goes on: each is one fixed quantile of every kind's count, so a program solved for it
 * starts next time close to where it was. Drawn in pairs that balance each other (what is high in one is low in the other).
 */
export type Futures = {
  /** Integer counts by kind, one array a future. */
  readonly draw: (expected: Float64Array) => Float64Array[]
  /** Replaces one pair, so that no future's luck lasts. */
  readonly renew: () => void
}

export function createFutures(kinds: number, pairs: number, random: Random): Futures {
  const quantiles = Array.from({ length: pairs }, () => Float64Array.from({ length: kinds }, () => random.next()))
  let oldest = 0
  return {
    draw: (expected) =>
      quantiles.flatMap((row) => [
        expected.map((mean, kind) => poissonQuantile(mean, row[kind] ?? 0.5)),
        expected.map((mean, kind) => poissonQuantile(mean, 1 - (row[kind] ?? 0.5))),
      ]),
    renew: () => {
      quantiles[oldest] = Float64Array.from({ length: kinds }, () => random.next())
      oldest = (oldest + 1) % pairs
    },
  }
}

/** Above this mean the normal approximation (with continuity correction) is off by less than a hundredth of the spread. */
const NORMAL_ABOVE = 60

/** The least count that a Poisson variable of this mean does not exceed with probability `u`. */
export function poissonQuantile(mean: number, u: number): number {
  if (mean <= 0) return 0
  if (mean > NORMAL_ABOVE) return Math.max(0, Math.ceil(mean + Math.sqrt(mean) * normalQuantile(u) - 0.5))
  let probability = Math.exp(-mean)
  let below = probability
  let count = 0
  // The bound is beyond any quantile that a double can tell from one.
  while (below < u && count < mean + 20 * Math.sqrt(mean) + 40) {
    count++
    probability *= mean / count
    below += probability
  }
  return count
}

/** Inverse of the standard normal distribution to 4.5e-4 (Abramowitz and Stegun 26.2.23). */
function normalQuantile(u: number): number {
  const tail = Math.max(Math.min(u, 1 - u), 1e-12)
  const t = Math.sqrt(-2 * Math.log(tail))
  const z = t - (2.515517 + t * (0.802853 + t * 0.010328)) / (1 + t * (1.432788 + t * (0.189269 + t * 0.001308)))
  return u < 0.5 ? -z : z
}
