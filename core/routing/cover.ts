/**
 * The exact optimum for small orders whose lines each come whole from one node: first the best column for every subset of
 * lines that could be one package, then the best way to split the order into such subsets. Columns × 2^lines + 3^lines
 * steps at most; facts/performance.md, part 4.
 */
import type { Assignment, ExtraCosts, Problem, Solution } from './problem.ts'
import { bestPackagesPruned } from './pruned-packages.ts'
import {
  bestPackages,
  packageColumn,
  packageCost,
  packageHandOver,
  priceSubsets,
  subsetCost,
  SUBSETS,
} from './subset-packages.ts'

/** Forced assignments are worked out while they stay cheap beside the decision: subsets priced over all columns. */
const EXTRA_COST_STEPS = 4096

const planCost = new Float64Array(SUBSETS)
const planHandOver = new Float64Array(SUBSETS)
/** The package with the lowest line of the best plan for a subset. */
const planPackage = new Int32Array(SUBSETS)

/** By column × lines + line. */
let extraScratch = new Float64Array(0)

/** For problems of up to EXACT_COVER_LINES lines where units do not matter (see unitsMatter). */
export function coverExactly(problem: Problem): Solution {
  const full = 2 ** problem.lines.length - 1
  // What every other node would have cost takes the best plans of all subsets; else most columns need not be looked at.
  const withExtraCosts = extraCostsWorthTheirTime(problem)
  if (withExtraCosts) bestPackages(problem, full)
  else bestPackagesPruned(problem, full)
  const cost = bestPlans(full, withExtraCosts)
  // Lines that leave together may find no package; all others do, since some column serves each.
  const packages = cost === Number.POSITIVE_INFINITY ? undefined : packagesOf(full)
  if (packages === undefined || packages.length > problem.maxPackages) {
    if (!withExtraCosts) bestPackages(problem, full)
    return { assignments: coverWithin(problem, full), optimality: 'exact', extraCosts: undefined }
  }
  return {
    assignments: packages.flatMap((subset, parcel) => assignmentsOf(problem, subset, parcel)),
    optimality: 'exact',
    extraCosts: withExtraCosts ? extraCosts(problem, full) : undefined,
  }
}

/**
 * Finds the cheapest set of packages that serves all lines, and its cost. The first package has the first line, so sets with it are no
 * rest of any plan: only what other nodes would have cost asks for `all` sets.
 */
function bestPlans(full: number, all: boolean): number {
  planCost[0] = 0
  planHandOver[0] = 0
  for (let subset = all ? 1 : 2; subset < full; subset += all ? 1 : 2) bestPlan(subset)
  bestPlan(full)
  return planCost[full] ?? 0
}

/** Of equal plans the one that is complete first. Plans of all smaller sets must be there. Indexes are trusted: this is the inner loop. */
function bestPlan(subset: number): void {
  const low = subset & -subset
  const rest = subset ^ low
  let best = Number.POSITIVE_INFINITY
  let bestHandOver = 0
  let bestFirst = 0
  // Each plan has one package with the lowest line; only the rest of that package is searched.
  for (let others = rest; ; others = (others - 1) & rest) {
    const first = others | low
    const left = rest ^ others
    const cost = (packageCost[first] as number) + (planCost[left] as number)
    if (cost <= best && cost !== Number.POSITIVE_INFINITY) {
      const handOver = Math.max(packageHandOver[first] as number, planHandOver[left] as number)
      if (cost < best || handOver < bestHandOver) {
        best = cost
        bestHandOver = handOver
        bestFirst = first
      }
    }
    if (others === 0) break
  }
  planCost[subset] = best
  planHandOver[subset] = bestHandOver
  planPackage[subset] = bestFirst
}

function offerPlan(subset: number, first: number, restCost: number, restHandOver: number): void {
  const cost = (packageCost[first] ?? 0) + restCost
  const best = planCost[subset] ?? 0
  if (cost > best || cost === Number.POSITIVE_INFINITY) return
  const handOver = Math.max(packageHandOver[first] ?? 0, restHandOver)
  if (cost === best && handOver >= (planHandOver[subset] ?? 0)) return
  planCost[subset] = cost
  planHandOver[subset] = handOver
  planPackage[subset] = first
}

function packagesOf(subset: number): number[] {
  const packages: number[] = []
  for (let left = subset; left !== 0; left ^= planPackage[left] ?? left) packages.push(planPackage[left] ?? left)
  return packages
}

function assignmentsOf(problem: Problem, subset: number, parcel: number): Assignment[] {
  const column = packageColumn[subset] ?? -1
  return problem.lines.flatMap(({ quantity }, line) =>
    (subset & (1 << line)) === 0 ? [] : [{ column, line, quantity, parcel }],
  )
}

