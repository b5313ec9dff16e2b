/**
 * Returns: custody (where the goods are) and money (what the customer gets) are two axes that move apart. Units are counted, never
 * given one status word: a return comes in parts, and some of it never comes.
 */
import { z } from 'zod'
import { ChannelId, ExternalLineId, ExternalOrderId, NodeId, OrderId, ReturnId, Sku } from './ids.ts'
import { MinorUnits } from './money.ts'
import { PositiveQuantity } from './quantity.ts'
import { Instant } from './time.ts'
import { RETURN_REASONS as TRADE_REASONS } from './trade.ts'

export const CUSTODY_STATES = [
  'requested',
  'advised',
  'inTransit',
  'received',
  'inspected',
  'disposed',
  'notReturned',
  'closed',
  'declined',
] as const
export type CustodyState = (typeof CUSTODY_STATES)[number]

export const REFUND_STATES = ['pending', 'triggered', 'inDoubt', 'refunded', 'denied', 'notRefundable'] as const
export type RefundState = (typeof REFUND_STATES)[number]

/** What becomes of goods that came back. Only `restock` makes them sellable again. */
export const DISPOSITIONS = ['restock', 'refurbish', 'returnToVendor', 'scrap'] as const
export type Disposition = (typeof DISPOSITIONS)[number]

/** Why the customer sends it back; partners' own words are translated by crosswalks. */
export const RETURN_REASONS = [...TRADE_REASONS, 'defective', 'notAsDescribed', 'size', 'style'] as const
export type ReturnReason = (typeof RETURN_REASONS)[number]

/** What a person found when looking at a unit. */
export const CONDITIONS = ['asNew', 'opened', 'used', 'damaged', 'defective'] as const
export type Condition = (typeof CONDITIONS)[number]

export const RETURN_KINDS = ['refund', 'exchange'] as const

/** Names one line of an order, by the hub's number or the channel's name. */
const lineName = { lineNo: z.int().min(1).optional(), externalLineId: ExternalLineId.optional() }

/** What the customer wants in the place of the goods. Its price is what it is exchanged at, not a list price. */
export const ExchangeLine = z.strictObject({
  sku: Sku,
  quantity: PositiveQuantity,
  unitPriceMinor: MinorUnits.min(0),
})
export type ExchangeLine = z.infer<typeof ExchangeLine>

/** A wish to send goods back: the canonical document that channels' maps produce and that the API takes. */
export const ReturnRequest = z
  .strictObject({
    /** The order, by the hub's id or by the channel's own name for it. */
    orderId: OrderId.optional(),
    channelId: ChannelId.optional(),
    externalOrderId: ExternalOrderId.optional(),
    /** The channel's own name of the return; the same name twice is the same return. */
    externalId: z.string().min(1).max(200).optional(),
    requestedAt: Instant,
    kind: z.enum(RETURN_KINDS).default('refund'),
    /** The channel has agreed already: the policy is not asked whether the return is allowed. */
    agreed: z.boolean().default(false),
    lines: z
      .array(
        z.strictObject({
          ...lineName,
          quantity: PositiveQuantity,
          reason: z.enum(RETURN_REASONS),
          note: z.string().max(500).optional(),
        }),
      )
      .min(1)
      .max(1000),
    exchange: z.array(ExchangeLine).max(100).default([]),
  })
  .refine((request) => (request.kind === 'exchange') === request.exchange.length > 0, {
    path: ['exchange'],
    message: 'an exchange says what the customer gets, and nothing else does',
  })
  .refine((request) => request.orderId !== undefined || request.externalOrderId !== undefined, {
    path: ['orderId'],
    message: 'name the order: orderId, or channelId and externalOrderId',
  })
  .refine((request) => request.lines.every((line) => line.lineNo !== undefined || line.externalLineId !== undefined), {
    path: ['lines'],
    message: 'each line names a line of the order: lineNo or externalLineId',
  })
export type ReturnRequest = z.infer<typeof ReturnRequest>

