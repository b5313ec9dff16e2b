/** Which rule of a stock policy speaks for a SKU, a node and a channel. Pure: the moment is handed in. */
import type { Channel } from '../model/channel.ts'
import type { Node } from '../model/node.ts'
import type { Product } from '../model/product.ts'
import type { BackorderRule, StockMatch, StockPolicy, StockRule } from '../model/stock-policy.ts'
import type { Instant } from '../model/time.ts'

export type RuleSubject = {
  product: Pick<Product, 'sku' | 'tags' | 'attributes'>
  node?: Pick<Node, 'id' | 'groups' | 'safetyStock'> & Partial<Pick<Node, 'enabled'>>
  channel?: Pick<Channel, 'id' | 'threshold' | 'nodeGroups'>
  at: Instant
}

/** What is named must be there and hit; a rule that names nodes or channels says nothing where none is asked about. */
export function matches(match: StockMatch, { product, node, channel, at }: RuleSubject): boolean {
  return (
    (match.from === undefined || match.from <= at) &&
    (match.until === undefined || at < match.until) &&
    hits(match.skus, [product.sku]) &&
    hits(match.tags, product.tags) &&
    Object.entries(match.attributes ?? {}).every(([name, values]) => hits(values, [product.attributes[name] ?? ''])) &&
    hits(match.nodes, node === undefined ? [] : [node.id]) &&
    hits(match.nodeGroups, node?.groups ?? []) &&
    hits(match.channels, channel === undefined ? [] : [channel.id])
  )
}

const hits = (wanted: readonly string[] | undefined, given: readonly string[]): boolean =>
  wanted === undefined || given.some((each) => wanted.includes(each))

type RuleOf<K extends StockRule['kind']> = Extract<StockRule, { kind: K }>

function firstRule<K extends StockRule['kind']>(
  policy: StockPolicy,
  kind: K,
  subject: RuleSubject,
): RuleOf<K> | undefined {
  return policy.rules.find((rule): rule is RuleOf<K> => rule.kind === kind && matches(rule.match, subject))
}

/** Units of the SKU that nobody is promised from the node. */
export const safetyStockOf = (policy: StockPolicy, subject: Omit<RuleSubject, 'channel'>): number =>
  firstRule(policy, 'safetyStock', subject)?.units ?? subject.node?.safetyStock ?? 0

export type FreshnessRule = RuleOf<'freshness'>

/** What the rules say of a SKU at a node for a channel, whatever is there: it changes with rules and dates only. */
export type Standing = {
  safetyStock: number
  /** Units held back from the channel. */
  threshold: number
  /** The part of the rest that the channel is offered. */
  sharePercent: number
  /** Rules that may hold units back, depending on the age of the count; the first that does decides. */
  freshness: readonly FreshnessRule[]
  /** Why the channel may sell nothing of this SKU from this node; undefined when it may. */
  excludedBy: string | undefined
  /** The node is none of the channel's. */
  outside: boolean
}

export function standingOf(policy: StockPolicy, subject: RuleSubject): Standing {
  const { channel, node } = subject
  const groups = channel?.nodeGroups
  const outside = groups !== undefined && node !== undefined && !node.groups.some((group) => groups.includes(group))
  const closed = node?.enabled === false ? `${node.id} is taken out of routing` : undefined
  return {
    safetyStock: safetyStockOf(policy, subject),
    threshold: firstRule(policy, 'threshold', subject)?.units ?? channel?.threshold ?? 0,
    sharePercent: firstRule(policy, 'share', subject)?.percent ?? 100,
    freshness: policy.rules.filter(
      (rule): rule is FreshnessRule => rule.kind === 'freshness' && matches(rule.match, subject),
    ),
    excludedBy: outside
      ? `${channel?.id} does not sell from ${node?.id}`
      : (closed ?? firstRule(policy, 'exclude', subject)?.name),
    outside,
  }
}

/** Units held back because the count is old. `countedAtMs` is when the position was last counted; undefined: never. */
export function freshnessBuffer(
  rules: readonly FreshnessRule[],
  countedAtMs: number | undefined,
  atMs: number,
): number {
  if (countedAtMs === undefined) return 0
  return rules.find((rule) => atMs - countedAtMs > rule.olderThanMinutes * 60_000)?.units ?? 0
}

/** The rule under which the SKU may be sold beyond what is there; undefined when it may not. */
export const backorderRuleOf = (policy: StockPolicy, subject: RuleSubject): BackorderRule | undefined =>
  policy.backorders.find((rule) => matches(rule.match, subject))
