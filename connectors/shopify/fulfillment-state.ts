/** What Shopify knows of an order's fulfillment, read fresh: fulfillment order ids change with every move and split. */
import { z } from 'zod'
import type { Context } from '../contract/connector.ts'
import type { ShopifyConfig } from './config.ts'
import { call } from './graphql.ts'
import { ORDER_FULFILLMENT } from './operations.ts'
import type { Called } from './graphql.ts'

const PageInfo = z.object({ hasNextPage: z.boolean() })
const Order = z.object({
  id: z.string(),
  cancelledAt: z.string().nullish(),
  fulfillments: z.array(
    z.object({
      id: z.string(),
      status: z.string(),
      trackingInfo: z.array(z.object({ number: z.string().nullish() })),
      fulfillmentLineItems: z.object({
        nodes: z.array(z.object({ quantity: z.int().nullish(), lineItem: z.object({ id: z.string() }) })),
        pageInfo: PageInfo,
      }),
    }),
  ),
  fulfillmentOrders: z.object({
    nodes: z.array(
      z.object({
        id: z.string(),
        status: z.string(),
        /** Of a location that is a fulfillment service; UNSUBMITTED for all others. */
        requestStatus: z.string().default('UNSUBMITTED'),
        assignedLocation: z.object({ location: z.object({ id: z.string() }).nullish() }),
        supportedActions: z.array(z.object({ action: z.string() })),
        lineItems: z.object({
          nodes: z.array(
            z.object({
              id: z.string(),
              totalQuantity: z.int(),
              remainingQuantity: z.int(),
              lineItem: z.object({ id: z.string() }),
            }),
          ),
          pageInfo: PageInfo,
        }),
      }),
    ),
    pageInfo: PageInfo,
  }),
})

export type ShopifyOrder = z.output<typeof Order>
export type FulfillmentOrder = ShopifyOrder['fulfillmentOrders']['nodes'][number]

/** The order, or undefined when the shop has none of that id. */
export async function readOrder(
  context: Context<ShopifyConfig>,
  orderId: string,
): Promise<Called<ShopifyOrder | undefined>> {
  const called = await call(context, ORDER_FULFILLMENT, { id: orderId }, z.object({ order: Order.nullish() }))
  if (!called.ok) return called
  const order = called.data.order ?? undefined
  if (order !== undefined && !isWhole(order)) {
    const message = 'the order has more lines, fulfillment orders or fulfillments than are read at once'
    return { ok: false, failure: { kind: 'unavailable', fault: 'config', code: 'shopify.order-too-large', message } }
  }
  return { ok: true, data: order }
}

/** Part of an order would lead to wrong counts, so it is not worked with. */
function isWhole(order: ShopifyOrder): boolean {
  return (
    order.fulfillments.length < 100 &&
    !order.fulfillmentOrders.pageInfo.hasNextPage &&
    order.fulfillmentOrders.nodes.every((one) => !one.lineItems.pageInfo.hasNextPage) &&
    order.fulfillments.every((one) => !one.fulfillmentLineItems.pageInfo.hasNextPage)
  )
}
