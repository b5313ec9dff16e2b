/**
 * A Shopify order as its webhooks send it (REST-shaped body of orders/create, updated, edited, cancelled, paid) ↔ the canonical
 * order. Field names: shopify.dev/docs/api/webhooks, samples of bold-commerce/go-shopify. Choices are told in README.md.
 */
import type { ExternalLineId, ExternalOrderId } from '#core/model/ids.ts'
import type { CurrencyCode } from '#core/model/money.ts'
import type { OrderInput, OrderLineInput } from '#core/model/order.ts'
import type { Address } from '#core/model/party.ts'
import type { FieldMap, MapReading } from '../engine/index.ts'
import {
  clippedText,
  countryCode,
  decimalMoney,
  defineMap,
  flag,
  instant,
  isAbsent,
  isRefusal,
  pattern,
  readingOf,
  rulesFor,
  runForward,
  text,
} from '../engine/index.ts'
import { backScope, dig, orderPickup, pluck } from './order-context.ts'
import type { ShopifyOrderContext, ShopifyOrderScope } from './order-context.ts'
import {
  channelOf,
  financialStatusOf,
  handoverOf,
  holdsOf,
  positionOf,
  propertiesOf,
  skuOfLine,
  sumOf,
  unitsOf,
} from './order-steps.ts'

export type RestAddress = {
  name?: string | null
  company?: string | null
  address1?: string | null
  address2?: string | null
  city?: string | null
  province?: string | null
  province_code?: string | null
  zip?: string | null
  country_code?: string | null
  phone?: string | null
  latitude?: number | null
  longitude?: number | null
}

export type RestLine = {
  admin_graphql_api_id: string
  sku?: string | null
  variant_id?: number | null
  name?: string
  quantity: number
  current_quantity?: number
  price: string
  requires_shipping?: boolean
  properties?: { name: string; value: string }[]
  discount_allocations?: { amount: string }[]
  tax_lines?: { price: string }[]
}

export type RestOrder = {
  admin_graphql_api_id: string
  name?: string
  created_at: string
  updated_at: string
  cancelled_at?: string | null
  currency: string
  total_price?: string
  current_total_price?: string
  financial_status?: string | null
  taxes_included?: boolean
  total_shipping_price_set?: { shop_money: { amount: string } }
  note_attributes?: { name: string; value: string }[]
  shipping_lines?: { code?: string | null; title?: string | null }[]
  shipping_address?: RestAddress | null
  billing_address?: RestAddress | null
  line_items: RestLine[]
}

const address = rulesFor<RestAddress, Address, ShopifyOrderScope>()
const line = rulesFor<RestLine, OrderLineInput, ShopifyOrderScope>()
const head = rulesFor<RestOrder, OrderInput, ShopifyOrderScope>()
const optional = { optional: true }

const addressRules = [
  address.field('name', 'name', text(200), optional),
  address.field('company', 'company', text(200), optional),
  address.field('address2', 'line2', text(200), optional),
  // City states have no city in Shopify's own address forms.
  address.field('city', 'city', text(100), { fallback: '' }),
  address.derive({
    name: 'province code, else its name',
    reads: ['province_code', 'province'],
    writes: ['region'],
    forward: ({ province_code: code, province }) => {
      const region = isAbsent(code) ? province : code
      return typeof region === 'string' && region !== '' ? { region: region.slice(0, 100) } : {}
    },
    back: ({ region }) => (region === undefined ? {} : { province_code: region }),
  }),
  address.field('zip', 'postcode', text(20), optional),
  address.field('country_code', 'country', countryCode),
  address.field('phone', 'phone', text(50), optional),
  address.derive({
    name: 'position',
    reads: ['latitude', 'longitude'],
    writes: ['position'],
    forward: ({ latitude, longitude }) => positionOf(latitude, longitude),
    back: ({ position }) => (position === undefined ? {} : { ...position }),
  }),
]

const lineRules = [
  line.field('admin_graphql_api_id', 'externalId', text<ExternalLineId>(200)),
  line.derive({
    name: 'sku by crosswalk',
    reads: ['sku', 'variant_id'],
    writes: ['sku'],
    forward: ({ sku, variant_id: variant }, scope) => skuOfLine(sku, variant, scope),
    back: ({ sku }, { crosswalk }) => (sku === undefined ? {} : { sku: crosswalk.partnerSkuOf(sku) }),
  }),
  line.field('name', 'name', clippedText(300), optional),
  line.derive({
    name: 'ordered less what is left is cancelled',
    reads: ['quantity', 'current_quantity'],
    writes: ['quantity', 'cancelledQuantity'],
    forward: ({ quantity, current_quantity: current }) => unitsOf(quantity, current),
    back: ({ quantity = 0, cancelledQuantity = 0 }) => ({ quantity, current_quantity: quantity - cancelledQuantity }),
  }),
  line.field('price', 'unitPriceMinor', decimalMoney),
  line.derive({
    name: 'discounts of the line',
    reads: ['discount_allocations'],
    writes: ['discountMinor'],
    forward: ({ discount_allocations: listed }, scope) => {
      const discountMinor = sumOf(pluck(listed, 'amount'), scope)
      return isRefusal(discountMinor) || discountMinor === undefined ? (discountMinor ?? {}) : { discountMinor }
    },
    back: ({ discountMinor }, scope) => {
      const amount = discountMinor === undefined ? undefined : decimalMoney.write(discountMinor, scope)
      return isRefusal(amount) || amount === undefined ? (amount ?? {}) : { discount_allocations: [{ amount }] }
    },
  }),
  line.derive({
    name: 'taxes of the line',
    reads: ['tax_lines'],
    writes: ['taxMinor'],
    forward: ({ tax_lines: listed }, scope) => {
      const taxMinor = sumOf(pluck(listed, 'price'), scope)
      return isRefusal(taxMinor) || taxMinor === undefined ? (taxMinor ?? {}) : { taxMinor }
    },
    back: ({ taxMinor }, scope) => {
      const price = taxMinor === undefined ? undefined : decimalMoney.write(taxMinor, scope)
      return isRefusal(price) || price === undefined ? (price ?? {}) : { tax_lines: [{ price }] }
    },
  }),
  line.derive({
    name: 'pickup or shipping',
    reads: ['properties'],
    writes: ['method', 'nodeId', 'promisedBy'],
    forward: ({ properties }, scope) => handoverOf(properties, scope),
    back: (written, scope) => {
      const properties = propertiesOf(written, scope)
      return isRefusal(properties) ? properties : { properties }
    },
  }),
]

