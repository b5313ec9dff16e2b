/** Tells Shopify what became of a parcel. An event has no key, so the fulfillment's events are looked at before one is added. */
import { z } from 'zod'
import type { Lookup, Outcome } from '#core/outcome.ts'
import type { ChannelTracking, Context, SendPort } from '../contract/connector.ts'
import type { ShopifyConfig } from './config.ts'
import { call, type Called } from './graphql.ts'
import { ADD_FULFILLMENT_EVENT, FULFILLMENT_EVENTS } from './operations.ts'
import { issuesOf, UserError } from './user-errors.ts'

type ShopifyContext = Context<ShopifyConfig>

/** Shopify's FulfillmentEventStatus. */
const STATUS = { delivered: 'DELIVERED', exception: 'FAILURE', resumed: 'IN_TRANSIT' } as const

const wordIn = (bytes: Uint8Array): ChannelTracking =>
  JSON.parse(Buffer.from(bytes).toString('utf8')) as ChannelTracking

export const tracking: SendPort<ShopifyConfig, 'channelTracking'> = {
  name: 'tracking',
  summary: 'Parcels that arrived or are in trouble, as events of their fulfillment.',
  direction: 'out',
  transport: 'http',
  kind: 'channelTracking',
  batchMax: 1,
  duplicates: 'lookup',
  expectsAnswer: false,

  prepare: (_context, [delivery]) => {
    if (delivery === undefined) throw new Error('a transmission holds one word')
    const bytes = new TextEncoder().encode(JSON.stringify(delivery.document))
    return Promise.resolve({ ok: true, value: { name: delivery.key, bytes } })
  },
  send: async (context, transmission) => ({ all: await tell(context, wordIn(transmission.bytes)) }),
  lookup: async (context, transmission) => {
    const word = wordIn(transmission.bytes)
    const read = await fulfillmentOf(context, word)
    const found: Lookup = !read.ok
      ? {
          kind: 'undecided',
          message: read.failure.kind === 'throttled' ? 'Shopify is throttled' : read.failure.message,
        }
      : isTold(read.data, word)
        ? { kind: 'present' }
        : { kind: 'absent' }
    return Object.fromEntries(transmission.deliveries.map(({ instructionId }) => [instructionId, found]))
  },
}

const Fulfillment = z.object({
  id: z.string(),
  trackingInfo: z.array(z.object({ number: z.string().nullish() })),
  fulfillmentLineItems: z.object({
    nodes: z.array(z.object({ quantity: z.int().nullish(), lineItem: z.object({ id: z.string() }) })),
  }),
  events: z.object({ nodes: z.array(z.object({ status: z.string(), happenedAt: z.string() })) }),
})
type Fulfillment = z.output<typeof Fulfillment>

/** The fulfillment that the shipment was told as: by its parcels' numbers, else by its lines. */
async function fulfillmentOf(context: ShopifyContext, word: ChannelTracking): Promise<Called<Fulfillment | undefined>> {
  const shape = z.object({ order: z.object({ fulfillments: z.array(Fulfillment) }).nullish() })
  const read = await call(context, FULFILLMENT_EVENTS, { id: word.externalOrderId }, shape)
  if (!read.ok) return read
  const all = read.data.order?.fulfillments ?? []
  const numbers = new Set(word.trackingNumbers)
  const units = new Map(word.lines.map((line) => [line.externalLineId, line.quantity]))
  return {
    ok: true,
    data:
      numbers.size > 0
        ? all.find((each) => each.trackingInfo.some(({ number }) => numbers.has(number ?? '')))
        : all.find((each) =>
            each.fulfillmentLineItems.nodes.every(({ quantity, lineItem }) => units.get(lineItem.id) === quantity),
          ),
  }
}

const isTold = (fulfillment: Fulfillment | undefined, { event, at }: ChannelTracking): boolean =>
  fulfillment?.events.nodes.some(
    (each) => each.status === STATUS[event] && Date.parse(each.happenedAt) === Math.floor(Date.parse(at) / 1000) * 1000,
  ) === true

async function tell(context: ShopifyContext, word: ChannelTracking): Promise<Outcome> {
  const read = await fulfillmentOf(context, word)
  if (!read.ok) return read.failure
  if (read.data === undefined)
    return {
      kind: 'unavailable',
      fault: 'transient',
      code: 'shopify.tracking.no-fulfillment',
      message: 'Shopify does not know the shipment yet',
      retryAfterMs: 60_000,
    }
  if (isTold(read.data, word)) return { kind: 'duplicate', reference: read.data.id }
  const event = {
    fulfillmentId: read.data.id,
    status: STATUS[word.event],
    happenedAt: word.at,
    ...(word.detail === undefined ? {} : { message: word.detail }),
  }
  const shape = z.object({ fulfillmentEventCreate: z.object({ userErrors: z.array(UserError) }) })
  const called = await call(context, ADD_FULFILLMENT_EVENT, { event }, shape)
  if (!called.ok) return called.failure
  const errors = called.data.fulfillmentEventCreate.userErrors
  return errors.length === 0
    ? { kind: 'accepted', reference: read.data.id }
    : { kind: 'rejected', issues: issuesOf('tracking', errors) }
}
