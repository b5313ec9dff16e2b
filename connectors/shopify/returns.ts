/** Returns and refunds as Shopify pushes them: signed, repeated, out of order, and our own refunds among them. */
import { readRestRefund, readRestReturn } from '#mappings/shopify/return.ts'
import type { Reading, WebhookPort } from '../contract/connector.ts'
import type { ShopifyConfig } from './config.ts'
import { bodyOf, MAX_BYTES, refused, signedByShopify } from './orders.ts'

const READERS = {
  'returns/request': readRestReturn,
  'returns/approve': readRestReturn,
  'refunds/create': readRestRefund,
}

export const returns: WebhookPort<ShopifyConfig> = {
  name: 'returns',
  summary: 'Webhooks returns/request, returns/approve and refunds/create.',
  direction: 'in',
  transport: 'webhook',
  kind: 'returnRequest',
  maxBytes: MAX_BYTES,
  ...signedByShopify,

  read: (raw, meta, context): Reading => {
    const topic = meta['topic'] ?? ''
    const reader = Object.hasOwn(READERS, topic) ? READERS[topic as keyof typeof READERS] : undefined
    if (reader === undefined)
      return { documents: [], refused: [], receipts: [], ignored: `the topic ${topic || '(none)'} is not read` }
    const body = bodyOf(raw, meta, context.config)
    return body.ok ? { ...reader(body.value, context), receipts: [] } : refused(body.issues)
  },
}