/** Shopify webhook body ↔ canonical order. A line of an unknown SKU is refused alone, under its own gid. */
export const restOrderMap: FieldMap<RestOrder, OrderInput, ShopifyOrderContext, ShopifyOrderScope> = defineMap({
  name: 'shopify order (webhook)',
  version: '1',
  scope: {
    forward: (body, context) => ({
      ...context,
      currency: body.currency,
      ...orderPickup(
        dig(body, 'shipping_lines', 0, 'code'),
        body.note_attributes,
        pluck(body.line_items, 'properties'),
      ),
    }),
    back: backScope,
  },
  rules: [
    head.derive({
      name: 'channel of the connection',
      reads: [],
      writes: ['channelId'],
      forward: (_reads, scope) => channelOf(scope),
      back: () => ({}),
    }),
    head.field('admin_graphql_api_id', 'externalId', text<ExternalOrderId>(200)),
    head.field('name', 'number', text(100), optional),
    head.field('updated_at', 'revisedAt', instant),
    head.field('created_at', 'placedAt', instant),
    head.field('cancelled_at', 'cancelledAt', instant, optional),
    head.field('currency', 'currency', pattern<CurrencyCode>('an ISO 4217 code such as EUR', /^[A-Z]{3}$/)),
    head.derive({
      name: 'total after edits, else as placed',
      reads: ['current_total_price', 'total_price'],
      writes: ['totalMinor'],
      forward: ({ current_total_price: current, total_price: placed }, scope) => {
        const totalMinor = decimalMoney.read(isAbsent(current) ? placed : current, scope)
        return isRefusal(totalMinor) ? totalMinor : { totalMinor }
      },
      back: ({ totalMinor = 0 }, scope) => {
        const total = decimalMoney.write(totalMinor, scope)
        return isRefusal(total) ? total : { current_total_price: total, total_price: total }
      },
    }),
    head.field('taxes_included', 'taxesIncluded', flag, optional),
    head.field('total_shipping_price_set.shop_money.amount', 'shippingMinor', decimalMoney, optional),
    head.derive({
      name: 'a payment not seen is a hold',
      reads: ['financial_status'],
      writes: ['holds'],
      forward: ({ financial_status: status }) => ({ holds: holdsOf(status) }),
      back: ({ holds }) => ({ financial_status: financialStatusOf(holds) }),
    }),
    head.derive({
      name: 'shipping method',
      reads: ['shipping_lines'],
      writes: ['shippingService'],
      forward: ({ shipping_lines: lines }) => {
        const title = dig(lines, 0, 'title')
        const service = isAbsent(title) ? dig(lines, 0, 'code') : title
        return typeof service === 'string' && service !== '' ? { shippingService: service.slice(0, 100) } : {}
      },
      back: ({ shippingService }) => ({
        shipping_lines: shippingService === undefined ? [] : [{ title: shippingService }],
      }),
    }),
    head.one('shipping_address', 'shipTo', [address.field('address1', 'line1', text(200)), ...addressRules], optional),
    // A wallet's billing address often has no street; nothing is sent there, so that is no reason to refuse.
    head.one(
      'billing_address',
      'billTo',
      [address.field('address1', 'line1', text(200), { fallback: '' }), ...addressRules],
      optional,
    ),
    head.each('line_items', 'lines', lineRules, {
      part: 'admin_graphql_api_id',
      key: 'externalId',
      minimum: 1,
      where: { path: 'requires_shipping', is: [true, undefined, null] },
    }),
  ],
})

export type OrderReading = MapReading<'order', OrderInput> & {
  /** Why the document is of no interest, when it is none: nothing in it has to move. */
  ignored?: string
}

const NOTHING_TO_SHIP = 'no line of this order needs shipping'

/** Reads a parsed webhook body. Unknown SKUs are refused parts; when no line is left, the whole order is refused. */
export function readRestOrder(body: unknown, context: ShopifyOrderContext, map = restOrderMap): OrderReading {
  if (allDigital(dig(body, 'line_items'), 'requires_shipping')) {
    return { documents: [], refused: [], ignored: NOTHING_TO_SHIP }
  }
  return readingOf('order', '', runForward(map, body as RestOrder, context))
}

/** True when every line of a list says by itself that nothing is to be shipped (gift cards, services). */
export function allDigital(lines: unknown, mark: string): boolean {
  return Array.isArray(lines) && lines.length > 0 && lines.every((one) => dig(one, mark) === false)
}

export { NOTHING_TO_SHIP }
