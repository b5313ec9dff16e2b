/**
 * Lines brought together on their way: nodes that consolidate take in what others have lanes to send them, and one parcel leaves from
 * there for the customer. Every way to do that is weighed against the plan that sends all straight (direct-plan.ts), by the policy's
 * own terms; on equal terms goods go straight.
 */
import type { ConsolidatedParcel, PlannedPackage, RunnerUp } from '../model/decision.ts'
import { epochMsOf, instantFromEpochMs } from '../model/time.ts'
import { bundlesOf, setsOf, waysToConsolidate } from './consolidation-ways.ts'
import type { Bundle, WayToConsolidate } from './consolidation-ways.ts'
import { consolidatedCostParts, sumOfParts } from './cost.ts'
import { planDirectly } from './direct-plan.ts'
import { consolidatedAt, sentOnMs } from './order-context.ts'
import type { OrderContext } from './order-context.ts'
import { compareScores, leastScore, scoreOf } from './plan-score.ts'
import type { PlanScore } from './plan-score.ts'
import { latestMinutes, serviceOf } from './planned-packages.ts'
import { completeOrNothing, criteriaOf, packageLimit } from './policy.ts'
import type { RoutingPolicy } from './policy.ts'
import { SHIP } from './prepared-nodes.ts'
import type { RouteLine, RouteRequest } from './request.ts'
import { opportunityOf } from './routing-plan.ts'
import type { PlanHooks, RoutingPlan } from './routing-plan.ts'
import type { StockSnapshot } from './snapshot.ts'
import type { VerdictTable } from './verdicts.ts'

/** What is decided, and what the plan straight to the customer knows already. */
type Question = {
  request: RouteRequest
  snapshot: StockSnapshot
  policy: RoutingPolicy
  hooks: PlanHooks
  context: OrderContext
}

/** Some lines through one node, the rest straight to the customer. */
type Candidate = {
  way: WayToConsolidate
  /** Undefined when nothing is left to send straight. */
  straight: RoutingPlan | undefined
  through: RoutingPlan
  packages: PlannedPackage[]
  consolidated: ConsolidatedParcel
  score: PlanScore
}

export function consolidatedPlan(
  direct: RoutingPlan,
  request: RouteRequest,
  snapshot: StockSnapshot,
  policy: RoutingPolicy,
  hooks: PlanHooks,
): RoutingPlan {
  const { context } = direct.verdicts
  const ways = waysToConsolidate(context)
  if (ways.length === 0) return direct
  const question: Question = { request, snapshot, policy, hooks, context }
  const bundles = bundlesOf(request, policy)
  const straightOf = remembered((rows) => planStraight(rows, question))
  const found: Candidate[] = []
  const leaders = [scoreOf(context, direct)]
  let allTried = true
  for (const way of ways) {
    const brought = new BroughtTogether(way, question)
    const { sets, complete } = setsOf(bundles.filter((bundle) => bundle.every((row) => way.rows.has(row))))
    allTried &&= complete
    for (const set of sets) {
      const straight = straightOf(request.lines.flatMap((_, row) => (set.includes(row) ? [] : [row])))
      if (straight === 'notAllowed') continue
      const lines = set.flatMap((row) => request.lines[row] ?? [])
      // The best two are wanted: the plan and its runner-up.
      const second = leaders[1]
      const least = leastScore(context, way.consolidation, lines, straight, brought.atLeastMinor(set))
      if (second !== undefined && compareScores(least, second) >= 0) continue
      const through = brought.plan(set, lines)
      const candidate = through && candidateOf(way, lines, straight, through, question)
      if (candidate === undefined) continue
      found.push(candidate)
      leaders.push(candidate.score)
      leaders.sort(compareScores).splice(2)
    }
  }
  return chosen(direct, found, request, allTried && policy.charges?.latePerDayMinor === undefined)
}

type Straight = RoutingPlan | undefined | 'notAllowed'

/** What does not go through the node: with one package less than the policy allows. */
function planStraight(rows: Bundle, { request, snapshot, policy, hooks, context }: Question): Straight {
  if (rows.length === 0) return undefined
  const limit = packageLimit(policy)
  if (limit <= 1) return 'notAllowed'
  const less = Number.isFinite(limit) ? { ...policy, maxPackages: limit - 1 } : policy
  const lines = rows.flatMap((row) => request.lines[row] ?? [])
  const made = planDirectly({ ...request, lines }, snapshot, less, { ...hooks, context })
  return completeOrNothing(policy) && made.unserved.length > 0 ? 'notAllowed' : made
}

function remembered(plan: (rows: Bundle) => Straight): (rows: Bundle) => Straight {
  const known = new Map<string, Straight>()
  return (rows) => {
    const key = keyOf(rows)
    if (!known.has(key)) known.set(key, plan(rows))
    return known.get(key)
  }
}

