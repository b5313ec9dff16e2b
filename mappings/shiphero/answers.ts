/**
 * What ShipHero's warehouse says of the hub's orders ↔ answers, shipments and cancel answers. Its webhooks `Order Allocated`, `Backorder`,
 * `Shipment Update` and `Order Canceled`, and orders as they are polled, all come to these four documents.
 */
import type { CancelResponse, FulfillmentResponse, Package, ShipmentNotice } from '#core/model/fulfillment.ts'
import type { TrackingNumber } from '#core/model/ids.ts'
import { parseWholeNumber } from '#core/model/quantity.ts'
import type { FieldMap, Leaf, Refusal } from '../engine/index.ts'
import { clippedText, defineMap, instant, refuse, requestId, rulesFor, text, wholeNumber } from '../engine/index.ts'
import { dateTime, lineRefOf, lineRefText, notOurLine } from './leaves.ts'

export type ShipHeroAllocation = {
  partner_order_id: string
  allocated_at: string
  line_items: { partner_line_item_id: string; quantity: number }[]
}
/** `quantity` is what the line has now, `backorder_quantity` what of it has no stock. */
export type ShipHeroBackorder = {
  partner_order_id: string
  /** When it came: the webhook tells no time. */
  received_at: string
  line_items: { partner_line_item_id: string; quantity: number | string; backorder_quantity: number | string }[]
}
export type ShipHeroShipment = {
  partner_order_id: string
  shipment_uuid: string
  created_at: string
  shipping_carrier?: string
  shipping_method?: string
  packages: {
    tracking_number?: string
    tracking_url?: string
    line_items: { id: string; quantity: number }[]
  }[]
}
export type ShipHeroCancel = { partner_order_id: string; received_at: string; status: string }

type Scope = { requestId?: string }
const optional = { optional: true }

const scope = {
  forward: (_source: unknown, context: object) => context as Scope,
  back: ({ requestId: request }: { requestId: string }, context: object): Scope => ({ ...context, requestId: request }),
}

const lineId: Leaf<string, number, Scope> = {
  name: 'line of the hub',
  read: (raw) => lineRefOf(raw)?.lineNo ?? notOurLine,
  // What was asked for is not in such an answer; nobody reads it there.
  write: (lineNo, { requestId: request = '' }) => lineRefText({ requestId: request, lineNo, asked: 1 }),
}

const allocated = rulesFor<ShipHeroAllocation, FulfillmentResponse, Scope>()
const allocatedLine = rulesFor<ShipHeroAllocation['line_items'][number], FulfillmentResponse['lines'][number], Scope>()
export const allocationMap: FieldMap<ShipHeroAllocation, FulfillmentResponse, object, Scope> = defineMap({
  name: 'shiphero allocation',
  version: '1',
  scope,
  rules: [
    allocated.field('partner_order_id', 'requestId', requestId),
    allocated.field('allocated_at', 'answeredAt', dateTime),
    allocated.each(
      'line_items',
      'lines',
      [
        allocatedLine.field('partner_line_item_id', 'lineNo', lineId),
        allocatedLine.field('quantity', 'accepted', wholeNumber(0)),
        allocatedLine.constant('rejected', 0),
      ],
      { minimum: 1, key: 'lineNo' },
    ),
  ],
})

const units = (raw: unknown): number | undefined => {
  const value = typeof raw === 'string' ? parseWholeNumber(raw) : raw
  return typeof value === 'number' && Number.isInteger(value) && value >= 0 ? value : undefined
}

const wrongUnits: Refusal = refuse({
  rule: 'must be whole units: a quantity, and a backorder_quantity that is no more than it',
  cure: 'Send quantity and backorder_quantity of every line as ShipHero holds them.',
  code: 'shiphero.backorder',
})

const noUnits: Refusal = refuse({
  rule: 'must state at least one unit of the line',
  cure: 'Leave out lines of which nothing was asked for.',
  code: 'shiphero.no-units',
})