type Layer = { cost: Float64Array; handOver: Float64Array; first: Int32Array }
type Served = { layer: number; subset: number; units: number; cost: number; handOver: number }

/**
 * The package limit binds: one layer of plans for each package allowed. Serves as many units as the limit allows, then at
 * the least cost.
 */
function coverWithin(problem: Problem, full: number): Assignment[] {
  planCost.fill(Number.POSITIVE_INFINITY, 1, full + 1)
  const layers: Layer[] = [copyOfPlans(full)]
  let best: Served = { layer: 0, subset: 0, units: 0, cost: 0, handOver: 0 }
  const layersAllowed = Math.min(problem.maxPackages, problem.lines.length)
  for (let layer = 1; layer <= layersAllowed; layer++) {
    addPackage(full, layers[layer - 1] ?? copyOfPlans(full))
    layers.push(copyOfPlans(full))
    best = bestServed(problem, full, layer, best)
  }
  if (problem.completeOrNothing && best.subset !== full) return []
  const assignments: Assignment[] = []
  for (let { layer, subset } = best; subset !== 0; layer--) {
    const first = layers[layer]?.first[subset] ?? subset
    assignments.push(...assignmentsOf(problem, first, layer))
    subset ^= first
  }
  return assignments
}

/** Plans of one package more than those before, or of fewer. */
function addPackage(full: number, before: Layer): void {
  for (let subset = 1; subset <= full; subset++) {
    const low = subset & -subset
    const rest = subset ^ low
    planCost[subset] = Number.POSITIVE_INFINITY
    for (let others = rest; ; others = (others - 1) & rest) {
      offerPlan(subset, others | low, before.cost[rest ^ others] ?? 0, before.handOver[rest ^ others] ?? 0)
      if (others === 0) break
    }
  }
}

const copyOfPlans = (full: number): Layer => ({
  cost: planCost.slice(0, full + 1),
  handOver: planHandOver.slice(0, full + 1),
  first: planPackage.slice(0, full + 1),
})

function bestServed(problem: Problem, full: number, layer: number, bestSoFar: Served): Served {
  let best = bestSoFar
  for (let subset = 1; subset <= full; subset++) {
    const cost = planCost[subset] ?? 0
    if (cost === Number.POSITIVE_INFINITY) continue
    let units = 0
    problem.lines.forEach(({ quantity }, line) => (units += (subset & (1 << line)) === 0 ? 0 : quantity))
    const found = { layer, subset, units, cost, handOver: planHandOver[subset] ?? 0 }
    if (isBetter(found, best)) best = found
  }
  return best
}

function isBetter(a: Served, b: Served): boolean {
  if (a.units !== b.units) return a.units > b.units
  return a.cost === b.cost ? a.handOver < b.handOver : a.cost < b.cost
}

function extraCostsWorthTheirTime(problem: Problem): boolean {
  if (problem.maxPackages < problem.lines.length) return false
  let steps = 0
  for (let c = 0; c < problem.columns.count && steps <= EXTRA_COST_STEPS; c++) {
    steps += 2 ** bitCount(problem.columns.mask[c] ?? 0)
  }
  return steps <= EXTRA_COST_STEPS
}

function bitCount(mask: number): number {
  let bits = 0
  for (let left = mask; left !== 0; left &= left - 1) bits++
  return bits
}

/**
 * For each column and line, the cheapest plan that serves the line from there: a package from the column for some lines,
 * and the best plan for the others. Exact, because the best plans of all subsets are at hand.
 */
function extraCosts(problem: Problem, full: number): ExtraCosts {
  const { count, mask } = problem.columns
  const lines = problem.lines.length
  if (extraScratch.length < count * lines) extraScratch = new Float64Array(count * lines)
  const extra = extraScratch.fill(Number.POSITIVE_INFINITY, 0, count * lines)
  const optimum = planCost[full] ?? 0
  for (let c = 0; c < count; c++) {
    const columnMask = mask[c] ?? 0
    priceSubsets(problem, c)
    for (let subset = columnMask & -columnMask; subset !== 0; subset = (subset - columnMask) & columnMask) {
      const more = (subsetCost[subset] ?? 0) + (planCost[full ^ subset] ?? 0) - optimum
      for (let left = subset; left !== 0; left &= left - 1) {
        const place = c * lines + 31 - Math.clz32(left & -left)
        if (more < (extra[place] ?? 0)) extra[place] = more
      }
    }
  }
  return extra
}
