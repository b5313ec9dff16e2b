/** Orders to ship: made with `order_create`, which keeps no key of ours. So after any doubt the order is looked up before it is made again. */
import { z } from 'zod'
import type { Issue } from '#core/issue.ts'
import type { Lookup } from '#core/outcome.ts'
import { overlaid, runBack } from '#mappings/engine/index.ts'
import { readJson } from '#mappings/formats/json/reader.ts'
import { orderMap } from '#mappings/shiphero/order.ts'
import type { ShipHeroOrder } from '#mappings/shiphero/order.ts'
import type { SendPort } from '../contract/connector.ts'
import type { ShipHeroConfig } from './config.ts'
import { accountField, findOrder } from './find-order.ts'
import { call } from './graphql.ts'
import type { ShipHeroContext } from './graphql.ts'
import { CREATE_ORDER } from './operations.ts'

const Made = z.object({ order_create: z.object({ order: z.object({ id: z.string() }) }) })

export const orders: SendPort<ShipHeroConfig, 'fulfillmentInstruction'> = {
  name: 'orders',
  summary: 'Orders to ship, as order_create.',
  direction: 'out',
  transport: 'http',
  kind: 'fulfillmentInstruction',
  batchMax: 1,
  duplicates: 'lookup',
  expectsAnswer: true,

  prepare: (context, deliveries) => {
    const [delivery] = deliveries
    if (delivery === undefined) throw new Error('a transmission holds one order')
    if (delivery.document.shipTo === undefined) return Promise.resolve({ ok: false, issues: [noAddress] })
    const written = runBack(overlaid(orderMap, context.config, 'order'), delivery.document, context)
    if (!written.ok) return Promise.resolve(written)
    const bytes = new TextEncoder().encode(JSON.stringify(inputOf(written.document, context)))
    return Promise.resolve({ ok: true, value: { name: delivery.key, bytes } })
  },

  send: async (context, { bytes }) => {
    const data = readJson(bytes)
    if (!data.ok) throw new Error('the stored bytes are not what was prepared')
    const made = await call(context, CREATE_ORDER, { data: data.value }, Made)
    return { all: made.ok ? { kind: 'accepted', reference: made.value.order_create.order.id } : made.outcome }
  },

  lookup: async (context, { deliveries }) => {
    const [delivery] = deliveries
    if (delivery === undefined) return {}
    return { [delivery.instructionId]: await look(context, delivery.document.requestId) }
  },
}

async function look(context: ShipHeroContext, requestId: string): Promise<Lookup> {
  const found = await findOrder(context, requestId)
  if (!found.ok) return { kind: 'undecided', message: 'ShipHero could not be asked' }
  return found.value === undefined ? { kind: 'absent' } : { kind: 'present', reference: found.value.id }
}

/** CreateOrderInput: the map's order with what is the connection's, and the warehouse on every line, so that no other one ships it. */
function inputOf(order: ShipHeroOrder, context: ShipHeroContext): Record<string, unknown> {
  const { line_items: lines, warehouse_id, notes, shipping_title: title, ...rest } = order
  const { shopName, allowPartial } = context.config
  return {
    ...rest,
    ...accountField(context),
    shop_name: shopName,
    fulfillment_status: 'pending',
    allow_partial: allowPartial,
    ...(lines[0] === undefined ? {} : { currency: lines[0].currency }),
    ...(title === undefined ? {} : { shipping_lines: { title, price: '0.00' } }),
    note_attributes: [
      { name: 'crossdock-order', value: notes.order },
      { name: 'crossdock-method', value: notes.method },
    ],
    line_items: lines.map(({ currency: _, ...line }) => ({ ...line, warehouse_id })),
  }
}

const noAddress: Issue = {
  code: 'shiphero.address',
  class: 'data',
  place: { path: '/shipTo' },
  rule: 'must have an address: ShipHero makes no order without one',
  cure: 'Take "pickup" out of the capabilities of this node, or give the order an address.',
}
