import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import type { ExternalLineId, ExternalOrderId, NodeId, Sku } from '#core/model/ids.ts'
import type { CurrencyCode } from '#core/model/money.ts'
import { OrderInput } from '#core/model/order.ts'
import type { Instant } from '#core/model/time.ts'
import { coverage, runForward } from '../engine/index.ts'
import { example, withoutTraces } from '../engine/golden.ts'
import { backAndThere, thereAndBack } from '../engine/laws.ts'
import { context, crosswalk } from './crosswalk.test-data.ts'
import { fulfillmentMap, fulfillmentParts } from './fulfillment.ts'
import { inventoryMap, inventoryQuantity } from './inventory.ts'
import { orderNodeMap, readOrderNode } from './order-graphql.ts'
import type { OrderNode } from './order-graphql.ts'
import { readRestOrder, restOrderMap } from './order.ts'
import type { RestOrder } from './order.ts'

const rest = (name: string) => example(import.meta.dirname, `${name}.in.json`) as RestOrder
const node = (name: string) => example(import.meta.dirname, `${name}.in.json`) as OrderNode
const expected = (name: string) => example(import.meta.dirname, `${name}.out.json`)

test.each(['mixed-pickup', 'edited', 'pickup-order'])(
  'the webhook body %s reads as its golden order and settles',
  (name) => {
    const reading = readRestOrder(rest(name), context)
    expect(reading.refused).toEqual([])
    expect(withoutTraces(reading).documents).toEqual([{ kind: 'order', part: '', value: expected(name) }])
    expect(OrderInput.parse(reading.documents[0]?.value)).toEqual(reading.documents[0]?.value)
    expect(backAndThere(restOrderMap, rest(name), context)).toBeUndefined()
  },
)

test('the poll reads the same order as the webhook', () => {
  const reading = readOrderNode(node('poll-mixed-pickup'), context)
  expect(reading.documents[0]?.value).toEqual(expected('mixed-pickup'))
  expect(backAndThere(orderNodeMap, node('poll-mixed-pickup'), context)).toBeUndefined()
})

test('an unknown SKU refuses its line alone, named by its gid, with the crosswalk as cure', () => {
  const body = rest('mixed-pickup')
  body.line_items = body.line_items.map((line, i) => (i === 0 ? { ...line, sku: 'NEW-1' } : line))
  const reading = readRestOrder(body, context)
  expect(reading.documents[0]?.value.lines.map((line) => line.sku)).toEqual(['SHOE-LTD-42'])
  expect(reading.refused).toEqual([
    {
      part: 'gid://shopify/LineItem/1101',
      issues: [
        {
          code: 'order.sku-unknown',
          class: 'crosswalk',
          place: { path: '/line_items/0/sku' },
          rule: 'must be a product code with a row in the crosswalk',
          value: 'NEW-1',
          cure: 'Add a crosswalk row from NEW-1 to a SKU, then replay.',
          subject: 'NEW-1',
        },
      ],
    },
  ])
})

test('when no line is known the whole order is refused', () => {
  const body = rest('mixed-pickup')
  body.line_items = body.line_items.map((line) => ({ ...line, sku: 'NEW-1' }))
  const reading = readRestOrder(body, context)
  expect(reading.documents).toEqual([])
  expect(reading.refused).toHaveLength(1)
  expect(reading.refused[0]).toMatchObject({ part: '', issues: [{ subject: 'NEW-1' }, { subject: 'NEW-1' }] })
})

test('an unknown pickup location refuses the line and names the location', () => {
  const body = rest('pickup-order')
  body.note_attributes = [{ name: 'pickup_location_id', value: '9' }]
  expect(readRestOrder(body, context).refused[0]?.issues[0]).toMatchObject({ code: 'order.node-unknown', subject: '9' })
})

