/** What a carrier asks for one package: a step function of its weight, so a package is not the sum of its lines. */
import type { RateCard } from '../model/rate-card.ts'

/** One zone of a rate card, laid out for many look-ups. */
export type Curve = {
  readonly upToGrams: Float64Array
  readonly minor: Float64Array
  /** Cubic centimetres that are charged as a kilogram; 0 where volume is not charged. */
  readonly dimensionalDivisor: number
}

export const curveOf = (card: RateCard, zone: string): Curve => ({
  upToGrams: Float64Array.from(card.breaks, (each) => each.upToGrams),
  minor: Float64Array.from(card.breaks, (each) => each.minor[zone] ?? 0),
  dimensionalDivisor: card.dimensionalDivisor ?? 0,
})

/** Charged by weight or by volume, whichever is more; past the last break as full parcels and one for the rest. */
export function curveMinor(curve: Curve, grams: number, volumeCm3: number): number {
  const { upToGrams, minor, dimensionalDivisor } = curve
  const byVolume = dimensionalDivisor === 0 ? 0 : Math.ceil((volumeCm3 * 1000) / dimensionalDivisor)
  let left = Math.max(grams, byVolume)
  const last = upToGrams.length - 1
  const top = upToGrams[last] ?? 0
  let cost = 0
  if (left > top) {
    const full = Math.floor(left / top)
    cost = full * (minor[last] ?? 0)
    left -= full * top
    if (left === 0) return cost
  }
  let at = 0
  while ((upToGrams[at] ?? 0) < left) at++
  return cost + (minor[at] ?? 0)
}

/** True when `a` never costs more than `b`, whatever the package. */
export function neverDearer(a: Curve, b: Curve): boolean {
  if (a === b) return true
  if (a.dimensionalDivisor !== b.dimensionalDivisor) return false
  if (a.upToGrams.at(-1) !== b.upToGrams.at(-1)) return false
  const weights = [...a.upToGrams, ...b.upToGrams]
  return weights.every((grams) => curveMinor(a, grams, 0) <= curveMinor(b, grams, 0))
}
