/** What an Odoo says of orders and stock, for `crossdock connector test odoo`. */
import { odooTime } from '#mappings/odoo/leaves.ts'
import type { OrderRecord } from '#mappings/odoo/answers.ts'
import type { StockRecords } from '#mappings/odoo/stock.ts'
import { readJson } from '#mappings/formats/json/reader.ts'
import type { Documents } from '../contract/documents.ts'
import type { Exhibit, InboundExhibit, Says } from '../contract/exhibit.ts'
import { PARTNER_ID, paperOdoo, WAREHOUSE } from './paper.ts'

const bytesOf = (value: OrderRecord | StockRecords): Uint8Array => new TextEncoder().encode(JSON.stringify(value))

type Lines = { lineNo: number; quantity: number }[]

/** A confirmed order of the hub with these lines, written at this time. */
const orderOf = (requestId: string, lines: Lines, writtenAt: string) => ({
  order: {
    id: 1,
    name: 'S00001',
    client_order_ref: requestId,
    origin: `#1001 ship [${lines.map(({ lineNo }) => lineNo).join(',')}]`,
    state: 'sale',
    write_date: writtenAt,
  },
  lines: lines.map(({ quantity }, index) => ({ id: index + 1, product_uom_qty: quantity })),
})

/** An order takes what it was asked for; what falls short is told only with what left. */
function answer({ requestId, answeredAt, lines }: Documents['fulfillmentResponse']): Uint8Array | undefined {
  if (lines.some(({ rejected }) => rejected > 0)) return undefined
  const taken = lines.map(({ lineNo, accepted }) => ({ lineNo, quantity: accepted }))
  return bytesOf({ ...orderOf(requestId, taken, odooTime(answeredAt)), pickings: [], moves: [] })
}

function shipment(notice: Documents['shipment']): Uint8Array | undefined {
  const { requestId, externalId, shippedAt, carrier = '', packages } = notice
  const [parcel] = packages
  if (parcel === undefined || packages.length > 1) return undefined
  return bytesOf({
    ...orderOf(requestId, parcel.lines, odooTime(shippedAt)),
    pickings: [
      {
        id: 31,
        name: externalId,
        state: 'done',
        date_done: odooTime(shippedAt),
        carrier_id: [4, carrier],
        carrier_tracking_ref: parcel.trackingNumber ?? false,
      },
    ],
    moves: parcel.lines.map(({ quantity }, index) => ({
      picking_id: [31, externalId],
      sale_line_id: [index + 1, 'S00001'],
      quantity,
      state: 'done',
    })),
  })
}

const stock: NonNullable<Says['stock']> = ({ asOf, rows }, { crosswalk }) =>
  bytesOf({
    as_of: asOf,
    products: rows.map(({ sku }, index) => ({ id: index + 1, default_code: crosswalk.partnerSkuOf(sku) })),
    warehouses: [WAREHOUSE],
    quants: rows.map(({ sku, onHand }, index) => ({
      id: index + 1,
      product_id: [index + 1, sku],
      warehouse_id: [WAREHOUSE.id, WAREHOUSE.code],
      quantity: onHand,
    })),
  })

/** Products in a document, each with what is there of it. */
function productsIn(raw: Uint8Array): string[] {
  const read = readJson(raw)
  const { quants } = (read.ok ? read.value : { quants: [] }) as unknown as Pick<StockRecords, 'quants'>
  return quants.map(({ product_id: [id], quantity }) => `${id}@${quantity}`)
}

const list = { pageSize: 200, overlapMs: 120_000 }
const examples = (name: string): string[] => [`mappings/odoo/examples/${name}.in.json`]

/** Both ports that read orders whole. A cancel that Odoo refuses is refused to the call that asks for it. */
const ORDERS = {
  format: 'json',
  says: { shipment, fulfillmentResponse: answer },
  list,
  samples: examples('record'),
} satisfies InboundExhibit

/** The ports that read stock. */
const STOCK = {
  format: 'json',
  says: { stock },
  samples: examples('stock'),
  given: ['/absentMeansZero'],
  // Odoo delivers more than was booked in: less than nothing is nothing.
  impossible: '1.5',
} satisfies InboundExhibit

export const exhibit: Exhibit = {
  // Everything is read again at each look.
  config: { baseUrl: 'https://odoo.example', partnerId: PARTNER_ID, currency: 'EUR', fullEveryMinutes: 0 },
  secrets: (seed) => ({ apiKey: `key-${seed}` }),
  nodeCode: WAREHOUSE.code,
  stockMode: 'delta',
  partner: (secret) => paperOdoo(secret('apiKey')),
  inbound: {
    stock: { ...STOCK, list: { ...list, rowsIn: productsIn } },
    'stock-moves': { ...STOCK, list: { ...list, rowsIn: productsIn } },
    'stock-full': { ...STOCK, list: { pageSize: 200, overlapMs: 0, rowsIn: productsIn, everything: true } },
    orders: ORDERS,
    deliveries: ORDERS,
  },
  outbound: { fulfillment: { map: 'odoo order', untold: ['/placedAt'] }, cancel: {} },
}
