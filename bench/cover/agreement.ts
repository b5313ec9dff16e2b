/** Random orders solved twice, by the router's solver and by HiGHS, over every kind of order that is claimed to be exact. */
import type { Highs } from 'highs'
import { planCost, solve } from '#core/routing/solve.ts'
import { objectiveOf, solveAsMip } from './mip.ts'
import { type Random, randomProblem, type Shape } from './instances.ts'

const SHAPES: Shape[] = [
  { lines: 4, nodes: 8, held: 0.5 },
  { lines: 6, nodes: 12, held: 0.4, tariffs: true },
  { lines: 3, nodes: 6, held: 0.5, splits: true },
  { lines: 3, nodes: 6, held: 0.4, splits: true, tariffs: true },
  { lines: 5, nodes: 8, held: 0.5, maxPackages: 2 },
  { lines: 3, nodes: 6, held: 0.4, splits: true, tariffs: true, maxPackages: 2 },
  { lines: 12, nodes: 15, held: 0.4 },
]

export type Disagreement = { shape: Shape; ours: number; theirs: number; optimality: string }

/** Differences among `orders` random ones; none when the solvers agree. */
export function disagreements(highs: Highs, random: Random, orders: number): Disagreement[] {
  return Array.from({ length: orders }, (_, index) => index).flatMap((index) => {
    const shape = SHAPES[index % SHAPES.length] as Shape
    const problem = randomProblem(random, shape)
    const { assignments, optimality } = solve(problem)
    const wanted = problem.lines.reduce((sum, line) => sum + line.quantity, 0)
    const served = assignments.reduce((sum, each) => sum + each.quantity, 0)
    const ours = objectiveOf(planCost(problem, assignments), wanted - served)
    const theirs = solveAsMip(highs, problem)
    // Beyond ten lines a plan may be short of proof, but never better than the best.
    const agrees = optimality === 'exact' ? ours === theirs : ours >= theirs
    return agrees ? [] : [{ shape, ours, theirs, optimality }]
  })
}
