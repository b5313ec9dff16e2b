/**
 * Lines brought together on their way: nodes that consolidate take in what others have lanes to send them, and one parcel leaves from
 * there for the customer. Every way to do that is weighed against the plan that sends all straight (direct-plan.ts), by the policy's
 * own terms; on equal terms goods go straight.
 */
import type { ConsolidatedParcel, PlannedPackage } from '../model/decision.ts'
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
import { runnerUpToConsolidated, runnerUpToStraight } from './whole-runner-up.ts'
import { completeOrNothing, packageLimit } from './policy.ts'
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
  costMinor: number
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
  return { way, straight, through, packages, consolidated, costMinor, score }
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

/** Of equal plans the one that sends all straight, then the first that was found. */
function chosen(direct: RoutingPlan, found: readonly Candidate[], request: RouteRequest, exact: boolean): RoutingPlan {
  const { context } = direct.verdicts
  const straight = { ...direct, score: scoreOf(context, direct) }
  const [first, next] = found.toSorted((a, b) => compareScores(a.score, b.score))
  if (first === undefined || compareScores(straight.score, first.score) <= 0) {
    const runnerUp = runnerUpToStraight(context, straight, first)
    const { gapMinor: _gap, ...unproven } = direct
    return {
      ...(exact ? direct : { ...unproven, optimality: 'greedy' as const }),
      ...(runnerUp === undefined ? {} : { runnerUp }),
    }
  }
  const { packages, consolidated, costMinor, through, straight: rest } = first
  const { runnerUp: _own, gapMinor: _gap, optimality: _straight, ...head } = direct
  const proven = exact && through.optimality === 'exact' && (rest?.optimality ?? 'exact') === 'exact'
  const second = next !== undefined && compareScores(next.score, straight.score) < 0 ? next : straight
  const runnerUp = runnerUpToConsolidated(context, first, second, rest === undefined ? [through] : [through, rest])
  return {
    ...head,
    packages,
    consolidated,
    unserved: rest?.unserved ?? [],
    costMinor,
    optimality: proven ? 'exact' : 'greedy',
    ...(runnerUp === undefined ? {} : { runnerUp }),
    verdicts: verdictsOf(direct.verdicts, first, request),
  }
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
