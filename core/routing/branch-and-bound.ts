/**
 * Orders with more lines than the exact cover takes: uncapacitated facility location by branch and bound. Bounds come from dual
 * ascent (Erlenkotter 1978, "A dual-based procedure for uncapacitated facility location"): each line bids for its packages until
 * no bid can rise; the bids add up to what no plan can cost less than. The search stops after a fixed number of steps, so that an
 * order is always decided alike, and says how far from the best its plan can be.
 */
import { lineCost, tariffCost, unitsMatter } from './problem.ts'
import type { Assignment, Problem } from './problem.ts'

/** Bids looked at before the search stops: some tens of milliseconds. */
const MAX_STEPS = 6_000_000
/** Prices of stock are fractions of a minor unit, so sums are compared with some room. */
const EPSILON = 1e-6

type Location = {
  lines: number
  columns: number[]
  fixed: Float64Array
  /** By column × lines + line; Infinity where the column cannot serve the line. */
  cost: Float64Array
  /** By line: columns that serve it, cheapest first. */
  byCost: Int32Array[]
}

type Search = { location: Location; steps: number; best: number; open: number[]; unexplored: number }
type Ascent = { bound: number; bids: Float64Array; slack: Float64Array }

const FREE = 0
const OPENED = 1
const CLOSED = 2

export type Bounded = { assignments: Assignment[] | undefined; bound: number }

/**
 * `planCost` is what a plan that serves every line costs. Finds a better one, or none, and the least that any plan can cost;
 * where the two meet, the plan is proven best. Where lines compete for units, or packages have tariffs or limits, only the bound
 * is found: it holds all the same, since each of those only makes plans dearer.
 */
export function searchBelow(problem: Problem, planCost: number): Bounded {
  const location = locationOf(problem)
  const search: Search = { location, steps: 0, best: planCost, open: [], unexplored: Number.POSITIVE_INFINITY }
  const state = new Uint8Array(problem.columns.count)
  if (!isPlain(problem)) return { assignments: undefined, bound: ascend(search, state, 0).bound }
  explore(search, state, 0)
  const assignments = search.open.length === 0 ? undefined : assign(problem, location, search.open)
  return { assignments, bound: Math.min(search.best, search.unexplored) }
}

/** A set of packages is a plan only where each line may go whole to any of them. */
export const isPlain = (problem: Problem): boolean =>
  problem.tariffs === undefined &&
  problem.together === undefined &&
  problem.maxPackages >= problem.lines.length &&
  !unitsMatter(problem)

function locationOf(problem: Problem): Location {
  const lines = problem.lines.length
  const { count, fixedCost } = problem.columns
  const cost = new Float64Array(count * lines).fill(Number.POSITIVE_INFINITY)
  const fixed = fixedCost.slice(0, count)
  for (let c = 0; c < count; c++) {
    let tariff = Number.POSITIVE_INFINITY
    for (let l = 0; l < lines; l++) {
      if (!problem.serves(c, l)) continue
      cost[c * lines + l] = lineCost(problem, c, l)
      tariff = Math.min(tariff, leastTariff(problem, c, l))
    }
    // Tariffs rise with weight, so a package costs at least what its lightest line does alone.
    if (Number.isFinite(tariff)) fixed[c] = (fixed[c] ?? 0) + tariff
  }
  const columns = undominated(problem, fixed, cost)
  const byCost = problem.lines.map((_, l) => {
    const serving = columns.filter((c) => Number.isFinite(cost[c * lines + l] ?? Infinity))
    return Int32Array.from(serving.sort((a, b) => (cost[a * lines + l] ?? 0) - (cost[b * lines + l] ?? 0)))
  })
  return { lines, columns, fixed, cost, byCost }
}

function leastTariff(problem: Problem, c: number, l: number): number {
  const line = problem.lines[l]
  const units = line === undefined || line.splittable ? 1 : line.quantity
  const { unitGrams, unitVolumeCm3 } = problem.tariffs ?? {}
  return tariffCost(problem, c, units * (unitGrams?.[l] ?? 0), units * (unitVolumeCm3?.[l] ?? 0))
}

/** Columns that no other beats in every line. Of equals the first stays. */
function undominated(problem: Problem, fixed: Float64Array, cost: Float64Array): number[] {
  const lines = problem.lines.length
  const { count, handOverMs } = problem.columns
  const beats = (a: number, b: number): boolean => {
    if ((fixed[a] ?? 0) > (fixed[b] ?? 0) || (handOverMs[a] ?? 0) > (handOverMs[b] ?? 0)) return false
    for (let l = 0; l < lines; l++) if ((cost[a * lines + l] ?? 0) > (cost[b * lines + l] ?? 0)) return false
    return true
  }
  const kept: number[] = []
  for (let c = 0; c < count; c++) {
    if (kept.some((each) => beats(each, c))) continue
    kept.push(c)
  }
  return kept.filter((c) => !kept.some((each) => each > c && beats(each, c)))
}

