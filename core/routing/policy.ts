/**
 * The routing policy: what the merchant allows and what it prefers. Data with a version, which every decision cites. This is
 * the policy of one order, as the router reads it; `policy-book.ts` says which orders get which.
 */
import { z } from 'zod'
import { NodeId, Sku } from '../model/ids.ts'
import { NODE_KINDS } from '../model/node.ts'

export const ROUTING_OBJECTIVES = ['cheapest', 'fewestPackages'] as const

/** What plans are compared by. All but `cost` are sums over a plan's packages. */
export const CRITERIA = ['packages', 'cost', 'lateness', 'distance', 'priority'] as const
export type Criterion = (typeof CRITERIA)[number]

const Tag = z.string().min(1).max(50)

/** Lines by what is in them. Every condition that is stated must hold; none stated selects all. */
export const LineSelector = z.strictObject({
  skus: z.array(Sku).min(1).max(10_000).optional(),
  /** Products that have one of these tags. */
  tags: z.array(Tag).min(1).max(100).optional(),
})
export type LineSelector = z.infer<typeof LineSelector>

/** Orders by where they come from, go to, and are worth. */
export const OrderSelector = z.strictObject({
  channels: z.array(z.string().min(1).max(63)).min(1).max(1000).optional(),
  /** Customers that have one of these tags. */
  customerTags: z.array(Tag).min(1).max(100).optional(),
  countries: z
    .array(z.string().regex(/^[A-Z]{2}$/, 'must be an ISO 3166-1 code such as DE'))
    .min(1)
    .max(250)
    .optional(),
  /** `DE-10` is every German postcode that begins with 10. */
  postcodePrefixes: z
    .array(z.string().regex(/^[A-Z]{2}-[0-9A-Z ]+$/, 'must be a country, a hyphen and a prefix, such as DE-10'))
    .min(1)
    .max(2000)
    .optional(),
  valueAtLeastMinor: z.int().min(0).optional(),
  valueBelowMinor: z.int().min(1).optional(),
})
export type OrderSelector = z.infer<typeof OrderSelector>

export const NodeSelector = z.strictObject({
  ids: z.array(NodeId).min(1).max(10_000).optional(),
  kinds: z.array(z.enum(NODE_KINDS)).min(1).optional(),
  tags: z.array(Tag).min(1).max(100).optional(),
  countries: z
    .array(z.string().regex(/^[A-Z]{2}$/))
    .min(1)
    .max(250)
    .optional(),
  /** Nodes this near to the destination. A node or destination without a position is never near. */
  withinKm: z.int().min(0).max(20_100).optional(),
})
export type NodeSelector = z.infer<typeof NodeSelector>

/** The reason a fence gives in the record. It only classifies; what the fence does is in its selectors. */
export const FENCE_REASONS = ['assortment', 'channel', 'tag', 'geography', 'hazard', 'segment'] as const
export type FenceReason = (typeof FENCE_REASONS)[number]

/** The selected lines of the selected orders may come only from, or never from, the selected nodes. */
export const Fence = z
  .strictObject({
    name: z.string().min(1).max(100),
    reason: z.enum(FENCE_REASONS),
    orders: OrderSelector.optional(),
    lines: LineSelector.optional(),
    only: NodeSelector.optional(),
    never: NodeSelector.optional(),
  })
  .refine((fence) => (fence.only === undefined) !== (fence.never === undefined), 'must state either `only` or `never`')
export type Fence = z.infer<typeof Fence>

/**
 * Money that no carrier asks for, but that a choice is worth: added to the cost of a plan and shown as parts of it. Integer
 * minor units; a `markdown` may be negative, when goods had better leave a node.
 */
export const Charges = z.strictObject({
  /** For each begun day that a package is later than it was promised. Absent: the earliest date that can be had is kept. */
  latePerDayMinor: z.int().min(0).optional(),
  /** For each package after the first. */
  splitMinor: z.int().min(0).optional(),
  /** For a package at a node whose day is full; less in proportion where it is less full. */
  capacityMinor: z.int().min(0).optional(),
  /** For a unit that leaves its node with fewer than `below` units; in proportion to how few. */
  stockOut: z.strictObject({ perUnitMinor: z.int().min(0), below: z.int().min(1).max(1_000_000) }).optional(),
  /** For a unit at a node that refuses everything; in proportion to what the node's record says. */
  rejectionMinor: z.int().min(0).optional(),
  markdown: z
    .array(z.strictObject({ lines: LineSelector.optional(), nodes: NodeSelector.optional(), perUnitMinor: z.int() }))
    .max(100)
    .optional(),
})
export type Charges = z.infer<typeof Charges>

