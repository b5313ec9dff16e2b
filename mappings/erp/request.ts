/** A fulfillment instruction ↔ the JSON request an ERP receives. Wire format: README.md. */
import { z } from 'zod'
import type { FulfillmentInstruction } from '#core/model/fulfillment.ts'
import { Sku } from '#core/model/ids.ts'
import type { FulfillmentMethod } from '#core/model/node.ts'
import type { Address } from '#core/model/party.ts'
import { PositiveQuantity } from '#core/model/quantity.ts'
import type { FieldMap, WithCrosswalk } from '../engine/index.ts'
import {
  countryCode,
  decimalMoney,
  defineMap,
  enumTable,
  instant,
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

export type ErpAddress = {
  name?: string
  company?: string
  line1: string
  line2?: string
  city: string
  region?: string
  postcode?: string
  country: string
  phone?: string
  email?: string
  latitude?: number
  longitude?: number
}

export type ErpRequest = {
  requestId: string
  orderId: string
  orderNumber: string
  placedAt: string
  node: string
  method: string
  service?: string
  neededBy?: string
  packGroup?: string
  shipTo?: ErpAddress
  lines: {
    lineNo: number
    /** The ERP's product code. */
    sku: string
    /** The hub's SKU. */
    hubSku: string
    name?: string
    /** Present when the line is a kit: what one unit of it is packed of. */
    components?: { sku: string; hubSku: string; quantity: number }[]
    quantity: number
    /** Decimal text in `currency`. */
    unitPrice: string
    currency: string
  }[]
}

type Line = FulfillmentInstruction['lines'][number]
const line = rulesFor<ErpRequest['lines'][number], Line, WithCrosswalk>()
const address = rulesFor<ErpAddress, Address, WithCrosswalk>()
const head = rulesFor<ErpRequest, FulfillmentInstruction, WithCrosswalk>()
const optional = { optional: true }
const currency = pattern('an ISO 4217 code such as EUR', /^[A-Z]{3}$/)

const lineRules = [
  line.field('lineNo', 'lineNo', wholeNumber(1)),
  line.field('name', 'name', text(300), optional),
  line.field('quantity', 'quantity', wholeNumber(1)),
  line.field('currency', 'currency', currency),
  line.derive({
    name: 'price in the line’s currency',
    reads: ['unitPrice', 'currency'],
    writes: ['unitPriceMinor', 'currency'],
    forward: ({ unitPrice, currency }) => {
      const unitPriceMinor = decimalMoney.read(unitPrice, { currency: String(currency) })
      return isRefusal(unitPriceMinor) ? unitPriceMinor : { unitPriceMinor }
    },
    back: ({ unitPriceMinor = 0, currency = '' }) => {
      const unitPrice = decimalMoney.write(unitPriceMinor, { currency })
      return isRefusal(unitPrice) ? unitPrice : { unitPrice }
    },
  }),
  line.derive({
    name: 'product code',
    reads: ['sku', 'hubSku'],
    writes: ['sku', 'partnerSku'],
    forward: ({ sku: code, hubSku }, { crosswalk }) => {
      if (typeof code !== 'string' || code === '') return refuse({ rule: 'must be present', cure: 'Send the SKU.' })
      const sku = crosswalk.skuOf(typeof hubSku === 'string' && hubSku !== '' ? hubSku : code)
      if (sku !== undefined) return code === sku ? { sku } : { sku, partnerSku: code }
      return refuse({
        rule: 'must be a product code with a row in the crosswalk',
        cure: 'Add a crosswalk row from this product code to a SKU, then replay.',
        code: 'request.sku-unknown',
        class: 'crosswalk',
        subject: code,
      })
    },
    back: ({ sku, partnerSku }, { crosswalk }) =>
      sku === undefined ? {} : { sku: partnerSku ?? crosswalk.partnerSkuOf(sku), hubSku: sku },
  }),
  line.derive({
    name: 'what a kit is packed of',
    reads: ['components'],
    writes: ['components'],
    forward: ({ components }) => {
      if (components === undefined) return {}
      const parts = z
        .array(z.object({ hubSku: Sku, quantity: PositiveQuantity }))
        .min(1)
        .safeParse(components)
      if (!parts.success)
        return refuse({ rule: 'must be a list of hubSku and quantity', cure: 'Send what the hub sent, unchanged.' })
      return { components: parts.data.map(({ hubSku, quantity }) => ({ sku: hubSku, quantity })) }
    },
    back: ({ components }, { crosswalk }) =>
      components === undefined
        ? {}
        : {
            components: components.map(({ sku, quantity }) => ({
              sku: crosswalk.partnerSkuOf(sku),
              hubSku: sku,
              quantity,
            })),
          },
  }),
]

const addressRules = [
  address.field('name', 'name', text(200), optional),
  address.field('company', 'company', text(200), optional),
  address.field('line1', 'line1', text(200), { fallback: '' }),
  address.field('line2', 'line2', text(200), optional),
  address.field('city', 'city', text(100), { fallback: '' }),
  address.field('region', 'region', text(100), optional),
  address.field('postcode', 'postcode', text(20), optional),
  address.field('country', 'country', countryCode),
  address.field('phone', 'phone', text(50), optional),
  address.field('email', 'email', text(254), optional),
  address.derive({
    name: 'position',
    reads: ['latitude', 'longitude'],
    writes: ['position'],
    forward: ({ latitude, longitude }) =>
      typeof latitude === 'number' && typeof longitude === 'number' ? { position: { latitude, longitude } } : {},
    back: ({ position }) => (position === undefined ? {} : { ...position }),
  }),
]

export const requestMap: FieldMap<ErpRequest, FulfillmentInstruction, WithCrosswalk, WithCrosswalk> = defineMap({
  name: 'erp fulfillment request',
  version: '1',
  scope: { forward: (_request, context) => context, back: (_instruction, context) => context },
  rules: [
    head.field('requestId', 'requestId', requestId),
    head.field('orderId', 'orderId', orderId),
    head.field('orderNumber', 'orderNumber', text(100), { fallback: '' }),
    head.field('placedAt', 'placedAt', instant),
    head.field('node', 'nodeId', nodeLookup('request')),
    head.field(
      'method',
      'method',
      enumTable<FulfillmentMethod>('method', { ship: 'ship', pickup: 'pickup', 'drop-ship': 'dropShip' }),
    ),
    head.field('service', 'shippingService', text(100), optional),
    head.field('neededBy', 'neededBy', instant, optional),
    head.field('packGroup', 'packGroup', text(63), optional),
    head.one('shipTo', 'shipTo', addressRules, optional),
    head.each('lines', 'lines', lineRules, { minimum: 1, key: 'lineNo' }),
  ],
})
