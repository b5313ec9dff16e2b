/** What the depot tells: answers, shipments, parcels on their way, cancel answers, returns and counts. Their JSON ↔ our documents. */
import type {
  CancelResponse,
  FulfillmentResponse,
  Package,
  RejectReason,
  ShipmentNotice,
  TrackingCode,
  TrackingEvent,
} from '#core/model/fulfillment.ts'
import type { TrackingNumber } from '#core/model/ids.ts'
import type { ReturnReceipt } from '#core/model/return.ts'
import type { StockFeed, StockRow } from '#core/model/stock.ts'
import type { FieldMap, Leaf, WithCrosswalk } from '../engine/index.ts'
import {
  defineMap,
  enumTable,
  flag,
  instant,
  nodeLookup,
  refuse,
  requestId,
  rulesFor,
  skuLookup,
  text,
  wholeNumber,
} from '../engine/index.ts'

export type DepotAnswer = {
  type: string
  order: string
  at: string
  items: { line: number; confirmed: number; missing: number; why?: string; readyAt?: string }[]
}
export type DepotShipment = {
  type: string
  order: string
  parcel: string
  at: string
  carrier?: string
  cartons: { tracking?: string; items: { line: number; units: number }[] }[]
}
export type DepotCancelAnswer = { type: string; order: string; at: string; done: boolean; why?: string }
export type DepotTracking = {
  type: string
  tracking: string
  state: string
  at: string
  place?: string
  note?: string
}
export type DepotReturn = {
  type: string
  receipt: string
  at: string
  site: string
  marks: string[]
  items: { item: string; units: number; found?: string; note?: string }[]
}
export type DepotCount = {
  type: string
  at: string
  what: string
  othersAreZero?: boolean
  items: { item: string; site: string; units: number }[]
}

type Scope = WithCrosswalk
const scope = {
  forward: (_wire: unknown, context: Scope): Scope => context,
  back: (_document: unknown, context: Scope): Scope => context,
}
const optional = { optional: true }

const conditions = enumTable<NonNullable<ReturnReceipt['lines'][number]['condition']>>('condition of goods', {
  NEW: 'asNew',
  OPENED: 'opened',
  WORN: 'used',
  DAMAGED: 'damaged',
  FAULTY: 'defective',
})

/** A list of words stays the list it is. */
const textList: Leaf<string[], string[]> = {
  name: 'a list of text',
  read: (raw) =>
    Array.isArray(raw) && raw.length <= 20 && raw.every((each) => typeof each === 'string' && each !== '')
      ? (raw as string[])
      : refuse({
          rule: 'must be a list of at most 20 texts',
          cure: 'Send what stands on the parcel as a list of texts.',
        }),
  write: (words) => words,
}

/** Their words for why they cannot; a new one refuses its message until it stands here. */
const why = enumTable<RejectReason>('reason', {
  NO_STOCK: 'outOfStock',
  DAMAGED: 'damaged',
  CLOSED: 'closed',
  BUSY: 'capacity',
  BAD_ADDRESS: 'incorrectAddress',
  NOT_OURS: 'ineligibleProduct',
  OTHER: 'other',
})

const answer = rulesFor<DepotAnswer, FulfillmentResponse, Scope>()
const answered = rulesFor<DepotAnswer['items'][number], FulfillmentResponse['lines'][number], Scope>()
export const answerMap: FieldMap<DepotAnswer, FulfillmentResponse, Scope, Scope> = defineMap({
  name: 'depot answer',
  version: '1',
  scope,
  rules: [
    answer.fixed('type', 'order.answered'),
    answer.field('order', 'requestId', requestId),
    answer.field('at', 'answeredAt', instant),
    answer.each(
      'items',
      'lines',
      [
        answered.field('line', 'lineNo', wholeNumber(1)),
        answered.field('confirmed', 'accepted', wholeNumber(0)),
        answered.field('missing', 'rejected', wholeNumber(0)),
        answered.field('why', 'reason', why, optional),
        answered.field('readyAt', 'expectedShipAt', instant, optional),
      ],
      { minimum: 1, key: 'line' },
    ),
  ],
})

