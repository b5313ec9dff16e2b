/** The ERP's documents as entries of the catalogue. */
import { CancelResponse, FulfillmentInstruction, FulfillmentResponse, ShipmentNotice } from '#core/model/fulfillment.ts'
import { GoodsReceipts, StockFeed, SupplyStatement } from '#core/model/stock.ts'
import { answerMap, cancelAnswerMap, collectionMap, shipmentMap } from '#mappings/erp/events.ts'
import { requestMap } from '#mappings/erp/request.ts'
import { readStockCsv } from '#mappings/erp/stock-csv.ts'
import { readStockXml } from '#mappings/erp/stock-xml.ts'
import { csvStockMap, jsonStockMap, xmlStockMap } from '#mappings/erp/stock.ts'
import { readReceiptsCsv, readSuppliesCsv } from '#mappings/erp/supplies-csv.ts'
import { csvReceiptMap, csvSupplyMap, jsonReceiptMap, jsonSupplyMap } from '#mappings/erp/supplies.ts'
import type { MapEntry } from './entry.ts'
import { jsonEntry } from './json.ts'

export const erpEntries: MapEntry[] = [
  jsonEntry(jsonStockMap, { summary: 'Stock feed as JSON.', kind: 'stock', schema: StockFeed, directions: 'both' }),
  {
    name: csvStockMap.name,
    summary: 'Stock feed as CSV; the column as_of tells its time.',
    kind: 'stock',
    schema: StockFeed,
    map: csvStockMap as unknown as MapEntry['map'],
    read: (bytes, context) => readStockCsv(bytes, {}, context),
  },
  {
    name: xmlStockMap.name,
    summary: 'Stock feed as XML.',
    kind: 'stock',
    schema: StockFeed,
    map: xmlStockMap as unknown as MapEntry['map'],
    read: (bytes, context) => readStockXml(bytes, context),
  },
  jsonEntry(jsonSupplyMap, {
    summary: 'Purchase orders, ASNs and transfers as JSON.',
    kind: 'supplies',
    schema: SupplyStatement,
    directions: 'in',
  }),
  {
    name: csvSupplyMap.name,
    summary: 'Purchase orders, ASNs and transfers as CSV.',
    kind: 'supplies',
    schema: SupplyStatement,
    map: csvSupplyMap as unknown as MapEntry['map'],
    read: (bytes, context) => readSuppliesCsv(bytes, {}, context),
  },
  jsonEntry(jsonReceiptMap, {
    summary: 'Goods that came in, as JSON.',
    kind: 'receipts',
    schema: GoodsReceipts,
    directions: 'in',
  }),
  {
    name: csvReceiptMap.name,
    summary: 'Goods that came in, as CSV.',
    kind: 'receipts',
    schema: GoodsReceipts,
    map: csvReceiptMap as unknown as MapEntry['map'],
    read: (bytes, context) => readReceiptsCsv(bytes, context),
  },
  jsonEntry(requestMap, {
    summary: 'Fulfillment request.',
    kind: 'fulfillmentInstruction',
    schema: FulfillmentInstruction,
    directions: 'both',
  }),
  jsonEntry(answerMap, {
    summary: 'Answer to a request.',
    kind: 'fulfillmentResponse',
    schema: FulfillmentResponse,
    directions: 'both',
  }),
  jsonEntry(shipmentMap, {
    summary: 'Shipment of a request.',
    kind: 'shipment',
    schema: ShipmentNotice,
    directions: 'both',
  }),
  jsonEntry(collectionMap, {
    summary: 'Goods handed over at the counter.',
    kind: 'shipment',
    schema: ShipmentNotice,
    directions: 'both',
  }),
  jsonEntry(cancelAnswerMap, {
    summary: 'Answer to a cancel.',
    kind: 'cancelResponse',
    schema: CancelResponse,
    directions: 'both',
  }),
]
