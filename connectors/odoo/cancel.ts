/** "Please do not": the order is cancelled in Odoo unless goods have left. Odoo does not always obey, so its state is read again. */
import { z } from 'zod'
import type { Issue } from '#core/issue.ts'
import type { Outcome } from '#core/outcome.ts'
import type { SendPort } from '../contract/connector.ts'
import { cancelsInPart } from '../contract/whole-cancel.ts'
import { call } from './client.ts'
import type { OdooContext } from './client.ts'
import type { OdooConfig } from './config.ts'
import { QUIETLY } from './fulfillment.ts'
import { ordersOf } from './records.ts'

export const cancel: SendPort<OdooConfig, 'fulfillmentCancel'> = {
  name: 'cancel',
  summary: 'Cancels of sales orders that have not left.',
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
    const bytes = new TextEncoder().encode(JSON.stringify({ client_order_ref: delivery.document.requestId }))
    return Promise.resolve({ ok: true, value: { name: delivery.key, bytes } })
  },

  send: async (context, { deliveries }) => ({ all: await stop(context, deliveries[0]?.document.requestId ?? '') }),

  lookup: async (context, { deliveries }) => {
    const [delivery] = deliveries
    if (delivery === undefined) return {}
    const found = await ordersOf(context, delivery.document.requestId)
    if (!found.ok) return { [delivery.instructionId]: { kind: 'undecided', message: 'Odoo could not be asked' } }
    const isOver = found.value.length > 0 && found.value.every(({ state }) => state === 'cancel')
    return { [delivery.instructionId]: isOver ? { kind: 'present' } : { kind: 'absent' } }
  },
}

async function stop(context: OdooContext, requestId: string): Promise<Outcome> {
  const found = await ordersOf(context, requestId)
  if (!found.ok) return found.outcome
  const open = found.value.filter(({ state }) => state !== 'cancel')
  const [order] = found.value
  if (order === undefined) return refused('odoo.order-unknown', 'there is no order of this request in Odoo', requestId)
  if (open.length === 0) return { kind: 'duplicate', reference: order.name }
  const ids = open.map(({ id }) => id)
  const left = await call(
    context,
    'stock.picking/search_read',
    {
      domain: [
        ['sale_id', 'in', ids],
        ['picking_type_code', '=', 'outgoing'],
        ['state', '=', 'done'],
      ],
      fields: ['name'],
    },
    z.array(z.object({ id: z.int(), name: z.string() })),
    false,
  )
  if (!left.ok) return left.outcome
  const [gone] = left.value
  if (gone !== undefined)
    return refused('odoo.left-already', `the delivery ${gone.name} is done: the goods have left`, order.name)
  const asked = await call(context, 'sale.order/action_cancel', { ids, context: QUIETLY }, z.unknown(), true)
  if (!asked.ok) return asked.outcome
  const after = await ordersOf(context, requestId)
  if (!after.ok) return { kind: 'unknown', code: 'odoo.cancel', message: 'it is not known whether Odoo cancelled it' }
  return after.value.every(({ state }) => state === 'cancel')
    ? { kind: 'accepted', reference: order.name }
    : refused('odoo.not-cancelled', `Odoo left the order ${order.name} as it was`, order.name)
}

function refused(code: string, rule: string, value: string): Outcome {
  const issue: Issue = {
    code,
    class: 'data',
    place: { path: 'sale.order' },
    rule,
    value,
    cure: 'Look at the order in Odoo; cancel it there, or tell the customer that it is on its way.',
  }
  return { kind: 'rejected', issues: [issue] }
}
