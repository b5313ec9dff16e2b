/**
 * A good plan for orders too large to try every one: opens the package that serves most for its money until nothing is left
 * to serve, then, where lines do not compete for units, opens, closes and swaps packages while that saves anything.
 */
import { improvePackages } from './improve.ts'
import { nothing, sellableAt, tariffCost, unitsMatter } from './problem.ts'
import type { Assignment, Problem, Solution } from './problem.ts'

/** What is still to be served, and what earlier packages have taken. */
type State = {
  /** Units by line. */
  wanted: Int32Array
  /** Units taken from a stock row at a node. */
  taken: Map<Int32Array, Map<number, number>>
}

type Offer = { assignments: Assignment[]; costPerUnit: number; handOver: number }

export function greedyPlan(problem: Problem): Solution {
  const state: State = { wanted: Int32Array.from(problem.lines, (line) => line.quantity), taken: new Map() }
  const open = new Set<number>()
  const assignments: Assignment[] = []
  while (open.size < problem.maxPackages) {
    const offer = bestOffer(problem, state, open)
    const column = offer?.assignments[0]?.column
    if (offer === undefined || column === undefined) break
    open.add(column)
    for (const assignment of offer.assignments) take(problem, state, assignment)
    assignments.push(...offer.assignments)
  }
  const complete = state.wanted.every((units) => units === 0)
  if (problem.completeOrNothing && !complete) return nothing('greedy')
  const additive = problem.tariffs === undefined && problem.together === undefined
  const improved = complete && additive && !unitsMatter(problem) ? improvePackages(problem, [...open]) : assignments
  return { assignments: improved, optimality: 'greedy', extraCosts: undefined }
}

function bestOffer(problem: Problem, state: State, open: ReadonlySet<number>): Offer | undefined {
  let best: Offer | undefined
  for (let column = 0; column < problem.columns.count; column++) {
    const offer = open.has(column) ? undefined : offerOf(problem, state, column)
    if (offer === undefined) continue
    const isBetter =
      best === undefined ||
      offer.costPerUnit < best.costPerUnit ||
      (offer.costPerUnit === best.costPerUnit && offer.handOver < best.handOver)
    if (isBetter) best = offer
  }
  return best
}

/** All the column can give now, line by line. */
function offerOf(problem: Problem, state: State, column: number): Offer | undefined {
  const assignments: Assignment[] = []
  const given = new Map<Int32Array, number>()
  let units = 0
  let grams = 0
  let volumeCm3 = 0
  let cost = problem.columns.fixedCost[column] ?? 0
  problem.lines.forEach((line, index) => {
    const wanted = state.wanted[index] ?? 0
    if (wanted === 0 || !problem.serves(column, index)) return
    const before = given.get(line.sellable) ?? 0
    const left = sellableAt(problem, column, index) - takenAt(problem, state, column, line.sellable) - before
    const quantity = left >= wanted ? wanted : line.splittable ? Math.max(0, left) : 0
    if (quantity === 0) return
    assignments.push({ column, line: index, quantity })
    given.set(line.sellable, before + quantity)
    units += quantity
    grams += quantity * (problem.tariffs?.unitGrams[index] ?? 0)
    volumeCm3 += quantity * (problem.tariffs?.unitVolumeCm3[index] ?? 0)
    cost += quantity * (problem.columns.unitCost[column * problem.lines.length + index] ?? 0)
  })
  if (units === 0 || partsLines(problem, assignments)) return undefined
  cost += tariffCost(problem, column, grams, volumeCm3)
  return { assignments, costPerUnit: cost / units, handOver: problem.columns.handOverMs[column] ?? 0 }
}

/** Lines that leave together are all in the offer, whole, or none of them. */
const partsLines = ({ together, lines }: Problem, offered: readonly Assignment[]): boolean =>
  together?.some((set) => {
    const inSet = offered.filter(({ line }) => (set & (1 << line)) !== 0)
    const wanted = lines.reduce((units, line, l) => units + ((set & (1 << l)) === 0 ? 0 : line.quantity), 0)
    return inSet.length > 0 && inSet.reduce((units, each) => units + each.quantity, 0) < wanted
  }) === true

function takenAt(problem: Problem, state: State, column: number, row: Int32Array): number {
  return state.taken.get(row)?.get(problem.columns.node[column] ?? -1) ?? 0
}

function take(problem: Problem, state: State, { column, line, quantity }: Assignment): void {
  const row = problem.lines[line]?.sellable
  if (row === undefined) return
  state.wanted[line] = (state.wanted[line] ?? 0) - quantity
  const ofRow = state.taken.get(row) ?? new Map<number, number>()
  ofRow.set(problem.columns.node[column] ?? -1, takenAt(problem, state, column, row) + quantity)
  state.taken.set(row, ofRow)
}
