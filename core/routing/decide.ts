/**
 * Decides one order under the policy book: the function that the route worker, the dry run (`evaluate`) and simulations share,
 * so that what was tried is what happens.
 */
import { offersFor } from './offers.ts'
import { plan } from './plan.ts'
import type { PlanHooks, RoutingPlan } from './routing-plan.ts'
import { policyFor } from './policy-book.ts'
import type { ActiveBook } from './policy-book.ts'
import type { RouteRequest } from './request.ts'
import type { ProductFacts } from './requests.ts'
import type { StockSnapshot } from './snapshot.ts'

export function decideOrder(
  request: RouteRequest,
  snapshot: StockSnapshot,
  book: ActiveBook,
  products: ReadonlyMap<string, ProductFacts>,
  hooks: PlanHooks = {},
): RoutingPlan {
  const policy = policyFor(book, request)
  const made = plan(request, snapshot, policy, hooks)
  if (made.unserved.length === 0) return made
  const offers = offersFor(made, { request, snapshot, policy, products, hooks })
  return offers.length === 0 ? made : { ...made, offers }
}
