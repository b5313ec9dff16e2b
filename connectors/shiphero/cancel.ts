/** "Please do not": the order is cancelled unless it has labels or shipments, which ShipHero itself refuses. */
import { z } from 'zod'
import type { Issue } from '#core/issue.ts'
import type { Outcome } from '#core/outcome.ts'
import { isCanceled } from '#mappings/shiphero/answers.ts'
import type { SendPort } from '../contract/connector.ts'
import { cancelsInPart } from '../contract/whole-cancel.ts'
import type { ShipHeroConfig } from './config.ts'
import { accountField, findOrder } from './find-order.ts'
import { call } from './graphql.ts'
import type { ShipHeroContext } from './graphql.ts'
import { CANCEL_ORDER } from './operations.ts'

export const cancel: SendPort<ShipHeroConfig, 'fulfillmentCancel'> = {
  name: 'cancel',
  summary: 'Cancels of orders that have not left, as order_cancel.',
  direction: 'out',
  transport: 'http',
  kind: 'fulfillmentCancel',
  batchMax: 1,
  // A cancelled order is cancelled once, however often it is asked for.
  duplicates: 'reference',
  expectsAnswer: true,

  prepare: (_context, deliveries) => {
    const [delivery] = deliveries
    if (delivery === undefined) throw new Error('a transmission holds one cancel')
    const inPart = cancelsInPart([delivery.document])
    if (inPart !== undefined) return Promise.resolve(inPart)
    const { requestId, reason } = delivery.document
    const bytes = new TextEncoder().encode(JSON.stringify({ partner_order_id: requestId, reason }))
    return Promise.resolve({ ok: true, value: { name: delivery.key, bytes } })
  },

  send: async (context, { deliveries }) => {
    const [delivery] = deliveries
    if (delivery === undefined) throw new Error('a transmission holds one cancel')
    return { all: await stop(context, delivery.document.requestId, delivery.document.reason) }
  },

  lookup: async (context, { deliveries }) => {
    const [delivery] = deliveries
    if (delivery === undefined) return {}
    const found = await findOrder(context, delivery.document.requestId)
    if (!found.ok) return { [delivery.instructionId]: { kind: 'undecided', message: 'ShipHero could not be asked' } }
    const isOver = isCanceled(found.value?.fulfillment_status)
    return { [delivery.instructionId]: isOver ? { kind: 'present' } : { kind: 'absent' } }
  },
}

async function stop(context: ShipHeroContext, requestId: string, reason: string): Promise<Outcome> {
  const found = await findOrder(context, requestId)
  if (!found.ok) return found.outcome
  const order = found.value
  if (order === undefined) return { kind: 'rejected', issues: [unknownOrder(requestId)] }
  if (isCanceled(order.fulfillment_status)) return { kind: 'duplicate', reference: order.id }
  const data = { ...accountField(context), order_id: order.id, reason }
  const asked = await call(context, CANCEL_ORDER, { data }, z.object({ order_cancel: z.object({}) }))
  return asked.ok ? { kind: 'accepted', reference: order.id } : asked.outcome
}

const unknownOrder = (requestId: string): Issue => ({
  code: 'shiphero.order-unknown',
  class: 'data',
  place: { path: '/partner_order_id' },
  rule: 'must be an order that ShipHero has',
  value: requestId,
  cure: 'Look whether the order was removed in ShipHero; nothing of it will ship from there.',
})
