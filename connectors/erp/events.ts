/** What the ERP tells about our requests: signed webhooks after the Standard Webhooks specification 1.0.0. */
import { epochMsOf } from '#core/model/time.ts'
import { readEvents } from '#mappings/erp/events.ts'
import { readJson } from '#mappings/formats/json/reader.ts'
import type { Verification, WebhookPort } from '../contract/connector.ts'
import { hasHmac, headerOf, keptHeaders, sha256 } from '../contract/request.ts'
import type { ErpConfig } from './config.ts'

const MAX_BYTES = 2_000_000
/** A signed message may be so old or so far ahead; older ones are replays. */
const TOLERANCE_MS = 5 * 60_000

export const events: WebhookPort<ErpConfig> = {
  name: 'events',
  summary: 'Answers, shipments, collections and cancel answers, as signed webhooks.',
  direction: 'in',
  transport: 'webhook',
  kind: 'fulfillmentResponse',
  maxBytes: MAX_BYTES,

  verify: (request, secret): Verification => {
    const id = headerOf(request, 'webhook-id')
    const timestamp = headerOf(request, 'webhook-timestamp')
    const signatures = headerOf(request, 'webhook-signature')
    if (id === undefined || timestamp === undefined || signatures === undefined) {
      return { ok: false, reason: 'webhook-id, webhook-timestamp and webhook-signature are required' }
    }
    const keys = ['webhookSecret', 'webhookSecretPrevious'].flatMap((name) => keyOf(secret(name)))
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

  /** The id stays over all attempts of one event. */
  sourceKey: (request) => `event:${headerOf(request, 'webhook-id') ?? sha256(request.body)}`.slice(0, 300),

  meta: (request) => keptHeaders(request, { webhookId: 'webhook-id', timestamp: 'webhook-timestamp' }),

  read: (raw, _meta, context) => {
    const body = readJson(raw, { maxBytes: MAX_BYTES })
    if (!body.ok) return { documents: [], refused: [{ part: '', issues: body.issues }], receipts: [] }
    return { ...readEvents(body.value, context), receipts: [] }
  },
}

/** `whsec_` and base64 of the key; an empty or missing secret is none. */
function keyOf(secret: string | undefined): Buffer[] {
  if (secret === undefined || secret === '') return []
  const key = Buffer.from(secret.replace(/^whsec_/, ''), 'base64')
  return key.length === 0 ? [] : [key]
}
