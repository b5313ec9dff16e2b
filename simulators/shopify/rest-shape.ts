/**
 * Webhook bodies: REST-shaped JSON also for GraphQL-only apps, with numeric ids beside `admin_graphql_api_id`, prices as decimal text
 * and times with an offset. Field names after shopify.dev/docs/api/webhooks; fields the hub has no use for are left out rather than faked.
 *
 * Pickup. A REST order body carries no pickup location, so a shop has to agree on a place for it. This shop's own convention:
 * `shipping_lines[].code` is `pickup`; an order picked up as a whole names the location in `note_attributes` as `pickup_location_id`,
 * a single line in its `properties` under the same name. (GraphQL knows it truly: the fulfillment order has `deliveryMethod.methodType`
 * PICK_UP and the location assigned.)
 */
import { formatDecimalMoney } from '#core/model/money.ts'
import { fulfilledUnits } from './books.ts'
import type { StoreBooks } from './books.ts'
import { displayFulfillmentStatus } from './fulfillments.ts'
import { gid, levelGid } from './ids.ts'
import { fullName, linesTotalMinor, shippingTotalMinor } from './order-parts.ts'
import { GATEWAY } from './refunds.ts'
import type {
  FulfillmentOrderRecord,
  LevelRecord,
  LineRecord,
  OrderRecord,
  PostalAddress,
  RefundRecord,
  ReturnRecord,
} from './records.ts'

/** `2026-11-22T10:15:00+00:00` */
export function restTime(timeMs: number): string {
  return `${new Date(timeMs).toISOString().slice(0, 19)}+00:00`
}

export function orderBody(books: StoreBooks, order: OrderRecord): object {
  const price = (minor: number): string => formatDecimalMoney(minor, order.currency)
  const priceSet = (minor: number): object => {
    const money = { amount: price(minor), currency_code: order.currency }
    return { shop_money: money, presentment_money: money }
  }
  const linesMinor = linesTotalMinor(order)
  const shippingMinor = shippingTotalMinor(order)
  return {
    id: order.id,
    admin_graphql_api_id: gid('Order', order.id),
    app_id: null,
    buyer_accepts_marketing: false,
    cancel_reason: order.cancelReason,
    cancelled_at: order.cancelledAtMs === null ? null : restTime(order.cancelledAtMs),
    closed_at: null,
    confirmed: true,
    contact_email: order.email,
    created_at: restTime(order.createdAtMs),
    currency: order.currency,
    current_total_price: price(linesMinor + shippingMinor),
    customer: customerBody(order),
    email: order.email,
    financial_status: order.financialStatus,
    fulfillment_status: restFulfillmentStatus(order),
    line_items: order.lines.map((line) => lineBody(books, order, line, price, priceSet)),
    location_id: null,
    name: order.name,
    note: order.note,
    note_attributes: order.noteAttributes,
    number: order.number - 1000,
    order_number: order.number,
    phone: order.shippingAddress?.phone ?? null,
    presentment_currency: order.currency,
    processed_at: restTime(order.createdAtMs),
    shipping_address: order.shippingAddress === null ? null : addressBody(order.shippingAddress),
    billing_address: order.billingAddress === null ? null : addressBody(order.billingAddress),
    shipping_lines: order.shippingLines.map((line) => ({
      id: line.id,
      code: line.code,
      title: line.title,
      price: price(line.priceMinor),
      price_set: priceSet(line.priceMinor),
      source: 'shopify',
      carrier_identifier: null,
      discounted_price: price(line.priceMinor),
      phone: null,
      tax_lines: [],
    })),
    source_name: 'web',
    subtotal_price: price(linesMinor),
    tags: order.tags.join(', '),
    tax_lines: [],
    taxes_included: true,
    test: order.test,
    total_discounts: price(0),
    total_line_items_price: price(linesMinor),
    total_price: price(linesMinor + shippingMinor),
    total_price_set: priceSet(linesMinor + shippingMinor),
    total_shipping_price_set: priceSet(shippingMinor),
    total_tax: price(0),
    total_weight: order.lines.reduce((sum, line) => sum + line.weightGrams * line.quantity, 0),
    updated_at: restTime(order.updatedAtMs),
    user_id: null,
    fulfillments: [],
    refunds: [],
    discount_codes: [],
  }
}

