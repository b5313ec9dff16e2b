/**
 * Several criteria in one number: each is multiplied by more than all that come after it can add up to, so that comparing two
 * sums compares the criteria one after the other. Sums stay below 2^53, where a double still counts every integer.
 */
import type { Criterion } from './policy.ts'

export type Scales = {
  /** First to last, only those that fit. */
  readonly criteria: readonly Criterion[]
  /** By criterion; 0 for those that do not count. */
  readonly weight: Readonly<Record<Criterion, number>>
}

const LARGEST = 2 ** 53

const NONE: Record<Criterion, number> = { packages: 0, cost: 0, lateness: 0, distance: 0, priority: 0 }

/** Money alone, and packages before money with room for any sum of money: the same for every order. */
export const MONEY: Scales = { criteria: ['cost'], weight: { ...NONE, cost: 1 } }
export const PACKAGES_THEN_MONEY: Scales = {
  criteria: ['packages', 'cost'],
  weight: { ...NONE, packages: 2 ** 40, cost: 1 },
}

/**
 * `largest` bounds what a plan can have of each. Criteria that do not fit any more are left off, least important first; a
 * plan with sums that large does not occur in one order.
 */
export function scalesFor(wanted: readonly Criterion[], largest: Readonly<Record<Criterion, number>>): Scales {
  const criteria = [...wanted]
  for (;;) {
    const weight = { ...NONE }
    let unit = 1
    for (const criterion of criteria.toReversed()) {
      weight[criterion] = unit
      // Twice, so that a difference of two plans can be read back too.
      unit *= 2 ** Math.ceil(Math.log2(2 * largest[criterion] + 2))
    }
    if (unit <= LARGEST || criteria.length === 1) return { criteria, weight }
    criteria.pop()
  }
}

/** What two plans differ by, criterion by criterion, read back from the difference of their sums. */
export function differences(scales: Scales, difference: number): Record<Criterion, number> {
  const found = { ...NONE }
  let left = difference
  for (const criterion of scales.criteria) {
    const weight = scales.weight[criterion]
    found[criterion] = Math.round(left / weight)
    left -= found[criterion] * weight
  }
  return found
}

/** The first criterion in which two plans differ; undefined when they are equal in all. */
export const firstDifference = (scales: Scales, found: Readonly<Record<Criterion, number>>): Criterion | undefined =>
  scales.criteria.find((criterion) => found[criterion] !== 0)
