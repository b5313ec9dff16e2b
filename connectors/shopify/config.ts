/** Settings of a Shopify connection. Secrets are named in connector.ts and never appear here. */
import { z } from 'zod'
import { Instant } from '#core/model/time.ts'
import { overlaysFor } from '#mappings/engine/index.ts'
import { orderNodeMap } from '#mappings/shopify/order-graphql.ts'
import { restOrderMap } from '#mappings/shopify/order.ts'

export const ShopifyConfig = z.object({
  shop: z
    .string()
    .regex(/^[a-z0-9][a-z0-9-]*\.myshopify\.com$/, 'must be the shop’s own domain, such as example.myshopify.com')
    .describe('The shop’s myshopify.com domain.'),
  apiVersion: z
    .string()
    .regex(/^\d{4}-\d{2}$/, 'must be an API version such as 2026-10')
    .default('2026-10')
    .describe('Admin GraphQL version; each lives 12 months.'),
  baseUrl: z.url().optional().describe('Where the API lies, when it is not https://{shop}. For tests.'),
  allowPrivateAddresses: z.boolean().default(false).describe('Allows loopback and private addresses. For tests.'),
  clientId: z
    .string()
    .optional()
    .describe('Client id of the app, to get access tokens by client credentials. Without it accessToken is used.'),
  pointsPerSecond: z
    .int()
    .min(50)
    .default(100)
    .describe('Restore rate of the cost bucket: 100 Standard, 200 Advanced, 1000 Plus, 2000 Enterprise.'),
  notifyCustomer: z.boolean().default(true).describe('Shopify writes the customer when a shipment is told.'),
  refundCancelled: z
    .boolean()
    .default(true)
    .describe('An order that is cancelled whole in the hub is paid back by Shopify, by the way it was paid.'),
  webhookBase: z
    .url()
    .optional()
    .describe(
      'Public address of this connection’s webhooks, such as https://hub.example.com/webhooks/shop: topics that are not subscribed there are subscribed, and again when Shopify has dropped them. Left out: a person subscribes them.',
    ),
  pollSince: Instant.optional().describe('Where the first reconciliation starts; one day ago when left out.'),
  pollOverlapMs: z
    .int()
    .min(0)
    .default(60_000)
    .describe('Re-reads so much before the last seen change, for changes that show up late.'),
  overlays: overlaysFor({ order: restOrderMap, polledOrder: orderNodeMap }),
})
export type ShopifyConfig = z.output<typeof ShopifyConfig>

export const baseUrlOf = (config: ShopifyConfig): string => config.baseUrl ?? `https://${config.shop}`

/** Crosswalks may hold Shopify's number alone or the whole gid. */
export const gidOf = (type: string, idOrGid: string): string =>
  idOrGid.startsWith('gid://') ? idOrGid : `gid://shopify/${type}/${idOrGid}`