test('a pickup order that names no place is picked up only where its lines say so', () => {
  const body = rest('mixed-pickup')
  body.shipping_lines = [{ code: 'Pickup', title: 'Store' }]
  const property = [{ name: 'pickup_location_id', value: '8001' }]
  body.line_items = body.line_items.map((line, i) => ({ ...line, properties: i === 0 ? property : [] }))
  const lines = readRestOrder(body, context).documents[0]?.value.lines
  expect(lines?.map(({ method, nodeId }) => [method, nodeId])).toEqual([
    ['pickup', 'lyon-store'],
    ['ship', undefined],
  ])
  body.line_items = body.line_items.map((line) => ({ ...line, properties: [] }))
  const open = readRestOrder(body, context).documents[0]?.value.lines
  expect(open?.map(({ method, nodeId }) => [method, nodeId])).toEqual([
    ['pickup', undefined],
    ['pickup', undefined],
  ])
})

test('an order of gift cards only is of no interest', () => {
  const body = rest('edited')
  body.line_items = body.line_items.slice(1)
  expect(readRestOrder(body, context)).toEqual({
    documents: [],
    refused: [],
    ignored: 'no line of this order needs shipping',
  })
})

test('a connection without a channel is told so', () => {
  const reading = readRestOrder(rest('mixed-pickup'), { crosswalk })
  expect(reading.refused[0]?.issues[0]).toMatchObject({ class: 'config', code: 'order.channel-missing' })
})

test('whatever JSON comes, reading never throws', () => {
  fc.assert(
    fc.property(fc.jsonValue(), fc.constantFrom(...Object.keys(rest('mixed-pickup'))), (value, key) => {
      readRestOrder(value, context)
      readRestOrder({ ...rest('mixed-pickup'), [key]: value }, context)
      readRestOrder(
        { ...rest('mixed-pickup'), line_items: [{ ...rest('edited').line_items[0], properties: value }] },
        context,
      )
    }),
  )
})

const instants = fc
  .date({ min: new Date('2000-01-01'), max: new Date('2099-12-31'), noInvalidDate: true })
  .map((date) => date.toISOString() as Instant)
const words = (max: number) => fc.string({ minLength: 1, maxLength: max })
const maybe = <T extends object>(value: fc.Arbitrary<T>) => fc.option(value, { nil: {} })

const lines = fc.uniqueArray(
  fc
    .record({
      externalId: words(50).map((id) => id as ExternalLineId),
      sku: fc.constantFrom('SHOE-DRESS-42', 'SHOE-LTD-42', 'SOCK-1').map((sku) => sku as Sku),
      quantity: fc.integer({ min: 1, max: 1000 }),
      cancelled: fc.double({ min: 0, max: 1, noNaN: true }),
      unitPriceMinor: fc.nat(1_000_000),
      discount: maybe(fc.nat(1_000).map((discountMinor) => ({ discountMinor }))),
      tax: maybe(fc.nat(1_000).map((taxMinor) => ({ taxMinor }))),
      name: maybe(words(50).map((name) => ({ name }))),
      promise: maybe(instants.map((promisedBy) => ({ promisedBy }))),
      handover: fc.constantFrom(
        { method: 'ship' as const },
        { method: 'pickup' as const },
        { method: 'pickup' as const, nodeId: 'lyon-store' as NodeId },
      ),
    })
    .map(({ cancelled, name, promise, handover, discount, tax, ...line }) => {
      const cancelledQuantity = Math.floor(cancelled * line.quantity)
      return { ...line, ...discount, ...tax, cancelledQuantity, ...name, ...promise, ...handover }
    }),
  { selector: (line) => line.externalId, minLength: 1, maxLength: 5 },
)

const addresses = fc
  .record({
    city: fc.constantFrom('', 'Lyon'),
    line1: words(100),
    country: fc.constantFrom('FR', 'JP'),
    name: maybe(words(50).map((name) => ({ name }))),
    region: maybe(words(50).map((region) => ({ region }))),
    postcode: maybe(fc.constantFrom('01000', '1E5').map((postcode) => ({ postcode }))),
    position: maybe(fc.constant({ position: { latitude: 45.5, longitude: -0.25 } })),
  })
  .map(({ name, region, postcode, position, ...address }) => ({
    ...address,
    ...name,
    ...region,
    ...postcode,
    ...position,
  }))

