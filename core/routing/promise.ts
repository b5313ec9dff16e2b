/**
 * What can be promised to a customer before the order: every way to have the cart that no other way beats in date, cost and
 * parcels together. Each is the router's own plan for a deadline, so what is promised is what would be routed.
 */
import type { ConsolidatedParcel, PlannedPackage } from '../model/decision.ts'
import { epochMsOf, instantFromEpochMs } from '../model/time.ts'
import type { Instant } from '../model/time.ts'
import { contextOf } from './order-context.ts'
import { plan } from './plan.ts'
import { parcelsOf } from './parcels.ts'
import type { PlanHooks, RoutingPlan } from './routing-plan.ts'
import type { RoutingPolicy } from './policy.ts'
import type { RouteRequest } from './request.ts'
import type { StockSnapshot } from './snapshot.ts'

export type PromiseOption = {
  /** When the last parcel is there; a hand-over where no rate card tells the way. */
  deliveredAt: Instant
  costMinor: number
  parcels: number
  packages: PlannedPackage[]
  /** The parcel that takes the place of the packages which name its node as `viaNodeId`. */
  consolidated?: ConsolidatedParcel
  /** Which of the three choices this is; an option may be several, or one in between. */
  choices: PromiseChoice[]
}

export const PROMISE_CHOICES = ['earliest', 'cheapest', 'fewestParcels'] as const
export type PromiseChoice = (typeof PROMISE_CHOICES)[number]

export type CartPromise = {
  /** By date, earliest first. Empty when the cart cannot be served whole. */
  options: PromiseOption[]
  unavailable: RoutingPlan['unserved']
}

/** Options looked at for each way to prefer; a customer chooses between few. */
const MAX_OPTIONS = 8

export function promiseFor(request: RouteRequest, snapshot: StockSnapshot, policy: RoutingPolicy): CartPromise {
  const free = { ...request, lines: request.lines.map(({ promisedBy: _, ...line }) => line) }
  const hooks = { context: contextOf(free, snapshot, policy) }
  const byMoney: RoutingPolicy = { ...policy, criteria: ['cost'] }
  const cheapest = plan(free, snapshot, byMoney, hooks)
  if (cheapest.unserved.length > 0 || cheapest.packages.length === 0)
    return { options: [], unavailable: cheapest.unserved }
  const found = earlierAndEarlier(free, snapshot, byMoney, hooks, cheapest)
  if (found.some((made) => parcelsOf(made).length > 1)) {
    const byParcels: RoutingPolicy = { ...policy, criteria: ['packages', 'cost'] }
    found.push(...earlierAndEarlier(free, snapshot, byParcels, hooks, plan(free, snapshot, byParcels, hooks)))
  }
  return { options: best(found), unavailable: [] }
}

/** Each plan is the best that is complete before the one ahead of it, until none can be. */
function earlierAndEarlier(
  request: RouteRequest,
  snapshot: StockSnapshot,
  policy: RoutingPolicy,
  hooks: PlanHooks,
  first: RoutingPlan,
): RoutingPlan[] {
  const found = [first]
  let last = first
  while (found.length < MAX_OPTIONS) {
    const promisedBy = instantFromEpochMs(completeMs(last) - 1)
    const asked = { ...request, lines: request.lines.map((line) => ({ ...line, promisedBy })) }
    const made = plan(asked, snapshot, policy, hooks)
    if (made.unserved.length > 0 || completeMs(made) >= completeMs(last)) break
    found.push(made)
    last = made
  }
  return found
}

const completeMs = (made: RoutingPlan): number =>
  Math.max(...parcelsOf(made).map((each) => epochMsOf(each.deliveredAt ?? each.handOverAt)))

/** Keeps what nothing else beats; a plan beats another that is no earlier, no cheaper and has no fewer parcels. */
function best(plans: readonly RoutingPlan[]): PromiseOption[] {
  const options = plans.map((made): PromiseOption => ({
    deliveredAt: instantFromEpochMs(completeMs(made)),
    costMinor: made.costMinor,
    parcels: parcelsOf(made).length,
    packages: made.packages.map(withoutLateness),
    ...(made.consolidated === undefined ? {} : { consolidated: withoutLateness(made.consolidated) }),
    choices: [],
  }))
  const kept: PromiseOption[] = []
  for (const option of options.sort(byDate)) if (!kept.some((other) => beats(other, option))) kept.push(option)
  const least = (of: (option: PromiseOption) => number): number => Math.min(...kept.map(of))
  const [cost, parcels] = [least((each) => each.costMinor), least((each) => each.parcels)]
  return kept.map((option, index) => ({
    ...option,
    choices: PROMISE_CHOICES.filter(
      (choice) =>
        (choice === 'earliest' && index === 0) ||
        (choice === 'cheapest' && option === kept.find((each) => each.costMinor === cost)) ||
        (choice === 'fewestParcels' && option === kept.find((each) => each.parcels === parcels)),
    ),
  }))
}

const withoutLateness = <P extends { lateMinutes?: number | undefined }>({ lateMinutes: _, ...each }: P) => each

const byDate = (a: PromiseOption, b: PromiseOption): number =>
  epochMsOf(a.deliveredAt) - epochMsOf(b.deliveredAt) || a.costMinor - b.costMinor || a.parcels - b.parcels

const beats = (a: PromiseOption, b: PromiseOption): boolean =>
  a.deliveredAt <= b.deliveredAt && a.costMinor <= b.costMinor && a.parcels <= b.parcels
