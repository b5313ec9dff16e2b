/** ShipHero's documents as entries of the catalogue. */
import { CancelResponse, FulfillmentInstruction, FulfillmentResponse, ShipmentNotice } from '#core/model/fulfillment.ts'
import { StockFeed } from '#core/model/stock.ts'
import { allocationMap, backorderMap, cancelMap, shipmentMap } from '#mappings/shiphero/answers.ts'
import { orderMap } from '#mappings/shiphero/order.ts'
import { stockMap } from '#mappings/shiphero/stock.ts'
import type { MapEntry } from './entry.ts'
import { jsonEntry } from './json.ts'

export const shipheroEntries: MapEntry[] = [
  jsonEntry(orderMap, {
    summary: 'Fulfillment request as an order to ship.',
    kind: 'fulfillmentInstruction',
    schema: FulfillmentInstruction,
    directions: 'both',
  }),
  jsonEntry(allocationMap, {
    summary: 'Units that the warehouse has set aside.',
    kind: 'fulfillmentResponse',
    schema: FulfillmentResponse,
    directions: 'both',
  }),
  jsonEntry(backorderMap, {
    summary: 'What of an order’s lines is short.',
    kind: 'fulfillmentResponse',
    schema: FulfillmentResponse,
    directions: 'both',
  }),
  jsonEntry(shipmentMap, {
    summary: 'Shipment with its packages.',
    kind: 'shipment',
    schema: ShipmentNotice,
    directions: 'both',
  }),
  jsonEntry(cancelMap, {
    summary: 'Order that was canceled.',
    kind: 'cancelResponse',
    schema: CancelResponse,
    directions: 'both',
  }),
  jsonEntry(stockMap, {
    summary: 'Figures of products by warehouse.',
    kind: 'stock',
    schema: StockFeed,
    directions: 'both',
  }),
]
