/** Shopify's documents as entries of the catalogue. */
import { z } from 'zod'
import { OrderInput } from '#core/model/order.ts'
import { fulfillmentMap } from '#mappings/shopify/fulfillment.ts'
import { orderNodeMap } from '#mappings/shopify/order-graphql.ts'
import { restOrderMap } from '#mappings/shopify/order.ts'
import type { MapEntry } from './entry.ts'
import { jsonEntry } from './json.ts'

/** The channel is the connection's; a file run by hand has none. */
const more = { channelId: 'shop' }

export const shopifyEntries: MapEntry[] = [
  jsonEntry(restOrderMap, {
    summary: 'Order as webhooks push it.',
    kind: 'order',
    schema: OrderInput,
    directions: 'both',
    more,
  }),
  jsonEntry(orderNodeMap, {
    summary: 'Order as the poll reads it.',
    kind: 'order',
    schema: OrderInput,
    directions: 'both',
    more,
  }),
  jsonEntry(fulfillmentMap, {
    summary: 'Shipment as the shop is told of it.',
    kind: 'channelShipment',
    schema: z.object({}),
    directions: 'out',
  }),
]
