/**
 * Tells Shopify what left a node. `fulfillmentCreate` is not idempotent: sent twice, it ships twice. So every step is decided on the
 * order as it is now, and after a lost answer the order is asked before anything is sent again.
 */
import { z } from 'zod'
import type { Lookup, Outcome } from '#core/outcome.ts'
import { fulfillmentParts } from '#mappings/shopify/fulfillment.ts'
import type { Context, SendPort } from '../contract/connector.ts'
import { gidOf } from './config.ts'
import { readOrder } from './fulfillment-state.ts'
import { call } from './graphql.ts'
import { ACCEPT_REQUEST, CREATE_FULFILLMENT, MOVE_FULFILLMENT_ORDER, REJECT_CANCELLATION } from './operations.ts'
import { nextStep, untold, untrackedTwin } from './shipment-plan.ts'
import { issuesOf, UserError } from './user-errors.ts'
import type { ShopifyConfig } from './config.ts'
import type { Group, Line, Move, Step, Wanted } from './shipment-plan.ts'

type ShopifyContext = Context<ShopifyConfig>

/** What is stored and sent: FulfillmentParts, whose location may be left to Shopify. */
const Told = z.object({
  orderId: z.string(),
  locationId: z.string(),
  lines: z.array(z.object({ lineItemId: z.string(), quantity: z.int().min(1) })),
  trackingInfo: z
    .object({ company: z.string(), numbers: z.array(z.string()), urls: z.array(z.string()) })
    .partial()
    .optional(),
})
type Told = z.output<typeof Told>

/** A node that Shopify does not know as a location (a drop-ship supplier): its shipments are told where Shopify put the lines. */
const WHERE_ASSIGNED = 'assigned'

/** Moves and location groups of one shipment; more would mean that Shopify and we go round in circles. */
const MOST_STEPS = 12

export const shipments: SendPort<ShopifyConfig, 'channelShipment'> = {
  name: 'shipments',
  summary: 'Shipments and tracking, as fulfillments of the order.',
  direction: 'out',
  transport: 'http',
  kind: 'channelShipment',
  batchMax: 1,
  duplicates: 'lookup',
  expectsAnswer: false,

  prepare: (context, deliveries) => {
    const [delivery] = deliveries
    if (delivery === undefined) throw new Error('a transmission holds one shipment')
    const partnerNodeOf: typeof context.crosswalk.partnerNodeOf = (nodeId) =>
      context.crosswalk.partnerNodeOf(nodeId) ?? WHERE_ASSIGNED
    const parts = fulfillmentParts(delivery.document, { crosswalk: { ...context.crosswalk, partnerNodeOf } })
    if (!parts.ok) return Promise.resolve(parts)
    const bytes = new TextEncoder().encode(JSON.stringify(parts.document))
    return Promise.resolve({ ok: true, value: { name: delivery.key, bytes } })
  },

  send: async (context, transmission) => ({ all: await tell(context, toldOf(transmission.bytes)) }),

  lookup: async (context, transmission) => {
    const found = await find(context, toldOf(transmission.bytes))
    return Object.fromEntries(transmission.deliveries.map(({ instructionId }) => [instructionId, found]))
  },
}

const toldOf = (bytes: Uint8Array): Told => Told.parse(JSON.parse(Buffer.from(bytes).toString('utf8')))

function wantedOf(told: Told): Wanted {
  const locationId = told.locationId === WHERE_ASSIGNED ? undefined : gidOf('Location', told.locationId)
  return { lines: told.lines, trackingNumbers: told.trackingInfo?.numbers ?? [], locationId, mayMove: true }
}

async function find(context: ShopifyContext, told: Told): Promise<Lookup> {
  const order = await readOrder(context, told.orderId)
  if (!order.ok) {
    const message = order.failure.kind === 'throttled' ? 'Shopify is throttled' : order.failure.message
    return { kind: 'undecided', message }
  }
  if (order.data === undefined) return { kind: 'absent' }
  const wanted = wantedOf(told)
  if (wanted.trackingNumbers.length === 0) {
    const twin = untrackedTwin(order.data, told.lines)
    return twin === undefined ? { kind: 'absent' } : { kind: 'present', reference: twin }
  }
  const { left, reference } = untold(order.data, wanted)
  if (left.length > 0) return { kind: 'absent' }
  return reference === undefined ? { kind: 'present' } : { kind: 'present', reference }
}

async function tell(context: ShopifyContext, told: Told): Promise<Outcome> {
  let wanted = wantedOf(told)
  let made: string | undefined
  let refused: string | undefined
  for (let step = 0; step < MOST_STEPS; step++) {
    const order = await readOrder(context, told.orderId)
    if (!order.ok) return order.failure
    if (order.data === undefined) return rejected(told, 'must be an order of this shop')
    const next = nextStep(order.data, wanted)
    switch (next.kind) {
      case 'told':
        return made === undefined ? success('duplicate', next.reference) : success('accepted', made)
      case 'wait':
        return waiting(next.code)
      case 'impossible':
        return rejected(told, `must have ${next.missing} more units open on line ${next.lineItemId}`)
      case 'answer': {
        const failed = await answer(context, next)
        if (failed !== undefined) return failed
        break
      }
      case 'move': {
        const moved = await move(context, next.move, wanted.locationId ?? '')
        if (moved !== undefined && moved !== 'refused') return moved
        if (moved === 'refused') wanted = { ...wanted, mayMove: false }
        break
      }
      case 'fulfill': {
        const tried = JSON.stringify(next.group)
        const created = await fulfill(context, next.group, told)
        // Another shipment of the order may have moved units at this moment, which gives them new ids: what is refused is looked at
        // again, and is refused for good when it would be asked for in the same words.
        if (created.kind === 'rejected' && refused !== tried) {
          refused = tried
          continue
        }
        if (created.kind !== 'accepted') return created
        made = created.reference
        // Without tracking numbers the next look could not tell what was just told, so it is taken off here.
        if (wanted.trackingNumbers.length === 0) wanted = { ...wanted, lines: without(wanted.lines, next.covers) }
        if (wanted.lines.length === 0) return created
      }
    }
  }
  return {
    kind: 'unavailable',
    fault: 'bug',
    code: 'shopify.fulfillment.no-end',
    message: 'too many steps for one shipment',
  }
}

