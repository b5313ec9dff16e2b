/** A word that the ERP owes and has not said in time. It may ignore it; the same reminder twice does no harm. */
import type { SendPort } from '../contract/connector.ts'
import { jsonOf, post, referenceOf } from './client.ts'
import type { ErpConfig } from './config.ts'

export const reminders: SendPort<ErpConfig, 'fulfillmentReminder'> = {
  name: 'reminders',
  summary: 'Answers that are owed, POST /fulfillment-requests/{id}/reminder; where takesReminders is set.',
  has: ({ takesReminders }) => takesReminders,
  direction: 'out',
  transport: 'http',
  kind: 'fulfillmentReminder',
  batchMax: 1,
  duplicates: 'key',
  expectsAnswer: false,

  prepare: (_context, [delivery]) => {
    if (delivery === undefined) throw new Error('a transmission holds one reminder')
    const { missedAt, dueAt } = delivery.document
    const bytes = new TextEncoder().encode(JSON.stringify({ missedAt, dueAt }))
    return Promise.resolve({ ok: true, value: { name: delivery.key, bytes } })
  },

  send: async (context, { name, bytes, deliveries }) => {
    const requestId = deliveries[0]?.document.requestId ?? ''
    const path = `/fulfillment-requests/${encodeURIComponent(requestId)}/reminder`
    const judged = await post(context, path, name, bytes, requestId)
    if (judged.kind === 'outcome') return { all: judged.outcome }
    return { all: { kind: 'accepted', ...referenceOf(jsonOf(judged.answer)) } }
  },
}
