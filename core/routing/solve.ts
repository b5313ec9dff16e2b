/** Picks the solver: exact wherever the order is small enough, and the plan says when it was not, and by how much it may be off. */
import { isPlain, searchBelow } from './branch-and-bound.ts'
import { coverExactly } from './cover.ts'
import { fewestPackages } from './fewest-packages.ts'
import { greedyPlan } from './greedy.ts'
import { MASK_LINES, nothing, tariffCost, unitsMatter } from './problem.ts'
import type { Assignment, Problem, Solution } from './problem.ts'
import { singlePackage } from './single-package.ts'
import { coverUnitsExactly } from './split-cover.ts'
import { EXACT_COVER_LINES } from './subset-packages.ts'

export function solve(problem: Problem): Solution {
  if (problem.lines.length === 0) return nothing('exact')
  if (problem.maxPackages === 1 && problem.completeOrNothing) return singlePackage(problem)
  if (problem.lines.length > EXACT_COVER_LINES) return boundedPlan(problem)
  if (!unitsMatter(problem)) return coverExactly(problem)
  return coverUnitsExactly(problem) ?? boundedPlan(problem)
}

/** A greedy plan, made better by branch and bound where it can be, with the distance to the least that any plan can cost. */
function boundedPlan(problem: Problem): Solution {
  const first = greedyPlan(problem)
  const wanted = problem.lines.reduce((sum, line) => sum + line.quantity, 0)
  const served = first.assignments.reduce((sum, each) => sum + each.quantity, 0)
  // Plans that leave units out are not compared by cost alone.
  if (served < wanted) return first
  const cost = planCost(problem, first.assignments)
  const fewest = packagesFirst(problem, first.assignments)
  if (fewest !== undefined) return withGap(problem, fewest.assignments, fewest.bound)
  const { assignments = first.assignments, bound } = searchBelow(problem, cost)
  return withGap(problem, assignments, bound)
}

function withGap(problem: Problem, assignments: Assignment[], bound: number): Solution {
  const gap = planCost(problem, assignments) - bound
  return gap <= TOLERANCE
    ? { assignments, optimality: 'exact', extraCosts: undefined }
    : { assignments, optimality: 'bounded', gap, extraCosts: undefined }
}

/** Where fewer packages go before all else, a plan of the greedy one's packages at most. */
function packagesFirst(problem: Problem, assignments: readonly Assignment[]) {
  if (problem.packageWeight === undefined || problem.lines.length > MASK_LINES || !isPlain(problem)) return undefined
  const atMost = new Set(assignments.map((each) => each.column)).size
  return fewestPackages(problem, problem.packageWeight, atMost)
}

const TOLERANCE = 1e-6

/** What a plan costs in units of the objective. */
export function planCost(problem: Problem, assignments: readonly Assignment[]): number {
  const lines = problem.lines.length
  const parcels = Map.groupBy(assignments, (each) => `${each.column} ${each.parcel ?? 0}`)
  let cost = 0
  for (const together of parcels.values()) {
    const column = together[0]?.column ?? 0
    cost += problem.columns.fixedCost[column] ?? 0
    let grams = 0
    let volumeCm3 = 0
    for (const { line, quantity } of together) {
      cost += quantity * (problem.columns.unitCost[column * lines + line] ?? 0)
      grams += quantity * (problem.tariffs?.unitGrams[line] ?? 0)
      volumeCm3 += quantity * (problem.tariffs?.unitVolumeCm3[line] ?? 0)
    }
    cost += tariffCost(problem, column, grams, volumeCm3)
  }
  return cost
}
