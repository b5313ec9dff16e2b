/**
 * The fewest packages for orders too large for the exact cover, and among those the cheapest: a depth-first search over sets of
 * packages, each of which serves the rarest line that is still left. Bits stand for lines, so that one step is one operation.
 */
import { lineCost } from './problem.ts'
import type { Assignment, Problem } from './problem.ts'

/** Packages looked at for one number of packages before the search stops: some tens of milliseconds. */
const MAX_STEPS = 12_000_000

type Search = {
  problem: Problem
  /** By line: columns that serve it, those that serve most first. */
  serving: Int32Array[]
  mask: Int32Array
  /** Lines by how few columns serve them. */
  rarest: number[]
  mostLines: number
  steps: number
  best: { cost: number; open: number[] } | undefined
}

export type Fewest = {
  assignments: Assignment[]
  /** No plan costs less than this, in units of the objective. */
  bound: number
}

/** Only for problems where a set of packages is a plan (isPlain), and packages go before money. Undefined: nothing was proven. */
export function fewestPackages(problem: Problem, packageWeight: number, atMost: number): Fewest | undefined {
  const search = begin(problem)
  const all = problem.lines.reduce((sum, _, l) => sum | (1 << l), 0)
  const first = Math.ceil(problem.lines.length / Math.max(1, search.mostLines))
  for (let packages = first; packages <= atMost; packages++) {
    search.steps = 0
    const complete = cover(search, all, packages, [])
    if (search.best !== undefined) {
      const assignments = assign(problem, search.best.open)
      return { assignments, bound: complete ? search.best.cost : leastCost(problem, packages, packageWeight) }
    }
    if (!complete) return undefined
  }
  return undefined
}

function begin(problem: Problem): Search {
  const { count, mask } = problem.columns
  const serving = problem.lines.map((_, l) =>
    Int32Array.from(
      Array.from({ length: count }, (_, c) => c)
        .filter((c) => ((mask[c] ?? 0) & (1 << l)) !== 0)
        .sort((a, b) => bits(mask[b] ?? 0) - bits(mask[a] ?? 0)),
    ),
  )
  return {
    problem,
    serving,
    mask,
    rarest: Array.from(serving.keys()).sort((a, b) => (serving[a]?.length ?? 0) - (serving[b]?.length ?? 0)),
    mostLines: Math.max(0, ...Array.from(mask.subarray(0, count), bits)),
    steps: 0,
    best: undefined,
  }
}

/** Tries every set of so many packages for the lines that are left; false when it had to stop. */
function cover(search: Search, left: number, packages: number, open: number[]): boolean {
  if (left === 0) return offer(search, open)
  if (bits(left) > packages * search.mostLines) return true
  const { mask, serving, rarest } = search
  const line = rarest.find((l) => (left & (1 << l)) !== 0) ?? 0
  for (const c of serving[line] ?? []) {
    search.steps++
    const rest = left & ~(mask[c] ?? 0)
    // The last package must take all that is left.
    if (packages === 1 ? rest !== 0 : bits(rest) > (packages - 1) * search.mostLines) continue
    open.push(c)
    const complete = cover(search, rest, packages - 1, open)
    open.pop()
    if (!complete || search.steps > MAX_STEPS) return false
  }
  return true
}

function offer(search: Search, open: readonly number[]): boolean {
  const { problem } = search
  search.steps += open.length * problem.lines.length
  let cost = 0
  for (const c of open) cost += problem.columns.fixedCost[c] ?? 0
  for (let l = 0; l < problem.lines.length; l++) cost += lineCost(problem, cheapestFor(problem, open, l), l)
  if (search.best === undefined || cost < search.best.cost) search.best = { cost, open: [...open] }
  return true
}

function cheapestFor(problem: Problem, open: readonly number[], l: number): number {
  let best = -1
  for (const c of open) {
    if (((problem.columns.mask[c] ?? 0) & (1 << l)) === 0) continue
    if (best < 0 || lineCost(problem, c, l) < lineCost(problem, best, l)) best = c
  }
  return best
}

const assign = (problem: Problem, open: readonly number[]): Assignment[] =>
  problem.lines.map(({ quantity }, line) => ({ column: cheapestFor(problem, open, line), line, quantity }))

/** So many packages of the cheapest kind, and each line at its cheapest. */
function leastCost(problem: Problem, packages: number, packageWeight: number): number {
  const { count, fixedCost, mask } = problem.columns
  let fixed = Number.POSITIVE_INFINITY
  for (let c = 0; c < count; c++) fixed = Math.min(fixed, Math.max(packageWeight, fixedCost[c] ?? 0))
  let cost = packages * fixed
  problem.lines.forEach((_, l) => {
    let least = Number.POSITIVE_INFINITY
    for (let c = 0; c < count; c++)
      if (((mask[c] ?? 0) & (1 << l)) !== 0) least = Math.min(least, lineCost(problem, c, l))
    cost += least
  })
  return cost
}

function bits(set: number): number {
  let n = set - ((set >>> 1) & 0x55555555)
  n = (n & 0x33333333) + ((n >>> 2) & 0x33333333)
  return Math.imul((n + (n >>> 4)) & 0x0f0f0f0f, 0x01010101) >>> 24
}
