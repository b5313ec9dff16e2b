/** One call of the Admin GraphQL API, and what each way of failing means for whoever sent it. */
import { z } from 'zod'
import { Fault } from '#core/fault.ts'
import type { FaultKind } from '#core/fault.ts'
import { epochMsOf } from '#core/model/time.ts'
import type { Outcome } from '#core/outcome.ts'
import type { Context } from '../contract/connector.ts'
import type { HttpAnswer, HttpResult } from '../contract/transport.ts'
import { retryAfterMs } from '../transport/http-outcome.ts'
import type { ShopifyConfig } from './config.ts'
import { accessToken, renewedToken } from './token.ts'

export type Failure = Extract<Outcome, { kind: 'throttled' | 'unavailable' | 'unknown' }>
export type Called<T> = { ok: true; data: T } | { ok: false; failure: Failure }

const Cost = z.object({
  requestedQueryCost: z.number(),
  throttleStatus: z.object({ currentlyAvailable: z.number(), restoreRate: z.number().positive() }),
})
const Envelope = z.object({
  data: z.unknown().optional(),
  errors: z
    .union([
      z.array(z.object({ message: z.string(), extensions: z.object({ code: z.string() }).partial().optional() })),
      z.unknown(),
    ])
    .optional(),
  extensions: z.object({ cost: Cost.optional().catch(undefined) }).optional(),
})

const DEFAULT_WAIT_MS = 1000

/**
 * Runs one operation. A query has no effect, so a lost answer is `unavailable`; a lost answer of a mutation is `unknown`.
 * Never throws for what Shopify or the network does. `answer` is the shape of `data` that the caller relies on.
 */
export async function call<S extends z.ZodType>(
  context: Context<ShopifyConfig>,
  operation: string,
  variables: Record<string, unknown>,
  answer: S,
): Promise<Called<z.output<S>>> {
  const hasEffect = operation.trimStart().startsWith('mutation')
  try {
    const result = await exchange(context, operation, variables)
    if (!result.ok) {
      const { failed, code, message } = result.failure
      if (failed === 'lost' && hasEffect) return lost(code, message)
      return unavailable('transient', `shopify.http.${code}`, message)
    }
    return judged(result.answer, hasEffect, answer, epochMsOf(context.clock.now()))
  } catch (error) {
    if (!(error instanceof Fault)) throw error
    return unavailable(error.kind, error.code, error.message)
  }
}

async function exchange(
  context: Context<ShopifyConfig>,
  query: string,
  variables: Record<string, unknown>,
): Promise<HttpResult> {
  const post = (token: string) =>
    context.http.request({
      method: 'POST',
      path: `/admin/api/${context.config.apiVersion}/graphql.json`,
      headers: { 'content-type': 'application/json', 'x-shopify-access-token': token },
      body: JSON.stringify({ query, variables }),
      maxAnswerBytes: 10_000_000,
    })
  const token = await accessToken(context)
  const result = await post(token)
  if (!result.ok || result.answer.status !== 401) return result
  const renewed = await renewedToken(context, token)
  return renewed === undefined ? result : post(renewed)
}

const lost = (code: string, message: string): { ok: false; failure: Failure } => ({
  ok: false,
  failure: { kind: 'unknown', code: `shopify.${code}`, message },
})

const unavailable = (fault: FaultKind, code: string, message: string): { ok: false; failure: Failure } => ({
  ok: false,
  failure: { kind: 'unavailable', fault, code, message },
})

const throttled = (retryAfterMs: number): { ok: false; failure: Failure } => ({
  ok: false,
  failure: { kind: 'throttled', retryAfterMs: Math.max(1, Math.ceil(retryAfterMs)) },
})

/** Statuses that are said before a call is read: nothing happened. */
const REFUSED_STATUS: Record<number, { fault: FaultKind; message: string }> = {
  401: { fault: 'auth', message: 'Shopify does not accept the access token' },
  402: { fault: 'config', message: 'the shop is frozen until its bill is paid' },
  403: { fault: 'auth', message: 'Shopify does not let this app in' },
  404: { fault: 'config', message: 'there is no such shop or API version' },
  423: { fault: 'config', message: 'the shop is locked' },
}

function judged<S extends z.ZodType>(
  answer: HttpAnswer,
  hasEffect: boolean,
  shape: S,
  nowMs: number,
): Called<z.output<S>> {
  const envelope = Envelope.safeParse(parsedJson(answer.body))
  const codes = envelope.success ? errorCodes(envelope.data.errors) : []
  if (answer.status === 429 || codes.includes('THROTTLED')) {
    return throttled(waitMs(answer, envelope.success ? envelope.data.extensions?.cost : undefined, nowMs))
  }
  const refused = REFUSED_STATUS[answer.status]
  if (refused !== undefined) return unavailable(refused.fault, `shopify.status.${answer.status}`, refused.message)
  if (answer.status === 200 && codes.length > 0) return refusedByCode(codes, hasEffect)
  const data = answer.status === 200 && envelope.success ? shape.safeParse(envelope.data.data) : undefined
  if (data?.success === true) return { ok: true, data: data.data }
  const message = `Shopify gave no readable answer (status ${answer.status})`
  return hasEffect ? lost('answer', message) : unavailable('transient', 'shopify.answer', message)
}

/** A request error has a code when Shopify refused to run it; without one, or with an internal one, it may have run. */
function refusedByCode(codes: string[], hasEffect: boolean): { ok: false; failure: Failure } {
  const message = `Shopify answered ${codes.join(', ')}`
  if (codes.includes('ACCESS_DENIED'))
    return unavailable('auth', 'shopify.access-denied', `${message}: a scope is missing`)
  if (codes.some((code) => ['UNKNOWN', 'INTERNAL_SERVER_ERROR', 'TIMEOUT'].includes(code))) {
    return hasEffect ? lost('internal', message) : unavailable('transient', 'shopify.internal', message)
  }
  return unavailable('bug', 'shopify.request', message)
}

function errorCodes(errors: unknown): string[] {
  if (errors === undefined) return []
  if (!Array.isArray(errors)) return ['UNKNOWN']
  return errors.map((error: { extensions?: { code?: string } }) => error.extensions?.code ?? 'UNKNOWN')
}

/** How long until the bucket holds enough for this call; else what Retry-After says. */
function waitMs(answer: HttpAnswer, cost: z.output<typeof Cost> | undefined, nowMs: number): number {
  if (cost !== undefined) {
    const missing = cost.requestedQueryCost - cost.throttleStatus.currentlyAvailable
    return missing > 0 ? (missing / cost.throttleStatus.restoreRate) * 1000 : DEFAULT_WAIT_MS
  }
  return retryAfterMs(answer, nowMs) ?? DEFAULT_WAIT_MS
}

function parsedJson(body: Uint8Array): unknown {
  try {
    return JSON.parse(Buffer.from(body).toString('utf8'))
  } catch {
    return undefined
  }
}