/** When work that no node has accepted yet is moved to where a new plan would have it. */
export const Reoptimise = z.strictObject({
  /** What a move must save, in minor units, with what its units are worth to later orders. */
  savingAtLeastMinor: z.int().min(1),
  /** The most that moves in one run, of the orders that were looked at under this rule; rounded down. */
  atMostPercent: z.int().min(1).max(100),
})
export type Reoptimise = z.infer<typeof Reoptimise>

/** What is given up, one after the other, for as long as an order cannot be served whole. */
export const Fallback = z.discriminatedUnion('giveUp', [
  z.strictObject({ giveUp: z.literal('splitRules') }),
  z.strictObject({ giveUp: z.literal('shipComplete') }),
  z.strictObject({ giveUp: z.literal('fence'), name: z.string().min(1).max(100) }),
])
export type Fallback = z.infer<typeof Fallback>

export const TIE_BREAKS = ['earliestHandOver', 'nodePriority', 'nearest'] as const

export const RoutingPolicy = z.object({
  version: z.string().min(1).max(50),
  /** The rule of the policy book that chose it. */
  rule: z.string().max(100).optional(),
  /** False: one package with every line, or nothing. */
  allowSplit: z.boolean().default(true),
  /** True: a line no single node can serve whole may come from several, or in part. Needs `allowSplit`. */
  allowLineSplit: z.boolean().default(true),
  /** True: every unit of the order, or nothing. */
  shipComplete: z.boolean().default(false),
  maxPackages: z.int().min(1).max(1000).optional(),
  /** An order worth less than this leaves as one package or not at all. */
  splitFromValueMinor: z.int().min(1).optional(),
  /** Lines that share one of these product tags come from one node. */
  keepTogetherTags: z.array(Tag).max(100).optional(),
  /** `fewestPackages` compares money only between plans with equally many packages. */
  objective: z.enum(ROUTING_OBJECTIVES).default('cheapest'),
  /** What plans are compared by, first to last, instead of `objective`. */
  criteria: z.array(z.enum(CRITERIA)).min(1).max(CRITERIA.length).optional(),
  /** Decide between plans that are equal in every criterion. The node's id decides last, so that an order is always routed alike. */
  tieBreaks: z.array(z.enum(TIE_BREAKS)).max(TIE_BREAKS.length).optional(),
  /** First is best; nodes that are not named come after all that are. For the criterion `priority` and the tie-break. */
  nodePriority: z.array(NodeId).max(10_000).optional(),
  fences: z.array(Fence).max(200).optional(),
  charges: Charges.optional(),
  /** Units beyond the safety stock that every node keeps. */
  keepUnits: z.int().min(0).max(1_000_000).optional(),
  /** Nodes with a record worse than this (0 … 1000) get no work; they recover with time. */
  minTrust: z.int().min(0).max(1000).optional(),
  /** What an overdue answer does: routed elsewhere where the node can be told to stop, or left to a person. */
  onOverdue: z.enum(['reroute', 'case']).optional(),
  /** Absent: what is planned stays, until its node refuses or is silent. */
  reoptimise: Reoptimise.optional(),
  fallbacks: z.array(Fallback).max(20).optional(),
})
export type RoutingPolicy = z.infer<typeof RoutingPolicy>

export const DEFAULT_ROUTING_POLICY: RoutingPolicy = RoutingPolicy.parse({ version: 'default-1' })

/** The most packages a plan may have. */
export const packageLimit = (policy: RoutingPolicy): number =>
  policy.allowSplit ? (policy.maxPackages ?? Number.POSITIVE_INFINITY) : 1

/** True when an order that cannot be served whole is not served at all. */
export const completeOrNothing = (policy: RoutingPolicy): boolean => policy.shipComplete || !policy.allowSplit

export const criteriaOf = (policy: RoutingPolicy): readonly Criterion[] =>
  policy.criteria ?? (policy.objective === 'fewestPackages' ? ['packages', 'cost'] : ['cost'])
