/** The canonical order: what a customer bought, kept whole for ever. Work on it lives in fulfillment requests. */
import { z } from 'zod'
import { ChannelId, ExternalLineId, ExternalOrderId, HoldId, NodeId, OrderId, Sku } from './ids.ts'
import { CurrencyCode, MinorUnits } from './money.ts'
import { FulfillmentMethod } from './node.ts'
import { Address } from './party.ts'
import { PositiveQuantity, Quantity } from './quantity.ts'
import { Instant } from './time.ts'

export const HOLD_KINDS = ['fraud', 'payment', 'address', 'manual'] as const
export const HoldKind = z.enum(HOLD_KINDS)
export type HoldKind = z.infer<typeof HoldKind>

/** One line as the channel states it. The hub's own counters are in LineCounters. */
export const OrderLineInput = z.object({
  externalId: ExternalLineId,
  sku: Sku,
  name: z.string().max(300).optional(),
  quantity: PositiveQuantity,
  /** Units the channel no longer wants, of `quantity`. */
  cancelledQuantity: Quantity.default(0),
  unitPriceMinor: MinorUnits,
  /** Taken off the line as a whole; a return's refund is cut out of what is left. Absent: nothing, or the channel does not say. */
  discountMinor: MinorUnits.min(0).optional(),
  /** Tax on the line as a whole, whether prices include it or not. */
  taxMinor: MinorUnits.min(0).optional(),
  method: FulfillmentMethod.default('ship'),
  /** The node the customer or the channel chose (a pickup store, a pre-routed order). Feasibility is still checked. */
  nodeId: NodeId.optional(),
  /** The customer was promised hand-over or delivery by then. */
  promisedBy: Instant.optional(),
  /** Of goods that nobody has: whether others may be sent instead. `ask`, and when it is left out: only with the customer's yes. */
  substitution: z.enum(['refused', 'ask', 'allowed']).optional(),
  /** Units that the customer has taken along already, at the till of `nodeId`: nobody has to fulfill them. Of `quantity`. */
  handedOver: Quantity.optional(),
})
export type OrderLineInput = z.infer<typeof OrderLineInput>

/** One revision of an order as a channel states it: the canonical document that inbound maps produce. */
export const OrderInput = z.object({
  channelId: ChannelId,
  externalId: ExternalOrderId,
  /** The name people use: `#1001`. */
  number: z.string().max(100).optional(),
  /** Orders revisions of one order by the channel's own clock; an older one never overwrites a newer one. */
  revisedAt: Instant,
  placedAt: Instant,
  cancelledAt: Instant.optional(),
  currency: CurrencyCode,
  totalMinor: MinorUnits,
  /** What the customer paid for shipping, tax included. */
  shippingMinor: MinorUnits.min(0).optional(),
  /** Whether unit prices include the tax; absent: they do. */
  taxesIncluded: z.boolean().optional(),
  shipTo: Address.optional(),
  billTo: Address.optional(),
  shippingService: z.string().max(100).optional(),
  /** The cart whose reservation this order takes over, by the key it was made with. */
  cartKey: z.string().min(1).max(200).optional(),
  /** Who is served first when stock is scarce: the higher the sooner. Absent: 0. */
  priority: z.int().min(0).max(100).optional(),
  /** Marks of the customer that routing policies read: `vip`, `b2b`. */
  customerTags: z.array(z.string().min(1).max(50)).max(50).optional(),
  holds: z.array(z.object({ kind: HoldKind, reason: z.string().max(500) })).default([]),
  lines: z.array(OrderLineInput).min(1).max(1000),
})
export type OrderInput = z.infer<typeof OrderInput>

/**
 * Where each ordered unit stands. The first six add up to `ordered`; the rest count what has happened to shipped ones.
 * A CHECK in the database holds the same sums.
 */
export const LineCounters = z.object({
  ordered: Quantity,
  /** Not decided yet: waits for routing, a hold or a cure. */
  open: Quantity,
  /** Nothing can serve it now; waits for stock. */
  backordered: Quantity,
  /** A node and its stock are claimed; the node was not told. */
  allocated: Quantity,
  /** The node was told. */
  released: Quantity,
  shipped: Quantity,
  cancelled: Quantity,
  delivered: Quantity,
  returned: Quantity,
  /** Returned units that the channel is told to pay back: its own count of the line is without them. Absent: none. */
  refunded: Quantity.optional(),
})
export type LineCounters = z.infer<typeof LineCounters>

/** A line of which no unit is anywhere. */
export const NO_UNITS: LineCounters = {
  ordered: 0,
  open: 0,
  backordered: 0,
  allocated: 0,
  released: 0,
  shipped: 0,
  cancelled: 0,
  delivered: 0,
  returned: 0,
}

export const OrderLine = OrderLineInput.omit({ quantity: true, cancelledQuantity: true, handedOver: true }).extend({
  lineNo: z.int().min(1),
  counters: LineCounters,
})
export type OrderLine = z.infer<typeof OrderLine>

/** While one is active, nothing that moves goods is sent for its order. Each is released on its own. */
export const Hold = z.object({
  id: HoldId,
  kind: HoldKind,
  reason: z.string().max(500),
  /** `channel`, `rule:<name>`, or the person or program that placed it. */
  placedBy: z.string().max(100),
  placedAt: Instant,
  /** Somebody must look at it by then. */
  dueAt: Instant,
  releasedAt: Instant.optional(),
  releasedBy: z.string().max(100).optional(),
  /** Why it was released. */
  resolution: z.string().max(500).optional(),
})
export type Hold = z.infer<typeof Hold>

export const isActive = (hold: Pick<Hold, 'releasedAt'>): boolean => hold.releasedAt === undefined

/** What the channel last said of an order that was changed here since; see core/orders/stated.ts. */
export const Stated = z.object({
  /**
   * By the channel's name of the line. `wanted`: units it wants in all. `told`: what it was told since that they are, oldest first, and
   * has not repeated yet.
   */
  lines: z.record(
    z.string(),
    z.object({
      wanted: Quantity,
      told: z.array(Quantity).optional(),
      method: FulfillmentMethod,
      nodeId: NodeId.optional(),
    }),
  ),
  totalMinor: MinorUnits,
  shipTo: Address.optional(),
  shippingService: z.string().optional(),
  /** The address that it was told since, and has not stated yet. */
  shipToTold: Address.optional(),
  /** The channel knows that nothing is left of the order. */
  cancelTold: z.boolean().optional(),
})
export type Stated = z.infer<typeof Stated>

export const Order = OrderInput.omit({ lines: true, holds: true }).extend({
  id: OrderId,
  lines: z.array(OrderLine),
  holds: z.array(Hold),
  /** Absent: the order is as its channel says. */
  stated: Stated.optional(),
  /** Its buyer asked to be forgotten: names and addresses are gone, and no later revision is taken. */
  erasedAt: Instant.optional(),
  /** Rises with every committed change; a stale writer is refused. */
  version: z.int().min(1),
})
export type Order = z.infer<typeof Order>

/** True when the six exclusive counters add up and the later ones stay inside `shipped`. */
export function countersAddUp(c: LineCounters): boolean {
  return (
    c.open + c.backordered + c.allocated + c.released + c.shipped + c.cancelled === c.ordered &&
    c.delivered <= c.shipped &&
    c.returned <= c.shipped
  )
}
