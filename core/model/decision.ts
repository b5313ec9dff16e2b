/** A routing decision with its reasons: every candidate has one named reason against it, or its exact cost. */
import { z } from 'zod'
import { DecisionId, FulfillmentRequestId, NodeId, OrderId, RateCardId, Sku } from './ids.ts'
import { CurrencyCode } from './money.ts'
import { FulfillmentMethod } from './node.ts'
import { PositiveQuantity } from './quantity.ts'
import { Instant } from './time.ts'

/**
 * Why a node was not chosen for a line. One reason a candidate and line: the first, in this order, that rules it out.
 * The last four befall nodes that could have served the line: lines that must leave together cannot (`notTogether`), the policy
 * allows no further package (`splitNotAllowed`), the order ships complete or not at all and is not complete
 * (`orderIncomplete`), or a better plan was found (`dearer`).
 */
export const EXCLUSION_REASONS = [
  'disabled',
  'unreachable',
  'distrusted',
  'methodNotOffered',
  'otherCurrency',
  'notTheChosenNode',
  'excludedAfterReject',
  'assortmentFence',
  'channelFence',
  'tagFence',
  'geographyFence',
  'hazardFence',
  'segmentFence',
  'noCarrierService',
  'stockUnknown',
  'noStock',
  'belowKeptUnits',
  'closed',
  'capacityFull',
  'missesPromise',
  'notTogether',
  'splitNotAllowed',
  'orderIncomplete',
  'dearer',
] as const
export const ExclusionReason = z.enum(EXCLUSION_REASONS)
export type ExclusionReason = z.infer<typeof ExclusionReason>

/** In this order. The first three are always stated, zero or not, so that records compare; the others where they apply. */
export const COST_PARTS = [
  'package',
  'handling',
  'distance',
  'shipping',
  'supplier',
  'transfer',
  'lateness',
  'split',
  'capacity',
  'stockOut',
  'rejection',
  'markdown',
] as const

export const CostPart = z.object({ name: z.enum(COST_PARTS), minor: z.int() })

export const PlannedPackage = z.object({
  nodeId: NodeId,
  method: FulfillmentMethod,
  lines: z.array(z.object({ lineNo: z.int().min(1), sku: Sku, quantity: PositiveQuantity })).min(1),
  /** Parts add up to `costMinor` exactly. */
  costParts: z.array(CostPart),
  costMinor: z.int(),
  /**
   * What the package's units, and its place at a node that sends only so many a day, are worth to later orders, at the shadow prices of
   * the decision. Weighed in the choice beside `costMinor`, and no part of it: nobody pays it. Absent when the decision knew no prices.
   */
  opportunityMinor: z.int().optional(),
  handOverAt: Instant,
  /** The carrier's service, where rate cards name one. */
  service: z.object({ rateCardId: RateCardId, carrier: z.string(), service: z.string() }).optional(),
  /** When it reaches the customer, or the node it is sent to. Absent where only the hand-over is known. */
  deliveredAt: Instant.optional(),
  /**
   * The node it is sent to first: the store where the customer collects it, or the node that consolidates it with others. That node's
   * own goods for the parcel name itself.
   */
  viaNodeId: NodeId.optional(),
  /** How much later than promised, for the line that waits longest. Absent when every promise is kept. */
  lateMinutes: z.int().min(1).optional(),
})
export type PlannedPackage = z.infer<typeof PlannedPackage>

/** One parcel to the customer, of what others send to a node that consolidates and what lies there. */
export const ConsolidatedParcel = PlannedPackage.pick({
  nodeId: true,
  lines: true,
  costParts: true,
  costMinor: true,
  handOverAt: true,
  service: true,
  deliveredAt: true,
  lateMinutes: true,
})
export type ConsolidatedParcel = z.infer<typeof ConsolidatedParcel>

export const CandidateVerdict = z.object({
  nodeId: NodeId,
  lineNo: z.int().min(1),
  verdict: z.enum(['chosen', 'notChosen']),
  reason: ExclusionReason.optional(),
  /**
   * What the whole plan would have cost more with this node for this line, where that is known; opportunity counts with it
   * where the decision knew prices. Negative when the policy prefers fewer packages to less money.
   */
  extraCostMinor: z.int().optional(),
  /** The fact behind the reason, for people: `2 available, 3 needed`. */
  detail: z.string().max(200).optional(),
})
export type CandidateVerdict = z.infer<typeof CandidateVerdict>

/** The plan that would have been made without the winner: a node for a line, and by which criterion it lost, and by how much. */
export const RunnerUp = z.object({
  nodeId: NodeId,
  lineNo: z.int().min(1),
  costMinor: z.int(),
  criterion: z.enum(['packages', 'cost', 'lateness', 'distance', 'priority', 'tie']),
  /** In the criterion's own unit: packages, minor units, hours late, kilometres, places in the priority list. */
  margin: z.int(),
})
export type RunnerUp = z.infer<typeof RunnerUp>

/**
 * What could be done at once for units that nobody can serve as asked: a substitute, or the same from another store, or sent to the
 * door. Nothing is swapped without the customer's word.
 */
export const SubstitutionOffer = z.object({
  lineNo: z.int().min(1),
  sku: Sku,
  quantity: PositiveQuantity,
  /** Where it comes from; for `pickup` the store where it is collected. */
  nodeId: NodeId,
  /** How it would reach the customer, where that is not what was asked, or is at another store. */
  method: FulfillmentMethod.optional(),
  costMinor: z.int(),
  handOverAt: Instant,
})
export type SubstitutionOffer = z.infer<typeof SubstitutionOffer>

export const RoutingDecision = z.object({
  id: DecisionId,
  orderId: OrderId,
  decidedAt: Instant,
  policyVersion: z.string().max(50),
  /** The rule of the policy book that fitted the order. */
  policyRule: z.string().max(100).optional(),
  /** What the policy gave up so that the order could be served: its fallbacks, in order. */
  gaveUp: z.array(z.string().max(150)).optional(),
  currency: CurrencyCode,
  packages: z.array(PlannedPackage),
  /** What leaves for the customer in place of those packages that name its node as `viaNodeId`. Its costs are beside theirs. */
  consolidated: ConsolidatedParcel.optional(),
  unserved: z.array(z.object({ lineNo: z.int().min(1), quantity: PositiveQuantity, reason: ExclusionReason })),
  costMinor: z.int(),
  /**
   * `exact` when no better plan exists under the policy; `bounded` when at most `gapMinor` can be won; `greedy` when the order
   * was too large to say.
   */
  optimality: z.enum(['exact', 'bounded', 'greedy']),
  /** For a plan that is not proven best: no plan costs less than this much below it, in minor units of the objective. */
  gapMinor: z.int().min(0).optional(),
  /** The best plan that differs, and what decided against it. Absent when there is none, or the order is too large for it. */
  runnerUp: RunnerUp.optional(),
  /** The fulfillment requests it takes the place of, where work that no node had accepted was planned anew; and what that saves. */
  reoptimises: z
    .object({
      requestIds: z.array(FulfillmentRequestId).min(1),
      reason: z.enum(['policy', 'promise', 'saving']).optional(),
      savedMinor: z.int().optional(),
    })
    .optional(),
  /** What could be sent in place of units that nobody has. */
  offers: z.array(SubstitutionOffer).optional(),
  candidates: z.array(CandidateVerdict),
})
export type RoutingDecision = z.infer<typeof RoutingDecision>
