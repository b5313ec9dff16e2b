/** Products as the hub sees them: a SKU, what it weighs, and what others call it. */
import { z } from 'zod'
import { NodeId, PartyId, Sku } from './ids.ts'
import { CurrencyCode } from './money.ts'
import { PositiveQuantity } from './quantity.ts'

/** `gtin` is the same everywhere; `partner` holds for one party; `channel` ids belong to one connection. */
export const ALIAS_SCHEMES = ['gtin', 'partner', 'channel'] as const

export const SkuAlias = z.strictObject({
  scheme: z.enum(ALIAS_SCHEMES),
  /** The party or connection whose word this is; absent for a GTIN. */
  owner: z.string().max(63).optional(),
  value: z.string().min(1).max(100),
})
export type SkuAlias = z.infer<typeof SkuAlias>

export const KitComponent = z.strictObject({ sku: Sku, quantity: PositiveQuantity })
export type KitComponent = z.infer<typeof KitComponent>

export const Product = z.strictObject({
  sku: Sku,
  name: z.string().max(300),
  weightGrams: z.int().min(0).max(100_000_000).default(0),
  /** The outer box, for services that charge by dimensional weight. */
  dimensionsMm: z
    .object({
      length: z.int().min(1).max(100_000),
      width: z.int().min(1).max(100_000),
      height: z.int().min(1).max(100_000),
    })
    .optional(),
  /** What one unit costs the merchant at nodes that sell it to him: a supplier that drop-ships. */
  unitCosts: z
    .array(z.strictObject({ nodeId: NodeId, currency: CurrencyCode, minor: z.int().min(0) }))
    .max(1000)
    .optional(),
  /** What may be offered to the customer in its place, best first. */
  substitutes: z.array(Sku).max(20).optional(),
  /** Free marks that routing rules read: `hazmat`, `fragile`, `oversize`. */
  tags: z.array(z.string().max(50)).default([]),
  /** Free attributes that stock rules read: `brand`, `season`, `abc`. */
  attributes: z.record(z.string().max(50), z.string().max(100)).default({}),
  supplier: PartyId.optional(),
  /** Present when the SKU is a kit: it has no stock of its own. */
  components: z.array(KitComponent).min(1).optional(),
  aliases: z.array(SkuAlias).default([]),
})
export type Product = z.infer<typeof Product>
