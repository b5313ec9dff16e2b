import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { coverExactly } from './cover.ts'
import { greedyPlan } from './greedy.ts'
import type { Problem, Solution } from './problem.ts'

const LINES = 6

/** Six lines, each whole from one of eight nodes; `has` says which node has which line. */
const problems: fc.Arbitrary<Problem> = fc
  .record({
    has: fc.array(fc.integer({ min: 1, max: 2 ** LINES - 1 }), { minLength: 7, maxLength: 7 }),
    fixed: fc.array(fc.nat({ max: 1000 }), { minLength: 8, maxLength: 8 }),
    unit: fc.array(fc.nat({ max: 300 }), { minLength: 8 * LINES, maxLength: 8 * LINES }),
  })
  .map(({ has, fixed, unit }) => problemOf([...has, 2 ** LINES - 1], fixed, unit))

function problemOf(masks: number[], fixed: number[], unit: number[]): Problem {
  return {
    lines: Array.from({ length: LINES }, (_, l) => ({
      sku: `s${l}` as Problem['lines'][number]['sku'],
      quantity: 1,
      splittable: false,
      sellable: Int32Array.from(masks, (mask) => (mask >> l) & 1),
    })),
    columns: {
      count: masks.length,
      node: Int32Array.from(masks, (_, c) => c),
      service: new Uint8Array(masks.length),
      mask: Int32Array.from(masks),
      fixedCost: Float64Array.from(fixed),
      unitCost: Float64Array.from(unit),
      handOverMs: new Float64Array(masks.length),
    },
    serves: (c, l) => (((masks[c] ?? 0) >> l) & 1) === 1,
    maxPackages: Number.POSITIVE_INFINITY,
    completeOrNothing: false,
  }
}

function costOf(problem: Problem, { assignments }: Solution): number {
  const opened = new Set(assignments.map((each) => each.column))
  const fixed = [...opened].reduce((sum, c) => sum + (problem.columns.fixedCost[c] ?? 0), 0)
  return assignments.reduce(
    (sum, { column, line }) => sum + (problem.columns.unitCost[column * LINES + line] ?? 0),
    fixed,
  )
}

test('the greedy plan serves every line once from a node that has it, never below the optimum and close to it', () => {
  const ratios: number[] = []
  fc.assert(
    fc.property(problems, (problem) => {
      const greedy = greedyPlan(problem)
      expect(greedy.assignments.map((each) => each.line).sort((a, b) => a - b)).toEqual([0, 1, 2, 3, 4, 5])
      for (const { column, line } of greedy.assignments) expect(problem.serves(column, line)).toBe(true)
      const best = costOf(problem, coverExactly(problem))
      expect(costOf(problem, greedy)).toBeGreaterThanOrEqual(best)
      ratios.push((costOf(problem, greedy) + 1) / (best + 1))
    }),
    { numRuns: 500, seed: 7 },
  )
  expect(ratios.reduce((sum, ratio) => sum + ratio, 0) / ratios.length).toBeLessThan(1.02)
})
