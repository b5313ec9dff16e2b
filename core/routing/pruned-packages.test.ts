import { expect, test } from 'vitest'
import { randomFrom, randomProblem } from '#bench/cover/instances.ts'
import { coverExactly } from './cover.ts'
import type { Assignment, Problem } from './problem.ts'
import { planCost } from './solve.ts'
import { beginProblem, priceSubsets, subsetCost } from './subset-packages.ts'

/** The optimum without leaving anything out: every column priced for every subset, and every way to part the lines. */
function slowly(problem: Problem): { cost: number; handOver: number } {
  const full = 2 ** problem.lines.length - 1
  const packages = Array.from({ length: full + 1 }, () => ({ cost: Number.POSITIVE_INFINITY, handOver: 0 }))
  beginProblem(problem, full)
  for (let c = 0; c < problem.columns.count; c++) {
    priceSubsets(problem, c)
    const handOver = problem.columns.handOverMs[c] ?? 0
    for (let subset = 1; subset <= full; subset++) {
      if ((subset & ~(problem.columns.mask[c] ?? 0)) !== 0) continue
      const found = { cost: subsetCost[subset] ?? 0, handOver }
      if (isBetter(found, packages[subset])) packages[subset] = found
    }
  }
  const plans = [{ cost: 0, handOver: 0 }]
  for (let subset = 1; subset <= full; subset++) {
    let best = { cost: Number.POSITIVE_INFINITY, handOver: 0 }
    for (let first = subset; first > 0; first = (first - 1) & subset) {
      const one = packages[first] ?? best
      const rest = plans[subset ^ first] ?? best
      const found = { cost: one.cost + rest.cost, handOver: Math.max(one.handOver, rest.handOver) }
      if (isBetter(found, best)) best = found
    }
    plans[subset] = best
  }
  return plans[full] ?? { cost: 0, handOver: 0 }
}

const isBetter = (a: { cost: number; handOver: number }, b: typeof a | undefined): boolean =>
  b === undefined || a.cost < b.cost || (a.cost === b.cost && a.handOver < b.handOver)

const lastHandOver = ({ columns }: Problem, assignments: readonly Assignment[]): number =>
  Math.max(...assignments.map((each) => columns.handOverMs[each.column] ?? 0))

test('what is left out never belongs to the best plan: the same cost and hand-over as with every column', () => {
  const random = randomFrom(21)
  for (let instance = 0; instance < 36; instance++) {
    const lines = 7 + (instance % 2)
    const tariffs = instance % 3 === 0
    const problem = randomProblem(random, { lines, nodes: 400, held: 0.45 + 0.4 * random(), tariffs })
    const { columns } = problem
    // Dear and cheap networks, costs below nothing as markdowns make them, and few costs, so that many plans cost the same.
    const spread = [1, 5, 100][instance % 3] ?? 1
    for (let c = 0; c < columns.count; c++) {
      columns.handOverMs[c] = Math.floor(4 * random())
      columns.fixedCost[c] = Math.floor((columns.fixedCost[c] ?? 0) / spread) - (instance % 7 === 0 ? 40 : 0)
      for (let l = 0; l < lines; l++) {
        const unit = columns.unitCost[c * lines + l] ?? 0
        columns.unitCost[c * lines + l] = Math.floor(unit / spread) - (instance % 5 === 0 ? 30 : 0)
      }
    }
    const { assignments, extraCosts } = coverExactly(problem)
    expect(extraCosts).toBeUndefined()
    expect(new Set(assignments.map((each) => each.line)).size).toBe(lines)
    const { cost, handOver } = slowly(problem)
    expect({ cost: planCost(problem, assignments), handOver: lastHandOver(problem, assignments) }).toEqual({
      cost,
      handOver,
    })
  }
})
