/** One signed call an event. The id stays over all attempts, so the receiver knows a repeat; the time is each attempt's own. */
import { createHmac } from 'node:crypto'
import { epochMsOf } from '#core/model/time.ts'
import type { Outcome } from '#core/outcome.ts'
import type { Context, SendPort } from '../contract/connector.ts'
import { retryAfterMs } from '../transport/http-outcome.ts'
import type { WebhookConfig } from './config.ts'

const TIMEOUT_MS = 15_000
const DEFAULT_WAIT_MS = 1_000
/** With pauses of up to five minutes, about a day. */
const MAX_ATTEMPTS = 300

export const events: SendPort<WebhookConfig, 'event'> = {
  name: 'events',
  summary: 'What happened to orders, POST to the URL.',
  direction: 'out',
  transport: 'http',
  kind: 'event',
  batchMax: 1,
  duplicates: 'key',
  expectsAnswer: false,
  maxAttempts: MAX_ATTEMPTS,
  wants: (config, event) => config.events === undefined || config.events.includes(event.kind),

  prepare: (_context, [delivery]) => {
    if (delivery === undefined) throw new Error('a transmission has a delivery')
    const { kind, at, ...event } = delivery.document
    const body = { type: `order.${kind}`, timestamp: at, data: event }
    return Promise.resolve({
      ok: true,
      value: { name: event.id, bytes: new TextEncoder().encode(JSON.stringify(body)) },
    })
  },

  send: async (context, { name, bytes }) => ({
    all: await post(context, name, Buffer.from(bytes).toString('utf8')),
  }),
}

/**
 * 2xx is taken. 401 and 403 say that our signature is not known there, 404 that the URL is wrong, 410 that nobody wants it any more: the
 * connection stops until a call is taken again. Everything else passes, or a person decides in the end.
 */
export async function post(context: Context<WebhookConfig>, id: string, body: string): Promise<Outcome> {
  const nowMs = epochMsOf(context.clock.now())
  const { pathname, search } = new URL(context.config.url)
  const result = await context.http.request({
    method: 'POST',
    path: `${pathname}${search}`,
    headers: { 'content-type': 'application/json', ...signatureOf(context, id, Math.floor(nowMs / 1_000), body) },
    body,
    timeoutMs: TIMEOUT_MS,
    maxAnswerBytes: 100_000,
  })
  // Not known whether it arrived: the same id again does no harm.
  if (!result.ok) {
    const fault = result.failure.code === 'address-refused' ? 'config' : 'transient'
    return unavailable(fault, result.failure.code, result.failure.message)
  }
  const { status } = result.answer
  if (status >= 200 && status < 300) return { kind: 'accepted' }
  const standing = STANDING[status]
  if (standing !== undefined) return unavailable(standing.fault, String(status), standing.says)
  const waitMs = retryAfterMs(result.answer, nowMs)
  if (status === 429 || (status === 503 && waitMs !== undefined))
    return { kind: 'throttled', retryAfterMs: waitMs ?? DEFAULT_WAIT_MS }
  return unavailable('transient', String(status), `the receiver answered with status ${status}`)
}

/** What does not pass by itself. */
const STANDING: Readonly<Record<number, { fault: 'auth' | 'config'; says: string }>> = {
  401: { fault: 'auth', says: 'the receiver does not accept our signature (401)' },
  403: { fault: 'auth', says: 'the receiver does not let us in (403)' },
  404: { fault: 'config', says: 'the receiver knows no such address (404)' },
  410: { fault: 'config', says: 'the receiver says that it is gone for good (410)' },
}

const unavailable = (fault: 'auth' | 'config' | 'transient', code: string, message: string): Outcome => ({
  kind: 'unavailable',
  fault,
  code: `webhook.${code}`,
  message,
})

/** `v1,` and base64 of HMAC-SHA-256 over `id.timestamp.body`; one for each secret while they are rotated. */
function signatureOf(context: Context<WebhookConfig>, id: string, timestamp: number, body: string) {
  const secrets = context
    .secret('signing')
    .split(' ')
    .filter((secret) => secret !== '')
  const signatures = secrets.map((secret) => {
    const key = Buffer.from(secret.replace(/^whsec_/, ''), 'base64')
    return `v1,${createHmac('sha256', key).update(`${id}.${timestamp}.${body}`).digest('base64')}`
  })
  return { 'webhook-id': id, 'webhook-timestamp': String(timestamp), 'webhook-signature': signatures.join(' ') }
}
