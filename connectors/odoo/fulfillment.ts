/**
 * Fulfillment requests as sales orders. Odoo has no idempotency key: every step looks first. The order of a request is searched by
 * `client_order_ref`; it is created only when there is none, and confirmed only when it is a quotation still. So a step whose answer was
 * lost is found done or is done again, and never twice.
 */
import { z } from 'zod'
import type { Issue } from '#core/issue.ts'
import type { Lookup, Outcome } from '#core/outcome.ts'
import { overlaid, runBack } from '#mappings/engine/index.ts'
import { readJson } from '#mappings/formats/json/reader.ts'
import { orderMap, originText } from '#mappings/odoo/order.ts'
import type { OdooOrder } from '#mappings/odoo/order.ts'
import type { SendPort } from '../contract/connector.ts'
import { call } from './client.ts'
import type { Called, OdooContext } from './client.ts'
import type { OdooConfig } from './config.ts'
import { idsByCode, ordersOf } from './records.ts'
import type { FoundOrder } from './records.ts'
import { shippingContact } from './shipping-contact.ts'

const CONFIRMED = new Set(['sale', 'done'])

export const fulfillment: SendPort<OdooConfig, 'fulfillmentInstruction'> = {
  name: 'fulfillment',
  summary: 'Fulfillment requests, as confirmed sales orders.',
  direction: 'out',
  transport: 'http',
  kind: 'fulfillmentInstruction',
  batchMax: 1,
  duplicates: 'lookup',
  expectsAnswer: true,

  prepare: (context, deliveries) => {
    const [delivery] = deliveries
    if (delivery === undefined) throw new Error('a transmission holds one request')
    const written = runBack(overlaid(orderMap, context.config, 'order'), delivery.document, context)
    if (!written.ok) return Promise.resolve(written)
    const foreign = written.document.order_line.find((line) => line.currency !== context.config.currency)
    if (foreign !== undefined) return Promise.resolve({ ok: false, issues: [otherCurrency(foreign.currency, context)] })
    const bytes = new TextEncoder().encode(JSON.stringify(written.document))
    return Promise.resolve({ ok: true, value: { name: delivery.key, bytes } })
  },

  send: async (context, { bytes }) => {
    const order = readJson(bytes)
    if (!order.ok) throw new Error('the stored bytes are not what was prepared')
    return { all: await place(context, order.value as unknown as OdooOrder) }
  },

  /** A quotation counts as absent: sending again finds and confirms it. */
  lookup: async (context, { deliveries }) => {
    const [delivery] = deliveries
    if (delivery === undefined) return {}
    const found = await ordersOf(context, delivery.document.requestId)
    return { [delivery.instructionId]: lookupOf(found) }
  },
}

function lookupOf(found: Called<FoundOrder[]>): Lookup {
  if (!found.ok) return { kind: 'undecided', message: 'Odoo could not be asked' }
  const confirmed = found.value.find(({ state }) => CONFIRMED.has(state))
  return confirmed === undefined ? { kind: 'absent' } : { kind: 'present', reference: confirmed.name }
}

async function place(context: OdooContext, order: OdooOrder): Promise<Outcome> {
  const before = await ordersOf(context, order.client_order_ref)
  if (!before.ok) return before.outcome
  const wasThere = before.value.length > 0
  if (!wasThere) {
    const created = await create(context, order)
    if (!created.ok) return created.outcome
  }
  const found = wasThere ? before : await ordersOf(context, order.client_order_ref)
  if (!found.ok) return found.outcome
  const [first, ...twins] = found.value
  if (first === undefined)
    return { kind: 'unknown', code: 'odoo.created', message: 'the order that was made is not found' }
  const dropped = await dropTwins(context, twins)
  if (dropped !== undefined) return dropped
  if (CONFIRMED.has(first.state)) return { kind: 'duplicate', reference: first.name }
  if (first.state === 'cancel') return { kind: 'rejected', issues: [cancelledThere(first)] }
  const confirmed = await call(context, 'sale.order/action_confirm', { ids: [first.id] }, z.unknown(), true)
  return confirmed.ok ? { kind: 'accepted', reference: first.name } : confirmed.outcome
}

async function create(context: OdooContext, order: OdooOrder): Promise<Called<unknown>> {
  const products = await idsByCode(
    context,
    'product.product',
    'default_code',
    order.order_line.map((line) => line.default_code),
    'Give the product this Internal Reference in Odoo, or add a crosswalk row from the right one; then requeue.',
  )
  if (!products.ok) return products
  const warehouses = await idsByCode(
    context,
    'stock.warehouse',
    'code',
    [order.warehouse],
    'Correct the crosswalk row of this node: it names the Short Name of a warehouse.',
  )
  if (!warehouses.ok) return warehouses
  const contact =
    order.shipping === undefined ? undefined : await shippingContact(context, order.client_order_ref, order.shipping)
  if (contact?.ok === false) return contact
  const values = {
    partner_id: context.config.partnerId,
    ...(contact === undefined ? {} : { partner_shipping_id: contact.value }),
    client_order_ref: order.client_order_ref,
    origin: originText(order),
    warehouse_id: warehouses.value.get(order.warehouse),
    ...(order.commitment_date === undefined ? {} : { commitment_date: order.commitment_date }),
    order_line: order.order_line.map((line) => [
      0,
      0,
      {
        product_id: products.value.get(line.default_code),
        product_uom_qty: line.product_uom_qty,
        // A decimal on the wire: Odoo's field is a float.
        price_unit: Number(line.price_unit),
        ...(line.name === undefined ? {} : { name: line.name }),
      },
    ]),
  }
  return call(context, 'sale.order/create', { vals_list: [values] }, z.array(z.int()).length(1), true)
}

/** Quotations that a lost `create` left behind: the oldest order is the request's, the others must not be confirmed by anybody. */
async function dropTwins(context: OdooContext, twins: FoundOrder[]): Promise<Outcome | undefined> {
  const ids = twins.filter(({ state }) => state === 'draft' || state === 'sent').map(({ id }) => id)
  if (ids.length === 0) return undefined
  const dropped = await call(context, 'sale.order/action_cancel', { ids, context: QUIETLY }, z.unknown(), true)
  return dropped.ok ? undefined : dropped.outcome
}

/** Without this, Odoo answers with the form of a wizard instead of cancelling. */
export const QUIETLY = { disable_cancel_warning: true }

const otherCurrency = (currency: string, { config }: OdooContext): Issue => ({
  code: 'odoo.currency',
  class: 'config',
  place: { path: '/order_line' },
  rule: `must be sold in ${config.currency}, the currency of the pricelist of partner ${config.partnerId}`,
  value: currency,
  cure: 'Let orders of this currency go over a connection whose partner has a pricelist of it.',
})

const cancelledThere = ({ name }: FoundOrder): Issue => ({
  code: 'odoo.order-cancelled',
  class: 'data',
  place: { path: 'sale.order.state' },
  rule: `the order ${name} was cancelled in Odoo`,
  value: name,
  cure: 'Set it to quotation in Odoo and requeue the instruction, or route the units elsewhere.',
})
