/**
 * What holds units back from being sold, and what may be sold beyond what is there: data with a version, like a routing policy.
 * Rules of one kind are tried in the order they are written; the first that matches decides, and without one the node's own
 * safety stock or the channel's own threshold holds.
 */
import { z } from 'zod'
import { ChannelId, NodeId, Sku } from './ids.ts'
import { Quantity } from './quantity.ts'
import { Instant } from './time.ts'

const Name = z.string().regex(/^[a-z0-9][a-z0-9-]{0,62}$/, 'must be lower-case letters, digits and hyphens, at most 63')

/** A group of channels that units can be ring-fenced for: `wholesale`, `web`. */
export const SegmentId = Name
export type SegmentId = z.infer<typeof SegmentId>

/** Everything named must hold; what is absent matches all. Within a list, one hit is enough. */
export const StockMatch = z.strictObject({
  skus: z.array(Sku).min(1).optional(),
  tags: z.array(z.string().min(1).max(50)).min(1).optional(),
  /** Attribute name → the values that match. */
  attributes: z.record(z.string().max(50), z.array(z.string().max(100)).min(1)).optional(),
  nodes: z.array(NodeId).min(1).optional(),
  nodeGroups: z.array(Name).min(1).optional(),
  channels: z.array(ChannelId).min(1).optional(),
  /** From this moment on … */
  from: Instant.optional(),
  /** … and before this one. */
  until: Instant.optional(),
})
export type StockMatch = z.infer<typeof StockMatch>

const rule = <S extends z.ZodRawShape>(shape: S) =>
  z.strictObject({ name: z.string().min(1).max(100), match: StockMatch.default({}), ...shape })

export const StockRule = z.discriminatedUnion('kind', [
  /** Units of each SKU that are never promised from a node, by anyone. A safety-stock rule cannot name channels. */
  rule({ kind: z.literal('safetyStock'), units: Quantity }),
  /** Units of each SKU and node that are held back from a channel. */
  rule({ kind: z.literal('threshold'), units: Quantity }),
  /** Units held back where the last count is older than this. */
  rule({ kind: z.literal('freshness'), olderThanMinutes: z.int().min(1), units: Quantity }),
  /** Not sold at all: every unit is held back. */
  rule({ kind: z.literal('exclude') }),
  /** A channel is offered this part of what remains, rounded down; the rest is left to the other channels. */
  rule({ kind: z.literal('share'), percent: z.int().min(1).max(100) }),
])
export type StockRule = z.infer<typeof StockRule>

export const Segment = z.strictObject({
  id: SegmentId,
  /** Segments that may draw on this one's fence when the rest is gone; `unsegmented` names channels without a segment. */
  openTo: z.array(SegmentId).default([]),
})
export type Segment = z.infer<typeof Segment>

/** The name under which channels without a segment draw on an open fence. */
export const UNSEGMENTED = 'unsegmented'

export const RELEASE_ORDERS = ['fifo', 'priority', 'fairShare'] as const

/** What may be sold beyond stock. The cap counts backorders and preorders together. */
export const BackorderRule = z.strictObject({
  name: z.string().min(1).max(100),
  match: StockMatch.default({}),
  /** Units of each SKU that may wait at one time. */
  capUnits: Quantity,
  /** Only up to the units that open supplies will bring; otherwise also without a date. */
  onlyAgainstSupply: z.boolean().default(true),
  /** Before this moment nothing is released, whatever is on hand: the product is not out yet. */
  releaseFrom: Instant.optional(),
  /** Who gets the units that come in: first come, highest priority, or each a share by what it waits for. */
  releaseBy: z.enum(RELEASE_ORDERS).default('fifo'),
})
export type BackorderRule = z.infer<typeof BackorderRule>

export const FeedRule = z.strictObject({
  /** A feed that would take more than this share of the positions it states to zero waits for a person. */
  holdAboveZeroedPercent: z.int().min(1).max(100).default(30),
  /** Feeds that zero fewer positions than this are not held. */
  holdFromPositions: z.int().min(1).default(50),
})
export type FeedRule = z.infer<typeof FeedRule>

export const StockPolicy = z
  .strictObject({
    version: z.string().min(1).max(50),
    rules: z.array(StockRule).max(1_000).default([]),
    segments: z.array(Segment).max(100).default([]),
    backorders: z.array(BackorderRule).max(1_000).default([]),
    feeds: FeedRule.prefault({}),
  })
  .superRefine((policy, context) => {
    for (const [index, each] of policy.rules.entries()) {
      if (each.kind !== 'safetyStock' || each.match.channels === undefined) continue
      const message = 'safety stock holds for every channel; use a threshold rule to hold units back from one'
      context.addIssue({ code: 'custom', path: ['rules', index, 'match', 'channels'], message })
    }
    const known = new Set([...policy.segments.map((segment) => segment.id), UNSEGMENTED])
    for (const [index, segment] of policy.segments.entries()) {
      for (const [at, other] of segment.openTo.entries()) {
        if (known.has(other) && other !== segment.id) continue
        const message = other === segment.id ? 'a segment is always open to itself' : `there is no segment "${other}"`
        context.addIssue({ code: 'custom', path: ['segments', index, 'openTo', at], message })
      }
    }
  })
export type StockPolicy = z.infer<typeof StockPolicy>

/** What holds until a policy is activated: nodes' own safety stock, channels' own thresholds, no backorders. */
export const DEFAULT_STOCK_POLICY: StockPolicy = StockPolicy.parse({ version: 'default-1' })
