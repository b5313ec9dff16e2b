/** Whole plans compared by the policy's terms, where they cannot be by the solver's sums: units left out first, then promises, then its criteria. */
import { consolidatedCostParts, sumOfParts } from './cost.ts'
import type { Consolidation, OrderContext } from './order-context.ts'
import { criteriaOf } from './policy.ts'
import type { Criterion } from './policy.ts'
import { kmTo, placeOf } from './price-columns.ts'
import type { RouteLine } from './request.ts'
import { lateMinutesOf, parcelsOf } from './parcels.ts'
import { opportunityOf, unitsLeft } from './routing-plan.ts'
import type { RoutingPlan } from './routing-plan.ts'

export type PlanScore = {
  unserved: number
  /** Minutes; 0 where the policy prices lateness, which is money then. */
  late: number
  /** In the policy's order. */
  criteria: number[]
}

type Scored = Pick<RoutingPlan, 'packages' | 'consolidated' | 'costMinor' | 'unserved'>

export const scoreOf = (context: OrderContext, made: Scored): PlanScore => ({
  unserved: unitsLeft(made),
  late: context.policy.charges?.latePerDayMinor === undefined ? lateMinutesOf(made) : 0,
  criteria: criteriaOf(context.policy).map((criterion) => measure(context, made, criterion)),
})

function measure(context: OrderContext, made: Scored, criterion: Criterion): number {
  const parcels = parcelsOf(made)
  const sum = (of: (parcel: (typeof parcels)[number]) => number): number =>
    parcels.reduce((total, each) => total + of(each), 0)
  const indexOf = (nodeId: string): number => context.nodes.indexById.get(nodeId) ?? -1
  switch (criterion) {
    case 'packages':
      return parcels.length
    case 'cost':
      return made.costMinor + opportunityOf(made)
    case 'lateness':
      return sum(
        (each) =>
          Math.ceil((each.lateMinutes ?? 0) / 60) * each.lines.reduce((units, line) => units + line.quantity, 0),
      )
    case 'distance':
      return sum((each) => kmTo(context, indexOf(each.nodeId)))
    case 'priority':
      return sum((each) => placeOf(context, indexOf(each.nodeId)))
  }
}

/** Below 0 when `a` is the better plan. */
export function compareScores(a: PlanScore, b: PlanScore): number {
  const first = a.unserved - b.unserved || a.late - b.late
  if (first !== 0) return first
  for (const [index, value] of a.criteria.entries()) {
    const difference = value - (b.criteria[index] ?? 0)
    if (difference !== 0) return difference
  }
  return 0
}

/** No plan that sends these lines on together, and the others as `straight` does, can score better, if they are brought for no less. */
export function leastScore(
  context: OrderContext,
  consolidation: Consolidation,
  lines: readonly RouteLine[],
  straight: RoutingPlan | undefined,
  broughtMinor: number,
): PlanScore {
  const { policy } = context
  const { capacityMinor, markdown = [] } = policy.charges ?? {}
  const rest = scoreOf(context, straight ?? { packages: [], costMinor: 0, unserved: [] })
  const unbounded = capacityMinor !== undefined || markdown.some((each) => each.perUnitMinor < 0)
  const contents = lines.map((line) => ({ line, quantity: line.quantity }))
  const dates = { handOverMs: 0, deliveredMs: Number.NEGATIVE_INFINITY }
  const first = straight === undefined || straight.packages.length === 0
  const parcelMinor = unbounded
    ? Number.NEGATIVE_INFINITY
    : broughtMinor + sumOfParts(consolidatedCostParts(context, consolidation, contents, dates, first))
  return {
    ...rest,
    criteria: criteriaOf(policy).map((criterion, index) => {
      const own = rest.criteria[index] ?? 0
      if (criterion === 'cost') return own + parcelMinor
      return criterion === 'packages' ? own + 1 : own
    }),
  }
}
