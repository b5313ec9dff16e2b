/** What the depot is asked: an order to ship, units to leave out of it, a word that is owed, and a return to expect. Their JSON ↔ our documents. */
import type { CancelRequest, FulfillmentInstruction, FulfillmentReminder } from '#core/model/fulfillment.ts'
import type { FulfillmentMethod } from '#core/model/node.ts'
import type { ReturnId } from '#core/model/ids.ts'
import type { Address } from '#core/model/party.ts'
import { RETURN_REASONS } from '#core/model/return.ts'
import type { ReturnInstruction, ReturnReason } from '#core/model/return.ts'
import type { FieldMap, WithCrosswalk } from '../engine/index.ts'
import {
  countryCode,
  defineMap,
  enumTable,
  instant,
  minorUnits,
  nodeLookup,
  orderId,
  pattern,
  requestId,
  rulesFor,
  skuLookup,
  text,
  wholeNumber,
} from '../engine/index.ts'

export type DepotOrder = {
  id: string
  hubOrder: string
  number: string
  placedAt: string
  site: string
  method: string
  carrierService?: string
  shipBy?: string
  packWith?: string
  recipient?: { name?: string; street: string; street2?: string; city: string; zip?: string; country: string }
  items: { line: number; item: string; title?: string; units: number; priceMinor: number; currency: string }[]
}
export type DepotCancel = {
  id: string
  site: string
  reason: string
  items?: { line: number; item: string; units: number }[]
}

export type DepotReturnOrder = {
  id: string
  site: string
  number: string
  order?: string
  agreedAt: string
  tracking?: string
  items: { line: number; item: string; units: number; why: string }[]
}

export type DepotReminder = { id: string; site: string; wasDue: string; nowDue: string }

type Scope = WithCrosswalk
const scope = {
  forward: (_wire: unknown, context: Scope): Scope => context,
  back: (_document: unknown, context: Scope): Scope => context,
}
const optional = { optional: true }

const order = rulesFor<DepotOrder, FulfillmentInstruction, Scope>()
const line = rulesFor<DepotOrder['items'][number], FulfillmentInstruction['lines'][number], Scope>()
const address = rulesFor<NonNullable<DepotOrder['recipient']>, Address, Scope>()

export const orderMap: FieldMap<DepotOrder, FulfillmentInstruction, Scope, Scope> = defineMap({
  name: 'depot order',
  version: '1',
  scope,
  rules: [
    order.field('id', 'requestId', requestId),
    order.field('hubOrder', 'orderId', orderId),
    order.field('number', 'orderNumber', text(100)),
    order.field('placedAt', 'placedAt', instant),
    order.field('site', 'nodeId', nodeLookup('order')),
    order.field(
      'method',
      'method',
      enumTable<FulfillmentMethod>('method', { PARCEL: 'ship', COUNTER: 'pickup', DIRECT: 'dropShip' }),
    ),
    order.field('carrierService', 'shippingService', text(100), optional),
    order.field('shipBy', 'neededBy', instant, optional),
    order.field('packWith', 'packGroup', text(63), optional),
    order.one(
      'recipient',
      'shipTo',
      [
        address.field('name', 'name', text(200), optional),
        address.field('street', 'line1', text(200)),
        address.field('street2', 'line2', text(200), optional),
        address.field('city', 'city', text(100)),
        address.field('zip', 'postcode', text(20), optional),
        address.field('country', 'country', countryCode),
      ],
      optional,
    ),
    order.each(
      'items',
      'lines',
      [
        line.field('line', 'lineNo', wholeNumber(1)),
        line.field('item', 'sku', skuLookup('order')),
        line.field('title', 'name', text(300), optional),
        line.field('units', 'quantity', wholeNumber(1)),
        line.field('priceMinor', 'unitPriceMinor', minorUnits),
        line.field('currency', 'currency', pattern('an ISO 4217 code such as EUR', /^[A-Z]{3}$/)),
      ],
      { minimum: 1, key: 'line' },
    ),
  ],
})

const cancel = rulesFor<DepotCancel, CancelRequest, Scope>()
const out = rulesFor<NonNullable<DepotCancel['items']>[number], NonNullable<CancelRequest['lines']>[number], Scope>()

export const cancelMap: FieldMap<DepotCancel, CancelRequest, Scope, Scope> = defineMap({
  name: 'depot cancel',
  version: '1',
  scope,
  rules: [
    cancel.field('id', 'requestId', text(100)),
    cancel.field('site', 'nodeId', nodeLookup('cancel')),
    cancel.field('reason', 'reason', text(500)),
    // Without items all that is left of the order is to be left out.
    cancel.when({ path: 'items' }, { path: 'lines' }, [
      cancel.each('items', 'lines', [
        out.field('line', 'lineNo', wholeNumber(1)),
        out.field('item', 'sku', skuLookup('cancel')),
        out.field('units', 'quantity', wholeNumber(1)),
      ]),
    ]),
  ],
})

const back = rulesFor<DepotReturnOrder, ReturnInstruction, Scope>()
const expected = rulesFor<DepotReturnOrder['items'][number], ReturnInstruction['lines'][number], Scope>()

export const returnOrderMap: FieldMap<DepotReturnOrder, ReturnInstruction, Scope, Scope> = defineMap({
  name: 'depot return order',
  version: '1',
  scope,
  rules: [
    back.field('id', 'returnId', text<ReturnId>(63)),
    back.field('site', 'nodeId', nodeLookup('return')),
    back.field('number', 'orderNumber', text(100)),
    back.field('order', 'requestId', text(63), optional),
    back.field('agreedAt', 'authorisedAt', instant),
    back.field('tracking', 'trackingNumber', text(200), optional),
    back.each(
      'items',
      'lines',
      [
        expected.field('line', 'lineNo', wholeNumber(1)),
        expected.field('item', 'sku', skuLookup('return')),
        expected.field('units', 'quantity', wholeNumber(1)),
        expected.field(
          'why',
          'reason',
          enumTable<ReturnReason>('reason', Object.fromEntries(RETURN_REASONS.map((word) => [word, word]))),
        ),
      ],
      { minimum: 1, key: 'line' },
    ),
  ],
})

const reminder = rulesFor<DepotReminder, FulfillmentReminder, Scope>()
export const reminderMap: FieldMap<DepotReminder, FulfillmentReminder, Scope, Scope> = defineMap({
  name: 'depot reminder',
  version: '1',
  scope,
  rules: [
    reminder.field('id', 'requestId', requestId),
    reminder.field('site', 'nodeId', nodeLookup('reminder')),
    reminder.field('wasDue', 'missedAt', instant),
    reminder.field('nowDue', 'dueAt', instant),
  ],
})