function without(lines: Line[], covered: Line[]): Line[] {
  return lines
    .map((line) => {
      const done = covered.find((one) => one.lineItemId === line.lineItemId)?.quantity ?? 0
      return { ...line, quantity: line.quantity - done }
    })
    .filter((line) => line.quantity > 0)
}

function success(kind: 'accepted' | 'duplicate', reference: string | undefined): Outcome {
  return reference === undefined ? { kind } : { kind, reference }
}

function waiting(code: 'not-routed' | 'on-hold'): Outcome {
  return code === 'not-routed'
    ? {
        kind: 'unavailable',
        fault: 'transient',
        code: 'shopify.fulfillment-order.not-routed',
        message: 'Shopify has made no fulfillment order for this order yet',
        retryAfterMs: 2000,
      }
    : {
        kind: 'unavailable',
        fault: 'transient',
        code: 'shopify.fulfillment-order.on-hold',
        message: 'the fulfillment order is on hold or scheduled in Shopify; release it there',
        retryAfterMs: 15 * 60_000,
      }
}

const rejected = (told: Told, rule: string): Outcome => ({
  kind: 'rejected',
  issues: [
    {
      code: 'shopify.fulfillment.nothing-left',
      class: 'data',
      place: { path: '/orderId' },
      rule,
      value: told.orderId,
      cure: 'Compare the order in Shopify with the shipment: it was fulfilled, cancelled or edited there.',
      subject: told.orderId,
    },
  ],
})

const Answered = z.object({ userErrors: z.array(UserError) })

/** Undefined when the shop's question is answered. */
async function answer(
  context: ShopifyContext,
  { fulfillmentOrderId: id, asks }: Extract<Step, { kind: 'answer' }>,
): Promise<Outcome | undefined> {
  const called =
    asks === 'fulfillment'
      ? await call(context, ACCEPT_REQUEST, { id }, z.object({ fulfillmentOrderAcceptFulfillmentRequest: Answered }))
      : await call(
          context,
          REJECT_CANCELLATION,
          { id, message: 'The goods have left.' },
          z.object({ fulfillmentOrderRejectCancellationRequest: Answered }),
        )
  if (called.ok) {
    const [payload] = Object.values(called.data)
    const errors = payload?.userErrors ?? []
    return errors.length === 0 ? undefined : { kind: 'rejected', issues: issuesOf('fulfillment-request', errors) }
  }
  if (called.failure.kind !== 'unknown') return called.failure
  // An answer that may have been given does no harm: the next attempt reads what the shop asks then.
  const { code, message } = called.failure
  return { kind: 'unavailable', fault: 'transient', code, message }
}

/** Undefined when the units are moved. A refusal is not the end: the lines are then fulfilled where Shopify has them. */
async function move(context: ShopifyContext, { fulfillmentOrderId, units }: Move, locationId: string) {
  const variables = { id: fulfillmentOrderId, newLocationId: locationId, lines: units }
  const payload = z.object({ fulfillmentOrderMove: z.object({ userErrors: z.array(UserError) }) })
  const called = await call(context, MOVE_FULFILLMENT_ORDER, variables, payload)
  if (called.ok) {
    const errors = called.data.fulfillmentOrderMove.userErrors
    if (errors.length === 0) return undefined
    context.log.warn('Shopify refused to move a fulfillment order to the node that shipped', {
      fulfillmentOrderId,
      locationId,
      messages: errors.map((error) => error.message),
    })
    return 'refused'
  }
  if (called.failure.kind !== 'unknown') return called.failure
  // A move that may have happened does no harm: the next attempt reads where the units are.
  const { code, message } = called.failure
  return { kind: 'unavailable', fault: 'transient', code, message } as const
}

async function fulfill(context: ShopifyContext, group: Group, told: Told): Promise<Outcome> {
  const payload = z.object({
    fulfillmentCreate: z.object({
      fulfillment: z.object({ id: z.string() }).nullish(),
      userErrors: z.array(UserError),
    }),
  })
  const fulfillment = {
    ...group,
    notifyCustomer: context.config.notifyCustomer,
    ...(told.trackingInfo === undefined ? {} : { trackingInfo: told.trackingInfo }),
  }
  const called = await call(context, CREATE_FULFILLMENT, { fulfillment }, payload)
  if (!called.ok) return called.failure
  const { fulfillment: made, userErrors } = called.data.fulfillmentCreate
  if (userErrors.length > 0) return { kind: 'rejected', issues: issuesOf('fulfillment', userErrors) }
  return made == null
    ? { kind: 'unknown', code: 'shopify.fulfillment.empty', message: 'Shopify named no fulfillment and no error' }
    : { kind: 'accepted', reference: made.id }
}
