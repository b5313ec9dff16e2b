/** Settings of a ShipHero connection: one account, or one customer's account at a 3PL. */
import { z } from 'zod'
import { overlaysFor } from '#mappings/engine/index.ts'
import { orderMap } from '#mappings/shiphero/order.ts'
import { stockMap } from '#mappings/shiphero/stock.ts'

export const ShipHeroConfig = z.object({
  baseUrl: z.url().default('https://public-api.shiphero.com').describe('Where the public API answers.'),
  allowPrivateAddresses: z.boolean().default(false).describe('Allows loopback and private addresses. For tests.'),
  shopName: z.string().min(1).max(100).describe('shop_name of the hub’s orders in ShipHero.'),
  customerAccountId: z
    .string()
    .min(1)
    .max(100)
    .optional()
    .describe('customer_account_id, where the login is a 3PL’s and the orders are one of its customers’.'),
  allowPartial: z.boolean().default(true).describe('allow_partial: what is there may ship before the rest.'),
  backorders: z
    .enum(['reject', 'wait'])
    .default('reject')
    .describe(
      'What is short is taken out of the order in ShipHero and sent from elsewhere, or waits there until there is stock.',
    ),
  counted: z
    .enum(['onHand', 'inventory'])
    .default('onHand')
    .describe(
      'Units told as stock: on_hand − reserve, where all orders of the warehouse come from the hub; or ShipHero’s own inventory (on_hand − allocated + sell_ahead − reserve), where other channels sell from it too.',
    ),
  pollEveryMinutes: z
    .int()
    .min(0)
    .default(15)
    .describe(
      'How often orders and stock that changed are asked for, since a webhook may never come; 0: every minute.',
    ),
  pollOverlapMinutes: z
    .int()
    .min(1)
    .default(60)
    .describe('Re-reads so much before the newest change that was seen, for changes that show up late.'),
  fullEveryMinutes: z.int().min(1).default(1_440).describe('How often every product is read again.'),
  concurrency: z.int().min(1).max(20).default(2).describe('Most calls at once.'),
  overlays: overlaysFor({ order: orderMap, stock: stockMap }),
})
export type ShipHeroConfig = z.output<typeof ShipHeroConfig>
