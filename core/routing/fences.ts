/** The policy's fences, laid out for one order: which nodes each shuts out of which lines. */
import type { ExclusionReason } from '../model/decision.ts'
import type { OrderContext } from './order-context.ts'
import type { Fence, FenceReason, NodeSelector } from './policy.ts'
import type { RouteLine } from './request.ts'
import { selectsLine, selectsNode, selectsOrder } from './selectors.ts'

export const FENCE_EXCLUSIONS: Record<FenceReason, ExclusionReason> = {
  assortment: 'assortmentFence',
  channel: 'channelFence',
  tag: 'tagFence',
  geography: 'geographyFence',
  hazard: 'hazardFence',
  segment: 'segmentFence',
}

/** Fences that concern a line of this order, in the policy's order. */
export function fencesFor({ policy, request }: OrderContext, line: RouteLine): Fence[] {
  return (policy.fences ?? []).filter(
    (fence) =>
      (fence.orders === undefined || selectsOrder(fence.orders, request)) &&
      (fence.lines === undefined || selectsLine(fence.lines, line)),
  )
}

export function shutsOut(context: OrderContext, fence: Fence, node: number): boolean {
  if (fence.only !== undefined) return !selects(context, fence.only, node)
  return fence.never !== undefined && selects(context, fence.never, node)
}

function selects({ nodes, destination }: OrderContext, selector: NodeSelector, index: number): boolean {
  const node = nodes.list[index]
  return node !== undefined && selectsNode(selector, node, nodes.positions[index], destination)
}
