/**
 * What was refused as short is taken out of the order in ShipHero: it would ship when stock comes, and the hub has sent it from elsewhere
 * by then. Made beside the answer when a shortage is read. It says how much of a line stays, so that a repeat changes nothing.
 */
import { z } from 'zod'
import type { Outcome } from '#core/outcome.ts'
import { readJson } from '#mappings/formats/json/reader.ts'
import type { Drop } from '#mappings/shiphero/events.ts'
import type { Receipt, SendPort } from '../contract/connector.ts'
import { sha256 } from '../contract/request.ts'
import type { ShipHeroConfig } from './config.ts'
import { accountField, findOrder } from './find-order.ts'
import type { FoundOrder } from './find-order.ts'
import { call } from './graphql.ts'
import type { ShipHeroContext } from './graphql.ts'
import { REMOVE_LINES, UPDATE_LINES } from './operations.ts'

const PORT = 'drops'
const Wanted = z.object({
  partner_order_id: z.string(),
  lines: z.array(z.object({ partner_line_item_id: z.string(), kept: z.int().min(0) })).min(1),
})

/** The same shortage asks once, however often ShipHero tells of it. */
export const dropReceipt = (drop: Drop): Receipt => {
  const text = JSON.stringify(drop)
  return { port: PORT, key: `drop:${drop.partner_order_id}:${sha256(text).slice(0, 16)}`, text }
}

export const drops: SendPort<ShipHeroConfig, 'acknowledgement'> = {
  name: PORT,
  summary: 'Takes units that were short out of the order, as order_update_line_items and order_remove_line_items.',
  direction: 'out',
  transport: 'http',
  kind: 'acknowledgement',
  batchMax: 1,
  duplicates: 'reference',
  expectsAnswer: false,

  prepare: (_context, deliveries) => {
    const [delivery] = deliveries
    if (delivery === undefined) throw new Error('a transmission holds one drop')
    const bytes = new TextEncoder().encode(delivery.document.bytes)
    return Promise.resolve({ ok: true, value: { name: delivery.key, bytes } })
  },

  send: async (context, { bytes }) => ({ all: await takeOut(context, wantedOf(bytes)) }),

  lookup: async (context, { deliveries, bytes }) => {
    const [delivery] = deliveries
    if (delivery === undefined) return {}
    const wanted = wantedOf(bytes)
    const found = await findOrder(context, wanted.partner_order_id)
    if (!found.ok) return { [delivery.instructionId]: { kind: 'undecided', message: 'ShipHero could not be asked' } }
    const isDone = found.value === undefined || tooMuch(found.value, wanted).length === 0
    return { [delivery.instructionId]: isDone ? { kind: 'present' } : { kind: 'absent' } }
  },
}

function wantedOf(bytes: Uint8Array): z.output<typeof Wanted> {
  const read = readJson(bytes)
  const wanted = read.ok ? Wanted.safeParse(read.value) : undefined
  if (wanted?.success !== true) throw new Error('the stored bytes are not what was prepared')
  return wanted.data
}

/** Lines that have more than what stays of them. */
function tooMuch(order: FoundOrder, { lines }: z.output<typeof Wanted>) {
  return lines.flatMap(({ partner_line_item_id: id, kept }) =>
    order.lines
      .filter((line) => line.partner_line_item_id === id && line.quantity > kept)
      .map((line) => ({ id: line.id, kept, shipped: line.quantity_shipped ?? 0 })),
  )
}

async function takeOut(context: ShipHeroContext, wanted: z.output<typeof Wanted>): Promise<Outcome> {
  const found = await findOrder(context, wanted.partner_order_id)
  if (!found.ok) return found.outcome
  const order = found.value
  if (order === undefined) return { kind: 'duplicate' }
  const lines = tooMuch(order, wanted)
  if (lines.length === 0) return { kind: 'duplicate', reference: order.id }
  const head = { ...accountField(context), order_id: order.id }
  const some = lines.filter(({ kept, shipped }) => kept > 0 || shipped > 0)
  if (some.length > 0) {
    const line_items = some.map(({ id, kept, shipped }) => {
      const quantity = Math.max(kept, shipped)
      return { id, quantity, quantity_pending_fulfillment: quantity - shipped }
    })
    const updated = await call(context, UPDATE_LINES, { data: { ...head, line_items } }, z.unknown())
    if (!updated.ok) return updated.outcome
  }
  const none = lines.filter(({ kept, shipped }) => kept === 0 && shipped === 0).map(({ id }) => id)
  if (none.length > 0) {
    const removed = await call(context, REMOVE_LINES, { data: { ...head, line_item_ids: none } }, z.unknown())
    if (!removed.ok) return removed.outcome
  }
  return { kind: 'accepted', reference: order.id }
}
