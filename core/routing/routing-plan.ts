/** What the router answers, and what is read off it. */
import type { RoutingDecision } from '../model/decision.ts'
import type { OrderContext } from './order-context.ts'
import type { OpportunityPrices } from './price-columns.ts'
import { verdictsInWords } from './verdicts.ts'
import type { VerdictTable } from './verdicts.ts'

/** A decision that has no id yet and whose verdicts are still numbers. */
export type RoutingPlan = Omit<RoutingDecision, 'id' | 'candidates'> & { readonly verdicts: VerdictTable }

/** What later brains add to the choice. */
export type PlanHooks = {
  opportunity?: OpportunityPrices
  /** A context of the same destination, moment and snapshot: promises plan one cart many times. */
  context?: OrderContext
}

/** The record to store, but for its id. */
export function decisionOf({ verdicts, ...rest }: RoutingPlan): Omit<RoutingDecision, 'id'> {
  return { ...rest, candidates: verdictsInWords(verdicts) }
}

export const unitsLeft = ({ unserved }: Pick<RoutingDecision, 'unserved'>): number =>
  unserved.reduce((sum, each) => sum + each.quantity, 0)

/** What later orders would give for what the plan takes. */
export const opportunityOf = ({ packages }: Pick<RoutingDecision, 'packages'>): number =>
  packages.reduce((sum, each) => sum + (each.opportunityMinor ?? 0), 0)
