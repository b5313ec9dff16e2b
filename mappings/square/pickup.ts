/**
 * A fulfillment request for the counter of a store ↔ Square's order with a PICKUP fulfillment, and what the store did with it. The money
 * was taken where it was sold, so the order is discounted to nothing: Square shows paid orders, and counts no revenue twice.
 */
import type {
  CancelResponse,
  FulfillmentInstruction,
  FulfillmentResponse,
  ShipmentNotice,
} from '#core/model/fulfillment.ts'
import type { OrderId } from '#core/model/ids.ts'
import type { Trace } from '#core/model/trace.ts'
import { z } from 'zod'
import type { FieldMap, ForwardResult, RefusedPart, WithCrosswalk } from '../engine/index.ts'
import {
  clippedText,
  defineMap,
  instant,
  jsonPlace,
  nodeLookup,
  pattern,
  refuse,
  rulesFor,
  runForward,
  text,
  wholeNumberText,
} from '../engine/index.ts'
import { requestId } from './leaves.ts'

/** By it the orders that the hub pushed are told from those of the till. */
export const isOurs = (reference: unknown): boolean =>
  typeof reference === 'string' && /^ful_[0-9A-Za-z-]{1,60}$/.test(reference)

export type SquarePickup = {
  location_id: string
  reference_id: string
  metadata: { order: string; number: string; placed_at: string }
  line_items: {
    /** `line-2`: the hub's own number of the line. */
    uid: string
    catalog_object_id: string
    quantity: string
    note?: string
    metadata: { price: string; currency: string }
  }[]
  discounts: { uid: string; name: string; percentage: string; scope: string }[]
  fulfillments: {
    type: string
    state: string
    pickup_details: {
      recipient: { display_name: string; phone_number?: string; email_address?: string }
      schedule_type: string
      pickup_at?: string
      note: string
    }
  }[]
}

type Line = FulfillmentInstruction['lines'][number]
const line = rulesFor<SquarePickup['line_items'][number], Line, WithCrosswalk>()
const head = rulesFor<SquarePickup, FulfillmentInstruction, WithCrosswalk>()
const optional = { optional: true }

export const lineNoOfUid = (uid: unknown): number | undefined => {
  const digits = typeof uid === 'string' ? /^line-(\d{1,6})$/.exec(uid)?.[1] : undefined
  return digits === undefined ? undefined : Number(digits)
}
const NOT_OURS = refuse({
  rule: 'must be a line that the hub pushed, such as line-2',
  cure: 'Leave the lines of pushed orders as they are.',
  code: 'square.line-uid',
})

const lineRules = [
  line.derive({
    name: 'the hub’s line number',
    reads: ['uid'],
    writes: ['lineNo'],
    forward: ({ uid }) => {
      const lineNo = lineNoOfUid(uid)
      return lineNo === undefined ? NOT_OURS : { lineNo }
    },
    back: ({ lineNo = 0 }) => ({ uid: `line-${lineNo}` }),
  }),
  line.derive({
    name: 'catalog variation',
    reads: ['catalog_object_id'],
    writes: ['sku', 'partnerSku'],
    forward: ({ catalog_object_id: code }, { crosswalk }) => {
      const sku = typeof code === 'string' ? crosswalk.skuOf(code) : undefined
      if (sku !== undefined) return code === sku ? { sku } : { sku, partnerSku: String(code) }
      return refuse({
        rule: 'must be a variation with a row in the crosswalk',
        cure: 'Add an alias of the product: the id of its variation in Square.',
        code: 'square.sku-unknown',
        class: 'crosswalk',
        subject: String(code),
      })
    },
    back: ({ sku, partnerSku }, { crosswalk }) =>
      sku === undefined ? {} : { catalog_object_id: partnerSku ?? crosswalk.partnerSkuOf(sku) },
  }),
  line.field('quantity', 'quantity', wholeNumberText(1)),
  line.field('note', 'name', clippedText(300), optional),
  // What it was sold for, for those who look at it in the store: Square's own total is nothing.
  line.field('metadata.price', 'unitPriceMinor', wholeNumberText(Number.MIN_SAFE_INTEGER, Number.MAX_SAFE_INTEGER)),
  line.field('metadata.currency', 'currency', pattern('an ISO 4217 code such as EUR', /^[A-Z]{3}$/)),
]

