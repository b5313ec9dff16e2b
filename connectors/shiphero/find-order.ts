/** The hub's order in ShipHero, by its partner_order_id. */
import { z } from 'zod'
import { call } from './graphql.ts'
import type { Called, ShipHeroContext } from './graphql.ts'
import { FIND_ORDER } from './operations.ts'

const Line = z.object({
  id: z.string(),
  partner_line_item_id: z.string().nullish(),
  quantity: z.int(),
  quantity_shipped: z.int().nullish(),
})
const Order = z.object({
  id: z.string(),
  order_number: z.string().nullish(),
  fulfillment_status: z.string().nullish(),
  line_items: z.object({ edges: z.array(z.object({ node: Line })) }),
})
export type FoundOrder = Omit<z.output<typeof Order>, 'line_items'> & { lines: z.output<typeof Line>[] }

const Answer = z.object({
  orders: z.object({ data: z.object({ edges: z.array(z.object({ node: Order })) }) }),
})

export async function findOrder(
  context: ShipHeroContext,
  partnerOrderId: string,
): Promise<Called<FoundOrder | undefined>> {
  const called = await call(context, FIND_ORDER, { partnerOrderId, ...accountOf(context) }, Answer)
  if (!called.ok) return called
  const [first] = called.value.orders.data.edges
  if (first === undefined) return { ok: true, value: undefined }
  const { line_items: lines, ...order } = first.node
  return { ok: true, value: { ...order, lines: lines.edges.map(({ node }) => node) } }
}

/** As a variable of a query. */
export const accountOf = ({ config }: ShipHeroContext): { customerAccountId?: string } =>
  config.customerAccountId === undefined ? {} : { customerAccountId: config.customerAccountId }

/** As a field of a mutation's input. */
export const accountField = ({ config }: ShipHeroContext): { customer_account_id?: string } =>
  config.customerAccountId === undefined ? {} : { customer_account_id: config.customerAccountId }
