/** What is asked of the router: the open units of one order, and what binds each of its lines. */
import { z } from 'zod'
import { ChannelId, NodeId, OrderId, Sku } from '../model/ids.ts'
import { CurrencyCode } from '../model/money.ts'
import { FulfillmentMethod } from '../model/node.ts'
import { GeoPosition } from '../model/party.ts'
import { PositiveQuantity } from '../model/quantity.ts'
import { Instant, TimeZone } from '../model/time.ts'

export const RouteLine = z.object({
  lineNo: z.int().min(1),
  sku: Sku,
  /** Units still open; those already allocated, shipped or cancelled are not asked for again. */
  quantity: PositiveQuantity,
  method: FulfillmentMethod,
  /** The node the customer or channel chose: no other may serve the line. */
  nodeId: NodeId.optional(),
  promisedBy: Instant.optional(),
  /** Nodes that rejected this line before. The list only grows, so re-routing ends. */
  excludedNodeIds: z.array(NodeId),
  /** One unit's weight; absent counts as nothing. */
  weightGrams: z.int().min(0).optional(),
  /** One unit's outer box, for dimensional weight. */
  volumeCm3: z.int().min(0).optional(),
  /** Marks of the product. */
  tags: z.array(z.string()).optional(),
  /** What one unit costs the merchant, by node; nodes that are not named give their own goods. */
  unitCostMinor: z.record(z.string(), z.int().min(0)).optional(),
  /** What the customer pays for one unit. */
  unitPriceMinor: z.int().optional(),
})
export type RouteLine = z.infer<typeof RouteLine>

export const Destination = z.object({
  country: z.string().length(2),
  region: z.string().max(100).optional(),
  postcode: z.string().max(20).optional(),
  position: GeoPosition.optional(),
  /** Where the customer's clock stands; absent: the main zone of the country. */
  timeZone: TimeZone.optional(),
})
export type Destination = z.infer<typeof Destination>

export const RouteRequest = z.object({
  orderId: OrderId,
  placedAt: Instant,
  decidedAt: Instant,
  /** The currency costs are compared in: the merchant's books, which need not be what the customer pays in. */
  currency: CurrencyCode,
  destination: Destination.optional(),
  channelId: ChannelId.optional(),
  customerTags: z.array(z.string()).optional(),
  /** What the customer pays for the whole order, in the order's own currency. */
  orderValueMinor: z.int().optional(),
  /** The carrier service that was asked for. Nodes that have a rate card of that service ship with no other. */
  service: z.string().max(100).optional(),
  lines: z.array(RouteLine).min(1).max(1000),
})
export type RouteRequest = z.infer<typeof RouteRequest>
