/**
 * A Shopify order as the reconciliation poll reads it (GraphQL Admin API 2026-10, `orders(query: "updated_at:>=…")`) ↔ the same
 * canonical order as the webhook's: whichever comes first, the other changes nothing.
 */
import type { ExternalLineId, ExternalOrderId } from '#core/model/ids.ts'
import type { CurrencyCode } from '#core/model/money.ts'
import type { OrderInput, OrderLineInput } from '#core/model/order.ts'
import type { Address } from '#core/model/party.ts'
import type { FieldMap } from '../engine/index.ts'
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
import { allDigital, NOTHING_TO_SHIP } from './order.ts'
import type { OrderReading } from './order.ts'
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

/** What the poll has to select of each order for `orderNodeMap`. */
export const ORDER_NODE_FIELDS = `
  id name createdAt updatedAt cancelledAt currencyCode displayFinancialStatus
  currentTotalPriceSet { shopMoney { amount } }
  taxesIncluded totalShippingPriceSet { shopMoney { amount } }
  customAttributes { key value }
  shippingLine { code title }
  shippingAddress { name company address1 address2 city provinceCode zip countryCodeV2 phone latitude longitude }
  billingAddress { name company address1 address2 city provinceCode zip countryCodeV2 phone latitude longitude }
  lineItems(first: 250) {
    nodes {
      id sku name quantity currentQuantity requiresShipping
      variant { id }
      originalUnitPriceSet { shopMoney { amount } }
      discountAllocations { allocatedAmountSet { shopMoney { amount } } }
      taxLines { priceSet { shopMoney { amount } } }
      customAttributes { key value }
    }
    pageInfo { hasNextPage endCursor }
  }`

type ShopMoney = { shopMoney: { amount: string } }
type Attribute = { key: string; value: string }

export type NodeAddress = {
  name?: string | null
  company?: string | null
  address1?: string | null
  address2?: string | null
  city?: string | null
  provinceCode?: string | null
  zip?: string | null
  countryCodeV2?: string | null
  phone?: string | null
  latitude?: number | null
  longitude?: number | null
}

export type NodeLine = {
  id: string
  sku?: string | null
  name?: string
  quantity: number
  currentQuantity?: number
  requiresShipping?: boolean
  variant?: { id: string } | null
  originalUnitPriceSet: ShopMoney
  discountAllocations?: { allocatedAmountSet: ShopMoney }[]
  taxLines?: { priceSet: ShopMoney }[]
  customAttributes?: Attribute[]
}

export type OrderNode = {
  id: string
  name?: string
  createdAt: string
  updatedAt: string
  cancelledAt?: string | null
  currencyCode: string
  displayFinancialStatus?: string | null
  currentTotalPriceSet: ShopMoney
  taxesIncluded?: boolean
  totalShippingPriceSet?: ShopMoney
  customAttributes?: Attribute[]
  shippingLine?: { code?: string | null; title?: string | null } | null
  shippingAddress?: NodeAddress | null
  billingAddress?: NodeAddress | null
  lineItems: { nodes: NodeLine[] }
}

const address = rulesFor<NodeAddress, Address, ShopifyOrderScope>()
const line = rulesFor<NodeLine, OrderLineInput, ShopifyOrderScope>()
const head = rulesFor<OrderNode, OrderInput, ShopifyOrderScope>()
const optional = { optional: true }

