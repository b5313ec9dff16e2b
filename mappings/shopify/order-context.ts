/** What both Shopify order shapes (webhook body, GraphQL node) know beside the value at hand. */
import type { ChannelId } from '#core/model/ids.ts'
import type { OrderInput } from '#core/model/order.ts'
import type { CrosswalkView } from '../engine/index.ts'

export type ShopifyOrderContext = {
  /** The channel this shop is; without it no order can be read, and the issue is one of configuration. */
  channelId?: ChannelId
  crosswalk: CrosswalkView
}

/** `pickup` is set when the whole order is collected: `location` is Shopify's id of the place, '' when none was chosen. */
export type ShopifyOrderScope = ShopifyOrderContext & { currency: string; pickup?: { location: string } }

/** What a Shopify shop's back side knows: prices need the currency, pickup is told line by line. */
export const backScope = (order: OrderInput, context: ShopifyOrderContext): ShopifyOrderScope => ({
  ...context,
  currency: order.currency,
})

/**
 * The order's own pickup: its shipping method has the code `pickup`; the place is the attribute `pickup_location_id`. An order
 * that names no place, but whose lines do, is picked up only where they say so. Documents are not checked yet when scopes are
 * made, so every shape is taken.
 */
export function orderPickup(shippingCode: unknown, attributes: unknown, lineProperties: unknown[]): OrderPickup {
  if (typeof shippingCode !== 'string' || shippingCode.toLowerCase() !== 'pickup') return {}
  const location = attributeOf(attributes, 'pickup_location_id')
  if (location === undefined && lineProperties.some((one) => linePickup(one) !== undefined)) return {}
  return { pickup: { location: location ?? '' } }
}

export type OrderPickup = { pickup?: { location: string } }

/** Line properties of storefronts: a leading `_` hides them from the customer; some shops write the name without it. */
export const PICKUP_LOCATION = '_pickup_location_id'

export const linePickup = (properties: unknown): string | undefined =>
  attributeOf(properties, PICKUP_LOCATION) ?? attributeOf(properties, 'pickup_location_id')

/** One field of every element of a list; of anything else, nothing. */
export const pluck = (list: unknown, key: string): unknown[] =>
  Array.isArray(list) ? list.map((element: unknown) => dig(element, key)) : []

/** Reads `[{name, value}]` (REST) and `[{key, value}]` (GraphQL); numbers become text. */
export function attributeOf(attributes: unknown, name: string): string | undefined {
  if (!Array.isArray(attributes)) return undefined
  for (const attribute of attributes as (Record<string, unknown> | null)[]) {
    const { name: restName, key, value } = attribute ?? {}
    if ((restName ?? key) !== name) continue
    return typeof value === 'string' || typeof value === 'number' ? String(value) : ''
  }
  return undefined
}

/** A place in a body whose shape is not known. */
export function dig(from: unknown, ...keys: (string | number)[]): unknown {
  let at = from
  for (const key of keys) at = (at as Record<string | number, unknown> | undefined | null)?.[key]
  return at
}
