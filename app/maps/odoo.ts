/** Odoo's documents as entries of the catalogue. */
import { CancelResponse, FulfillmentInstruction, FulfillmentResponse, ShipmentNotice } from '#core/model/fulfillment.ts'
import { StockFeed } from '#core/model/stock.ts'
import { answerMap, cancelMap, deliveryMap } from '#mappings/odoo/answers.ts'
import { orderMap } from '#mappings/odoo/order.ts'
import { stockMap } from '#mappings/odoo/stock.ts'
import type { MapEntry } from './entry.ts'
import { jsonEntry } from './json.ts'

export const odooEntries: MapEntry[] = [
  jsonEntry(orderMap, {
    summary: 'Fulfillment request as a sales order, with codes for record ids.',
    kind: 'fulfillmentInstruction',
    schema: FulfillmentInstruction,
    directions: 'both',
  }),
  jsonEntry(answerMap, {
    summary: 'What of a sales order is kept and what is dropped.',
    kind: 'fulfillmentResponse',
    schema: FulfillmentResponse,
    directions: 'both',
  }),
  jsonEntry(deliveryMap, {
    summary: 'Delivery that is done.',
    kind: 'shipment',
    schema: ShipmentNotice,
    directions: 'both',
  }),
  jsonEntry(cancelMap, {
    summary: 'Sales order that was cancelled.',
    kind: 'cancelResponse',
    schema: CancelResponse,
    directions: 'both',
  }),
  jsonEntry(stockMap, {
    summary: 'Quants summed up by product and warehouse.',
    kind: 'stock',
    schema: StockFeed,
    directions: 'both',
  }),
]
