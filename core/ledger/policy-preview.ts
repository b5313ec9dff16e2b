/** Adds up what a new stock policy would change: by channel, by rule, with the examples that change most. */
import type { StockPolicy, StockRule } from '../model/stock-policy.ts'
import { type Available, type Term, TERMS } from './available.ts'
import { matches, type RuleSubject } from './stock-rules.ts'

export type AvailabilityDifference = { subject: RuleSubject; was: Available; will: Available }

export type ChannelChange = {
  /** undefined: no channel is configured; then it is what one without settings could sell. */
  channelId: string | undefined
  skus: number
  positions: number
  /** Sellable units lost and won. */
  fewer: number
  more: number
}
export type RuleChange = {
  kind: StockRule['kind']
  /** undefined: it holds for all channels alike, as safety stock does, or no channel is configured. */
  channelId: string | undefined
  /** The new policy's rule, or the old one's where nothing takes its place; undefined: the node's or channel's own setting. */
  rule: string | undefined
  ends: boolean
  skus: number
  positions: number
  /** What its term adds to availability from then on, positions below zero included. */
  units: number
}
export type PolicyPreview = {
  from: string
  to: string
  /** SKUs of which any channel could sell more or fewer. */
  skus: number
  channels: ChannelChange[]
  rules: RuleChange[]
  examples: {
    sku: string
    nodeId: string
    channelId: string | undefined
    was: number
    will: number
    terms: Partial<Record<Term, { was: number; will: number }>>
  }[]
}

const RULE_OF_TERM: Partial<Record<Term, StockRule['kind']>> = {
  safetyStock: 'safetyStock',
  threshold: 'threshold',
  freshnessBuffer: 'freshness',
  otherChannels: 'share',
  excluded: 'exclude',
}
const MAX_EXAMPLES = 10

export type PreviewBook = {
  /** One SKU: all its positions, for each channel. */
  add: (
    sku: string,
    channels: readonly { channelId: string | undefined; differences: readonly AvailabilityDifference[] }[],
  ) => void
  done: () => PolicyPreview
}

export function previewBook(from: StockPolicy, to: StockPolicy): PreviewBook {
  const channels = new Map<string | undefined, ChannelChange>()
  const rules = new Map<string, RuleChange>()
  const examples: PolicyPreview['examples'] = []
  let skus = 0

  /** `counted` holds the rules this SKU was counted for. */
  const addRules = (
    { subject, was, will }: AvailabilityDifference,
    channelId: string | undefined,
    first: boolean,
    counted: Set<string>,
  ): void => {
    for (const term of TERMS) {
      const kind = RULE_OF_TERM[term]
      if (kind === undefined || was.terms[term] === will.terms[term]) continue
      // Safety stock is the same for every channel: it is counted with the first.
      if (kind === 'safetyStock' && !first) continue
      const speaks = ruleNamed(to, kind, subject)
      const spoke = ruleNamed(from, kind, subject)
      const ends = speaks === undefined && spoke !== undefined
      const of = kind === 'safetyStock' ? undefined : channelId
      const key = JSON.stringify([kind, of, speaks ?? spoke, ends])
      const sum = rules.get(key) ?? {
        kind,
        channelId: of,
        rule: speaks ?? spoke,
        ends,
        skus: 0,
        positions: 0,
        units: 0,
      }
      rules.set(key, sum)
      if (!counted.has(key)) sum.skus += 1
      counted.add(key)
      sum.positions += 1
      sum.units += will.terms[term] - was.terms[term]
    }
  }

  const addExample = (sku: string, channelId: string | undefined, { subject, was, will }: AvailabilityDifference) => {
    const least = examples.at(-1)
    const size = Math.abs(will.sellable - was.sellable)
    if (examples.length === MAX_EXAMPLES && least !== undefined && size <= Math.abs(least.will - least.was)) return
    const changed = TERMS.filter((term) => was.terms[term] !== will.terms[term])
    examples.push({
      sku,
      nodeId: subject.node?.id ?? '',
      channelId,
      was: was.sellable,
      will: will.sellable,
      terms: Object.fromEntries(changed.map((term) => [term, { was: was.terms[term], will: will.terms[term] }])),
    })
    examples.sort((a, b) => Math.abs(b.will - b.was) - Math.abs(a.will - a.was))
    examples.length = Math.min(examples.length, MAX_EXAMPLES)
  }

  const add: PreviewBook['add'] = (sku, each) => {
    const counted = new Set<string>()
    let changes = false
    for (const [index, { channelId, differences }] of each.entries()) {
      for (const difference of differences) addRules(difference, channelId, index === 0, counted)
      const moved = differences.filter(({ was, will }) => was.sellable !== will.sellable)
      if (moved.length === 0) continue
      changes = true
      const sum = channels.get(channelId) ?? { channelId, skus: 0, positions: 0, fewer: 0, more: 0 }
      channels.set(channelId, sum)
      sum.skus += 1
      sum.positions += moved.length
      for (const difference of moved) {
        const change = difference.will.sellable - difference.was.sellable
        if (change < 0) sum.fewer -= change
        else sum.more += change
        addExample(sku, channelId, difference)
      }
    }
    if (changes) skus += 1
  }
  return {
    add,
    done: () => ({
      from: from.version,
      to: to.version,
      skus,
      channels: [...channels.values()].sort((a, b) => b.fewer + b.more - a.fewer - a.more),
      rules: [...rules.values()].sort((a, b) => Math.abs(b.units) - Math.abs(a.units)),
      examples,
    }),
  }
}

const ruleNamed = (policy: StockPolicy, kind: StockRule['kind'], subject: RuleSubject): string | undefined =>
  policy.rules.find((rule) => rule.kind === kind && matches(rule.match, subject))?.name
