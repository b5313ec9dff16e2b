/** Orders as Shopify pushes them: signed, repeated, out of order. */
import { z } from 'zod'
import { readJson } from '#mappings/formats/json/reader.ts'
import { overlaid } from '#mappings/engine/index.ts'
import { readRestOrder, restOrderMap } from '#mappings/shopify/order.ts'
import type { Issue, Parsed } from '#core/issue.ts'
import { aboutOrder } from '#core/model/document.ts'
import type { Reading, WebhookPort } from '../contract/connector.ts'
import { hasHmac, headerOf, keptHeaders, sha256 } from '../contract/request.ts'
import type { ShopifyConfig } from './config.ts'

/** All of them carry the whole order, so the body alone says what became of it. */
const TOPICS: ReadonlySet<string> = new Set(['orders/create', 'orders/updated', 'orders/cancelled'])
export const MAX_BYTES = 2_000_000

/** What every webhook of Shopify has in common, whatever its topic. */
export const signedByShopify: Pick<WebhookPort<ShopifyConfig>, 'verify' | 'sourceKey' | 'meta'> = {
  /** base64(HMAC-SHA256(app client secret, raw bytes)); after a rotation the old secret may sign for up to an hour. */
  verify: (request, secret) => {
    const keys = [secret('webhookSecret'), secret('webhookSecretPrevious')].filter(
      (key) => key !== undefined && key !== '',
    )
    if (keys.length === 0) return { ok: false, reason: 'the connection has no webhookSecret' }
    const signature = headerOf(request, 'x-shopify-hmac-sha256')
    if (signature === undefined) return { ok: false, reason: 'X-Shopify-Hmac-Sha256 is missing' }
    const genuine = hasHmac(signature, [request.body], keys as string[])
    return genuine ? { ok: true } : { ok: false, reason: 'X-Shopify-Hmac-Sha256 does not match the body' }
  },

  /** The webhook id is constant over the retries of one delivery. */
  sourceKey: (request) => {
    const shop = headerOf(request, 'x-shopify-shop-domain') ?? ''
    const id = headerOf(request, 'x-shopify-webhook-id') ?? sha256(request.body)
    return `${shop}:${id}`.slice(0, 300)
  },

  meta: (request) =>
    keptHeaders(request, {
      topic: 'x-shopify-topic',
      shop: 'x-shopify-shop-domain',
      webhookId: 'x-shopify-webhook-id',
      eventId: 'x-shopify-event-id',
      triggeredAt: 'x-shopify-triggered-at',
      apiVersion: 'x-shopify-api-version',
    }),
}

export const orders: WebhookPort<ShopifyConfig> = {
  name: 'orders',
  summary: 'Webhooks orders/create, orders/updated and orders/cancelled.',
  direction: 'in',
  transport: 'webhook',
  kind: 'order',
  maxBytes: MAX_BYTES,

  ...signedByShopify,

  read: (raw, meta, context): Reading => {
    const topic = meta['topic'] ?? ''
    if (!TOPICS.has(topic)) return { ...NOTHING, ignored: `the topic ${topic || '(none)'} is not read` }
    const body = bodyOf(raw, meta, context.config)
    if (!body.ok) return refused(body.issues)
    const reading = readRestOrder(body.value, context, overlaid(restOrderMap, context.config, 'order'))
    return { ...reading, refused: aboutTheOrder(reading.refused, body.value), receipts: [] }
  },
}

/** The JSON of a webhook that this connection's shop sent. */
export const bodyOf = (raw: Uint8Array, meta: Record<string, string>, config: ShopifyConfig): Parsed<unknown> =>
  meta['shop'] === config.shop
    ? readJson(raw, { maxBytes: MAX_BYTES })
    : { ok: false, issues: [wrongShop(meta['shop'] ?? '', config.shop)] }

/** Says of refused parts which order they belong to, as far as the order names itself. */
export function aboutTheOrder(refused: Reading['refused'], body: unknown): Reading['refused'] {
  const named = OrderName.safeParse(body)
  if (!named.success) return refused
  const id = named.data.admin_graphql_api_id ?? named.data.id
  return typeof id === 'string' ? refused.map((each) => ({ ...each, about: aboutOrder(id) })) : refused
}

/** A webhook names the order by `admin_graphql_api_id` beside a number, a node of the poll by `id`. */
const OrderName = z.object({ admin_graphql_api_id: z.string().optional(), id: z.unknown() })

const NOTHING: Reading = { documents: [], refused: [], receipts: [] }

export const refused = (issues: Issue[]): Reading => ({ ...NOTHING, refused: [{ part: '', issues }] })

const wrongShop = (shop: string, expected: string): Issue => ({
  code: 'shopify.shop',
  class: 'config',
  place: { path: 'X-Shopify-Shop-Domain' },
  rule: `must be ${expected}, the shop of this connection`,
  value: shop,
  cure: 'Let the webhooks of the other shop go to a connection of its own.',
  subject: shop,
})
