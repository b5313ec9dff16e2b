/**
 * Pickup orders to a store: made under an idempotency key, then paid with nothing, for Square shows a store only orders that are paid. Both
 * calls may be repeated under their keys, so that a lost answer costs nothing but the asking.
 */
import { z } from 'zod'
import type { Issue } from '#core/issue.ts'
import { plusMs } from '#core/model/time.ts'
import type { Lookup, Outcome } from '#core/outcome.ts'
import { overlaid, runBack } from '#mappings/engine/index.ts'
import { readJson } from '#mappings/formats/json/reader.ts'
import { pickupMap } from '#mappings/square/pickup.ts'
import type { SendPort } from '../contract/connector.ts'
import { call } from './client.ts'
import type { SquareContext } from './client.ts'
import type { SquareConfig } from './config.ts'
import { ordersOf } from './search.ts'

const DAY_MS = 86_400_000
/** How far back a lost order is searched for. Its key is as good as the search: sending again makes no second one. */
const LOOK_BACK_MS = 3 * DAY_MS

const Made = z.object({ order: z.object({ id: z.string() }) })

export const pickups: SendPort<SquareConfig, 'fulfillmentInstruction'> = {
  name: 'pickups',
  summary: 'Pickup orders for the counter of a store.',
  direction: 'out',
  transport: 'http',
  kind: 'fulfillmentInstruction',
  batchMax: 1,
  duplicates: 'key',
  expectsAnswer: true,

  prepare: (context, deliveries) => {
    const [delivery] = deliveries
    if (delivery === undefined) throw new Error('a transmission holds one request')
    if (delivery.document.method !== 'pickup')
      return Promise.resolve({ ok: false, issues: [onlyPickup(delivery.document.method)] })
    const written = runBack(overlaid(pickupMap, context.config, 'pickup'), delivery.document, context)
    if (!written.ok) return Promise.resolve(written)
    const bytes = new TextEncoder().encode(JSON.stringify({ idempotency_key: delivery.key, order: written.document }))
    return Promise.resolve({ ok: true, value: { name: delivery.key, bytes } })
  },

  send: async (context, { name, bytes }) => {
    const body = readJson(bytes)
    if (!body.ok) throw new Error('the stored bytes are not what was prepared')
    return { all: await push(context, name, body.value) }
  },

  lookup: async (context, { deliveries }) => {
    const [delivery] = deliveries
    if (delivery === undefined) return {}
    return { [delivery.instructionId]: await find(context, delivery.document.requestId) }
  },
}

async function push(context: SquareContext, key: string, body: unknown): Promise<Outcome> {
  const made = await call(context, { method: 'POST', path: '/orders', body, effect: true }, Made)
  if (!made.ok) return made.outcome
  const { id } = made.value.order
  const paid = await call(
    context,
    {
      method: 'POST',
      path: `/orders/${encodeURIComponent(id)}/pay`,
      // Without a version it is the same body each time, whatever became of the order since.
      body: { idempotency_key: `${key}:pay`, payment_ids: [] },
      effect: true,
    },
    z.object({}),
  )
  return paid.ok ? { kind: 'accepted', reference: id } : paid.outcome
}

/** Whether it was paid is not told by what Square shows of an order without a price, so only a sign of the store's counts as there. */
async function find(context: SquareContext, requestId: string): Promise<Lookup> {
  const created = { start_at: plusMs(context.clock.now(), -LOOK_BACK_MS) }
  const found = await ordersOf(context, {
    filter: { date_time_filter: { created_at: created }, fulfillment_filter: { fulfillment_types: ['PICKUP'] } },
    sort: { sort_field: 'CREATED_AT', sort_order: 'DESC' },
  })
  if (!found.ok) return { kind: 'undecided', message: 'Square could not be asked' }
  const order = found.value.find((each) => each['reference_id'] === requestId)
  if (order === undefined) return { kind: 'absent' }
  // Under its keys the order is neither made nor paid twice.
  return order['state'] === 'OPEN' && isProposed(order) ? { kind: 'absent' } : { kind: 'present', reference: order.id }
}

const Fulfillments = z.object({ fulfillments: z.array(z.object({ state: z.string() })) })
const isProposed = (order: unknown): boolean =>
  Fulfillments.safeParse(order).data?.fulfillments.every(({ state }) => state === 'PROPOSED') ?? true

const onlyPickup = (method: string): Issue => ({
  code: 'square.method',
  class: 'config',
  place: { path: '/method' },
  rule: 'must be pickup: nothing else is pushed to the counter of a store',
  value: method,
  cure: 'Take "ship" out of the capabilities of this node.',
})
