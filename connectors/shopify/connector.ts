/** Shopify, Admin GraphQL 2026-10: orders and returns in; shipments, tracking, availability, changes and refunds out. Facts: docs/connectors and the vendor's pages named in each file. */
import { z } from 'zod'
import { defineConnector } from '../contract/connector.ts'
import type { CheckResult, Context } from '../contract/connector.ts'
import { availability } from './availability.ts'
import { baseUrlOf, ShopifyConfig } from './config.ts'
import { changes } from './changes.ts'
import { call } from './graphql.ts'
import { SHOP_CHECK } from './operations.ts'
import { orders } from './orders.ts'
import { ordersPoll } from './orders-poll.ts'
import { refunds } from './refunds.ts'
import { returnWords } from './return-words.ts'
import { returnsPoll } from './returns-poll.ts'
import { returns } from './returns.ts'
import { shipments } from './shipments.ts'
import { subscribeMissing } from './subscriptions.ts'
import { tracking } from './tracking.ts'

/** The cheapest of our calls; the bucket itself says when it is empty. */
const POINTS_PER_CALL = 10

/** Subscribes what is missing, where the connection says where webhooks go to. */
async function checkWebhooks(context: Context<ShopifyConfig>, name: string): Promise<CheckResult> {
  const { webhookBase } = context.config
  if (webhookBase === undefined) return { ok: true, detail: `${name} answers` }
  const subscribed = await subscribeMissing(context, webhookBase)
  if (!subscribed.ok)
    return { ok: false, fault: 'transient', detail: 'the webhooks could not be looked over', cure: 'Try again.' }
  const { made, refused } = subscribed
  if (refused.length > 0) {
    const cure =
      'Correct webhookBase: it must be an https address that Shopify can reach; and let the app read orders and returns.'
    return { ok: false, fault: 'config', detail: `Shopify refused ${refused.join('; ')}`, cure }
  }
  return { ok: true, detail: `${name} answers; webhooks are subscribed (${made.length} new)` }
}

export const shopify = defineConnector({
  id: 'shopify',
  version: '1.0.0',
  contract: 1,
  summary: 'A Shopify shop as a sales channel.',
  config: ShopifyConfig,
  secrets: {
    accessToken: 'Admin API access token of a custom app (Settings > Apps > Develop apps). Not needed with clientId.',
    clientSecret: 'Client secret of the app in the Dev Dashboard, for access tokens by client credentials.',
    webhookSecret: 'The secret that signs webhooks: the app’s client secret.',
    webhookSecretPrevious: 'The secret before the last rotation; still accepted while it is set.',
  },
  limits: ({ pointsPerSecond }) => ({
    max: Math.floor(pointsPerSecond / POINTS_PER_CALL),
    perMs: 1000,
    concurrency: 4,
  }),
  endpoints: (config) => ({
    http: { baseUrl: baseUrlOf(config), allowPrivateAddresses: config.allowPrivateAddresses },
  }),
  check: async (context) => {
    const answer = z.object({ shop: z.object({ name: z.string(), myshopifyDomain: z.string() }) })
    const called = await call(context, SHOP_CHECK, {}, answer)
    if (called.ok) {
      const { name, myshopifyDomain } = called.data.shop
      if (myshopifyDomain === context.config.shop) return checkWebhooks(context, name)
      const cure = 'Set shop to the domain of the shop that the token belongs to.'
      return { ok: false, fault: 'config', detail: `the token belongs to ${myshopifyDomain}`, cure }
    }
    const { failure } = called
    if (failure.kind !== 'unavailable')
      return { ok: false, fault: 'transient', detail: failure.kind, cure: 'Try again.' }
    const { fault, message } = failure
    if (fault === 'auth') return { ok: false, fault, detail: message, cure: 'Renew the token or the client secret.' }
    if (fault === 'config') return { ok: false, fault, detail: message, cure: 'Correct shop, apiVersion or baseUrl.' }
    return {
      ok: false,
      fault: 'transient',
      detail: message,
      cure: 'Try again; if it lasts, read Shopify’s status page.',
    }
  },
  ports: [orders, ordersPoll, shipments, tracking, availability, changes, returns, returnsPoll, returnWords, refunds],
  exhibit: async () => (await import('./exhibit.ts')).exhibit,
})
