/** What the ERP tells about our requests: signed webhooks after the Standard Webhooks specification 1.0.0. */
import { readEvents } from '#mappings/erp/events.ts'
import { readJson } from '#mappings/formats/json/reader.ts'
import type { WebhookPort } from '../contract/connector.ts'
import { standardWebhook } from '../contract/standard-webhooks.ts'
import type { ErpConfig } from './config.ts'

const MAX_BYTES = 2_000_000

export const events: WebhookPort<ErpConfig> = {
  name: 'events',
  summary: 'Answers, shipments, collections and cancel answers, as signed webhooks.',
  direction: 'in',
  transport: 'webhook',
  kind: 'fulfillmentResponse',
  maxBytes: MAX_BYTES,
  ...standardWebhook,

  read: (raw, _meta, context) => {
    const body = readJson(raw, { maxBytes: MAX_BYTES })
    if (!body.ok) return { documents: [], refused: [{ part: '', issues: body.issues }], receipts: [] }
    return { ...readEvents(body.value, context), receipts: [] }
  },
}
