/**
 * A stock policy laid out for one channel and one moment, for questions about very many positions: products and nodes that the
 * same rules speak for share one answer.
 */
import type { Channel } from '../model/channel.ts'
import type { Node } from '../model/node.ts'
import type { KitComponent, Product } from '../model/product.ts'
import { type StockPolicy, UNSEGMENTED } from '../model/stock-policy.ts'
import type { Instant } from '../model/time.ts'
import { matches, type Standing, standingOf } from './stock-rules.ts'

export type RuledProduct = Pick<Product, 'sku' | 'tags' | 'attributes'>
export type RuledNode = Pick<Node, 'id' | 'groups' | 'safetyStock' | 'enabled'>
export type RuledChannel = Pick<Channel, 'id' | 'threshold' | 'nodeGroups' | 'segment'>

/** The slow data that decides what can be sold. */
export type StockMaster = {
  stockPolicy: StockPolicy
  nodes: ReadonlyMap<string, RuledNode>
  kits: ReadonlyMap<string, readonly KitComponent[]>
}

export type ProductRules = {
  /** The same for products that the same rules speak for. */
  key: string
  at: (node: RuledNode) => Standing
}

export type RuleBook = { of: (product: RuledProduct) => ProductRules }

export function ruleBook(policy: StockPolicy, channel: RuledChannel | undefined, at: Instant): RuleBook {
  // What a rule says of date and channel is settled here; its SKUs become a set, for lists of thousands.
  const rules = policy.rules
    .filter(
      ({ match: { from, until, channels } }) =>
        (from === undefined || from <= at) &&
        (until === undefined || at < until) &&
        (channels === undefined || (channel !== undefined && channels.includes(channel.id))),
    )
    .map((rule) => ({ rule, skus: rule.match.skus === undefined ? undefined : new Set<string>(rule.match.skus) }))
  const known = new Map<string, ProductRules>()

  const of = (product: RuledProduct): ProductRules => {
    const subject = { product, ...(channel === undefined ? {} : { channel }), at }
    const speaking = rules.filter(
      ({ rule: { match }, skus }) =>
        (skus === undefined || skus.has(product.sku)) &&
        matches({ tags: match.tags, attributes: match.attributes }, subject),
    )
    const key = speaking.map(({ rule }) => policy.rules.indexOf(rule)).join(',')
    const shared = known.get(key)
    if (shared !== undefined) return shared
    const narrowed = {
      ...policy,
      rules: speaking.map(({ rule }) => ({
        ...rule,
        match: { nodes: rule.match.nodes, nodeGroups: rule.match.nodeGroups },
      })),
    } as StockPolicy
    const made = { key, at: rememberedByNode((node) => standingOf(narrowed, { ...subject, node })) }
    known.set(key, made)
    return made
  }
  return { of }
}

function rememberedByNode(ask: (node: RuledNode) => Standing): (node: RuledNode) => Standing {
  const answers = new Map<string, Standing>()
  return (node) => {
    const known = answers.get(node.id)
    if (known !== undefined) return known
    const answer = ask(node)
    answers.set(node.id, answer)
    return answer
  }
}

/** Whether a rule begins or ends after `since` and not after `until`: then what it says has changed without a new policy. */
export const rulesTurnBetween = (policy: StockPolicy, since: Instant, until: Instant): boolean =>
  policy.rules.some(({ match }) =>
    [match.from, match.until].some((moment) => moment !== undefined && since < moment && moment <= until),
  )

/** Whether rules read tags or attributes, so that products must be looked up to know what they say. */
export const readsProducts = (policy: StockPolicy): boolean =>
  policy.rules.some(({ match }) => match.tags !== undefined || match.attributes !== undefined)

/** Segments whose fenced units the channel may draw: its own, and those open to it. */
export function drawableSegments(policy: StockPolicy, channel: Pick<Channel, 'segment'> | undefined): string[] {
  const own = channel?.segment
  return policy.segments
    .filter((segment) => segment.id === own || segment.openTo.includes(own ?? UNSEGMENTED))
    .map((segment) => segment.id)
}
