/** Which rule of the return policy speaks for a line, and whether the customer may send it back. Pure: the moment is handed in. */
import type { Product } from '../model/product.ts'
import type { ReturnPolicy, ReturnRule } from '../model/return-policy.ts'
import type { ReturnReason } from '../model/return.ts'
import { type Instant, plusMs } from '../model/time.ts'

export type Goods = Pick<Product, 'sku' | 'tags' | 'attributes'>
type GoodsMatch = Pick<ReturnRule['match'], 'skus' | 'tags' | 'attributes' | 'reasons'>

export function matchesGoods(match: GoodsMatch, goods: Goods, reason: ReturnReason): boolean {
  return (
    hits(match.skus, [goods.sku]) &&
    hits(match.tags, goods.tags) &&
    hits(match.reasons, [reason]) &&
    Object.entries(match.attributes ?? {}).every(([name, values]) => hits(values, [goods.attributes[name] ?? '']))
  )
}

export const hits = (wanted: readonly string[] | undefined, given: readonly string[]): boolean =>
  wanted === undefined || given.some((each) => wanted.includes(each))

export function ruleFor(
  policy: ReturnPolicy,
  goods: Goods,
  reason: ReturnReason,
  channelId: string,
): ReturnRule | undefined {
  return policy.rules.find((rule) => matchesGoods(rule.match, goods, reason) && hits(rule.match.channels, [channelId]))
}

export type LineWish = { goods: Goods; reason: ReturnReason; shippedAt: Instant | undefined }

/** `objection`: why a person must agree first; absent when the policy allows it by itself. */
export type Judged = { rule: ReturnRule; objection?: string }

const DAY_MS = 86_400_000

/** A line that no rule speaks for is judged by the strictest terms, and a person decides. */
export function judgeLine(policy: ReturnPolicy, wish: LineWish, channelId: string, now: Instant): Judged {
  const rule = ruleFor(policy, wish.goods, wish.reason, channelId)
  const { sku } = wish.goods
  if (rule === undefined) return { rule: NO_RULE, objection: `no rule of ${policy.version} speaks for ${sku}` }
  if (!rule.returnable) return { rule, objection: `${sku} cannot be returned by rule "${rule.name}"` }
  if (wish.shippedAt !== undefined && plusMs(wish.shippedAt, rule.windowDays * DAY_MS) < now)
    return {
      rule,
      objection: `${sku} was shipped ${wish.shippedAt}; rule "${rule.name}" gives ${rule.windowDays} days`,
    }
  if (rule.authorise === 'person') return { rule, objection: `rule "${rule.name}" wants a person to agree for ${sku}` }
  return { rule }
}

const NO_RULE: ReturnRule = {
  name: 'none',
  match: {},
  returnable: false,
  windowDays: 0,
  authorise: 'person',
  paidBy: 'customer',
  labelFeeMinor: 0,
  restockingFeeBasisPoints: 0,
  refundAt: 'inspected',
  refundShipping: 'never',
}
