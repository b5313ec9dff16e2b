/** "Please do not": asks the ERP to take a request out. Its answer comes later, as an event. */
import { z } from 'zod'
import type { SendPort } from '../contract/connector.ts'
import { cancelsInPart } from '../contract/whole-cancel.ts'
import { findRequest, jsonOf, post, referenceOf } from './client.ts'
import type { ErpConfig } from './config.ts'

const State = z.object({ state: z.string() })
/** States in which the ERP has heard the wish, or in which it means nothing any more. */
const ASKED: ReadonlySet<string> = new Set(['cancelAsked', 'cancelled'])

export const cancel: SendPort<ErpConfig, 'fulfillmentCancel'> = {
  name: 'cancel',
  summary: 'Cancel requests, POST /fulfillment-requests/{id}/cancel.',
  direction: 'out',
  transport: 'http',
  kind: 'fulfillmentCancel',
  batchMax: 1,
  duplicates: 'reference',
  expectsAnswer: true,

  prepare: (_context, deliveries) => {
    const [delivery] = deliveries
    if (delivery === undefined) throw new Error('a transmission holds one cancel')
    const inPart = cancelsInPart([delivery.document])
    if (inPart !== undefined) return Promise.resolve(inPart)
    const bytes = new TextEncoder().encode(JSON.stringify({ reason: delivery.document.reason.slice(0, 500) }))
    return Promise.resolve({ ok: true, value: { name: delivery.key, bytes } })
  },

  send: async (context, { name, bytes, deliveries }) => {
    const requestId = deliveries[0]?.document.requestId ?? ''
    const path = `/fulfillment-requests/${encodeURIComponent(requestId)}/cancel`
    const judged = await post(context, path, name, bytes, requestId)
    if (judged.kind === 'outcome') return { all: judged.outcome }
    const kind = judged.answer.status === 200 ? 'duplicate' : 'accepted'
    return { all: { kind, ...referenceOf(jsonOf(judged.answer)) } }
  },

  /** Asking twice is harmless, so anything but a plain sign of the wish counts as absent. */
  lookup: async (context, { deliveries }) => {
    const [delivery] = deliveries
    if (delivery === undefined) return {}
    const { body, ...found } = await findRequest(context, delivery.document.requestId)
    const state = State.safeParse(body).data?.state ?? ''
    const heard = found.kind !== 'present' || ASKED.has(state) ? found : ({ kind: 'absent' } as const)
    return { [delivery.instructionId]: heard }
  },
}
