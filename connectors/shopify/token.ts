/**
 * The access token of a connection: a fixed one, or one got by the client-credentials grant (lives 24 hours). However many calls
 * find it stale at once, one refresh runs.
 */
import { z } from 'zod'
import { Fault } from '#core/fault.ts'
import { epochMsOf } from '#core/model/time.ts'
import type { Context } from '../contract/connector.ts'
import type { HttpTransport } from '../contract/transport.ts'
import type { ShopifyConfig } from './config.ts'

type Held = { token: string; expiresAtMs: number }
type Store = { held?: Held; refresh?: Promise<Held> }

/** Tokens live as long as the connection's transport, which the runtime keeps. */
const stores = new WeakMap<HttpTransport, Store>()

const Grant = z.object({ access_token: z.string().min(1), expires_in: z.number().positive() })
/** Renewed so long before the end, so that no call starts with a token that dies on the way. */
const RENEW_BEFORE_MS = 60_000

/** The token to use now. Throws a Fault `auth`, `config` or `transient`. */
export async function accessToken(context: Context<ShopifyConfig>): Promise<string> {
  if (context.config.clientId === undefined) return context.secret('accessToken')
  const store = storeOf(context)
  const nowMs = epochMsOf(context.clock.now())
  if (store.held !== undefined && store.held.expiresAtMs - RENEW_BEFORE_MS > nowMs) return store.held.token
  return refreshed(context, store)
}

/** Told that `refused` does not work any more; a new one, or undefined when there is no way to get one. */
export async function renewedToken(context: Context<ShopifyConfig>, refused: string): Promise<string | undefined> {
  if (context.config.clientId === undefined) return undefined
  const store = storeOf(context)
  // Another call has renewed it in the meantime.
  if (store.held !== undefined && store.held.token !== refused) return store.held.token
  return refreshed(context, store)
}

function storeOf({ http }: Context<ShopifyConfig>): Store {
  const store = stores.get(http) ?? {}
  stores.set(http, store)
  return store
}

async function refreshed(context: Context<ShopifyConfig>, store: Store): Promise<string> {
  store.refresh ??= grant(context).finally(() => delete store.refresh)
  store.held = await store.refresh
  return store.held.token
}

async function grant(context: Context<ShopifyConfig>): Promise<Held> {
  const form = new URLSearchParams({
    grant_type: 'client_credentials',
    client_id: context.config.clientId ?? '',
    client_secret: context.secret('clientSecret'),
  })
  const result = await context.http.request({
    method: 'POST',
    path: '/admin/oauth/access_token',
    headers: { 'content-type': 'application/x-www-form-urlencoded' },
    body: form.toString(),
  })
  if (!result.ok) throw new Fault('transient', { code: 'shopify.token', message: result.failure.message })
  const { status, body } = result.answer
  if (status >= 500 || status === 429) {
    throw new Fault('transient', { code: 'shopify.token', message: `the token endpoint answered ${status}` })
  }
  if (status === 404) throw new Fault('config', { code: 'shopify.token', message: 'there is no such shop' })
  const granted = status === 200 ? Grant.safeParse(json(body)) : undefined
  if (granted?.success !== true) {
    throw new Fault('auth', { code: 'shopify.token', message: `Shopify granted no token (status ${status})` })
  }
  const lifeMs = granted.data.expires_in * 1000
  return { token: granted.data.access_token, expiresAtMs: epochMsOf(context.clock.now()) + lifeMs }
}

function json(body: Uint8Array): unknown {
  try {
    return JSON.parse(Buffer.from(body).toString('utf8'))
  } catch {
    return undefined
  }
}
