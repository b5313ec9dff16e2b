/** Edits of an order by hand, as the API and the command line take them. Several together are one change: all of it or nothing. */
import { z } from 'zod'
import { ExternalLineId, ExternalOrderId, NodeId, Sku } from './ids.ts'
import { MinorUnits } from './money.ts'
import { FulfillmentMethod } from './node.ts'
import { Address } from './party.ts'
import { PositiveQuantity, Quantity } from './quantity.ts'
import { Instant } from './time.ts'

const lineNo = z.int().min(1)

export const OrderChange = z.discriminatedUnion('do', [
  /** Units of the line that are wanted in all, shipped ones among them; 0 takes the line out. */
  z.strictObject({ do: z.literal('setQuantity'), lineNo, quantity: Quantity }),
  z.strictObject({
    do: z.literal('addLine'),
    sku: Sku,
    quantity: PositiveQuantity,
    unitPriceMinor: MinorUnits,
    name: z.string().max(300).optional(),
    method: FulfillmentMethod.default('ship'),
    nodeId: NodeId.optional(),
    promisedBy: Instant.optional(),
  }),
  /** Units of the line that wait for goods become units of one of its product's substitutes, which are claimed in the same commit. */
  z.strictObject({
    do: z.literal('substitute'),
    lineNo,
    sku: Sku,
    quantity: PositiveQuantity,
    /** What the customer pays for one; left out: what he pays for the one that it stands in for. */
    unitPriceMinor: MinorUnits.optional(),
    /** Whose yes it is, and how it was said: `Ann, by telephone`. */
    consent: z.string().trim().min(1).max(200),
  }),
  z.strictObject({ do: z.literal('setAddress'), shipTo: Address.strict() }),
  z.strictObject({ do: z.literal('setMethod'), lineNo, method: FulfillmentMethod, nodeId: NodeId.optional() }),
  z.strictObject({ do: z.literal('setService'), shippingService: z.string().min(1).max(100) }),
])
export type OrderChange = z.infer<typeof OrderChange>

/** Units that a cancel takes off the order; a whole order without `lines`. */
export const CancelWish = z.strictObject({
  reason: z.string().trim().min(1).max(500),
  lines: z
    .array(z.strictObject({ lineNo, quantity: PositiveQuantity }))
    .min(1)
    .max(1000)
    .optional(),
})
export type CancelWish = z.infer<typeof CancelWish>

/**
 * What was changed here of a channel's order, told to that channel: how the order is to stand there. Every number is whole, so that
 * telling it twice changes nothing.
 */
export const ChannelChange = z.object({
  externalOrderId: ExternalOrderId,
  reason: z.string().max(500),
  /** Nothing of the order has left, and nothing will. */
  cancelled: z.boolean(),
  /** Units that a line has in all, shipped ones among them; of lines of which the channel knows another number. */
  quantities: z.array(z.object({ externalLineId: ExternalLineId, sku: Sku, quantity: Quantity })),
  /** Lines that the channel does not have yet. */
  added: z.array(
    z.object({
      lineNo,
      sku: Sku,
      name: z.string().max(300).optional(),
      quantity: PositiveQuantity,
      unitPriceMinor: MinorUnits,
      currency: z.string().length(3),
    }),
  ),
  /** The lines that the channel has: any other that is found there was added since. */
  knownLineIds: z.array(ExternalLineId),
  /** The new address, whole. */
  shipTo: Address.optional(),
})
export type ChannelChange = z.infer<typeof ChannelChange>
