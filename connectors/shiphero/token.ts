/**
 * The access token, got with the refresh token (POST /auth/refresh): it lives 28 days, the refresh token as long as the account. However
 * many calls find it stale at once, one refresh runs.
 */
import { z } from 'zod'
import { Fault } from '#core/fault.ts'
import { epochMsOf } from '#core/model/time.ts'
import { readJson } from '#mappings/formats/json/reader.ts'
import type { Context } from '../contract/connector.ts'
import type { HttpTransport } from '../contract/transport.ts'
import { retryAfterMs } from '../transport/http-outcome.ts'
import type { ShipHeroConfig } from './config.ts'

type Held = { token: string; expiresAtMs: number }
type Store = { held?: Held; refresh?: Promise<Held> }

/** Tokens live as long as the connection's transport, which the runtime keeps. */
const stores = new WeakMap<HttpTransport, Store>()

const Grant = z.object({ access_token: z.string().min(1), expires_in: z.number().positive() })
/** Renewed so long before the end, so that no call starts with a token that dies on the way. */
const RENEW_BEFORE_MS = 60_000

/** The token to use now. Throws a Fault `auth`, `config`, `throttled` or `transient`. */
export async function accessToken(context: Context<ShipHeroConfig>): Promise<string> {
  const store = storeOf(context)
  const nowMs = epochMsOf(context.clock.now())
  if (store.held !== undefined && store.held.expiresAtMs - RENEW_BEFORE_MS > nowMs) return store.held.token
  return refreshed(context, store)
}

/** Told that `refused` does not work any more: a new one. Throws as `accessToken` does. */
export async function renewedToken(context: Context<ShipHeroConfig>, refused: string): Promise<string> {
  const store = storeOf(context)
  // Another call has renewed it in the meantime.
  if (store.held !== undefined && store.held.token !== refused) return store.held.token
  return refreshed(context, store)
}

function storeOf({ http }: Context<ShipHeroConfig>): Store {
  const store = stores.get(http) ?? {}
  stores.set(http, store)
  return store
}

async function refreshed(context: Context<ShipHeroConfig>, store: Store): Promise<string> {
  store.refresh ??= grant(context).finally(() => delete store.refresh)
  store.held = await store.refresh
  return store.held.token
}

async function grant(context: Context<ShipHeroConfig>): Promise<Held> {
  const code = 'shiphero.token'
  const result = await context.http.request({
    method: 'POST',
    path: '/auth/refresh',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ refresh_token: context.secret('refreshToken') }),
  })
  if (!result.ok) throw new Fault('transient', { code, message: result.failure.message })
  const { status, body } = result.answer
  const nowMs = epochMsOf(context.clock.now())
  if (status === 429) {
    const wait = retryAfterMs(result.answer, nowMs) ?? 1_000
    throw new Fault('throttled', { code, message: 'ShipHero grants no token now', retryAfterMs: wait })
  }
  if (status >= 500) throw new Fault('transient', { code, message: `the token endpoint answered ${status}` })
  if (status === 404) throw new Fault('config', { code, message: 'no token endpoint answers there' })
  const read = status === 200 ? readJson(body) : undefined
  const granted = read?.ok === true ? Grant.safeParse(read.value) : undefined
  if (granted?.success !== true)
    throw new Fault('auth', { code, message: `ShipHero granted no token (status ${status})` })
  return { token: granted.data.access_token, expiresAtMs: nowMs + granted.data.expires_in * 1_000 }
}