const backorder = rulesFor<ShipHeroBackorder, FulfillmentResponse, Scope>()
const backorderLine = rulesFor<ShipHeroBackorder['line_items'][number], FulfillmentResponse['lines'][number], Scope>()
export const backorderMap: FieldMap<ShipHeroBackorder, FulfillmentResponse, object, Scope> = defineMap({
  name: 'shiphero backorder',
  version: '1',
  scope,
  rules: [
    backorder.field('partner_order_id', 'requestId', requestId),
    backorder.field('received_at', 'answeredAt', instant),
    backorder.each(
      'line_items',
      'lines',
      [
        backorderLine.derive({
          name: 'what is there and what is short',
          reads: ['partner_line_item_id', 'quantity', 'backorder_quantity'],
          writes: ['lineNo', 'accepted', 'rejected', 'reason'],
          forward: ({ partner_line_item_id: id, quantity, backorder_quantity: short }) => {
            const ref = lineRefOf(id)
            if (ref === undefined) return notOurLine
            const [now, lacking] = [units(quantity), units(short)]
            if (now === undefined || lacking === undefined || lacking > now) return wrongUnits
            const accepted = Math.min(now - lacking, ref.asked)
            const rejected = ref.asked - accepted
            return { lineNo: ref.lineNo, accepted, rejected, ...(rejected === 0 ? {} : { reason: 'outOfStock' }) }
          },
          back: ({ lineNo = 0, accepted = 0, rejected = 0 }, { requestId: request = '' }) => {
            const asked = accepted + rejected
            if (asked === 0) return noUnits
            const id = lineRefText({ requestId: request, lineNo, asked })
            return { partner_line_item_id: id, quantity: asked, backorder_quantity: rejected }
          },
        }),
      ],
      { minimum: 1, key: 'lineNo' },
    ),
  ],
})

const pack = rulesFor<ShipHeroShipment['packages'][number], Package, Scope>()
const packLine = rulesFor<ShipHeroShipment['packages'][number]['line_items'][number], Package['lines'][number], Scope>()
const shipment = rulesFor<ShipHeroShipment, ShipmentNotice, Scope>()

/** Links that are no links are left out: the number is what counts. */
const trackingUrl: Leaf<string, string> = {
  name: 'link',
  read: (raw) => (typeof raw === 'string' && URL.canParse(raw) ? raw : notALink),
  write: (value) => value,
}
const notALink = refuse({ rule: 'must be a link', cure: 'Send an address with https.', code: 'shiphero.tracking-url' })

export const shipmentMap: FieldMap<ShipHeroShipment, ShipmentNotice, object, Scope> = defineMap({
  name: 'shiphero shipment',
  version: '1',
  scope,
  rules: [
    shipment.field('partner_order_id', 'requestId', requestId),
    shipment.field('shipment_uuid', 'externalId', text(100)),
    shipment.field('created_at', 'shippedAt', dateTime),
    shipment.field('shipping_carrier', 'carrier', clippedText(50), optional),
    shipment.field('shipping_method', 'service', clippedText(100), optional),
    shipment.each(
      'packages',
      'packages',
      [
        pack.field('tracking_number', 'trackingNumber', text<TrackingNumber>(200), optional),
        pack.field('tracking_url', 'trackingUrl', trackingUrl, optional),
        pack.each(
          'line_items',
          'lines',
          [packLine.field('id', 'lineNo', lineId), packLine.field('quantity', 'quantity', wholeNumber(1))],
          { minimum: 1 },
        ),
      ],
      { minimum: 1 },
    ),
  ],
})

const CANCELED = /^cancell?ed$/i
export const isCanceled = (status: unknown): boolean => typeof status === 'string' && CANCELED.test(status)

const cancel = rulesFor<ShipHeroCancel, CancelResponse, Scope>()
export const cancelMap: FieldMap<ShipHeroCancel, CancelResponse, object, Scope> = defineMap({
  name: 'shiphero cancel',
  version: '1',
  scope,
  rules: [
    cancel.field('partner_order_id', 'requestId', requestId),
    cancel.field('received_at', 'answeredAt', instant),
    cancel.derive({
      name: 'canceled or not',
      reads: ['status'],
      writes: ['accepted'],
      forward: ({ status }) => ({ accepted: isCanceled(status) }),
      back: ({ accepted }) => ({ status: accepted === true ? 'canceled' : 'pending' }),
    }),
  ],
})

/** After a cancel nothing more comes of the order, asked for or not. */
export const restIsOver = (canceled: CancelResponse): FulfillmentResponse => ({
  requestId: canceled.requestId,
  answeredAt: canceled.answeredAt,
  refusesRest: 'other',
  lines: [{ lineNo: 1, accepted: 0, rejected: 0 }],
})
