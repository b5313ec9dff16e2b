/** Edits of an order by hand, as the API and the command line take them. Several together are one change: all of it or nothing. */
import { z } from 'zod'
import { ChannelId, ExternalLineId, ExternalOrderId, NodeId, Sku } from './ids.ts'
import { CurrencyCode, MinorUnits } from './money.ts'
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

/** What a channel wants changed of an order that it placed before: the difference alone, where it does not state the order anew. */
export const OrderAmendment = z.object({
  channelId: ChannelId,
  externalId: ExternalOrderId,
  /** By the channel's own clock, as an order's. */
  revisedAt: Instant,
  /** The channel's own number of this change, which tells it from others of the order: BCH05, the ORDCHG's BGM. Echoed in the answer. */
  number: z.string().min(1).max(35).optional(),
  /** The whole order is wanted no more. */
  cancelled: z.boolean(),
  /** Units that a line is to have in all from now on, shipped ones among them; 0 takes it out. Other lines stay as they are. */
  lines: z
    .array(
      z.object({
        externalId: ExternalLineId,
        quantity: Quantity,
        /** The price that the channel states beside the units. An amendment changes none: another than the order's waits for a person. */
        unitPriceMinor: MinorUnits.optional(),
        /** Only with a line that the channel adds: its product. Without a price it costs nothing. */
        sku: Sku.optional(),
      }),
    )
    .max(1000),
})
export type OrderAmendment = z.infer<typeof OrderAmendment>

/** What becomes of an order, told once to the channel that placed it, as soon as it is decided. Of a line the three add up to `ordered`. */
export const ChannelAnswer = z.object({
  externalOrderId: ExternalOrderId,
  placedAt: Instant,
  answeredAt: Instant,
  currency: CurrencyCode,
  lines: z
    .array(
      z.object({
        externalLineId: ExternalLineId,
        sku: Sku,
        unitPriceMinor: MinorUnits,
        ordered: PositiveQuantity,
        accepted: Quantity,
        /** When the last of the accepted units is to leave. */
        shipBy: Instant.optional(),
        /** Units that nobody has: they are sent when they come in. */
        waiting: Quantity,
        cancelled: Quantity,
      }),
    )
    .min(1),
  /** Fields of the channel's own order document that its map carries, to be echoed. Only that channel's maps can read it. */
  carried: z.unknown().optional(),
})
export type ChannelAnswer = z.infer<typeof ChannelAnswer>

/** Whether a line becomes what was asked, something else, or nothing of it. */
export const LineVerdict = z.enum(['agreed', 'changed', 'refused'])
export type LineVerdict = z.infer<typeof LineVerdict>

/**
 * What became of a change that a channel wanted of its order (860, ORDCHG), told once to it when nothing of what it named is open any more:
 * nodes have given units up or not, and what was added has goods or waits for them.
 */
export const AmendmentAnswer = z.object({
  externalOrderId: ExternalOrderId,
  /** The channel's number of its change. */
  number: z.string().min(1).max(35).optional(),
  answeredAt: Instant,
  currency: CurrencyCode,
  /** It asked for the end of the whole order; then every line is here. */
  cancel: z.boolean(),
  lines: z.array(
    z.object({
      externalLineId: ExternalLineId,
      sku: Sku,
      unitPriceMinor: MinorUnits,
      verdict: LineVerdict,
      /** The channel added the line. */
      added: z.literal(true).optional(),
      /** Units in all that the line was to have, and that it has from now on; shipped ones among both. */
      asked: Quantity,
      quantity: Quantity,
      /** Units of `quantity` that nobody has: they are sent when they come in. */
      waiting: Quantity,
      /** When the last of the units that were planned with this answer is to leave. */
      shipBy: Instant.optional(),
    }),
  ),
  carried: z.unknown().optional(),
})
export type AmendmentAnswer = z.infer<typeof AmendmentAnswer>
