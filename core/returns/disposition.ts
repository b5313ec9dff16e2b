/** What becomes of goods that came back: by SKU attribute × reason × condition, and by who owns them. */
import type { DispositionRule, ReturnPolicy } from '../model/return-policy.ts'
import type { Condition, Disposition, ReturnReason } from '../model/return.ts'
import { type Goods, hits, matchesGoods } from './terms.ts'

export type Finding = { goods: Goods; reason: ReturnReason; condition: Condition; shippedBySupplier: boolean }
export type Disposed = { disposition: Disposition; rule: string; refund: DispositionRule['refund'] }

/** Where no rule matches, nothing is sold again by accident: it is scrap until a person says otherwise. */
export function dispositionFor(policy: ReturnPolicy, finding: Finding): Disposed {
  const rule = policy.dispositions.find(
    ({ match }) =>
      matchesGoods(match, finding.goods, finding.reason) &&
      hits(match.conditions, [finding.condition]) &&
      (match.shippedBySupplier === undefined || match.shippedBySupplier === finding.shippedBySupplier),
  )
  if (rule === undefined) return { disposition: 'scrap', rule: 'none', refund: 'full' }
  return { disposition: rule.disposition, rule: rule.name, refund: rule.refund }
}

/** What to expect before anybody has looked; it decides where the parcel goes. */
export const EXPECTED_CONDITION: Record<ReturnReason, Condition> = {
  damaged: 'damaged',
  defective: 'defective',
  wrongItem: 'asNew',
  unwanted: 'asNew',
  late: 'asNew',
  size: 'asNew',
  style: 'asNew',
  notAsDescribed: 'opened',
  other: 'opened',
}
