/**
 * ShipHero's webhooks: signed over the raw body, named by `X-Shiphero-Message-ID`. Each registered webhook has a secret of its own, shown
 * once when it is made, so that every secret that the connection has is tried.
 */
import { readJson } from '#mappings/formats/json/reader.ts'
import { overlaid } from '#mappings/engine/index.ts'
import { readEvent } from '#mappings/shiphero/events.ts'
import { readInventoryUpdate, stockMap } from '#mappings/shiphero/stock.ts'
import type { RawRequest, Reading, Verification, WebhookPort } from '../contract/connector.ts'
import { hasHmac, headerOf, keptHeaders, sha256 } from '../contract/request.ts'
import type { ShipHeroConfig } from './config.ts'
import { dropReceipt } from './drops.ts'

const MAX_BYTES = 2_000_000
const SIGNATURE = 'x-shiphero-hmac-sha256'

/** The secrets of a connection, by what they are called. */
export const WEBHOOK_SECRETS = {
  shipmentUpdateSecret: 'shared_signature_secret of the webhook Shipment Update: webhook_create shows it once.',
  orderAllocatedSecret: 'The one of the webhook Order Allocated.',
  backorderSecret: 'The one of the webhook Backorder.',
  orderCanceledSecret: 'The one of the webhook Order Canceled.',
  inventoryUpdateSecret: 'The one of the webhook Inventory Update.',
}

/** base64(HMAC-SHA256(secret, raw body)) under any of the connection's secrets. */
function verify(request: RawRequest, secret: (name: string) => string | undefined): Verification {
  const keys = Object.keys(WEBHOOK_SECRETS)
    .map((name) => secret(name))
    .filter((key): key is string => key !== undefined && key !== '')
  if (keys.length === 0) return { ok: false, reason: 'the connection has no secret of a webhook' }
  const signature = headerOf(request, SIGNATURE)
  if (signature === undefined) return { ok: false, reason: `${SIGNATURE} is missing` }
  return hasHmac(signature, [request.body], keys)
    ? { ok: true }
    : { ok: false, reason: `${SIGNATURE} matches none of the secrets over the body` }
}

const webhook = {
  direction: 'in',
  transport: 'webhook',
  maxBytes: MAX_BYTES,
  verify,
  /** The id stays over the retries of one message. */
  sourceKey: (request: RawRequest): string =>
    `message:${headerOf(request, 'x-shiphero-message-id') ?? sha256(request.body)}`.slice(0, 300),
  meta: (request: RawRequest) => keptHeaders(request, { message: 'x-shiphero-message-id' }),
  // ShipHero tries again, and at last gives up, unless it reads this.
  answer: { code: '200', Message: 'Success' },
} as const

export const events: WebhookPort<ShipHeroConfig> = {
  ...webhook,
  name: 'events',
  summary: 'Webhooks Shipment Update, Order Allocated, Backorder and Order Canceled.',
  kind: 'fulfillmentResponse',
  read: (raw, _meta, { config, receivedAt }): Reading => {
    const body = readJson(raw, { maxBytes: MAX_BYTES })
    if (!body.ok) return { documents: [], refused: [{ part: '', issues: body.issues }], receipts: [] }
    const { drop, ...reading } = readEvent(body.value, { receivedAt, backorders: config.backorders })
    return { ...reading, receipts: drop === undefined ? [] : [dropReceipt(drop)] }
  },
}

export const inventory: WebhookPort<ShipHeroConfig> = {
  ...webhook,
  name: 'inventory',
  summary: 'Webhook Inventory Update: the figures of the warehouse where units moved.',
  kind: 'stock',
  read: (raw, _meta, { config, crosswalk, receivedAt }): Reading => {
    const body = readJson(raw, { maxBytes: MAX_BYTES })
    if (!body.ok) return { documents: [], refused: [{ part: '', issues: body.issues }], receipts: [] }
    const context = { crosswalk, receivedAt, counted: config.counted }
    return { ...readInventoryUpdate(body.value, context, overlaid(stockMap, config, 'stock')), receipts: [] }
  },
}