const addressRules = [
  address.field('name', 'name', text(200), optional),
  address.field('company', 'company', text(200), optional),
  address.field('address2', 'line2', text(200), optional),
  address.field('city', 'city', text(100), { fallback: '' }),
  address.field('provinceCode', 'region', text(100), optional),
  address.field('zip', 'postcode', text(20), optional),
  address.field('countryCodeV2', 'country', countryCode),
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
  line.field('id', 'externalId', text<ExternalLineId>(200)),
  line.derive({
    name: 'sku by crosswalk',
    reads: ['sku', 'variant.id'],
    writes: ['sku'],
    forward: ({ sku, 'variant.id': variant }, scope) => skuOfLine(sku, variant, scope),
    back: ({ sku }, { crosswalk }) => (sku === undefined ? {} : { sku: crosswalk.partnerSkuOf(sku) }),
  }),
  line.field('name', 'name', clippedText(300), optional),
  line.derive({
    name: 'ordered less what is left is cancelled',
    reads: ['quantity', 'currentQuantity'],
    writes: ['quantity', 'cancelledQuantity'],
    forward: ({ quantity, currentQuantity }) => unitsOf(quantity, currentQuantity),
    back: ({ quantity = 0, cancelledQuantity = 0 }) => ({ quantity, currentQuantity: quantity - cancelledQuantity }),
  }),
  line.field('originalUnitPriceSet.shopMoney.amount', 'unitPriceMinor', decimalMoney),
  line.derive({
    name: 'discounts of the line',
    reads: ['discountAllocations'],
    writes: ['discountMinor'],
    forward: ({ discountAllocations: listed }, scope) => {
      const discountMinor = sumOf(amountsOf(listed, 'allocatedAmountSet'), scope)
      return isRefusal(discountMinor) || discountMinor === undefined ? (discountMinor ?? {}) : { discountMinor }
    },
    back: ({ discountMinor }, scope) => {
      const amount = discountMinor === undefined ? undefined : decimalMoney.write(discountMinor, scope)
      if (isRefusal(amount) || amount === undefined) return amount ?? {}
      return { discountAllocations: [{ allocatedAmountSet: { shopMoney: { amount } } }] }
    },
  }),
  line.derive({
    name: 'taxes of the line',
    reads: ['taxLines'],
    writes: ['taxMinor'],
    forward: ({ taxLines: listed }, scope) => {
      const taxMinor = sumOf(amountsOf(listed, 'priceSet'), scope)
      return isRefusal(taxMinor) || taxMinor === undefined ? (taxMinor ?? {}) : { taxMinor }
    },
    back: ({ taxMinor }, scope) => {
      const amount = taxMinor === undefined ? undefined : decimalMoney.write(taxMinor, scope)
      if (isRefusal(amount) || amount === undefined) return amount ?? {}
      return { taxLines: [{ priceSet: { shopMoney: { amount } } }] }
    },
  }),
  line.derive({
    name: 'pickup or shipping',
    reads: ['customAttributes'],
    writes: ['method', 'nodeId', 'promisedBy'],
    forward: ({ customAttributes }, scope) => handoverOf(customAttributes, scope),
    back: (written, scope) => {
      const properties = propertiesOf(written, scope)
      if (isRefusal(properties)) return properties
      return { customAttributes: properties.map(({ name, value }) => ({ key: name, value })) }
    },
  }),
]

const amountsOf = (listed: unknown, set: string): unknown[] =>
  pluck(listed, set).map((each) => dig(each, 'shopMoney', 'amount'))

/** GraphQL order node ↔ canonical order. */
export const orderNodeMap: FieldMap<OrderNode, OrderInput, ShopifyOrderContext, ShopifyOrderScope> = defineMap({
  name: 'shopify order (graphql)',
  version: '1',
  scope: {
    forward: (node, context) => ({
      ...context,
      currency: node.currencyCode,
      ...orderPickup(
        dig(node, 'shippingLine', 'code'),
        node.customAttributes,
        pluck(dig(node, 'lineItems', 'nodes'), 'customAttributes'),
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
    head.field('id', 'externalId', text<ExternalOrderId>(200)),
    head.field('name', 'number', text(100), optional),
    head.field('updatedAt', 'revisedAt', instant),
    head.field('createdAt', 'placedAt', instant),
    head.field('cancelledAt', 'cancelledAt', instant, optional),
    head.field('currencyCode', 'currency', pattern<CurrencyCode>('an ISO 4217 code such as EUR', /^[A-Z]{3}$/)),
    head.field('currentTotalPriceSet.shopMoney.amount', 'totalMinor', decimalMoney),
    head.field('taxesIncluded', 'taxesIncluded', flag, optional),
    head.field('totalShippingPriceSet.shopMoney.amount', 'shippingMinor', decimalMoney, optional),
    head.derive({
      name: 'a payment not seen is a hold',
      reads: ['displayFinancialStatus'],
      writes: ['holds'],
      forward: ({ displayFinancialStatus }) => ({ holds: holdsOf(displayFinancialStatus) }),
      back: ({ holds }) => ({ displayFinancialStatus: financialStatusOf(holds).toUpperCase() }),
    }),
    head.derive({
      name: 'shipping method',
      reads: ['shippingLine'],
      writes: ['shippingService'],
      forward: ({ shippingLine }) => {
        const title = dig(shippingLine, 'title')
        const service = isAbsent(title) ? dig(shippingLine, 'code') : title
        return typeof service === 'string' && service !== '' ? { shippingService: service.slice(0, 100) } : {}
      },
      back: ({ shippingService }) =>
        shippingService === undefined ? {} : { shippingLine: { title: shippingService } },
    }),
    head.one('shippingAddress', 'shipTo', [address.field('address1', 'line1', text(200)), ...addressRules], optional),
    head.one(
      'billingAddress',
      'billTo',
      [address.field('address1', 'line1', text(200), { fallback: '' }), ...addressRules],
      optional,
    ),
    head.each('lineItems.nodes', 'lines', lineRules, {
      part: 'id',
      key: 'externalId',
      minimum: 1,
      where: { path: 'requiresShipping', is: [true, undefined, null] },
    }),
  ],
})

/** Reads one order node of the poll; the same rules as for webhooks. */
export function readOrderNode(node: unknown, context: ShopifyOrderContext, map = orderNodeMap): OrderReading {
  if (allDigital(dig(node, 'lineItems', 'nodes'), 'requiresShipping')) {
    return { documents: [], refused: [], ignored: NOTHING_TO_SHIP }
  }
  return readingOf('order', '', runForward(map, node as OrderNode, context))
}