const orders: fc.Arbitrary<OrderInput> = fc
  .record({
    externalId: words(100).map((id) => id as ExternalOrderId),
    revisedAt: instants,
    placedAt: instants,
    currency: fc.constantFrom('EUR', 'JPY', 'KWD').map((code) => code as CurrencyCode),
    totalMinor: fc.nat(100_000_000),
    taxes: maybe(fc.boolean().map((taxesIncluded) => ({ taxesIncluded }))),
    shipping: maybe(fc.nat(10_000).map((shippingMinor) => ({ shippingMinor }))),
    holds: fc.constantFrom([], [{ kind: 'payment' as const, reason: 'Shopify financial status pending' }]),
    lines,
    number: maybe(words(20).map((number) => ({ number }))),
    cancelled: maybe(instants.map((cancelledAt) => ({ cancelledAt }))),
    shipTo: maybe(addresses.map((shipTo) => ({ shipTo }))),
    billTo: maybe(addresses.map((billTo) => ({ billTo }))),
    service: maybe(words(50).map((shippingService) => ({ shippingService }))),
  })
  .map(({ number, cancelled, shipTo, billTo, service, taxes, shipping, ...order }) => {
    return {
      channelId: context.channelId,
      ...order,
      ...taxes,
      ...shipping,
      ...number,
      ...cancelled,
      ...shipTo,
      ...billTo,
      ...service,
    } as unknown as OrderInput
  })

const knownSock = {
  ...context,
  crosswalk: { ...crosswalk, skuOf: (code: string) => crosswalk.skuOf(code) ?? asSku(code) },
}
const asSku = (code: string) => (code === 'SOCK-1' ? (code as Sku) : undefined)

test('law: a canonical order written as webhook body or as node, and read again, is the same', () => {
  fc.assert(
    fc.property(orders, (order) => {
      expect(OrderInput.safeParse(order).error).toBeUndefined()
      expect(thereAndBack(restOrderMap, order, knownSock)).toBeUndefined()
      expect(thereAndBack(orderNodeMap, order, knownSock)).toBeUndefined()
    }),
  )
})

test('every source field is read or left out by name, and every canonical field has a source', () => {
  const body = rest('mixed-pickup')
  expect(coverage(restOrderMap, body, OrderInput)).toEqual({
    unread: [
      'id',
      'app_id',
      'confirmed',
      'processed_at',
      'presentment_currency',
      'subtotal_price',
      'total_tax',
      'total_shipping_price_set.shop_money.currency_code',
      'email',
      'order_number',
      'source_name',
      'test',
      'shipping_address.first_name',
      'shipping_address.last_name',
      'shipping_address.country',
      'billing_address.first_name',
      'billing_address.last_name',
      'billing_address.country',
      'customer.id',
      'customer.email',
      'line_items.*.id',
      'line_items.*.product_id',
      'line_items.*.title',
      'line_items.*.fulfillable_quantity',
      'line_items.*.grams',
      'line_items.*.taxable',
      'line_items.*.gift_card',
      'line_items.*.vendor',
      'line_items.*.total_discount',
    ],
    unset: [
      'shipTo.email',
      'billTo.email',
      'cartKey',
      'priority',
      'customerTags.*',
      'lines.*.substitution',
      'lines.*.handedOver',
    ],
  })
  expect(coverage(orderNodeMap, node('poll-mixed-pickup'), OrderInput)).toEqual({
    unread: ['lineItems.pageInfo.hasNextPage'],
    unset: [
      'shipTo.email',
      'billTo.email',
      'cartKey',
      'priority',
      'customerTags.*',
      'lines.*.substitution',
      'lines.*.handedOver',
    ],
  })
})