/**
 * What a node found in a parcel that came back: the canonical document that 3PLs' and ERPs' maps produce. It states what is there, not
 * what was expected: a part, too much, goods nobody knows and parcels without a number are all receipts.
 */
export const ReturnReceipt = z.strictObject({
  /** The node's own number; the same number from the same node twice is the same receipt. */
  receiptNumber: z.string().min(1).max(100),
  nodeId: NodeId,
  receivedAt: Instant,
  /** Whatever the parcel says it belongs to: our return, the channel's return, an order, a request, a tracking number. */
  references: z.array(z.string().min(1).max(200)).max(20).default([]),
  lines: z
    .array(
      z.strictObject({
        /** Absent when the node's code has no crosswalk row: the goods wait for a person under `item`. */
        sku: Sku.optional(),
        /** What is written on the goods, in the node's words. */
        item: z.string().min(1).max(200),
        quantity: PositiveQuantity,
        /** Present when the node has looked at them: then they need no other inspection. */
        condition: z.enum(CONDITIONS).optional(),
        reason: z.enum(RETURN_REASONS).optional(),
        note: z.string().max(500).optional(),
      }),
    )
    .min(1)
    .max(1000),
})
export type ReturnReceipt = z.infer<typeof ReturnReceipt>

/** The channel paid money back, on our word or on its own. */
export const RefundNotice = z.strictObject({
  channelId: ChannelId,
  externalOrderId: ExternalOrderId,
  /** The channel's own name of the refund; the same name twice is the same refund. */
  externalId: z.string().min(1).max(200),
  /** Our refund that it carries out; absent when the channel did it by itself. */
  refundId: z.string().max(63).optional(),
  refundedAt: Instant,
  currency: z.string().length(3),
  amountMinor: MinorUnits.min(0),
})
export type RefundNotice = z.infer<typeof RefundNotice>

/** What a node is told to expect. */
export const ReturnInstruction = z.object({
  returnId: ReturnId,
  nodeId: NodeId,
  orderNumber: z.string().max(100),
  /** The last request that shipped goods of it, where partners know a return by it. */
  requestId: z.string().max(63).optional(),
  authorisedAt: Instant,
  trackingNumber: z.string().max(200).optional(),
  lines: z
    .array(
      z.object({
        lineNo: z.int().min(1),
        sku: Sku,
        quantity: PositiveQuantity,
        reason: z.enum(RETURN_REASONS),
      }),
    )
    .min(1),
})
export type ReturnInstruction = z.infer<typeof ReturnInstruction>

/** A word on a return to the channel that knows it under a name of its own. */
export const ChannelReturn = z.object({
  externalReturnId: z.string().min(1).max(200),
  action: z.enum(['approve', 'decline', 'close']),
  reason: z.string().max(500).optional(),
})
export type ChannelReturn = z.infer<typeof ChannelReturn>

/** Money that the channel is to pay back, once. Shipping and fees are in `amountMinor`. */
export const ChannelRefund = z.object({
  refundId: z.string().max(63),
  externalOrderId: ExternalOrderId,
  currency: z.string().length(3),
  amountMinor: MinorUnits.min(1),
  /** The part of the amount that is for shipping. */
  shippingMinor: MinorUnits.min(0),
  /** What was kept back: restocking and label fees. */
  feeMinor: MinorUnits.min(0),
  lines: z.array(z.object({ externalLineId: ExternalLineId, quantity: PositiveQuantity })),
})
export type ChannelRefund = z.infer<typeof ChannelRefund>

/** Goods that a customer brought back to a till, as the channel that took them tells it. The same `externalId` twice is the same return. */
export const TillReturn = z.object({
  channelId: ChannelId,
  externalId: z.string().min(1).max(100),
  /** The sale they come from. The hub need not know it: it may be older than the hub. */
  externalOrderId: ExternalOrderId.optional(),
  nodeId: NodeId,
  returnedAt: Instant,
  lines: z.array(z.object({ externalLineId: ExternalLineId.optional(), sku: Sku, quantity: PositiveQuantity })).min(1),
})
export type TillReturn = z.infer<typeof TillReturn>
