import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { randomFrom, randomProblem } from '#bench/cover/instances.ts'
import { coverExactly } from './cover.ts'
import { searchBelow } from './branch-and-bound.ts'
import { fewestPackages } from './fewest-packages.ts'
import { PACKAGE_WEIGHT } from './problem.ts'
import { planCost, solve } from './solve.ts'

test('finds the exact cover’s optimum and proves it, and its bound is never above', () => {
  fc.assert(
    fc.property(fc.integer(), fc.boolean(), (seed, tariffs) => {
      const problem = randomProblem(randomFrom(seed), { lines: 7, nodes: 14, held: 0.5, tariffs })
      const exact = coverExactly(problem)
      // A line that nobody has is not among the lines of a problem.
      fc.pre(problem.lines.every((_, l) => Array.from(problem.columns.node).some((c) => problem.serves(c, l))))
      const best = planCost(problem, exact.assignments)
      const { assignments, bound } = searchBelow(problem, best + 500)
      expect(bound).toBeLessThanOrEqual(best)
      if (tariffs) return
      expect(planCost(problem, assignments ?? [])).toBe(best)
      expect(bound).toBe(best)
    }),
    { numRuns: 300 },
  )
})

test('among the plans of fewest packages the cheapest is found: the same as the exact cover', () => {
  fc.assert(
    fc.property(fc.integer(), (seed) => {
      const problem = randomProblem(randomFrom(seed), { lines: 8, nodes: 14, held: 0.5, packageWeight: PACKAGE_WEIGHT })
      fc.pre(problem.lines.every((_, l) => Array.from(problem.columns.node).some((c) => problem.serves(c, l))))
      const best = planCost(problem, coverExactly(problem).assignments)
      const found = fewestPackages(problem, PACKAGE_WEIGHT, 8)
      expect(planCost(problem, found?.assignments ?? [])).toBe(best)
      expect(found?.bound).toBe(best)
    }),
    { numRuns: 300 },
  )
})

test('the fewest packages for 20 lines over 500 nodes are found and proven', () => {
  const problem = randomProblem(randomFrom(7), { lines: 20, nodes: 500, held: 0.3, packageWeight: PACKAGE_WEIGHT })
  const found = solve(problem)
  expect(new Set(found.assignments.map((each) => each.line)).size).toBe(20)
  expect(found.optimality === 'exact' || (found.gap ?? Infinity) < PACKAGE_WEIGHT).toBe(true)
})
