/**
 * Square's webhooks. Order events are thin and say only that an order changed, and counts are read whole and together with what waits for
 * collection; so an event makes the hub look, and what it says is never taken for the news itself.
 */
import { readJson } from '#mappings/formats/json/reader.ts'
import type { Reading, WebhookPort } from '../contract/connector.ts'
import { hasHmac, headerOf, keptHeaders, sha256 } from '../contract/request.ts'
import type { SquareConfig } from './config.ts'

const MAX_BYTES = 1_000_000
const NOTHING: Reading = { documents: [], refused: [], receipts: [] }

/** Event type → the port that is looked at. */
const LOOK: Record<string, string> = {
  'order.created': 'orders',
  'order.updated': 'orders',
  'order.fulfillment.updated': 'orders',
  'inventory.count.updated': 'counts',
}

export const events: WebhookPort<SquareConfig> = {
  name: 'events',
  summary: 'Webhooks order.created, order.updated, order.fulfillment.updated and inventory.count.updated.',
  direction: 'in',
  transport: 'webhook',
  kind: 'order',
  maxBytes: MAX_BYTES,

  /** base64(HMAC-SHA256(signature key, notification URL + raw body)); the URL to the byte as it is registered. */
  verify: (request, secret, config) => {
    const keys = ['webhookSignatureKey', 'webhookSignatureKeyPrevious']
      .map((name) => secret(name))
      .filter((key): key is string => key !== undefined && key !== '')
    if (keys.length === 0) return { ok: false, reason: 'the connection has no webhookSignatureKey' }
    const signature = headerOf(request, 'x-square-hmacsha256-signature')
    if (signature === undefined) return { ok: false, reason: 'x-square-hmacsha256-signature is missing' }
    const genuine = config !== undefined && hasHmac(signature, [config.notificationUrl, request.body], keys)
    return genuine
      ? { ok: true }
      : { ok: false, reason: 'x-square-hmacsha256-signature matches neither key over notificationUrl and body' }
  },

  /** `event_id` stays over the retries of one event; it lies in the body, whose bytes Square repeats. */
  sourceKey: (request) => `event:${eventOf(request.body)['event_id'] ?? sha256(request.body)}`.slice(0, 300),

  meta: (request) => keptHeaders(request, { retry: 'square-retry-number', retryReason: 'square-retry-reason' }),

  read: (raw): Reading => {
    const body = readJson(raw, { maxBytes: MAX_BYTES })
    if (!body.ok) return { ...NOTHING, refused: [{ part: '', issues: body.issues }] }
    const type = eventOf(raw)['type'] ?? ''
    const look = Object.hasOwn(LOOK, type) ? LOOK[type] : undefined
    if (look === undefined) return { ...NOTHING, ignored: `the event ${type.slice(0, 60) || '(none)'} is not read` }
    return { ...NOTHING, ignored: `it says that there is news; the port ${look} reads it`, look }
  },
}

function eventOf(raw: Uint8Array): Record<string, string | undefined> {
  const body = readJson(raw, { maxBytes: MAX_BYTES })
  if (!body.ok || typeof body.value !== 'object' || body.value === null) return {}
  const texts = Object.entries(body.value).filter((entry): entry is [string, string] => typeof entry[1] === 'string')
  return Object.fromEntries(texts)
}