function lineBody(
  books: StoreBooks,
  order: OrderRecord,
  line: LineRecord,
  price: (minor: number) => string,
  priceSet: (minor: number) => object,
): object {
  const item = books.items.get(line.itemId)
  return {
    id: line.id,
    admin_graphql_api_id: gid('LineItem', line.id),
    current_quantity: line.currentQuantity,
    fulfillable_quantity: line.currentQuantity - fulfilledUnits(order, line.id),
    fulfillment_service: 'manual',
    fulfillment_status: null,
    gift_card: false,
    grams: line.weightGrams,
    name: line.title,
    price: price(line.priceMinor),
    price_set: priceSet(line.priceMinor),
    product_exists: true,
    product_id: item?.productId ?? null,
    properties: line.properties,
    quantity: line.quantity,
    requires_shipping: line.requiresShipping,
    sku: line.sku,
    taxable: true,
    tax_lines: [],
    title: line.title,
    total_discount: price(0),
    variant_id: item?.variantId ?? null,
    variant_inventory_management: 'shopify',
    variant_title: null,
    vendor: item?.vendor ?? null,
  }
}

function restFulfillmentStatus(order: OrderRecord): string | null {
  const status = displayFulfillmentStatus(order)
  if (status === 'FULFILLED') return 'fulfilled'
  return status === 'PARTIALLY_FULFILLED' ? 'partial' : null
}

function customerBody(order: OrderRecord): object | null {
  const person = order.billingAddress ?? order.shippingAddress
  if (order.email === null && person === null) return null
  return {
    email: order.email,
    first_name: person?.first_name ?? null,
    last_name: person?.last_name ?? null,
    phone: person?.phone ?? null,
    state: 'disabled',
    currency: order.currency,
    tags: '',
  }
}

function addressBody(address: PostalAddress): object {
  return {
    first_name: address.first_name ?? null,
    last_name: address.last_name ?? null,
    name: fullName(address),
    company: address.company ?? null,
    address1: address.address1 ?? null,
    address2: address.address2 ?? null,
    city: address.city ?? null,
    province: address.province ?? null,
    province_code: address.province_code ?? null,
    zip: address.zip ?? null,
    country: address.country ?? null,
    country_code: address.country_code,
    phone: address.phone ?? null,
    latitude: address.latitude ?? null,
    longitude: address.longitude ?? null,
  }
}

export function inventoryLevelBody(level: LevelRecord): object {
  return {
    inventory_item_id: level.itemId,
    location_id: level.locationId,
    available: level.quantities.available,
    updated_at: restTime(level.updatedAtMs),
    admin_graphql_api_id: levelGid(level),
  }
}

/** `refunds/create`. */
export function refundBody(order: OrderRecord, refund: RefundRecord): object {
  return {
    id: refund.id,
    admin_graphql_api_id: gid('Refund', refund.id),
    order_id: order.id,
    created_at: restTime(refund.createdAtMs),
    processed_at: restTime(refund.createdAtMs),
    note: refund.note,
    user_id: null,
    restock: false,
    duties: [],
    order_adjustments: [],
    refund_line_items: refund.lines.map(({ lineId, quantity }) => ({
      line_item_id: lineId,
      quantity,
      restock_type: 'no_restock',
      location_id: null,
    })),
    transactions: refund.transactions.map((each) => ({
      id: each.id,
      order_id: order.id,
      kind: 'refund',
      status: 'success',
      gateway: GATEWAY,
      amount: formatDecimalMoney(each.amountMinor, order.currency),
      currency: order.currency,
      parent_id: each.parentId,
    })),
  }
}

/** `returns/request` and `returns/approve`, as their samples on shopify.dev/docs/api/webhooks show them. */
export function returnBody(record: ReturnRecord): object {
  return {
    id: record.id,
    admin_graphql_api_id: gid('Return', record.id),
    status: record.status.toLowerCase(),
    name: record.name,
    order: { id: record.orderId, admin_graphql_api_id: gid('Order', record.orderId) },
    total_return_line_items: record.lines.length,
    return_line_items: record.lines.map((line) => ({
      id: line.id,
      admin_graphql_api_id: gid('ReturnLineItem', line.id),
      fulfillment_line_item: {
        id: line.fulfillmentLineId,
        admin_graphql_api_id: gid('FulfillmentLineItem', line.fulfillmentLineId),
        line_item: { id: line.lineId, admin_graphql_api_id: gid('LineItem', line.lineId) },
      },
      quantity: line.quantity,
      return_reason: line.reason.toLowerCase(),
      return_reason_note: line.note,
      customer_note: null,
    })),
  }
}

/** This topic's body has gids only. */
export function routingCompleteBody(record: FulfillmentOrderRecord): object {
  return { fulfillment_order: { id: gid('FulfillmentOrder', record.id), status: record.status.toLowerCase() } }
}
