/**
 * The webhooks that the hub wants, subscribed at Shopify. Shopify removes a subscription whose receiver failed eight times over four
 * hours, without a word; so they are looked over from time to time, and what is missing is subscribed again.
 */
import { z } from 'zod'
import { epochMsOf } from '#core/model/time.ts'
import type { Context } from '../contract/connector.ts'
import type { HttpTransport } from '../contract/transport.ts'
import type { ShopifyConfig } from './config.ts'
import { call } from './graphql.ts'
import type { Failure } from './graphql.ts'
import { SUBSCRIBE, SUBSCRIPTIONS } from './operations.ts'
import { UserError } from './user-errors.ts'

type ShopifyContext = Context<ShopifyConfig>

/** Topic → the port that reads it. */
const WANTED = {
  ORDERS_CREATE: 'orders',
  ORDERS_UPDATED: 'orders',
  ORDERS_CANCELLED: 'orders',
  RETURNS_REQUEST: 'returns',
  RETURNS_APPROVE: 'returns',
  REFUNDS_CREATE: 'returns',
} as const

export type Subscribed = { ok: true; made: string[]; refused: string[] } | { ok: false; failure: Failure }

const Listed = z.object({
  webhookSubscriptions: z.object({ nodes: z.array(z.object({ topic: z.string(), uri: z.string() })) }),
})
const Made = z.object({ webhookSubscriptionCreate: z.object({ userErrors: z.array(UserError) }) })

/** Subscribes what is missing of what the hub wants. Other subscriptions of the app are left as they are. */
export async function subscribeMissing(context: ShopifyContext, base: string): Promise<Subscribed> {
  const listed = await call(context, SUBSCRIPTIONS, {}, Listed)
  if (!listed.ok) return listed
  const { nodes } = listed.data.webhookSubscriptions
  const made: string[] = []
  const refused: string[] = []
  for (const [topic, port] of Object.entries(WANTED)) {
    const uri = `${base.replace(/\/$/, '')}/${port}`
    if (nodes.some((node) => node.topic === topic && node.uri === uri)) continue
    const called = await call(context, SUBSCRIBE, { topic, uri }, Made)
    // A subscription that may have been made is seen, or made, by the next look.
    if (!called.ok) return called
    const [error] = called.data.webhookSubscriptionCreate.userErrors
    if (error === undefined) made.push(topic)
    else refused.push(`${topic}: ${error.message}`)
  }
  return { ok: true, made, refused }
}

const EVERY_MS = 3_600_000
/** When each connection's subscriptions were last looked over. */
const lastLooks = new WeakMap<HttpTransport, number>()

/** Looks them over once an hour. What goes wrong is logged and tried with the next look: nothing waits for it. */
export async function keepSubscribed(context: ShopifyContext): Promise<void> {
  const { webhookBase } = context.config
  if (webhookBase === undefined) return
  const nowMs = epochMsOf(context.clock.now())
  if (nowMs - (lastLooks.get(context.http) ?? Number.NEGATIVE_INFINITY) < EVERY_MS) return
  const subscribed = await subscribeMissing(context, webhookBase)
  if (!subscribed.ok) {
    context.log.warn('the webhook subscriptions could not be looked over', { outcome: subscribed.failure.kind })
    return
  }
  lastLooks.set(context.http, nowMs)
  const { made, refused } = subscribed
  if (made.length > 0) context.log.info('webhooks were subscribed at Shopify', { topics: made })
  if (refused.length > 0) context.log.warn('Shopify refused to subscribe webhooks', { refused })
}
