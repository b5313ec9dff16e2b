/** "Please do not": the pickup of an open order is cancelled, under the version that was read, so that a hand-over of this moment wins. */
import { z } from 'zod'
import type { Issue } from '#core/issue.ts'
import type { Outcome } from '#core/outcome.ts'
import type { SendPort } from '../contract/connector.ts'
import { cancelsInPart } from '../contract/whole-cancel.ts'
import { call } from './client.ts'
import type { SquareContext } from './client.ts'
import type { SquareConfig } from './config.ts'
import { OPEN_PICKUPS, ordersOf } from './search.ts'

const Open = z.object({
  id: z.string(),
  location_id: z.string(),
  version: z.int(),
  reference_id: z.string(),
  fulfillments: z.array(z.object({ uid: z.string(), state: z.string() })).min(1),
})

export const cancel: SendPort<SquareConfig, 'fulfillmentCancel'> = {
  name: 'cancel',
  summary: 'Cancels of pickup orders that were not collected.',
  direction: 'out',
  transport: 'http',
  kind: 'fulfillmentCancel',
  batchMax: 1,
  // Cancelled already, it is open no more: then it is looked for, as after any doubt.
  duplicates: 'lookup',
  expectsAnswer: true,

  prepare: (_context, deliveries) => {
    const [delivery] = deliveries
    if (delivery === undefined) throw new Error('a transmission holds one cancel')
    const inPart = cancelsInPart([delivery.document])
    if (inPart !== undefined) return Promise.resolve(inPart)
    const bytes = new TextEncoder().encode(JSON.stringify({ reference_id: delivery.document.requestId }))
    return Promise.resolve({ ok: true, value: { name: delivery.key, bytes } })
  },

  send: async (context, { name, deliveries }) => ({
    all: await stop(context, name, deliveries[0]?.document.requestId ?? ''),
  }),

  /** An order that is open no more was cancelled or collected; which of the two, the port `orders` reads. */
  lookup: async (context, { deliveries }) => {
    const [delivery] = deliveries
    if (delivery === undefined) return {}
    const found = await openOrder(context, delivery.document.requestId)
    if (!found.ok) return { [delivery.instructionId]: { kind: 'undecided', message: 'Square could not be asked' } }
    return { [delivery.instructionId]: found.value === undefined ? { kind: 'present' } : { kind: 'absent' } }
  },
}

async function openOrder(context: SquareContext, requestId: string) {
  const found = await ordersOf(context, OPEN_PICKUPS)
  if (!found.ok) return found
  const order = found.value.find((each) => each['reference_id'] === requestId)
  return { ok: true as const, value: order === undefined ? undefined : Open.parse(order) }
}

async function stop(context: SquareContext, key: string, requestId: string): Promise<Outcome> {
  const found = await openOrder(context, requestId)
  if (!found.ok) return found.outcome
  const order = found.value
  if (order === undefined) return { kind: 'rejected', issues: [notOpen(requestId)] }
  const fulfillments = order.fulfillments.map(({ uid }) => ({ uid, state: 'CANCELED' }))
  const updated = await call(
    context,
    {
      method: 'PUT',
      path: `/orders/${encodeURIComponent(order.id)}`,
      body: {
        idempotency_key: `${key}:${order.version}`,
        order: { location_id: order.location_id, version: order.version, fulfillments },
      },
      effect: true,
    },
    z.object({}),
  )
  return updated.ok ? { kind: 'accepted', reference: order.id } : updated.outcome
}

const notOpen = (requestId: string): Issue => ({
  code: 'square.not-open',
  class: 'data',
  place: { path: '/reference_id' },
  rule: 'must be a pickup order that is open at the store',
  value: requestId,
  cure: 'It was collected or cancelled there: the port orders reads which. Take the goods back as a return if they were collected.',
})
