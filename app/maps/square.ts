/** Square's documents as entries of the catalogue. */
import { CancelResponse, FulfillmentInstruction, FulfillmentResponse, ShipmentNotice } from '#core/model/fulfillment.ts'
import { OrderInput } from '#core/model/order.ts'
import { TillReturn } from '#core/model/return.ts'
import { StockFeed } from '#core/model/stock.ts'
import { countsMap } from '#mappings/square/counts.ts'
import { answerMap, cancelMap, collectionMap, pickupMap } from '#mappings/square/pickup.ts'
import { returnMap, saleMap } from '#mappings/square/sale.ts'
import type { MapEntry } from './entry.ts'
import { jsonEntry } from './json.ts'

/** The channel is the connection's; a file run by hand has none. */
const more = { channelId: 'shop' }

export const squareEntries: MapEntry[] = [
  jsonEntry(saleMap, { summary: 'Sale at the till.', kind: 'order', schema: OrderInput, directions: 'both', more }),
  jsonEntry(returnMap, {
    summary: 'Return to the till.',
    kind: 'tillReturn',
    schema: TillReturn,
    directions: 'both',
    more,
  }),
  jsonEntry(pickupMap, {
    summary: 'Fulfillment request as a pickup order.',
    kind: 'fulfillmentInstruction',
    schema: FulfillmentInstruction,
    directions: 'both',
  }),
  jsonEntry(answerMap, {
    summary: 'What a store says of a pickup order.',
    kind: 'fulfillmentResponse',
    schema: FulfillmentResponse,
    directions: 'both',
  }),
  jsonEntry(collectionMap, {
    summary: 'Pickup order that was collected.',
    kind: 'shipment',
    schema: ShipmentNotice,
    directions: 'both',
  }),
  jsonEntry(cancelMap, {
    summary: 'Pickup order that was cancelled.',
    kind: 'cancelResponse',
    schema: CancelResponse,
    directions: 'both',
  }),
  jsonEntry(countsMap, {
    summary: 'Inventory counts of the stores.',
    kind: 'stock',
    schema: StockFeed,
    directions: 'both',
  }),
]
