/**
 * A fulfillment instruction ↔ an Odoo sales order, in Odoo's field names but with codes where Odoo wants record ids: the connector
 * looks those up at the moment of sending, because ids belong to a database and codes to the business. `origin` and `line_no` are
 * ours: Odoo has no field for the hub's line numbers, so they go into the order's Source Document (`originOf`).
 */
import type { FulfillmentInstruction } from '#core/model/fulfillment.ts'
import type { FulfillmentMethod } from '#core/model/node.ts'
import type { OrderId } from '#core/model/ids.ts'
import type { Address } from '#core/model/party.ts'
import type { FieldMap, WithCrosswalk } from '../engine/index.ts'
import {
  countryCode,
  decimalMoney,
  defineMap,
  enumTable,
  isRefusal,
  nodeLookup,
  pattern,
  refuse,
  rulesFor,
  text,
  wholeNumber,
} from '../engine/index.ts'
import { dateTime, requestId } from './leaves.ts'

export type OdooAddress = {
  name?: string
  company_name?: string
  street: string
  street2?: string
  city: string
  state?: string
  zip?: string
  country: string
  phone?: string
  email?: string
}

export type OdooOrder = {
  client_order_ref: string
  origin: { number: string; method: string; order: string }
  /** Code of the stock.warehouse. */
  warehouse: string
  commitment_date?: string
  shipping?: OdooAddress
  order_line: {
    line_no: number
    /** product.product: Internal Reference. */
    default_code: string
    name?: string
    product_uom_qty: number
    /** Decimal text. */
    price_unit: string
    currency: string
  }[]
}

type Line = FulfillmentInstruction['lines'][number]
const line = rulesFor<OdooOrder['order_line'][number], Line, WithCrosswalk>()
const address = rulesFor<OdooAddress, Address, WithCrosswalk>()
const head = rulesFor<OdooOrder, FulfillmentInstruction, WithCrosswalk>()
const optional = { optional: true }

const lineRules = [
  line.field('line_no', 'lineNo', wholeNumber(1)),
  line.derive({
    name: 'product code',
    reads: ['default_code'],
    writes: ['sku', 'partnerSku'],
    forward: ({ default_code: code }, { crosswalk }) => {
      const sku = typeof code === 'string' ? crosswalk.skuOf(code) : undefined
      if (sku !== undefined) return code === sku ? { sku } : { sku, partnerSku: String(code) }
      return refuse({
        rule: 'must be an Internal Reference with a row in the crosswalk',
        cure: 'Add a crosswalk row from this product code to a SKU, then replay.',
        code: 'odoo.sku-unknown',
        class: 'crosswalk',
        subject: String(code),
      })
    },
    back: ({ sku, partnerSku }, { crosswalk }) =>
      sku === undefined ? {} : { default_code: partnerSku ?? crosswalk.partnerSkuOf(sku) },
  }),
  line.field('name', 'name', text(300), optional),
  line.field('product_uom_qty', 'quantity', wholeNumber(1)),
  line.field('currency', 'currency', pattern('an ISO 4217 code such as EUR', /^[A-Z]{3}$/)),
  line.derive({
    name: 'price in the line’s currency',
    reads: ['price_unit', 'currency'],
    writes: ['unitPriceMinor', 'currency'],
    forward: ({ price_unit: price, currency }) => {
      const unitPriceMinor = decimalMoney.read(price, { currency: String(currency) })
      return isRefusal(unitPriceMinor) ? unitPriceMinor : { unitPriceMinor }
    },
    back: ({ unitPriceMinor = 0, currency = '' }) => {
      const price = decimalMoney.write(unitPriceMinor, { currency })
      return isRefusal(price) ? price : { price_unit: price }
    },
  }),
]

const addressRules = [
  address.field('name', 'name', text(200), optional),
  address.field('company_name', 'company', text(200), optional),
  address.field('street', 'line1', text(200), { fallback: '' }),
  address.field('street2', 'line2', text(200), optional),
  address.field('city', 'city', text(100), { fallback: '' }),
  address.field('state', 'region', text(100), optional),
  address.field('zip', 'postcode', text(20), optional),
  address.field('country', 'country', countryCode),
  address.field('phone', 'phone', text(50), optional),
  address.field('email', 'email', text(254), optional),
]

/** `#1001 ship [1,2]`: what people read as Source Document, and what tells which of Odoo's lines is which of the hub's. */
export const originText = ({ origin, order_line: lines }: OdooOrder): string =>
  `${origin.number} ${origin.method} [${lines.map((each) => each.line_no).join(',')}]`

/** The hub's line numbers in a Source Document, in the order of Odoo's lines by id; undefined when it is another's text. */
export function lineNosOf(origin: unknown): number[] | undefined {
  const numbers = typeof origin === 'string' ? /\[(\d+(?:,\d+)*)\]$/.exec(origin)?.[1] : undefined
  return numbers?.split(',').map(Number)
}

export const orderMap: FieldMap<OdooOrder, FulfillmentInstruction, WithCrosswalk, WithCrosswalk> = defineMap({
  name: 'odoo order',
  version: '1',
  scope: { forward: (_order, context) => context, back: (_instruction, context) => context },
  rules: [
    head.field('client_order_ref', 'requestId', requestId),
    head.field('origin.number', 'orderNumber', text(100), { fallback: '' }),
    head.field(
      'origin.method',
      'method',
      enumTable<FulfillmentMethod>('method', { ship: 'ship', pickup: 'pickup', 'drop-ship': 'dropShip' }),
    ),
    head.field('origin.order', 'orderId', pattern<OrderId>('an order id such as ord_…', /^ord_[0-9A-Za-z-]{1,60}$/)),
    head.field('warehouse', 'nodeId', nodeLookup('odoo')),
    head.field('commitment_date', 'neededBy', dateTime, optional),
    head.one('shipping', 'shipTo', addressRules, optional),
    head.each('order_line', 'lines', lineRules, { minimum: 1, key: 'lineNo' }),
  ],
})
