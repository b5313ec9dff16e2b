/** Stock feeds that come in a stream or wait for a person, and the rule that says which must wait. Pure. */
import type { FeedRule } from './stock-policy.ts'

export const FEED_STATES = [
  'receiving',
  'staging',
  'held',
  'applying',
  'applied',
  'quarantined',
  'superseded',
  'rejected',
] as const
export type FeedState = (typeof FEED_STATES)[number]

/** What a feed would do if it were applied now. */
export type FeedEffect = {
  /** Positions that it states; with `absentMeansZero` also those of its nodes that it leaves out. */
  stated: number
  /** Of these, positions that have units on hand now and would have none. */
  wouldZero: number
  /** Some of those, the largest first. */
  examples: { sku: string; nodeId: string; onHand: number }[]
}

/** Why the feed must wait for a person; undefined when it may be applied. */
export function holdReason(effect: FeedEffect, rule: FeedRule): string | undefined {
  if (effect.wouldZero < rule.holdFromPositions) return undefined
  if (effect.wouldZero * 100 <= rule.holdAboveZeroedPercent * effect.stated) return undefined
  const percent = Math.round((effect.wouldZero * 100) / effect.stated)
  return (
    `it would set ${effect.wouldZero} of ${effect.stated} positions to zero (${percent} %; ` +
    `the policy allows ${rule.holdAboveZeroedPercent} % from ${rule.holdFromPositions} positions on)`
  )
}
