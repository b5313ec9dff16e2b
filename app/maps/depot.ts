/** The depot's maps as entries of the catalogue. */
import {
  CancelRequest,
  CancelResponse,
  FulfillmentInstruction,
  FulfillmentReminder,
  FulfillmentResponse,
  ShipmentNotice,
  TrackingEvent,
} from '#core/model/fulfillment.ts'
import { ReturnInstruction, ReturnReceipt } from '#core/model/return.ts'
import { StockFeed } from '#core/model/stock.ts'
import { answerMap, cancelAnswerMap, countMap, returnMap, shipmentMap, trackingMap } from '#mappings/depot/events.ts'
import { cancelMap, orderMap, reminderMap, returnOrderMap } from '#mappings/depot/orders.ts'
import type { MapEntry } from './entry.ts'
import { jsonEntry } from './json.ts'

const both = 'both' as const

export const depotEntries: MapEntry[] = [
  jsonEntry(orderMap, {
    summary: 'Order to ship.',
    kind: 'fulfillmentInstruction',
    schema: FulfillmentInstruction,
    directions: both,
  }),
  jsonEntry(cancelMap, {
    summary: 'Units to leave out.',
    kind: 'fulfillmentCancel',
    schema: CancelRequest,
    directions: both,
  }),
  jsonEntry(reminderMap, {
    summary: 'A word that is owed.',
    kind: 'fulfillmentReminder',
    schema: FulfillmentReminder,
    directions: both,
  }),
  jsonEntry(answerMap, {
    summary: 'Answer to an order.',
    kind: 'fulfillmentResponse',
    schema: FulfillmentResponse,
    directions: both,
  }),
  jsonEntry(shipmentMap, { summary: 'What left.', kind: 'shipment', schema: ShipmentNotice, directions: both }),
  jsonEntry(cancelAnswerMap, {
    summary: 'Answer to a cancel.',
    kind: 'cancelResponse',
    schema: CancelResponse,
    directions: both,
  }),
  jsonEntry(trackingMap, {
    summary: 'What a carrier says of a parcel.',
    kind: 'tracking',
    schema: TrackingEvent,
    directions: both,
  }),
  jsonEntry(returnOrderMap, {
    summary: 'Return to expect.',
    kind: 'returnInstruction',
    schema: ReturnInstruction,
    directions: both,
  }),
  jsonEntry(returnMap, { summary: 'What came back.', kind: 'returnReceipt', schema: ReturnReceipt, directions: both }),
  jsonEntry(countMap, { summary: 'Units counted.', kind: 'stock', schema: StockFeed, directions: both }),
]
