/**
 * Whether work that its node has not accepted is worth moving: the plan as it stands and the plan that would be made now, both on
 * today's stock, prices and calendars, are compared by the policy's own terms. Pure.
 */
import { z } from 'zod'
import type { PlannedPackage } from '../model/decision.ts'
import type { FulfillmentRequest } from '../model/fulfillment.ts'
import type { NodeId } from '../model/ids.ts'
import type { Node } from '../model/node.ts'
import { lateMinutesOf, parcelsOf } from './parcels.ts'
import type { RoutingPlan } from './routing-plan.ts'
import type { Reoptimise } from './policy.ts'
import type { RouteRequest } from './request.ts'
import { weightOf } from './wave.ts'

/** `policy`: the plan as it stands gives up something (an unreachable node, a fence) that the new one keeps. */
export const MOVE_REASONS = ['policy', 'promise', 'saving'] as const
export type MoveReason = (typeof MOVE_REASONS)[number]

/** What one run did, or would do. Money in minor units. */
export const Reoptimised = z.object({
  /** Orders that could move, under rules that say when. */
  lookedAt: z.int(),
  moves: z.array(
    z.object({
      orderId: z.string(),
      number: z.string(),
      requestIds: z.array(z.string()),
      from: z.array(z.string()),
      to: z.array(z.string()),
      currency: z.string(),
      wasMinor: z.int(),
      costMinor: z.int(),
      /** With what the units are worth to later orders. */
      savedMinor: z.int(),
      reason: z.enum(MOVE_REASONS),
      /** `asked`: its node was told already and must give it back first. */
      how: z.enum(['atOnce', 'asked']),
      /** False in a dry run, and where somebody was quicker. */
      done: z.boolean(),
    }),
  ),
  /** Orders worth moving beyond what may move in one run. */
  heldBack: z.int(),
})
export type Reoptimised = z.infer<typeof Reoptimised>

export type Worth = {
  reason: MoveReason
  /** Money, and what the units are worth to later orders, in minor units; negative when only policy or promise gain. */
  savedMinor: number
}

/** The request with each line only where it lies now. */
export function stayingRequest(
  request: RouteRequest,
  work: readonly FulfillmentRequest[],
  nodes: readonly Node[],
): RouteRequest {
  const lines = request.lines.map((line) => {
    const at = new Set<string>(
      work.filter((each) => each.lines.some((one) => one.lineNo === line.lineNo)).map((each) => each.nodeId),
    )
    const others = nodes.filter((node) => !at.has(node.id)).map((node): NodeId => node.id)
    return { ...line, excludedNodeIds: [...new Set([...line.excludedNodeIds, ...others])] }
  })
  return { ...request, lines }
}

/** Undefined: it stays. A plan that leaves a unit out, or has nothing to be compared with, moves nothing. */
export function worthMoving(stay: RoutingPlan, fresh: RoutingPlan, terms: Reoptimise): Worth | undefined {
  if (fresh.unserved.length > 0 || stay.unserved.length > 0) return undefined
  const savedMinor = weightOf(stay) - weightOf(fresh)
  const givenUp = (fresh.gaveUp?.length ?? 0) - (stay.gaveUp?.length ?? 0)
  if (givenUp !== 0) return givenUp < 0 ? { reason: 'policy', savedMinor } : undefined
  const later = lateMinutesOf(fresh) - lateMinutesOf(stay)
  // Where lateness has a price it is money like all else.
  if (later < 0 && !isPriced(stay)) return { reason: 'promise', savedMinor }
  if (later > 0 && !isPriced(fresh)) return undefined
  return savedMinor >= terms.savingAtLeastMinor ? { reason: 'saving', savedMinor } : undefined
}

const isPriced = (made: RoutingPlan): boolean =>
  parcelsOf(made).some((each) => each.costParts.some((part) => part.name === 'lateness' && part.minor > 0))

/** Requests that the new plan does not have just as they are. */
export const changedBy = (fresh: RoutingPlan, work: readonly FulfillmentRequest[]): FulfillmentRequest[] =>
  work.filter((request) => !fresh.packages.some((each) => isSame(each, request)))

const isSame = (planned: PlannedPackage, request: FulfillmentRequest): boolean =>
  planned.nodeId === request.nodeId &&
  planned.method === request.method &&
  planned.viaNodeId === request.viaNodeId &&
  planned.lines.length === request.lines.filter((line) => line.outstanding > 0).length &&
  planned.lines.every((line) =>
    request.lines.some((one) => one.lineNo === line.lineNo && one.outstanding === line.quantity),
  )

export type Proposal = Worth & { rule: string; atMostPercent: number }

/**
 * What moves in this run: of each rule's orders at most its share, rounded down; those first that keep policy or promise, then the
 * largest savings.
 */
export function withinChurn<P extends Proposal>(
  proposals: readonly P[],
  lookedAt: ReadonlyMap<string, number>,
): { moves: P[]; heldBack: P[] } {
  const left = new Map<string, number>()
  const moves: P[] = []
  const heldBack: P[] = []
  const inOrder = proposals.toSorted(
    (a, b) => MOVE_REASONS.indexOf(a.reason) - MOVE_REASONS.indexOf(b.reason) || b.savedMinor - a.savedMinor,
  )
  for (const each of inOrder) {
    const room = left.get(each.rule) ?? Math.floor(((lookedAt.get(each.rule) ?? 0) * each.atMostPercent) / 100)
    left.set(each.rule, Math.max(0, room - 1))
    ;(room > 0 ? moves : heldBack).push(each)
  }
  return { moves, heldBack }
}
