/** The best plan that differs from the chosen one, and the criterion that decided between them. */
import type { RunnerUp } from '../model/decision.ts'
import { differences, firstDifference } from './criteria.ts'
import type { Scales } from './criteria.ts'
import type { PreparedNodes } from './prepared-nodes.ts'
import type { Problem, Solution } from './problem.ts'
import type { RouteRequest } from './request.ts'
import type { ServableLine } from './servable-line.ts'

/** Undefined where the solver did not price the other plans, or there is none. */
export function runnerUpOf(
  request: RouteRequest,
  nodes: PreparedNodes,
  problem: Problem,
  lines: readonly ServableLine[],
  solution: Solution,
  scales: Scales,
  costMinor: number,
): RunnerUp | undefined {
  const { extraCosts, assignments } = solution
  if (extraCosts === undefined) return undefined
  const width = lines.length
  const chosen = new Set(assignments.map(({ column, line }) => column * width + line))
  let best = -1
  for (let place = 0; place < problem.columns.count * width; place++) {
    if (chosen.has(place) || (extraCosts[place] ?? Infinity) === Number.POSITIVE_INFINITY) continue
    if (best < 0 || (extraCosts[place] ?? 0) < (extraCosts[best] ?? 0)) best = place
  }
  const node = nodes.list[problem.columns.node[Math.floor(best / width)] ?? -1]
  const line = request.lines[lines[best % width]?.row ?? -1]
  if (best < 0 || node === undefined || line === undefined) return undefined
  const differ = differences(scales, extraCosts[best] ?? 0)
  const criterion = firstDifference(scales, differ)
  return {
    nodeId: node.id,
    lineNo: line.lineNo,
    costMinor: costMinor + differ.cost,
    criterion: criterion ?? 'tie',
    margin: criterion === undefined ? 0 : differ[criterion],
  }
}
