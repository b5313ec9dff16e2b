/** Messages signed as Standard Webhooks 1.0.0 says: `webhook-signature` over id, time and raw body. standardwebhooks.com */
import { epochMsOf } from '#core/model/time.ts'
import type { RawRequest, Verification } from './connector.ts'
import { hasHmac, headerOf, keptHeaders, sha256 } from './request.ts'

/** A signed message may be so old or so far ahead; older ones are replays. */
const TOLERANCE_MS = 5 * 60_000

/** The secrets that may have signed: the one before the last rotation is accepted while it is set. */
export const WEBHOOK_SECRETS = {
  webhookSecret: 'Standard Webhooks secret (whsec_…) that signs the partner’s messages.',
  webhookSecretPrevious: 'The secret before the last rotation; still accepted while it is set.',
} as const

/** What a webhook port needs of it: proof, a name for ever, and the headers to keep. */
export const standardWebhook = {
  verify: (request: RawRequest, secret: (name: string) => string | undefined): Verification => {
    const id = headerOf(request, 'webhook-id')
    const timestamp = headerOf(request, 'webhook-timestamp')
    const signatures = headerOf(request, 'webhook-signature')
    if (id === undefined || timestamp === undefined || signatures === undefined) {
      return { ok: false, reason: 'webhook-id, webhook-timestamp and webhook-signature are required' }
    }
    const keys = Object.keys(WEBHOOK_SECRETS).flatMap((name) => keyOf(secret(name)))
    if (keys.length === 0) return { ok: false, reason: 'the connection has no webhookSecret' }
    const signed = [id, '.', timestamp, '.', request.body]
    const genuine = signatures
      .split(' ')
      .filter((one) => one.startsWith('v1,'))
      .some((one) => hasHmac(one.slice('v1,'.length), signed, keys))
    if (!genuine) return { ok: false, reason: 'webhook-signature does not match' }
    const ageMs = /^\d{1,12}$/.test(timestamp) ? epochMsOf(request.receivedAt) - Number(timestamp) * 1000 : Number.NaN
    return Math.abs(ageMs) <= TOLERANCE_MS
      ? { ok: true }
      : { ok: false, reason: 'webhook-timestamp is more than five minutes off' }
  },

  /** The id stays over all attempts of one message. */
  sourceKey: (request: RawRequest): string =>
    `event:${headerOf(request, 'webhook-id') ?? sha256(request.body)}`.slice(0, 300),

  meta: (request: RawRequest): Record<string, string> =>
    keptHeaders(request, { webhookId: 'webhook-id', timestamp: 'webhook-timestamp' }),
}

/** `whsec_` and base64 of the key; an empty or missing secret is none. */
function keyOf(secret: string | undefined): Buffer[] {
  if (secret === undefined || secret === '') return []
  const key = Buffer.from(secret.replace(/^whsec_/, ''), 'base64')
  return key.length === 0 ? [] : [key]
}
