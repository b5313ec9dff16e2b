/** SearchOrders, page by page. At most ten locations; the sort field must be the filtered time. */
import { z } from 'zod'
import { call } from './client.ts'
import type { Called, SquareContext } from './client.ts'

const PAGE_SIZE = 500
/** Pages of one question: more would mean that it was asked too widely. */
const MOST_PAGES = 40

const Order = z.looseObject({ id: z.string() })
export type SquareOrder = z.output<typeof Order>
const Page = z.object({ orders: z.array(Order).optional(), cursor: z.string().optional() })

export type OrdersAsked = {
  filter: Record<string, unknown>
  sort?: { sort_field: 'CREATED_AT' | 'UPDATED_AT'; sort_order: 'ASC' | 'DESC' }
}

/** Square's cursors live five minutes, so that all pages are read in one go. */
export async function ordersOf(context: SquareContext, query: OrdersAsked): Promise<Called<SquareOrder[]>> {
  const orders: SquareOrder[] = []
  for (let page = 0, cursor: string | undefined; page < MOST_PAGES; page++) {
    const body = {
      location_ids: context.config.locationIds,
      query,
      limit: PAGE_SIZE,
      ...(cursor === undefined ? {} : { cursor }),
    }
    const called = await call(context, { method: 'POST', path: '/orders/search', body, effect: false }, Page)
    if (!called.ok) return called
    orders.push(...(called.value.orders ?? []))
    cursor = called.value.cursor
    if (cursor === undefined) break
  }
  return { ok: true, value: orders }
}

/** Pickup orders of the hub that nobody has collected, cancelled or given up. */
export const OPEN_PICKUPS: OrdersAsked = {
  filter: {
    state_filter: { states: ['OPEN'] },
    fulfillment_filter: {
      fulfillment_types: ['PICKUP'],
      fulfillment_states: ['PROPOSED', 'RESERVED', 'PREPARED'],
    },
  },
}
