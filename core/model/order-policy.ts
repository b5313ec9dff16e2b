/**
 * What happens to orders beside routing: which are held and why, and how long a customer may think better of it before anybody is
 * told. Data with a version, like the stock policy. Every hold rule that matches places its own hold; of the rules for grace and
 * for packing together the first that matches decides.
 */
import { z } from 'zod'
import { ChannelId, Sku } from './ids.ts'
import { CurrencyCode, MinorUnits } from './money.ts'
import { FulfillmentMethod } from './node.ts'
import { HoldKind } from './order.ts'

const RuleName = z
  .string()
  .regex(/^[a-z0-9][a-z0-9-]{0,62}$/, 'must be lower-case letters, digits and hyphens, at most 63')

/** Everything named must hold; what is absent matches all. Within a list, one hit is enough. */
export const OrderMatch = z.strictObject({
  channels: z.array(ChannelId).min(1).optional(),
  customerTags: z.array(z.string().min(1).max(50)).min(1).optional(),
  /** Where it goes: ISO 3166-1 alpha-2. */
  countries: z
    .array(z.string().regex(/^[A-Z]{2}$/, 'must be an ISO 3166-1 code such as DE'))
    .min(1)
    .optional(),
  shippingServices: z.array(z.string().min(1).max(100)).min(1).optional(),
  /** Some line of it is one of these. */
  methods: z.array(FulfillmentMethod).min(1).optional(),
  skus: z.array(Sku).min(1).optional(),
  /** Its total, in minor units of its own currency. */
  value: z.strictObject({ currency: CurrencyCode, atLeastMinor: MinorUnits }).optional(),
  /** Units of all its lines together. */
  unitsAtLeast: z.int().min(1).optional(),
})
export type OrderMatch = z.infer<typeof OrderMatch>

export const HoldRule = z.strictObject({
  name: RuleName,
  kind: HoldKind,
  /** What people read on the order; absent: the rule's name. */
  reason: z.string().min(1).max(500).optional(),
  match: OrderMatch.extend({
    /** Nothing was sent to this address for the same buyer before. A buyer is known by e-mail or telephone; an unknown one is always new. */
    newAddress: z.literal(true).optional(),
    /** Goods go to another address than the bill. */
    billedElsewhere: z.literal(true).optional(),
  }).default({}),
  /** Somebody must look at it by then; later an exception case tells. */
  dueMinutes: z
    .int()
    .min(1)
    .max(60 * 24 * 30)
    .default(60 * 24),
})
export type HoldRule = z.infer<typeof HoldRule>

/** Counted from when the order was placed. Stock is claimed at once; nobody is told before it ends. */
export const GraceRule = z.strictObject({
  name: RuleName,
  match: OrderMatch.default({}),
  minutes: z
    .int()
    .min(0)
    .max(60 * 24 * 7),
})
export type GraceRule = z.infer<typeof GraceRule>

/**
 * Requests of one customer at one node, to one address and by one service, wait for each other and leave in one parcel. Counted, like
 * grace, from when the order was placed; an order whose time is over only joins a parcel that is still waiting.
 */
export const PackTogetherRule = z.strictObject({
  name: RuleName,
  match: OrderMatch.default({}),
  minutes: z
    .int()
    .min(1)
    .max(60 * 24 * 7),
})
export type PackTogetherRule = z.infer<typeof PackTogetherRule>

export const OrderPolicy = z
  .strictObject({
    version: z.string().min(1).max(50),
    holds: z.array(HoldRule).max(200).default([]),
    grace: z.array(GraceRule).max(200).default([]),
    packTogether: z.array(PackTogetherRule).max(200).default([]),
  })
  .superRefine((policy, context) => {
    const seen = new Set<string>()
    for (const [index, rule] of policy.holds.entries()) {
      if (seen.has(rule.name)) {
        const message = `two hold rules are called ${rule.name}; a hold is known by its rule's name`
        context.addIssue({ code: 'custom', path: ['holds', index, 'name'], message })
      }
      seen.add(rule.name)
    }
  })
export type OrderPolicy = z.infer<typeof OrderPolicy>

/** What holds until a policy is activated: only channels and people hold orders, and nodes are told at once. */
export const DEFAULT_ORDER_POLICY: OrderPolicy = OrderPolicy.parse({ version: 'default-1' })