const shipment = rulesFor<DepotShipment, ShipmentNotice, Scope>()
const carton = rulesFor<DepotShipment['cartons'][number], Package, Scope>()
const packed = rulesFor<DepotShipment['cartons'][number]['items'][number], Package['lines'][number], Scope>()
export const shipmentMap: FieldMap<DepotShipment, ShipmentNotice, Scope, Scope> = defineMap({
  name: 'depot shipment',
  version: '1',
  scope,
  rules: [
    shipment.fixed('type', 'order.shipped'),
    shipment.field('order', 'requestId', requestId),
    shipment.field('parcel', 'externalId', text(100)),
    shipment.field('at', 'shippedAt', instant),
    shipment.field('carrier', 'carrier', text(50), optional),
    shipment.each(
      'cartons',
      'packages',
      [
        carton.field('tracking', 'trackingNumber', text<TrackingNumber>(200), optional),
        carton.each(
          'items',
          'lines',
          [packed.field('line', 'lineNo', wholeNumber(1)), packed.field('units', 'quantity', wholeNumber(1))],
          { minimum: 1 },
        ),
      ],
      { minimum: 1 },
    ),
  ],
})

const cancelled = rulesFor<DepotCancelAnswer, CancelResponse, Scope>()
export const cancelAnswerMap: FieldMap<DepotCancelAnswer, CancelResponse, Scope, Scope> = defineMap({
  name: 'depot cancel answer',
  version: '1',
  scope,
  rules: [
    cancelled.fixed('type', 'cancel.answered'),
    cancelled.field('order', 'requestId', requestId),
    cancelled.field('at', 'answeredAt', instant),
    cancelled.field('done', 'accepted', flag),
    cancelled.field('why', 'reason', text(500), optional),
  ],
})

const tracked = rulesFor<DepotTracking, TrackingEvent, Scope>()
export const trackingMap: FieldMap<DepotTracking, TrackingEvent, Scope, Scope> = defineMap({
  name: 'depot tracking',
  version: '1',
  scope,
  rules: [
    tracked.fixed('type', 'parcel.tracked'),
    tracked.field('tracking', 'trackingNumber', text<TrackingNumber>(200)),
    tracked.field(
      'state',
      'code',
      enumTable<TrackingCode>('state of a parcel', {
        MOVING: 'inTransit',
        ON_VEHICLE: 'outForDelivery',
        DELIVERED: 'delivered',
        NOT_HOME: 'attempted',
        LOST: 'failed',
        SENT_BACK: 'returned',
      }),
    ),
    tracked.field('at', 'at', instant),
    tracked.field('place', 'place', text(200), optional),
    tracked.field('note', 'detail', text(500), optional),
  ],
})

const received = rulesFor<DepotReturn, ReturnReceipt, Scope>()
const found = rulesFor<DepotReturn['items'][number], ReturnReceipt['lines'][number], Scope>()
export const returnMap: FieldMap<DepotReturn, ReturnReceipt, Scope, Scope> = defineMap({
  name: 'depot return',
  version: '1',
  scope,
  rules: [
    received.fixed('type', 'return.received'),
    received.field('receipt', 'receiptNumber', text(100)),
    received.field('at', 'receivedAt', instant),
    received.field('site', 'nodeId', nodeLookup('return')),
    // Whatever stands on the parcel: our return, their order, a tracking number.
    received.field('marks', 'references', textList),
    received.each(
      'items',
      'lines',
      [
        // Goods that nobody knows come back too: they wait for a person under the name that is written on them.
        found.derive({
          name: 'what is written on the goods',
          reads: ['item'],
          writes: ['sku', 'item'],
          forward: ({ item }, { crosswalk }) => {
            const sku = crosswalk.skuOf(String(item))
            return { item: String(item), ...(sku === undefined ? {} : { sku }) }
          },
          back: ({ item = '' }) => ({ item }),
        }),
        found.field('units', 'quantity', wholeNumber(1)),
        found.field('found', 'condition', conditions, optional),
        found.field('note', 'note', text(500), optional),
      ],
      { minimum: 1 },
    ),
  ],
})

const count = rulesFor<DepotCount, StockFeed, Scope>()
const counted = rulesFor<DepotCount['items'][number], StockRow, Scope>()
/** A count of everything, or of some items; what it leaves out is zero only where it says so. */
export const countMap: FieldMap<DepotCount, StockFeed, Scope, Scope> = defineMap({
  name: 'depot count',
  version: '1',
  scope,
  rules: [
    count.fixed('type', 'stock.counted'),
    count.field('what', 'mode', enumTable<StockFeed['mode']>('what was counted', { ALL: 'full', SOME: 'delta' })),
    count.field('othersAreZero', 'absentMeansZero', flag, { fallback: false }),
    count.field('at', 'asOf', instant),
    count.each(
      'items',
      'rows',
      [
        counted.field('item', 'sku', skuLookup('count')),
        counted.field('site', 'nodeId', nodeLookup('count')),
        counted.field('units', 'onHand', wholeNumber(0)),
      ],
      { part: '' },
    ),
  ],
})
