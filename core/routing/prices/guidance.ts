/**
 * Guidance for the orders to come: what a unit of each position is worth, and how often the optimum would use each method.
 * Both are averages over several futures, one linear program each, kept with its methods and its basis: a new solve starts
 * from the last one.
 */
import type { Random } from '../../ports.ts'
import { createFutures, expectedRemaining } from './demand.ts'
import type { LinearProgramSolver } from './linear-program.ts'
import { createMethodProgram } from './method-program.ts'
import type { Method, MethodSource } from './method-program.ts'

/** Pairs of futures: with more the prices get better no faster than the time they take (docs/simulate.md). */
const PAIRS = 3
/** Weight of a new solve beside what earlier ones said: between two solves little has changed but chance. */
const NEWS = 0.3
/** Methods whose share has faded to less than this part of an order are forgotten. */
const FADED = 0.01

export type Guidance<M extends Method> = {
  /** By position. */
  readonly prices: Float64Array
  /** By group: methods with their share of the group's expected orders, all futures together. */
  readonly mixes: readonly (readonly { method: M; share: number }[])[]
}

export type Guide<M extends Method> = {
  /** `counts` are all known orders by group, past and present; `limits` what each position has left. */
  readonly solve: (counts: Float64Array, pastOrders: number, seen: number, limits: Float64Array) => Guidance<M>
  /** Changes what earlier solves said of prices, where what a limit stands for has changed. */
  readonly reprice: (change: (prices: Float64Array) => void) => void
  readonly close: () => void
}

/** `news` is the weight of a new solve: more where what the limits stand for changes from one to the next. */
export function createGuide<M extends Method>(
  solver: LinearProgramSolver,
  random: Random,
  source: MethodSource<M>,
  groups: number,
  positions: number,
  news = NEWS,
): Guide<M> {
  const futures = createFutures(groups, PAIRS, random)
  let memory: { prices: Float64Array; shares: Shares<M>[] } | undefined
  const programs = Array.from({ length: 2 * PAIRS }, () => createMethodProgram(solver, source, groups, positions))
  return {
    solve: (counts, pastOrders, seen, limits) => {
      const demands = futures.draw(expectedRemaining(counts, pastOrders, seen))
      futures.renew()
      const prices = new Float64Array(positions)
      const shares: Shares<M>[] = Array.from({ length: groups }, () => new Map())
      programs.forEach((program, future) => {
        const solved = program.solve(demands[future] ?? new Float64Array(groups), limits)
        solved.prices.forEach((price, p) => (prices[p] = (prices[p] ?? 0) + price / programs.length))
        solved.mixes.forEach((mix, group) => addMix(shares[group] ?? new Map(), mix, 1))
      })
      memory = memory === undefined ? { prices, shares } : blend(memory, { prices, shares }, news)
      return { prices: memory.prices, mixes: memory.shares.map((each) => [...each.values()]) }
    },
    reprice: (change) => void (memory !== undefined && change(memory.prices)),
    close: () => programs.forEach((program) => program.close()),
  }
}

/** By what the method takes: the programs make their methods on their own, and equal ones are one. */
type Shares<M extends Method> = Map<string, { method: M; share: number }>

function blend<M extends Method>(
  old: { prices: Float64Array; shares: readonly Shares<M>[] },
  fresh: { prices: Float64Array; shares: readonly Shares<M>[] },
  news: number,
): { prices: Float64Array; shares: Shares<M>[] } {
  return {
    prices: old.prices.map((price, p) => (1 - news) * price + news * (fresh.prices[p] ?? 0)),
    shares: old.shares.map((before, group) => {
      const sum: Shares<M> = new Map()
      addMix(sum, before.values(), 1 - news)
      addMix(sum, fresh.shares[group]?.values() ?? [], news)
      for (const [key, { share }] of sum) if (share < FADED) sum.delete(key)
      return sum
    }),
  }
}

function addMix<M extends Method>(
  sum: Shares<M>,
  mix: Iterable<{ readonly method: M; readonly share: number }>,
  weight: number,
): void {
  for (const { method, share: whole } of mix) {
    const share = whole * weight
    const key = method.positions.join(' ')
    const known = sum.get(key)
    if (known === undefined) sum.set(key, { method, share })
    else known.share += share
  }
}
