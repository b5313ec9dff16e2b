/** The runner-up where whole plans were compared (consolidate.ts): one that sends all straight, and those that bring lines together. */
import type { ConsolidatedParcel, PlannedPackage, RunnerUp } from '../model/decision.ts'
import type { OrderContext } from './order-context.ts'
import type { PlanScore } from './plan-score.ts'
import { criteriaOf } from './policy.ts'
import type { RoutingPlan } from './routing-plan.ts'

type Scored = Pick<RoutingPlan, 'packages' | 'costMinor'> & { score: PlanScore }
/** Its own runner-up, in the part of an order that a plan serves. */
type Part = Pick<RoutingPlan, 'runnerUp' | 'costMinor'>

/** To the plan that sends all straight: its own, or the best plan through a node, which is named by that node. */
export function runnerUpToStraight(
  context: OrderContext,
  straight: Scored & Part,
  through: (Scored & { consolidated: ConsolidatedParcel }) | undefined,
): RunnerUp | undefined {
  if (through === undefined) return straight.runnerUp
  const { nodeId, lines } = through.consolidated
  const named = { nodeId, lineNo: lines[0]?.lineNo ?? 1, costMinor: through.costMinor }
  return nearest(context, [straight.runnerUp, lostBy(context, straight.score, through.score, named)])
}

/** To a plan that brings lines together: the next whole plan, or another node in one of its parts. */
export function runnerUpToConsolidated(
  context: OrderContext,
  best: Scored,
  second: Scored,
  parts: readonly Part[],
): RunnerUp | undefined {
  const rival = rivalOf(second, best.packages)
  return nearest(context, [
    rival && lostBy(context, best.score, second.score, rival),
    ...parts.map(
      ({ runnerUp, costMinor }) =>
        runnerUp && { ...runnerUp, costMinor: best.costMinor - costMinor + runnerUp.costMinor },
    ),
  ])
}

type Rival = Pick<RunnerUp, 'nodeId' | 'lineNo' | 'costMinor'>

/** The first node and line of the other plan that this one has otherwise. */
function rivalOf(other: Scored, than: readonly PlannedPackage[]): Rival | undefined {
  for (const each of other.packages) {
    const line = each.lines.find(
      ({ lineNo }) =>
        !than.some(
          (one) =>
            one.nodeId === each.nodeId &&
            one.viaNodeId === each.viaNodeId &&
            one.lines.some((given) => given.lineNo === lineNo),
        ),
    )
    if (line !== undefined) return { nodeId: each.nodeId, lineNo: line.lineNo, costMinor: other.costMinor }
  }
  return undefined
}

/** Plans are only told apart by what the policy weighs; one that leaves more out, or comes later, is no runner-up. */
function lostBy(context: OrderContext, best: PlanScore, second: PlanScore, rival: Rival): RunnerUp | undefined {
  if (best.unserved !== second.unserved || best.late !== second.late) return undefined
  const criteria = criteriaOf(context.policy)
  const at = criteria.findIndex((_, index) => best.criteria[index] !== second.criteria[index])
  const criterion = criteria[at]
  return {
    ...rival,
    criterion: criterion ?? 'tie',
    margin: criterion === undefined ? 0 : Math.round((second.criteria[at] ?? 0) - (best.criteria[at] ?? 0)),
  }
}

function nearest(context: OrderContext, rivals: readonly (RunnerUp | undefined)[]): RunnerUp | undefined {
  return rivals.reduce(
    (best, each) => (each !== undefined && (best === undefined || isNearer(context, each, best)) ? each : best),
    undefined,
  )
}

/** True when it lost by a later criterion, or by less of the same. */
function isNearer({ policy }: OrderContext, a: RunnerUp, b: RunnerUp): boolean {
  const criteria = criteriaOf(policy)
  const place = ({ criterion }: RunnerUp): number =>
    criterion === 'tie' ? criteria.length : criteria.indexOf(criterion)
  return place(a) === place(b) ? a.margin < b.margin : place(a) > place(b)
}
