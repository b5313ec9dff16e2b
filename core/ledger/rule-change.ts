/** What changes when other rules hold, or the same rules on another day: found by product and node, without looking at stock. */
import type { StockPolicy } from '../model/stock-policy.ts'
import type { Instant } from '../model/time.ts'
import { type RuledChannel, type RuledNode, type RuledProduct, ruleBook } from './rule-book.ts'
import type { Standing } from './stock-rules.ts'

export type RulesAt = { policy: StockPolicy; at: Instant }
/** A node at which something changes for a product, and the safety stock it has from now on. */
export type ChangedNode = { nodeId: string; safetyStock: number }

/** Nodes at which the rules say something else of a product now, for any channel. Products that the same rules speak for share the answer. */
export function changedNodes(
  before: RulesAt,
  after: RulesAt,
  channels: readonly RuledChannel[],
  nodes: readonly RuledNode[],
): (product: RuledProduct) => readonly ChangedNode[] {
  // Without a channel the rules say what safety stock is; with each channel, what it is held back from.
  const books = [undefined, ...channels].map((channel) => ({
    before: ruleBook(before.policy, channel, before.at),
    after: ruleBook(after.policy, channel, after.at),
  }))
  const known = new Map<string, readonly ChangedNode[]>()
  return (product) => {
    const rules = books.map((book) => ({ before: book.before.of(product), after: book.after.of(product) }))
    const key = rules.map((each) => `${each.before.key}/${each.after.key}`).join(';')
    const shared = known.get(key)
    if (shared !== undefined) return shared
    const changed = nodes
      .filter((node) => rules.some((each) => !saysTheSame(each.before.at(node), each.after.at(node))))
      .map((node) => ({ nodeId: node.id, safetyStock: rules[0]?.after.at(node).safetyStock ?? 0 }))
    known.set(key, changed)
    return changed
  }
}

/** Names of rules do not matter, only what they do to the numbers. */
const saysTheSame = (a: Standing, b: Standing): boolean =>
  a.safetyStock === b.safetyStock &&
  a.threshold === b.threshold &&
  a.sharePercent === b.sharePercent &&
  (a.excludedBy === undefined) === (b.excludedBy === undefined) &&
  a.freshness.length === b.freshness.length &&
  a.freshness.every(
    (rule, index) =>
      rule.units === b.freshness[index]?.units && rule.olderThanMinutes === b.freshness[index]?.olderThanMinutes,
  )
