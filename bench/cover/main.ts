/**
 * `npm run bench -- cover`: what a decision costs, beside its limit and beside HiGHS on the same problems in the same run; how much
 * the decision record adds; and on how many random orders solver and HiGHS agree (`--orders 10000` for all of them).
 */
import { percentile } from '../kit/measure.ts'
import { planCost, solve } from '#core/routing/solve.ts'
import { plan } from '#core/routing/plan.ts'
import { PACKAGE_WEIGHT } from '#core/routing/problem.ts'
import { DEFAULT_ROUTING_POLICY } from '#core/routing/policy.ts'
import { recordOf } from '#core/routing/record.ts'
import type { Bench } from '../bench.ts'
import { ratio, rounded, table } from '../kit/table.ts'
import { disagreements } from './agreement.ts'
import { randomFrom, randomProblem, type Shape } from './instances.ts'
import { loadMipSolver, solveAsMip } from './mip.ts'
import { decisionsOver } from './orders.ts'

type Figure = { name: string; p50: number; p99: number; limit?: number }

/** Microseconds of each call, after the compiler has warmed to it. */
function timed(calls: number, work: (index: number) => void): { p50: number; p99: number } {
  for (let index = 0; index < Math.min(calls, 400); index++) work(index)
  const micros = Array.from({ length: calls }, (_, index) => {
    const began = performance.now()
    work(index)
    return (performance.now() - began) * 1000
  })
  return { p50: percentile(micros, 0.5), p99: percentile(micros, 0.99) }
}

function solverFigures(): Figure[] {
  const shapes: { name: string; shape: Shape; calls: number; limit?: number }[] = [
    { name: 'cover 3 lines × 50 nodes', shape: { lines: 3, nodes: 50, held: 0.5 }, calls: 4000 },
    { name: 'cover 8 lines × 500 nodes', shape: { lines: 8, nodes: 500, held: 0.5 }, calls: 2000, limit: 60 },
    { name: 'cover 10 lines × 500 nodes', shape: { lines: 10, nodes: 500, held: 0.5 }, calls: 1000, limit: 300 },
    {
      name: 'cover 8 lines × 500 nodes, tariffs',
      shape: { lines: 8, nodes: 500, held: 0.5, tariffs: true },
      calls: 2000,
    },
    {
      name: 'fewest packages, 20 lines × 500 nodes',
      shape: { lines: 20, nodes: 500, held: 0.3, packageWeight: PACKAGE_WEIGHT },
      calls: 40,
      limit: 50_000,
    },
  ]
  return shapes.map(({ name, shape, calls, limit }) => {
    const random = randomFrom(1)
    const problems = Array.from({ length: 20 }, () => randomProblem(random, shape))
    const figure = timed(calls, (index) => void solve(problems[index % problems.length] as (typeof problems)[number]))
    return { name, ...figure, ...(limit === undefined ? {} : { limit }) }
  })
}

/** The whole decision: filters, prices, cover, verdicts; then the same with its record packed for the database. */
function decisionFigures(): { figures: Figure[]; recordShare: number } {
  const decide = decisionsOver(randomFrom(2), { lines: 8, nodes: 500 })
  const bare = timed(2000, (index) => void plan(decide.request(index), decide.snapshot, DEFAULT_ROUTING_POLICY))
  const made = Array.from({ length: 20 }, (_, index) =>
    plan(decide.request(index), decide.snapshot, DEFAULT_ROUTING_POLICY),
  )
  const record = timed(2000, (index) => {
    const each = made[index % made.length] as (typeof made)[number]
    JSON.stringify(recordOf(each, 'dec_1' as never, 'network', decide.request(index % 20)))
  })
  const meeting = [1, 5].map((lines) => {
    const { request, snapshot } = decisionsOver(randomFrom(5), { lines, nodes: 50, cards: true, consolidating: 2 })
    const figure = timed(300, (index) => void plan(request(index), snapshot, DEFAULT_ROUTING_POLICY))
    return { name: `${lines} lines × 50 nodes, 2 where goods can meet`, ...figure }
  })
  return {
    figures: [
      { name: 'whole decision, 8 lines × 500 nodes', ...bare, limit: 60 },
      { name: 'its record, packed and written as JSON', ...record },
      ...meeting,
    ],
    recordShare: record.p50 / bare.p50,
  }
}

export const cover: Bench = {
  name: 'cover',
  summary: 'exact decisions: microseconds beside their limits and HiGHS, and agreement with HiGHS on random orders',
  run: async ({ orders }) => {
    const highs = await loadMipSolver()
    const { figures, recordShare } = decisionFigures()
    const all = [...solverFigures(), ...figures]
    const peers = [50, 200].map((nodes) => {
      const random = randomFrom(3)
      const problems = Array.from({ length: 5 }, () => randomProblem(random, { lines: 8, nodes, held: 0.5 }))
      const each = (index: number) => problems[index % problems.length] as (typeof problems)[number]
      const ours = timed(2000, (index) => void solve(each(index))).p50
      const theirs = percentile(
        problems.map((problem) => {
          const began = performance.now()
          const found = solveAsMip(highs, problem)
          const micros = (performance.now() - began) * 1000
          if (found !== planCost(problem, solve(problem).assignments)) throw new Error('HiGHS finds another cost')
          return micros
        }),
        0.5,
      )
      return { nodes, ours, theirs }
    })
    const differing = disagreements(highs, randomFrom(4), orders)
    const text = [
      table(
        ['microseconds', 'p50', 'p99', 'limit', 'p50 ÷ limit'],
        all.map((each) => [
          each.name,
          each.p50.toFixed(1),
          each.p99.toFixed(1),
          each.limit === undefined ? '' : rounded(each.limit),
          each.limit === undefined ? '' : ratio(each.p50, each.limit),
        ]),
      ),
      '',
      table(
        ['same problems as MIP', 'ours, µs', 'HiGHS, µs', 'HiGHS ÷ ours'],
        peers.map((each) => [
          `8 lines × ${each.nodes} nodes`,
          each.ours.toFixed(1),
          rounded(each.theirs),
          ratio(each.theirs, each.ours),
        ]),
      ),
      '',
      `The record of a decision takes ${(recordShare * 100).toFixed(0)} % of the time of deciding.`,
      `${orders - differing.length} of ${orders} random orders (splits, tariffs, limits, up to 12 lines) cost the same with HiGHS.`,
      ...differing.slice(0, 3).map((each) => JSON.stringify(each)),
    ].join('\n')
    return { json: { figures: all, peers, recordShare, orders, differing: differing.length }, text }
  },
}