/** All of the lines, from wherever they can be had, whatever a customer's parcels are limited to: he gets one. */
function policyThrough({
  maxPackages: _most,
  keepTogetherTags: _tags,
  charges,
  ...policy
}: RoutingPolicy): RoutingPolicy {
  const { splitMinor: _split, latePerDayMinor: _late, ...rest } = charges ?? {}
  return { ...policy, allowSplit: true, allowLineSplit: true, shipComplete: true, criteria: ['cost'], charges: rest }
}

/** How lines come to one node, and what that costs: never less than any of them alone. */
class BroughtTogether {
  readonly #way: WayToConsolidate
  readonly #question: Question
  /** By set of lines; Infinity: it cannot be done. */
  readonly #minor = new Map<string, number>()

  constructor(way: WayToConsolidate, question: Question) {
    this.#way = way
    this.#question = question
  }

  /** What is known of smaller sets holds for this one. */
  atLeastMinor(set: readonly number[]): number {
    return Math.max(0, ...set.map((row) => this.#minor.get(keyOf(set.filter((each) => each !== row))) ?? 0))
  }

  plan(set: readonly number[], lines: RouteLine[]): RoutingPlan | undefined {
    const { request, snapshot, policy, hooks, context } = this.#question
    const there = consolidatedAt(context, this.#way.consolidation)
    const made = planDirectly({ ...request, lines }, snapshot, policyThrough(policy), { ...hooks, context: there })
    const possible = made.unserved.length === 0
    this.#minor.set(keyOf(set), possible ? made.costMinor + opportunityOf(made) : Number.POSITIVE_INFINITY)
    return possible ? made : undefined
  }
}

const keyOf = (set: readonly number[]): string => set.join()

function candidateOf(
  way: WayToConsolidate,
  lines: RouteLine[],
  straight: RoutingPlan | undefined,
  through: RoutingPlan,
  { context }: Question,
): Candidate | undefined {
  const { consolidation } = way
  const there = consolidatedAt(context, consolidation)
  const brought = through.packages.filter((each) => each.nodeId !== way.nodeId)
  if (brought.length === 0 || asksTooMuch(through, straight, context)) return undefined
  const readyMs = Math.max(context.atMs, ...brought.map((each) => epochMsOf(each.deliveredAt ?? each.handOverAt)))
  const dates = sentOnMs(there, consolidation, readyMs)
  if (!Number.isFinite(dates.deliveredMs)) return undefined
  const consolidated = parcelOf(there, way, lines, dates, straight === undefined || straight.packages.length === 0)
  const packages = [
    ...(straight?.packages ?? []),
    ...through.packages.map((each) =>
      each.nodeId === way.nodeId ? { ...each, handOverAt: consolidated.handOverAt } : each,
    ),
  ].toSorted((a, b) => (a.nodeId < b.nodeId ? -1 : a.nodeId > b.nodeId ? 1 : 0))
  const costMinor = packages.reduce((sum, each) => sum + each.costMinor, consolidated.costMinor)
  const score = scoreOf(context, { packages, consolidated, costMinor, unserved: straight?.unserved ?? [] })
  return { way, straight, through, packages, consolidated, score }
}

/** One node would send a package each way, and its day may only have room for one. */
function asksTooMuch(through: RoutingPlan, straight: RoutingPlan | undefined, { nodes }: OrderContext): boolean {
  if (!nodes.someLimited || straight === undefined) return false
  return through.packages.some(
    ({ nodeId }) =>
      nodes.list[nodes.indexById.get(nodeId) ?? -1]?.capacity !== undefined &&
      straight.packages.some((each) => each.nodeId === nodeId),
  )
}

function parcelOf(
  there: OrderContext,
  { nodeId, consolidation }: WayToConsolidate,
  lines: readonly RouteLine[],
  dates: { handOverMs: number; deliveredMs: number },
  first: boolean,
): ConsolidatedParcel {
  const contents = lines.map((line) => ({ line, quantity: line.quantity }))
  const costParts = consolidatedCostParts(there, consolidation, contents, dates, first)
  const service = serviceOf(there, { node: consolidation.node, service: SHIP, slot: consolidation.slot })
  const lateMinutes = latestMinutes(lines, dates.deliveredMs)
  return {
    nodeId,
    lines: lines.map(({ lineNo, sku, quantity }) => ({ lineNo, sku, quantity })),
    costParts,
    costMinor: sumOfParts(costParts),
    handOverAt: instantFromEpochMs(dates.handOverMs),
    ...(service === undefined ? {} : { service }),
    ...(dates.deliveredMs > dates.handOverMs ? { deliveredAt: instantFromEpochMs(dates.deliveredMs) } : {}),
    ...(lateMinutes > 0 ? { lateMinutes } : {}),
  }
}

/** Undefined stands for the plan that sends all straight; of equal plans that one, then the first that was found. */
function chosen(direct: RoutingPlan, found: readonly Candidate[], request: RouteRequest, exact: boolean): RoutingPlan {
  const { context } = direct.verdicts
  const straight = { candidate: undefined, score: scoreOf(context, direct) }
  const inOrder = [straight, ...found.map((candidate) => ({ candidate, score: candidate.score }))].toSorted((a, b) =>
    compareScores(a.score, b.score),
  )
  const [best, second] = inOrder
  if (best?.candidate === undefined) {
    const rival = second?.candidate
    const { gapMinor: _gap, ...unproven } = direct
    return {
      ...(exact ? direct : { ...unproven, optimality: 'greedy' as const }),
      ...runnerUpAmong(context, straight.score, direct.runnerUp, rival),
    }
  }
  const { packages, consolidated, through, straight: rest } = best.candidate
  const { runnerUp: _own, gapMinor: _gap, optimality: _straight, ...head } = direct
  const proven = exact && through.optimality === 'exact' && (rest?.optimality ?? 'exact') === 'exact'
  const other = second?.candidate === undefined ? direct : planOf(second.candidate)
  const rival = rivalOf(other, packages)
  const { costMinor } = planOf(best.candidate)
  const runnerUp = nearest(context, [
    rival === undefined || second === undefined ? undefined : lostBy(context, best.score, second.score, rival),
    inWhole(through, costMinor),
    rest === undefined ? undefined : inWhole(rest, costMinor),
  ])
  return {
    ...head,
    packages,
    consolidated,
    unserved: rest?.unserved ?? [],
    costMinor,
    optimality: proven ? 'exact' : 'greedy',
    ...(runnerUp === undefined ? {} : { runnerUp }),
    verdicts: verdictsOf(direct.verdicts, best.candidate, request),
  }
}

type Rival = Pick<RunnerUp, 'nodeId' | 'lineNo' | 'costMinor'>

const planOf = ({ packages, consolidated }: Candidate) => ({
  packages,
  costMinor: packages.reduce((sum, each) => sum + each.costMinor, consolidated.costMinor),
})

/** The first node and line of the other plan that this one has otherwise. */
function rivalOf(
  other: Pick<RoutingPlan, 'packages' | 'costMinor'>,
  than: readonly PlannedPackage[],
): Rival | undefined {
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

/** What lost to the plan straight to the customer: its own runner-up, or the best plan through a node. */
function runnerUpAmong(
  context: OrderContext,
  best: PlanScore,
  own: RunnerUp | undefined,
  rival: Candidate | undefined,
): { runnerUp?: RunnerUp } {
  if (rival === undefined) return {}
  const { nodeId, lines } = rival.consolidated
  const named = { nodeId, lineNo: lines[0]?.lineNo ?? 1, costMinor: planOf(rival).costMinor }
  const runnerUp = nearest(context, [own, lostBy(context, best, rival.score, named)])
  return runnerUp === undefined ? {} : { runnerUp }
}

/** The runner-up of a part of the plan, beside what the other part costs. */
function inWhole({ runnerUp, costMinor }: RoutingPlan, wholeMinor: number): RunnerUp | undefined {
  return runnerUp && { ...runnerUp, costMinor: wholeMinor - costMinor + runnerUp.costMinor }
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

/** Each line's verdicts as the plan that serves it has them. */
function verdictsOf(
  direct: VerdictTable,
  { way, straight, through }: Candidate,
  { lines }: RouteRequest,
): VerdictTable {
  const width = direct.nodes.list.length
  const codes = direct.codes.slice()
  const available = direct.available.slice()
  const passedOver = direct.passedOver.slice()
  const consolidated: (OrderContext | undefined)[] = []
  lines.forEach((line, row) => {
    const sent = through.verdicts.lines.indexOf(line)
    const from = sent < 0 ? straight?.verdicts : through.verdicts
    const at = sent < 0 ? (straight?.verdicts.lines.indexOf(line) ?? -1) : sent
    if (sent >= 0) consolidated[row] = consolidatedAt(direct.context, way.consolidation)
    if (from === undefined || at < 0) return
    codes.set(from.codes.subarray(at * width, (at + 1) * width), row * width)
    available.set(from.available.subarray(at * width, (at + 1) * width), row * width)
    passedOver[row] = from.passedOver[at] ?? 'dearer'
  })
  // What another node would have cost is only known within each part.
  return { ...direct, codes, available, passedOver, extra: undefined, consolidated }
}