test('every canonical value of an order knows its source', () => {
  const { value, trace } = runForward(restOrderMap, rest('mixed-pickup'), context)
  const origins = new Map(trace().origins.map((origin) => [origin.target, origin]))
  expect(origins.get('/lines/0/nodeId')?.source).toBe('/line_items/0/properties')
  expect(origins.get('/shipTo/postcode')?.source).toBe('/shipping_address/zip')
  expect(Object.keys(value ?? {}).filter((key) => ![...origins.keys()].some((at) => at.startsWith(`/${key}`)))).toEqual(
    [],
  )
})

const shipment = {
  externalOrderId: 'gid://shopify/Order/1',
  nodeId: 'lyon-store' as NodeId,
  shipmentId: 'shp_1',
  shippedAt: '2026-11-22T15:00:00.000Z' as Instant,
  carrier: 'UPSN',
  lines: [{ externalLineId: 'gid://shopify/LineItem/1', sku: 'SHOE-LTD-42' as Sku, quantity: 1 }],
  trackingNumbers: ['9274896900088944777116'],
  trackingUrls: ['https://example.org/t/1'],
}

test('a shipment becomes the parts of fulfillmentCreate, its carrier spelled as Shopify knows it', () => {
  expect(fulfillmentParts(shipment, { crosswalk })).toEqual({
    ok: true,
    document: {
      orderId: 'gid://shopify/Order/1',
      locationId: 'gid://shopify/Location/8001',
      lines: [{ lineItemId: 'gid://shopify/LineItem/1', quantity: 1 }],
      trackingInfo: { company: 'UPS', numbers: ['9274896900088944777116'], urls: ['https://example.org/t/1'] },
    },
  })
  const companyOf = (carrier: string) => {
    const parts = fulfillmentParts({ ...shipment, carrier }, { crosswalk })
    return parts.ok ? parts.document.trackingInfo?.company : undefined
  }
  expect(['XX', 'constructor', 'Own Van'].map(companyOf)).toEqual(['X-Press', 'constructor', 'Own Van'])
})

test('a shipment without tracking has no tracking part, and one from an unknown place is an issue', () => {
  const collected = fulfillmentParts({ ...shipment, trackingNumbers: [], trackingUrls: [] }, { crosswalk })
  expect(collected.ok && collected.document).not.toHaveProperty('trackingInfo')
  const lost = fulfillmentParts({ ...shipment, nodeId: 'nowhere' as NodeId }, { crosswalk })
  expect(lost).toMatchObject({ ok: false, issues: [{ code: 'fulfillment.node-unknown', subject: 'nowhere' }] })
})

test('what Shopify does not keep of a shipment is known by name', () => {
  const written = fulfillmentParts(shipment, { crosswalk })
  if (!written.ok) throw new Error('must be writable')
  expect(backAndThere(fulfillmentMap, written.document, { crosswalk })).toBeUndefined()
  const read = runForward(fulfillmentMap, written.document, { crosswalk }).value
  expect(Object.keys(shipment).filter((key) => !Object.hasOwn(read ?? {}, key))).toEqual(['shipmentId', 'shippedAt'])
})

test('availability is written with the figure last told, or with an explicit null', () => {
  const inventory = {
    crosswalk,
    inventoryItemOf: (sku: Sku) => (sku === 'SOCK-1' ? 'gid://shopify/InventoryItem/5' : undefined),
  }
  const notice = { sku: 'SOCK-1' as Sku, nodeId: 'lyon-store' as NodeId, available: 4 }
  expect(inventoryQuantity(notice, inventory)).toEqual({
    ok: true,
    document: {
      inventoryItemId: 'gid://shopify/InventoryItem/5',
      locationId: 'gid://shopify/Location/8001',
      quantity: 4,
      changeFromQuantity: null,
    },
  })
  const both = { ...inventory, skuOfInventoryItem: () => 'SOCK-1' as Sku }
  expect(thereAndBack(inventoryMap, { ...notice, lastTold: 0 }, both)).toBeUndefined()
  expect(inventoryQuantity({ ...notice, sku: 'X' as Sku }, inventory)).toMatchObject({
    ok: false,
    issues: [{ code: 'availability.inventory-item-unknown' }],
  })
})