export const pickupMap: FieldMap<SquarePickup, FulfillmentInstruction, WithCrosswalk, WithCrosswalk> = defineMap({
  name: 'square pickup order',
  version: '1',
  scope: { forward: (_order, context) => context, back: (_instruction, context) => context },
  rules: [
    head.field('reference_id', 'requestId', requestId),
    head.field('location_id', 'nodeId', nodeLookup('square')),
    head.field('metadata.order', 'orderId', pattern<OrderId>('an order id such as ord_…', /^ord_[0-9A-Za-z-]{1,60}$/)),
    head.field('metadata.number', 'orderNumber', text(100), { fallback: '' }),
    head.field('metadata.placed_at', 'placedAt', instant),
    head.constant('method', 'pickup'),
    head.fixed('fulfillments.0.type', 'PICKUP'),
    head.fixed('fulfillments.0.state', 'PROPOSED', { checked: false }),
    head.derive({
      name: 'who collects',
      reads: ['fulfillments.0.pickup_details.recipient', 'fulfillments.0.pickup_details.note'],
      writes: ['shipTo', 'orderNumber'],
      // The name on the label is no address.
      forward: () => ({}),
      back: ({ shipTo, orderNumber = '' }) => ({
        'fulfillments.0.pickup_details.recipient': {
          display_name: shipTo?.name ?? shipTo?.company ?? (orderNumber === '' ? 'Web order' : orderNumber),
          ...(shipTo?.phone === undefined ? {} : { phone_number: shipTo.phone }),
          ...(shipTo?.email === undefined ? {} : { email_address: shipTo.email }),
        },
        'fulfillments.0.pickup_details.note': `Order ${orderNumber}, paid`,
      }),
    }),
    head.derive({
      name: 'when it is collected',
      reads: ['fulfillments.0.pickup_details.pickup_at', 'fulfillments.0.pickup_details.schedule_type'],
      writes: ['neededBy'],
      forward: (reads, scope) => {
        if (reads['fulfillments.0.pickup_details.schedule_type'] !== 'SCHEDULED') return {}
        const neededBy = instant.read(reads['fulfillments.0.pickup_details.pickup_at'], scope)
        return typeof neededBy === 'string' ? { neededBy } : neededBy
      },
      back: ({ neededBy }) =>
        neededBy === undefined
          ? { 'fulfillments.0.pickup_details.schedule_type': 'ASAP' }
          : {
              'fulfillments.0.pickup_details.schedule_type': 'SCHEDULED',
              'fulfillments.0.pickup_details.pickup_at': neededBy,
            },
    }),
    head.fixed('discounts', [{ uid: 'paid', name: 'Paid in the web shop', percentage: '100', scope: 'ORDER' }], {
      checked: false,
    }),
    head.each('line_items', 'lines', lineRules, { minimum: 1, key: 'lineNo' }),
  ],
})

/** What the store did: the order as it is now, with one fulfillment. */
const Pushed = z.object({
  reference_id: z.string(),
  updated_at: z.string(),
  fulfillments: z
    .array(
      z.object({
        uid: z.string(),
        state: z.string(),
        pickup_details: z.object({ picked_up_at: z.string().optional() }).optional(),
      }),
    )
    .min(1),
  line_items: z.array(z.object({ uid: z.string(), quantity: z.string() })).min(1),
})

export type SquareAnswer = {
  reference_id: string
  updated_at: string
  state: string
  line_items: { uid: string; quantity: string }[]
}
export type SquareHandOver = SquareAnswer & { uid: string; picked_up_at: string }

const scope = {
  forward: (_source: unknown, context: object) => context,
  back: (_target: unknown, context: object) => context,
}

type AnswerLine = FulfillmentResponse['lines'][number]
const answerLine = rulesFor<SquareAnswer['line_items'][number], AnswerLine, { state?: string }>()
const answer = rulesFor<SquareAnswer, FulfillmentResponse, { state?: string }>()
const REFUSED = new Set(['CANCELED', 'FAILED'])

export const answerMap: FieldMap<SquareAnswer, FulfillmentResponse, object, { state?: string }> = defineMap({
  name: 'square pickup answer',
  version: '1',
  scope: {
    forward: ({ state }, context) => ({ ...context, state }),
    back: ({ lines }, context) => ({
      ...context,
      state: lines.some((each) => each.rejected > 0) ? 'FAILED' : 'RESERVED',
    }),
  },
  rules: [
    answer.field('reference_id', 'requestId', requestId),
    answer.field('updated_at', 'answeredAt', instant),
    answer.derive({
      name: 'the whole order in one state',
      reads: ['state'],
      writes: [],
      forward: () => ({}),
      back: (_writes, { state = '' }) => ({ state }),
    }),
    answer.each(
      'line_items',
      'lines',
      [
        answerLine.derive({
          name: 'all or nothing of a line',
          reads: ['uid', 'quantity'],
          writes: ['lineNo', 'accepted', 'rejected', 'reason'],
          forward: ({ uid, quantity }, { state = '' }) => {
            const lineNo = lineNoOfUid(uid)
            const all = wholeNumberText(1).read(quantity, {})
            if (lineNo === undefined) return NOT_OURS
            if (typeof all !== 'number') return all
            return REFUSED.has(state)
              ? { lineNo, accepted: 0, rejected: all, reason: 'other' }
              : { lineNo, accepted: all, rejected: 0 }
          },
          back: ({ lineNo = 0, accepted = 0, rejected = 0 }) => ({
            uid: `line-${lineNo}`,
            quantity: String(accepted + rejected),
          }),
        }),
      ],
      { minimum: 1 },
    ),
  ],
})

