/** Names what a plan leaves out, and for each line the one reason that stands for all. */
import { EXCLUSION_REASONS } from '../model/decision.ts'
import type { ExclusionReason, PlannedPackage, RoutingDecision } from '../model/decision.ts'
import type { ServableLine } from './servable-line.ts'
import type { Problem } from './problem.ts'
import type { RouteRequest } from './request.ts'
import { reasonOf } from './verdicts.ts'

export type Unserved = RoutingDecision['unserved']

export function unservedOf(
  request: RouteRequest,
  codes: Uint8Array,
  packages: readonly PlannedPackage[],
  problem: Problem,
  servable: readonly ServableLine[],
): Unserved {
  const served = new Map<number, number>()
  for (const line of packages.flatMap((each) => each.lines)) {
    served.set(line.lineNo, (served.get(line.lineNo) ?? 0) + line.quantity)
  }
  const servableRows = new Set(servable.map((line) => line.row))
  const everyLineServable = servableRows.size === request.lines.length
  return request.lines.flatMap((line, row) => {
    const quantity = line.quantity - (served.get(line.lineNo) ?? 0)
    if (quantity === 0) return []
    const reason = servableRows.has(row)
      ? reasonOfPlan(
          problem,
          packages,
          everyLineServable,
          servable.findIndex((each) => each.row === row),
        )
      : closestReason(codes, row, codes.length / request.lines.length)
    return [{ lineNo: line.lineNo, quantity, reason }]
  })
}

/** Nodes could have served the line; what stopped them lies in the rest of the plan. */
function reasonOfPlan(
  problem: Problem,
  packages: readonly PlannedPackage[],
  everyLineServable: boolean,
  line: number,
): ExclusionReason {
  if (problem.together?.some((set) => (set & (1 << line)) !== 0) === true && packages.length < problem.maxPackages)
    return 'notTogether'
  if (problem.completeOrNothing)
    return everyLineServable && problem.maxPackages === 1 ? 'splitNotAllowed' : 'orderIncomplete'
  return packages.length >= problem.maxPackages ? 'splitNotAllowed' : 'noStock'
}

/** The reason of the candidate that came closest: the one the latest filter ruled out. */
function closestReason(codes: Uint8Array, row: number, width: number): ExclusionReason {
  const latest = codes.subarray(row * width, (row + 1) * width).reduce((most, code) => Math.max(most, code), 0)
  return reasonOf(latest) ?? EXCLUSION_REASONS[0]
}
