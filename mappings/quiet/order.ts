/** A fulfillment instruction ↔ ShipOrderDocument: what the warehouse is told to ship. */
import type { FulfillmentInstruction } from '#core/model/fulfillment.ts'
import type { Address } from '#core/model/party.ts'
import {
  countryCode,
  decimalMoney,
  defineMap,
  instant,
  isRefusal,
  nodeLookup,
  refuse,
  requestId,
  rulesFor,
  text,
  wholeNumberText,
} from '../engine/index.ts'
import type { FieldMap } from '../engine/index.ts'
import { sameContext } from './leaves.ts'
import type { QuietContext } from './leaves.ts'

export type QuietAddress = Partial<
  Record<
    | '@Company'
    | '@Contact'
    | '@Address1'
    | '@Address2'
    | '@City'
    | '@State'
    | '@PostalCode'
    | '@Country'
    | '@Phone'
    | '@Email',
    string
  >
>
type Detail = Record<'@Line' | '@ItemNumber' | '@QuantityOrdered' | '@QuantityToShip' | '@UOM' | '@Price', string>
export type ShipOrder = {
  ClientID: string
  BusinessUnit: string
  OrderHeader: {
    '@OrderNumber': string
    '@OrderType': string
    '@OrderDate': string
    '@Warehouse'?: string
    Extension?: string
    ShipMode: { '@Carrier': string; '@ServiceLevel': string }
    ShipTo: QuietAddress
    BillTo?: QuietAddress
  }
  OrderDetails: Detail[]
}

type Line = FulfillmentInstruction['lines'][number]
const head = rulesFor<ShipOrder, FulfillmentInstruction, QuietContext>()
const address = rulesFor<QuietAddress, Address, QuietContext>()
const detail = rulesFor<Detail, Line, QuietContext>()
const optional = { optional: true }

/** An addressee has a contact always; a company alone stands in for it. */
const addressee = address.derive({
  name: 'addressee',
  reads: ['@Contact', '@Company'],
  writes: ['name', 'company'],
  forward: ({ '@Contact': contact, '@Company': company }) => ({
    ...(typeof contact === 'string' && contact !== '' && contact !== company ? { name: contact } : {}),
    ...(typeof company === 'string' && company !== '' ? { company } : {}),
  }),
  back: ({ name, company }) => {
    const contact = name ?? company
    if (contact === undefined)
      return refuse({
        rule: 'must name a person or a company: the warehouse ships to no address alone',
        cure: 'Correct the address of the order, then requeue the instruction.',
        code: 'quiet.no-addressee',
        field: 'name',
      })
    return { '@Contact': contact, ...(company === undefined ? {} : { '@Company': company }) }
  },
})

const shipTo = [
  addressee,
  address.field('@Address1', 'line1', text(200)),
  address.field('@Address2', 'line2', text(200), optional),
  address.field('@City', 'city', text(100)),
  address.field('@State', 'region', text(100), optional),
  address.field('@PostalCode', 'postcode', text(20), optional),
  address.field('@Country', 'country', countryCode),
  address.field('@Phone', 'phone', text(50), optional),
  address.field('@Email', 'email', text(254), optional),
]

/** `USPS/PRIORITY` says carrier and service level as they are; any other word goes through the crosswalk table `ship-mode`. */
const shipMode = head.derive({
  name: 'ship mode',
  reads: ['OrderHeader.ShipMode.@Carrier', 'OrderHeader.ShipMode.@ServiceLevel'],
  writes: ['shippingService'],
  forward: (mode, { crosswalk, settings }) => {
    const [carrier, serviceLevel] = Object.values(mode)
    if (carrier === settings.shipMode?.carrier && serviceLevel === settings.shipMode?.serviceLevel) return {}
    const code = `${String(carrier)}/${String(serviceLevel)}`
    return { shippingService: crosswalk.code('ship-mode', code) ?? code }
  },
  back: ({ shippingService: service }, { crosswalk, settings }) => {
    const code = service === undefined ? undefined : (crosswalk.partnerCode('ship-mode', service) ?? service)
    const [carrier = '', serviceLevel = ''] = code?.split('/') ?? [
      settings.shipMode?.carrier,
      settings.shipMode?.serviceLevel,
    ]
    if (carrier !== '' && serviceLevel !== '')
      return { 'OrderHeader.ShipMode.@Carrier': carrier, 'OrderHeader.ShipMode.@ServiceLevel': serviceLevel }
    return refuse({
      rule: 'must have a row in the crosswalk table ship-mode, such as USPS/PRIORITY',
      cure: 'Add a row from CARRIER/SERVICELEVEL to this service to the table ship-mode, or set shipMode; then requeue.',
      code: 'quiet.ship-mode-unknown',
      class: 'crosswalk',
      ...(service === undefined ? {} : { subject: service }),
    })
  },
})