const collected = rulesFor<SquareHandOver, ShipmentNotice, object>()
const collectedLine = rulesFor<
  SquareAnswer['line_items'][number],
  ShipmentNotice['packages'][number]['lines'][number],
  object
>()
export const collectionMap: FieldMap<SquareHandOver, ShipmentNotice, object, object> = defineMap({
  name: 'square collection',
  version: '1',
  scope,
  rules: [
    collected.field('reference_id', 'requestId', requestId),
    collected.field('uid', 'externalId', text(100)),
    collected.field('picked_up_at', 'shippedAt', instant),
    collected.fixed('state', 'COMPLETED'),
    collected.constant('service', 'pickup'),
    collected.each(
      'line_items',
      'packages.0.lines',
      [
        collectedLine.derive({
          name: 'the hub’s line number',
          reads: ['uid'],
          writes: ['lineNo'],
          forward: ({ uid }) => {
            const lineNo = lineNoOfUid(uid)
            return lineNo === undefined ? NOT_OURS : { lineNo }
          },
          back: ({ lineNo = 0 }) => ({ uid: `line-${lineNo}` }),
        }),
        collectedLine.field('quantity', 'quantity', wholeNumberText(1)),
      ],
      { minimum: 1 },
    ),
  ],
})

const cancelled = rulesFor<Omit<SquareAnswer, 'line_items'>, CancelResponse, object>()
export const cancelMap: FieldMap<Omit<SquareAnswer, 'line_items'>, CancelResponse, object, object> = defineMap({
  name: 'square pickup cancel',
  version: '1',
  scope,
  rules: [
    cancelled.field('reference_id', 'requestId', requestId),
    cancelled.field('updated_at', 'answeredAt', instant),
    cancelled.derive({
      name: 'cancelled or not',
      reads: ['state'],
      writes: ['accepted'],
      forward: ({ state }) => ({ accepted: state === 'CANCELED' }),
      back: ({ accepted }) => ({ state: accepted === true ? 'CANCELED' : 'PREPARED' }),
    }),
  ],
})

export type PushedDocument =
  | { kind: 'fulfillmentResponse'; part: string; value: FulfillmentResponse; trace?: () => Trace }
  | { kind: 'shipment'; part: string; value: ShipmentNotice; trace?: () => Trace }
  | { kind: 'cancelResponse'; part: string; value: CancelResponse; trace?: () => Trace }
export type PushedReading = { documents: PushedDocument[]; refused: RefusedPart[]; ignored?: string }

/** RESERVED and PREPARED accept, COMPLETED hands over, CANCELED answers a cancel or refuses, FAILED refuses; PROPOSED says nothing yet. */
export function readPushed(order: unknown): PushedReading {
  const parsed = Pushed.safeParse(order)
  if (!parsed.success) {
    const [issue] = parsed.error.issues
    const path = (issue?.path ?? []).map((step) => (typeof step === 'number' ? step : String(step)))
    const rule = issue?.message ?? 'must be an order with a fulfillment'
    const cure = 'Look at the order in Square: the hub pushed it with one pickup and its lines.'
    return {
      documents: [],
      refused: [{ part: '', issues: [{ code: 'square.pushed', class: 'data', place: jsonPlace(path), rule, cure }] }],
    }
  }
  const { fulfillments, ...rest } = parsed.data
  const [fulfillment] = fulfillments
  const state = fulfillment?.state ?? ''
  const reading: PushedReading = { documents: [], refused: [] }
  const add = <T>(result: ForwardResult<T>, documentOf: (value: T) => PushedDocument): void => {
    if (result.value === undefined) reading.refused.push({ part: '', issues: result.issues })
    else reading.documents.push({ ...documentOf(result.value), trace: result.trace })
  }
  if (state === 'COMPLETED') {
    const picked_up_at = fulfillment?.pickup_details?.picked_up_at ?? rest.updated_at
    const given = { ...rest, state, uid: fulfillment?.uid ?? '', picked_up_at }
    add(runForward(collectionMap, given, {}), (value) => ({ kind: 'shipment', part: '', value }))
  } else if (state === 'RESERVED' || state === 'PREPARED' || REFUSED.has(state)) {
    if (state === 'CANCELED')
      add(runForward(cancelMap, { ...rest, state }, {}), (value) => ({ kind: 'cancelResponse', part: '', value }))
    add(runForward(answerMap, { ...rest, state }, {}), (value) => ({ kind: 'fulfillmentResponse', part: '', value }))
  } else return { ...reading, ignored: `the store has not looked at it yet (${state})` }
  return reading
}