function explore(search: Search, state: Uint8Array, spent: number): void {
  const ascent = ascend(search, state, spent)
  if (ascent.bound >= search.best - EPSILON) return
  const plan = offerPlan(search, state, ascent)
  if (ascent.bound >= search.best - EPSILON) return
  const branch = branchOn(search.location, state, ascent, plan)
  if (branch < 0 || search.steps >= MAX_STEPS) {
    search.unexplored = Math.min(search.unexplored, ascent.bound)
    return
  }
  state[branch] = OPENED
  explore(search, state, spent + (search.location.fixed[branch] ?? 0))
  state[branch] = CLOSED
  explore(search, state, spent)
  state[branch] = FREE
}

/** `spent` is what the opened columns cost: their packages are paid for, so that bids for them are free. */
function ascend(search: Search, state: Uint8Array, spent: number): Ascent {
  const { lines, columns, fixed, cost, byCost } = search.location
  const slack = new Float64Array(fixed.length)
  for (const c of columns) slack[c] = state[c] === OPENED ? 0 : (fixed[c] ?? 0)
  const bids = new Float64Array(lines)
  for (let l = 0; l < lines; l++) {
    const first = byCost[l]?.find((c) => state[c] !== CLOSED)
    if (first === undefined) return { bound: Number.POSITIVE_INFINITY, bids, slack }
    bids[l] = cost[first * lines + l] ?? 0
  }
  const order = Array.from(byCost.keys()).sort((a, b) => (byCost[a]?.length ?? 0) - (byCost[b]?.length ?? 0))
  for (let rising = true; rising;) {
    rising = false
    for (const l of order) {
      const bid = bids[l] ?? 0
      let room = Number.POSITIVE_INFINITY
      let next = Number.POSITIVE_INFINITY
      for (const c of byCost[l] ?? []) {
        search.steps++
        if (state[c] === CLOSED) continue
        if ((cost[c * lines + l] ?? 0) > bid) {
          next = cost[c * lines + l] ?? 0
          break
        }
        room = Math.min(room, slack[c] ?? 0)
      }
      const step = Math.min(room, next - bid)
      if (step <= 0) continue
      for (const c of byCost[l] ?? []) {
        if ((cost[c * lines + l] ?? 0) > bid) break
        if (state[c] !== CLOSED) slack[c] = (slack[c] ?? 0) - step
      }
      bids[l] = bid + step
      rising = true
    }
  }
  let bound = spent
  for (const bid of bids) bound += bid
  return { bound, bids, slack }
}

/** The plan that the bids pay for: packages without slack, as few of them as serve every line. */
function offerPlan(search: Search, state: Uint8Array, { slack }: Ascent): number[] {
  const { columns, lines, cost } = search.location
  let open = columns.filter((c) => state[c] === OPENED || (state[c] === FREE && (slack[c] ?? 0) <= EPSILON))
  let total = costOf(search, open)
  for (const dropped of open.toSorted((a, b) => (search.location.fixed[b] ?? 0) - (search.location.fixed[a] ?? 0))) {
    const fewer = open.filter((c) => c !== dropped)
    const less = costOf(search, fewer)
    if (less <= total) [open, total] = [fewer, less]
  }
  if (total < search.best - EPSILON && open.length > 0) {
    search.best = total
    search.open = open.filter((c) =>
      Array.from({ length: lines }, (_, l) => l).some((l) => Number.isFinite(cost[c * lines + l] ?? Infinity)),
    )
  }
  return open
}

function costOf(search: Search, open: readonly number[]): number {
  const { lines, cost, fixed } = search.location
  search.steps += open.length * lines
  let total = 0
  for (const c of open) total += fixed[c] ?? 0
  for (let l = 0; l < lines; l++) {
    let least = Number.POSITIVE_INFINITY
    for (const c of open) least = Math.min(least, cost[c * lines + l] ?? least)
    total += least
  }
  return total
}

/** A package that some line pays for although another of the plan is cheaper to it: what the bids leave undecided. */
function branchOn(
  { lines, cost, columns, fixed }: Location,
  state: Uint8Array,
  { bids, slack }: Ascent,
  plan: number[],
): number {
  let best = -1
  let most = 0
  for (const c of plan) {
    if (state[c] !== FREE) continue
    let paying = 0
    for (let l = 0; l < lines; l++) if ((cost[c * lines + l] ?? 0) < (bids[l] ?? 0)) paying++
    if (paying > most) [best, most] = [c, paying]
  }
  if (best >= 0) return best
  return columns.find((c) => state[c] === FREE && (slack[c] ?? 0) < (fixed[c] ?? 0)) ?? -1
}

function assign(problem: Problem, { lines, cost }: Location, open: readonly number[]): Assignment[] {
  const inOrder = open.toSorted((a, b) => a - b)
  return problem.lines.map(({ quantity }, line) => {
    const of = (c: number): number => cost[c * lines + line] ?? Number.POSITIVE_INFINITY
    const column = inOrder.reduce((least, c) => (of(c) < of(least) ? c : least))
    return { column, line, quantity }
  })
}
