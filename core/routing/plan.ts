/**
 * The router: `plan(request, snapshot, policy)` decides which nodes serve which lines of an order, and why not the others.
 *
 * Pure. The best plan is straight to the customer (direct-plan.ts) or brings lines together on the way (consolidate.ts). What cannot be
 * served whole is tried again with less of the policy, as its fallbacks say. The dry run and the worker call this same function.
 */
import { consolidatedPlan } from './consolidate.ts'
import { planDirectly } from './direct-plan.ts'
import type { Fallback, RoutingPolicy } from './policy.ts'
import type { RouteRequest } from './request.ts'
import { unitsLeft } from './routing-plan.ts'
import type { PlanHooks, RoutingPlan } from './routing-plan.ts'
import type { StockSnapshot } from './snapshot.ts'

export function plan(
  request: RouteRequest,
  snapshot: StockSnapshot,
  policy: RoutingPolicy,
  hooks: PlanHooks = {},
): RoutingPlan {
  let best = planUnder(request, snapshot, policy, hooks)
  if (best.unserved.length === 0) return best
  const gaveUp: string[] = []
  let asIfReached = snapshot
  if (snapshot.health !== undefined && snapshot.health.unreachable.size > 0) {
    // Better to wait for a node that cannot be reached now than to serve nobody.
    asIfReached = { ...snapshot, health: { ...snapshot.health, unreachable: new Set() } }
    const found = planUnder(request, asIfReached, policy, hooks)
    gaveUp.push('unreachable')
    if (unitsLeft(found) < unitsLeft(best)) best = { ...found, gaveUp: [...gaveUp] }
    if (best.unserved.length === 0) return best
  }
  if (policy.fallbacks === undefined) return best
  let relaxed = policy
  for (const fallback of policy.fallbacks) {
    relaxed = without(relaxed, fallback)
    gaveUp.push(fallback.giveUp === 'fence' ? `fence ${fallback.name}` : fallback.giveUp)
    const found = planUnder(request, asIfReached, relaxed, hooks)
    if (unitsLeft(found) >= unitsLeft(best)) continue
    best = { ...found, gaveUp: [...gaveUp] }
    if (best.unserved.length === 0) break
  }
  return best
}

function planUnder(
  request: RouteRequest,
  snapshot: StockSnapshot,
  policy: RoutingPolicy,
  hooks: PlanHooks,
): RoutingPlan {
  const direct = planDirectly(request, snapshot, policy, hooks)
  return snapshot.nodes.consolidatesFrom.size === 0
    ? direct
    : consolidatedPlan(direct, request, snapshot, policy, hooks)
}

function without(policy: RoutingPolicy, fallback: Fallback): RoutingPolicy {
  switch (fallback.giveUp) {
    case 'splitRules': {
      const { maxPackages: _limit, keepTogetherTags: _tags, ...rest } = policy
      return { ...rest, allowSplit: true, allowLineSplit: true }
    }
    case 'shipComplete':
      return { ...policy, shipComplete: false }
    case 'fence':
      return { ...policy, fences: policy.fences?.filter((fence) => fence.name !== fallback.name) }
  }
}