/** Units are ordered and to be shipped at once: the hub splits, not the warehouse. */
const bothQuantities = detail.derive({
  name: 'ordered is to be shipped',
  reads: ['@QuantityOrdered', '@QuantityToShip'],
  writes: ['quantity'],
  forward: ({ '@QuantityToShip': units }) => {
    const quantity = wholeNumberText(1).read(units, undefined)
    return isRefusal(quantity) ? refuse({ ...quantity.detail, field: '@QuantityToShip' }) : { quantity }
  },
  back: ({ quantity = 0 }) => ({ '@QuantityOrdered': String(quantity), '@QuantityToShip': String(quantity) }),
})

const product = detail.derive({
  name: 'item number',
  reads: ['@ItemNumber'],
  writes: ['sku', 'partnerSku'],
  forward: ({ '@ItemNumber': code }, { crosswalk }) => {
    const sku = typeof code === 'string' ? crosswalk.skuOf(code) : undefined
    if (sku !== undefined) return code === sku ? { sku } : { sku, partnerSku: String(code) }
    return refuse({
      rule: 'must be an item number with a row in the crosswalk',
      cure: 'Add an alias from this item number to a SKU, then replay.',
      code: 'quiet.sku-unknown',
      class: 'crosswalk',
      subject: String(code),
    })
  },
  back: ({ sku, partnerSku }, { crosswalk }) =>
    sku === undefined ? {} : { '@ItemNumber': partnerSku ?? crosswalk.partnerSkuOf(sku) },
})

const price = detail.derive({
  name: 'price in the connection’s currency',
  reads: ['@Price'],
  writes: ['unitPriceMinor', 'currency'],
  forward: ({ '@Price': raw }, { settings: { currency } }) => {
    const unitPriceMinor = decimalMoney.read(raw, { currency })
    return isRefusal(unitPriceMinor) ? unitPriceMinor : { unitPriceMinor, currency }
  },
  back: ({ unitPriceMinor = 0, currency = '' }, { settings }) => {
    if (currency !== settings.currency)
      return refuse({
        rule: `must be priced in ${settings.currency}: the document names no currency`,
        cure: 'Set the currency of the connection, or keep such orders from this node.',
        code: 'quiet.currency',
        field: 'currency',
      })
    const amount = decimalMoney.write(unitPriceMinor, { currency })
    return isRefusal(amount) ? amount : { '@Price': amount }
  },
})

export const orderMap: FieldMap<ShipOrder, FulfillmentInstruction, QuietContext, QuietContext> = defineMap({
  name: 'quiet ship order',
  version: '1',
  scope: sameContext,
  rules: [
    head.field('OrderHeader.@OrderNumber', 'requestId', requestId),
    head.fixed('OrderHeader.@OrderType', 'SO', { checked: false }),
    head.constant('method', 'ship'),
    head.field('OrderHeader.@OrderDate', 'placedAt', instant),
    head.field('OrderHeader.@Warehouse', 'nodeId', nodeLookup('quiet')),
    head.field('OrderHeader.Extension', 'orderNumber', text(100)),
    shipMode,
    head.one('OrderHeader.ShipTo', 'shipTo', shipTo),
    head.each(
      'OrderDetails',
      'lines',
      [
        detail.field('@Line', 'lineNo', wholeNumberText(1)),
        product,
        bothQuantities,
        detail.fixed('@UOM', 'EA', { checked: false }),
        price,
      ],
      { minimum: 1, key: 'lineNo' },
    ),
  ],
})
