/**
 * A fulfillment instruction ↔ what is asked of ShipHero with `order_create` (CreateOrderInput). The warehouse stands at the head here and
 * on every line there; currency, shop and account are the connection's, and added when it is sent.
 */
import type { FulfillmentInstruction } from '#core/model/fulfillment.ts'
import type { FulfillmentMethod } from '#core/model/node.ts'
import type { Address } from '#core/model/party.ts'
import type { FieldMap, WithCrosswalk } from '../engine/index.ts'
import {
  countryCode,
  decimalMoney,
  defineMap,
  enumTable,
  isRefusal,
  nodeLookup,
  orderId,
  pattern,
  refuse,
  requestId,
  rulesFor,
  text,
  wholeNumber,
} from '../engine/index.ts'
import { dateTime, lineRefOf, lineRefText, notOurLine } from './leaves.ts'

export type ShipHeroAddress = {
  first_name?: string
  last_name?: string
  company?: string
  address1: string
  address2?: string
  city: string
  state?: string
  zip?: string
  country: string
  phone?: string
  email?: string
}

export type ShipHeroOrder = {
  partner_order_id: string
  order_number: string
  order_date: string
  required_ship_date?: string
  warehouse_id: string
  notes: { order: string; method: string }
  shipping_address?: ShipHeroAddress
  shipping_title?: string
  line_items: {
    partner_line_item_id: string
    sku: string
    product_name?: string
    quantity: number
    /** Decimal text. */
    price: string
    currency: string
  }[]
}

type Line = FulfillmentInstruction['lines'][number]
type LineScope = WithCrosswalk & { requestId?: string }
const line = rulesFor<ShipHeroOrder['line_items'][number], Line, LineScope>()
const address = rulesFor<ShipHeroAddress, Address, LineScope>()
const head = rulesFor<ShipHeroOrder, FulfillmentInstruction, LineScope>()
const optional = { optional: true }

const lineRules = [
  line.derive({
    name: 'line number and units asked for',
    reads: ['partner_line_item_id'],
    writes: ['lineNo', 'quantity'],
    forward: ({ partner_line_item_id: id }) => {
      const ref = lineRefOf(id)
      return ref === undefined ? notOurLine : { lineNo: ref.lineNo }
    },
    back: ({ lineNo = 0, quantity = 0 }, { requestId: request = '' }) => ({
      partner_line_item_id: lineRefText({ requestId: request, lineNo, asked: quantity }),
    }),
  }),
  line.derive({
    name: 'product code',
    reads: ['sku'],
    writes: ['sku', 'partnerSku'],
    forward: ({ sku: code }, { crosswalk }) => {
      const sku = typeof code === 'string' ? crosswalk.skuOf(code) : undefined
      if (sku !== undefined) return code === sku ? { sku } : { sku, partnerSku: String(code) }
      return refuse({
        rule: 'must be a product code with a row in the crosswalk',
        cure: 'Add a crosswalk row from this product code to a SKU, then replay.',
        code: 'shiphero.sku-unknown',
        class: 'crosswalk',
        subject: String(code),
      })
    },
    back: ({ sku, partnerSku }, { crosswalk }) =>
      sku === undefined ? {} : { sku: partnerSku ?? crosswalk.partnerSkuOf(sku) },
  }),
  line.field('product_name', 'name', text(300), optional),
  line.field('quantity', 'quantity', wholeNumber(1)),
  line.field('currency', 'currency', pattern('an ISO 4217 code such as EUR', /^[A-Z]{3}$/)),
  line.derive({
    name: 'price in the line’s currency',
    reads: ['price', 'currency'],
    writes: ['unitPriceMinor', 'currency'],
    forward: ({ price, currency }) => {
      const unitPriceMinor = decimalMoney.read(price, { currency: String(currency) })
      return isRefusal(unitPriceMinor) ? unitPriceMinor : { unitPriceMinor }
    },
    back: ({ unitPriceMinor = 0, currency = '' }) => {
      const price = decimalMoney.write(unitPriceMinor, { currency })
      return isRefusal(price) ? price : { price }
    },
  }),
]

const addressRules = [
  address.derive({
    name: 'first and last name',
    reads: ['first_name', 'last_name'],
    writes: ['name'],
    forward: ({ first_name: first, last_name: last }) => {
      const parts = [first, last].filter((part) => typeof part === 'string')
      return parts.length === 0 ? {} : { name: parts.join(' ').slice(0, 200) }
    },
    // The last word is the last name: ShipHero prints both beside each other, so that nothing of it is lost.
    back: ({ name }) => {
      if (name === undefined) return {}
      const at = name.lastIndexOf(' ')
      return at < 0 ? { first_name: name } : { first_name: name.slice(0, at), last_name: name.slice(at + 1) }
    },
  }),
  address.field('company', 'company', text(200), optional),
  address.field('address1', 'line1', text(200), { fallback: '' }),
  address.field('address2', 'line2', text(200), optional),
  address.field('city', 'city', text(100), { fallback: '' }),
  address.field('state', 'region', text(100), optional),
  address.field('zip', 'postcode', text(20), optional),
  address.field('country', 'country', countryCode),
  address.field('phone', 'phone', text(50), optional),
  address.field('email', 'email', text(254), optional),
]

export const orderMap: FieldMap<ShipHeroOrder, FulfillmentInstruction, WithCrosswalk, LineScope> = defineMap({
  name: 'shiphero order',
  version: '1',
  scope: {
    forward: (_order, context) => context,
    back: (instruction, context) => ({ ...context, requestId: instruction.requestId }),
  },
  rules: [
    head.field('partner_order_id', 'requestId', requestId),
    head.field('order_number', 'orderNumber', text(100), { fallback: '' }),
    head.field('order_date', 'placedAt', dateTime),
    head.field('required_ship_date', 'neededBy', dateTime, optional),
    head.field('warehouse_id', 'nodeId', nodeLookup('shiphero')),
    head.field('notes.order', 'orderId', orderId),
    head.field(
      'notes.method',
      'method',
      enumTable<FulfillmentMethod>('method', { ship: 'ship', pickup: 'pickup', 'drop-ship': 'dropShip' }),
    ),
    head.field('shipping_title', 'shippingService', text(100), optional),
    head.one('shipping_address', 'shipTo', addressRules, optional),
    head.each('line_items', 'lines', lineRules, { minimum: 1, key: 'lineNo' }),
  ],
})
