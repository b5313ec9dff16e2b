/** Quiet XML as entries of the catalogue. */
import { CancelResponse, FulfillmentInstruction, FulfillmentResponse, ShipmentNotice } from '#core/model/fulfillment.ts'
import { ReturnInstruction, ReturnReceipt } from '#core/model/return.ts'
import { StockChange, StockFeed } from '#core/model/stock.ts'
import type { Instant } from '#core/model/time.ts'
import { cancelMap, returnMap } from '#mappings/quiet/answers.ts'
import { readDocument } from '#mappings/quiet/documents.ts'
import { PLAIN_SETTINGS } from '#mappings/quiet/leaves.ts'
import type { QuietContext } from '#mappings/quiet/leaves.ts'
import { orderMap } from '#mappings/quiet/order.ts'
import { readOrder, writeOrder, writeReturn } from '#mappings/quiet/outgoing.ts'
import { rmaMap } from '#mappings/quiet/return-order.ts'
import { shipmentMap, shortPickMap } from '#mappings/quiet/result.ts'
import { eventMap, summaryMap } from '#mappings/quiet/stock.ts'
import type { MapContext, MapEntry } from './entry.ts'

const MAX_BYTES = 20_000_000

const contextOf = ({ crosswalk, receivedAt }: MapContext): QuietContext => ({
  // A file that is tried by hand has no warehouse's tables: every event counts.
  crosswalk: { ...crosswalk, code: (table, code) => crosswalk.code(table, code) ?? MEANINGS[table] },
  receivedAt: receivedAt as Instant,
  settings: PLAIN_SETTINGS,
})

const MEANINGS: Record<string, string> = { 'inventory-event': 'adjust', 'reject-reason': 'outOfStock' }

/** Documents of one kind, out of a file that may hold several. */
const reads = (kind: string): NonNullable<MapEntry['read']> => {
  return (bytes, context) => {
    const { documents, refused } = readDocument(bytes, contextOf(context), { resultIsLast: true, maxBytes: MAX_BYTES })
    return { documents: documents.filter((each) => each.kind === kind), refused }
  }
}

const inbound: [map: { name: string }, summary: string, kind: string, schema: MapEntry['schema']][] = [
  [shipmentMap, 'SOResult: what left, with its cartons.', 'shipment', ShipmentNotice],
  [shortPickMap, 'SOResult: what was not there.', 'fulfillmentResponse', FulfillmentResponse],
  [cancelMap, 'SOCancelResult.', 'cancelResponse', CancelResponse],
  [summaryMap, 'InventorySummary: a full count.', 'stock', StockFeed],
  [eventMap, 'InventoryEventMessage: one change of stock.', 'stockChange', StockChange],
  [returnMap, 'RMAResult: what came back.', 'returnReceipt', ReturnReceipt],
]

export const quietEntries: MapEntry[] = [
  {
    name: orderMap.name,
    summary: 'ShipOrderDocument: an order to ship.',
    kind: 'fulfillmentInstruction',
    schema: FulfillmentInstruction,
    map: orderMap as unknown as MapEntry['map'],
    read: (bytes, context) => readOrder(bytes, contextOf(context)),
    write: (value, context) => writeOrder(value as FulfillmentInstruction, contextOf(context)),
  },
  {
    name: rmaMap.name,
    summary: 'RMADocument: a return to expect.',
    kind: 'returnInstruction',
    schema: ReturnInstruction,
    map: rmaMap as unknown as MapEntry['map'],
    write: (value, context) => writeReturn(value as ReturnInstruction, contextOf(context)),
  },
  ...inbound.map(([map, summary, kind, schema]): MapEntry => ({
    name: map.name,
    summary,
    kind,
    schema,
    map: map as unknown as MapEntry['map'],
    read: reads(kind),
  })),
]
