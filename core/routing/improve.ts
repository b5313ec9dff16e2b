/**
 * Local search over the set of packages of a complete plan (uncapacitated facility location: add, drop, swap). Each line goes
 * to its cheapest open package, so a set of packages is a plan.
 */
import { lineCost } from './problem.ts'
import type { Assignment, Problem } from './problem.ts'

/** Costs looked up before the search stops with what it has: some tens of milliseconds. */
const MAX_STEPS = 5_000_000

export function improvePackages(problem: Problem, open: number[]): Assignment[] {
  const costs = lineCosts(problem)
  const search = { problem, costs, steps: 0 }
  let best = { open, cost: costOf(search, open) }
  for (;;) {
    const better = firstBetter(search, best)
    if (better === undefined) return assign(problem, costs, best.open)
    best = better
  }
}

type Search = { problem: Problem; costs: Float64Array; steps: number }
type Plan = { open: number[]; cost: number }

/** By column × lines + line; Infinity where the column cannot serve the line. */
function lineCosts(problem: Problem): Float64Array {
  const lines = problem.lines.length
  const costs = new Float64Array(problem.columns.count * lines).fill(Number.POSITIVE_INFINITY)
  for (let c = 0; c < problem.columns.count; c++) {
    for (let l = 0; l < lines; l++) if (problem.serves(c, l)) costs[c * lines + l] = lineCost(problem, c, l)
  }
  return costs
}

function costOf(search: Search, open: readonly number[]): number {
  const lines = search.problem.lines.length
  search.steps += open.length * lines
  let cost = 0
  for (const c of open) cost += search.problem.columns.fixedCost[c] ?? 0
  for (let l = 0; l < lines; l++) {
    let least = Number.POSITIVE_INFINITY
    for (const c of open) least = Math.min(least, search.costs[c * lines + l] ?? least)
    cost += least
  }
  return cost
}

/** The first neighbor that costs less: one package dropped, then one swapped or added. */
function firstBetter(search: Search, plan: Plan): Plan | undefined {
  for (const dropped of plan.open) {
    const better = ifBetter(
      search,
      plan,
      plan.open.filter((c) => c !== dropped),
    )
    if (better !== undefined) return better
  }
  for (let added = 0; added < search.problem.columns.count && search.steps < MAX_STEPS; added++) {
    if (plan.open.includes(added)) continue
    const swaps = plan.open.map((dropped) => plan.open.map((c) => (c === dropped ? added : c)))
    const grown = plan.open.length < search.problem.maxPackages ? [[...plan.open, added]] : []
    for (const open of [...grown, ...swaps]) {
      const better = ifBetter(search, plan, open)
      if (better !== undefined) return better
    }
  }
  return undefined
}

function ifBetter(search: Search, plan: Plan, open: number[]): Plan | undefined {
  const cost = costOf(search, open)
  return cost < plan.cost ? { open, cost } : undefined
}

function assign(problem: Problem, costs: Float64Array, open: readonly number[]): Assignment[] {
  const lines = problem.lines.length
  const inOrder = [...open].sort((a, b) => a - b)
  return problem.lines.map(({ quantity }, line) => {
    const cost = (c: number): number => costs[c * lines + line] ?? Number.POSITIVE_INFINITY
    const column = inOrder.reduce((best, c) => (cost(c) < cost(best) ? c : best))
    return { column, line, quantity }
  })
}
