/**
 * The linear program behind shadow prices and hindsight bounds (Dantzig–Wolfe). A *group* is a kind of order (what, whereto)
 * with how many of it come; a *method* is one way to serve such an order; a *position* is the stock of a SKU at a node. Choose
 * how often each method is used, so that every order is served, no position gives more than it has, at the least cost:
 *
 *     min Σ cost(m) x(m)   with   Σ x(m) = count(g) for every group g,   Σ uses(m, p) x(m) ≤ limit(p) for every position p
 *
 * Methods are far too many to write down; they are made when the prices ask for them: the exact cover of one order, at money
 * plus the price of the units it takes, is the only method of its group that could still help. The dual value of a position is
 * what its last unit is worth to the orders to come.
 */
import type { LinearProgram, LinearProgramSolver } from './linear-program.ts'

/** One way to serve an order of a group: what it costs in money, and the positions it takes a unit from (repeated for more). */
export type Method = { readonly cost: number; readonly positions: readonly number[] }

export type MethodSource<M extends Method> = {
  /** A method that any group can always be served by, taking nothing: leaving the order out. */
  readonly idle: (group: number) => M
  /** The method of least cost and prices. Positions whose limit is zero must not be used. */
  readonly best: (group: number, prices: Float64Array, limits: Float64Array) => M
}

export type Solved<M extends Method> = {
  objective: number
  /** A lower bound on every plan's cost, valid even where the search stopped early: Σ count·(cheapest at prices) − Σ limit·price. */
  bound: number
  /** By position; not negative. */
  prices: Float64Array
  /** By group: the methods the optimum uses, and how often. */
  mixes: readonly (readonly { method: M; share: number }[])[]
  rounds: number
}

export type MethodProgram<M extends Method> = {
  readonly solve: (counts: Float64Array, limits: Float64Array) => Solved<M>
  readonly close: () => void
}

const MAX_ROUNDS = 500
/** A method must save this share of its group's price to be worth a column. */
const WORTH = 1e-7

export function createMethodProgram<M extends Method>(
  solver: LinearProgramSolver,
  source: MethodSource<M>,
  groups: number,
  positions: number,
): MethodProgram<M> {
  const program = solver.create(groups + positions)
  const columns: { group: number; method: M }[] = []
  const known = Array.from({ length: groups }, () => new Set<string>())
  append(Array.from({ length: groups }, (_, group) => ({ group, method: source.idle(group) })))

  function append(fresh: { group: number; method: M }[]): void {
    for (const { group, method } of fresh) known[group]?.add(keyOf(method))
    columns.push(...fresh)
    addColumns(program, groups, fresh)
  }

  return {
    solve: (counts, limits) => {
      setBounds(program, counts, limits)
      let best = Number.NEGATIVE_INFINITY
      let bestPrices = new Float64Array(positions)
      for (let round = 1; ; round++) {
        const { objective, columnValues, rowDuals } = program.solve()
        const prices = rowDuals.slice(groups)
        for (let p = 0; p < positions; p++) prices[p] = Math.max(0, -(prices[p] ?? 0))
        const fresh: { group: number; method: M }[] = []
        let bound = 0
        for (let p = 0; p < positions; p++) bound -= (prices[p] ?? 0) * (limits[p] ?? 0)
        for (let group = 0; group < groups; group++) {
          const count = counts[group] ?? 0
          if (count <= 0) continue
          const method = source.best(group, prices, limits)
          const cost = pricedCost(method, prices)
          bound += cost * count
          const paid = rowDuals[group] ?? 0
          if (cost < paid - WORTH * (1 + Math.abs(paid)) && !(known[group]?.has(keyOf(method)) ?? true))
            fresh.push({ group, method })
        }
        if (bound > best) {
          best = bound
          bestPrices = prices
        }
        if (fresh.length === 0 || round >= MAX_ROUNDS) {
          return {
            objective,
            bound: best,
            prices: bestPrices,
            mixes: mixesOf(columns, columnValues, groups),
            rounds: round,
          }
        }
        append(fresh)
      }
    },
    close: () => program.close(),
  }
}

export function pricedCost(method: Method, prices: Float64Array): number {
  let cost = method.cost
  for (const position of method.positions) cost += prices[position] ?? 0
  return cost
}

const keyOf = (method: Method): string => method.positions.join(' ')

function setBounds(program: LinearProgram, counts: Float64Array, limits: Float64Array): void {
  const lower = new Float64Array(counts.length + limits.length).fill(Number.NEGATIVE_INFINITY)
  const upper = new Float64Array(counts.length + limits.length)
  lower.set(counts)
  upper.set(counts)
  upper.set(limits, counts.length)
  program.setRowBounds(lower, upper)
}

function addColumns(program: LinearProgram, groups: number, fresh: readonly { group: number; method: Method }[]): void {
  const rows: number[] = []
  const values: number[] = []
  const starts = new Int32Array(fresh.length)
  fresh.forEach(({ group, method }, column) => {
    starts[column] = rows.length
    rows.push(group)
    values.push(1)
    const units = new Map<number, number>()
    for (const position of method.positions) units.set(position, (units.get(position) ?? 0) + 1)
    for (const [position, count] of units) {
      rows.push(groups + position)
      values.push(count)
    }
  })
  program.addColumns({
    costs: Float64Array.from(fresh, ({ method }) => method.cost),
    starts,
    rows: Int32Array.from(rows),
    values: Float64Array.from(values),
  })
}

function mixesOf<M extends Method>(
  columns: readonly { group: number; method: M }[],
  values: Float64Array,
  groups: number,
): { method: M; share: number }[][] {
  const mixes: { method: M; share: number }[][] = Array.from({ length: groups }, () => [])
  columns.forEach(({ group, method }, column) => {
    const share = values[column] ?? 0
    if (share > 1e-9) mixes[group]?.push({ method, share })
  })
  return mixes
}
