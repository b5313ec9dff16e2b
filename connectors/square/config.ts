/** Settings of a Square connection: one seller account with one or more stores. */
import { z } from 'zod'
import { Instant } from '#core/model/time.ts'
import { overlaysFor } from '#mappings/engine/index.ts'
import { countsMap } from '#mappings/square/counts.ts'
import { pickupMap } from '#mappings/square/pickup.ts'
import { saleMap } from '#mappings/square/sale.ts'

export const SquareConfig = z.object({
  baseUrl: z
    .url()
    .default('https://connect.squareup.com')
    .describe('https://connect.squareupsandbox.com for the sandbox.'),
  allowPrivateAddresses: z.boolean().default(false).describe('Allows loopback and private addresses. For tests.'),
  apiVersion: z
    .string()
    .regex(/^\d{4}-\d{2}-\d{2}$/, 'must be a Square API version such as 2025-08-20')
    .default('2025-08-20')
    .describe('Square-Version of every call.'),
  locationIds: z
    .array(z.string().min(1).max(50))
    .min(1)
    .max(10)
    .describe('Ids of the stores, at most ten to a connection.'),
  notificationUrl: z
    .url()
    .describe(
      'The URL of the webhook subscription exactly as it is registered at Square: it is part of what is signed.',
    ),
  book: z
    .enum(['store', 'hub'])
    .default('store')
    .describe(
      'Who counts the stock of these stores: Square (its counts are read) or the hub (availability is told to Square).',
    ),
  pickupUnitsLeaveStock: z
    .enum(['whenPaid', 'whenCompleted'])
    .default('whenPaid')
    .describe('When Square takes the units of a pickup order off IN_STOCK.'),
  fullEveryMinutes: z.int().min(0).default(60).describe('How often every count is read again; 0: each minute.'),
  pollSince: Instant.optional().describe('Where the first look at sales starts; one day ago when left out.'),
  pollOverlapMs: z
    .int()
    .min(0)
    .default(120_000)
    .describe('Re-reads so much before the last seen change, for orders that Square’s search shows late.'),
  callsPerSecond: z.int().min(1).default(10).describe('Most calls in a second; Square publishes no number.'),
  concurrency: z.int().min(1).max(20).default(4).describe('Most calls at once.'),
  overlays: overlaysFor({ sale: saleMap, pickup: pickupMap, counts: countsMap }),
})
export type SquareConfig = z.output<typeof SquareConfig>
