/**
 * What may come back, who pays for it, where it goes and what becomes of it: data with a version, like the stock policy. Rules are
 * tried in the order they are written; the first that matches decides.
 */
import { z } from 'zod'
import { ChannelId, NodeId, Sku } from './ids.ts'
import { CurrencyCode } from './money.ts'
import { CONDITIONS, DISPOSITIONS, RETURN_REASONS } from './return.ts'

const Name = z.string().min(1).max(100)
const Minor = z.int().min(0).max(1_000_000_000)

/** Everything named must hold; what is absent matches all. Within a list, one hit is enough. */
const product = {
  skus: z.array(Sku).min(1).optional(),
  tags: z.array(z.string().min(1).max(50)).min(1).optional(),
  /** Attribute name → the values that match. */
  attributes: z.record(z.string().max(50), z.array(z.string().max(100)).min(1)).optional(),
  reasons: z.array(z.enum(RETURN_REASONS)).min(1).optional(),
}

export const REFUND_TIMES = ['authorised', 'received', 'inspected'] as const

export const ReturnRule = z.strictObject({
  name: Name,
  match: z.strictObject({ ...product, channels: z.array(ChannelId).min(1).optional() }).default({}),
  returnable: z.boolean().default(true),
  /** Days from the last shipment of the line. */
  windowDays: z.int().min(0).max(3650).default(30),
  /** `person`: somebody looks at it before the customer is told to send anything. */
  authorise: z.enum(['auto', 'person']).default('auto'),
  paidBy: z.enum(['merchant', 'customer']).default('customer'),
  /** Kept back once for each return when the customer pays for the way. */
  labelFeeMinor: Minor.default(0),
  /** Kept back of the goods' value: 1500 is 15 %. */
  restockingFeeBasisPoints: z.int().min(0).max(10_000).default(0),
  refundAt: z.enum(REFUND_TIMES).default('inspected'),
  /** `prorated`: each unit that comes back brings its part of the order's shipping with it. */
  refundShipping: z.enum(['never', 'prorated']).default('never'),
})
export type ReturnRule = z.infer<typeof ReturnRule>

export const DispositionRule = z.strictObject({
  name: Name,
  match: z
    .strictObject({
      ...product,
      conditions: z.array(z.enum(CONDITIONS)).min(1).optional(),
      /** True: only goods that a supplier shipped; they are not ours. False: only others. */
      shippedBySupplier: z.boolean().optional(),
    })
    .default({}),
  disposition: z.enum(DISPOSITIONS),
  /** `none`: units found like this are not refunded, where the refund waits for the inspection. */
  refund: z.enum(['full', 'none']).default('full'),
})
export type DispositionRule = z.infer<typeof DispositionRule>

/** A node that takes returns. */
export const ReturnNode = z.strictObject({
  nodeId: NodeId,
  /** The node whose book the goods belong to, where that is another one (a returns desk inside a warehouse). */
  book: NodeId.optional(),
  ways: z
    .array(z.enum(['parcel', 'inStore']))
    .min(1)
    .default(['parcel', 'inStore']),
  handlingMinorPerUnit: Minor.default(0),
  /** What can be done there; goods that need anything else go to another node. */
  dispositions: z
    .array(z.enum(DISPOSITIONS))
    .min(1)
    .default([...DISPOSITIONS]),
  /** Takes parcels from these countries only. */
  countries: z.array(z.string().length(2)).min(1).optional(),
})
export type ReturnNode = z.infer<typeof ReturnNode>

export const ReturnPolicy = z.strictObject({
  version: z.string().min(1).max(100),
  currency: CurrencyCode,
  rules: z.array(ReturnRule).max(1000),
  dispositions: z.array(DispositionRule).max(1000),
  /** Empty: every enabled warehouse, store and 3PL takes returns into its own book. */
  nodes: z.array(ReturnNode).max(10_000).default([]),
  /** A label that nobody used for so long is worth nothing: the units count as not returned. */
  labelDays: z.int().min(1).max(365).default(30),
  /** Goods that lie uninspected for longer become an exception case. */
  inspectWithinHours: z.int().min(1).max(2000).default(48),
  /** When the new item of an exchange leaves. It is reserved in both cases. */
  exchangeShips: z.enum(['atOnce', 'onReceipt']).default('onReceipt'),
})
export type ReturnPolicy = z.infer<typeof ReturnPolicy>

/** What holds until a merchant states his own: everything may come back within 30 days and is refunded when it was looked at. */
export const DEFAULT_RETURN_POLICY: ReturnPolicy = ReturnPolicy.parse({
  version: 'default-1',
  currency: 'EUR',
  rules: [{ name: 'everything' }],
  dispositions: [
    { name: 'not ours', match: { shippedBySupplier: true }, disposition: 'returnToVendor' },
    { name: 'as new', match: { conditions: ['asNew', 'opened'] }, disposition: 'restock' },
    { name: 'used', match: { conditions: ['used'] }, disposition: 'refurbish' },
    { name: 'broken', disposition: 'scrap' },
  ],
})
