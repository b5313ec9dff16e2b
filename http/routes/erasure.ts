/** A person asks to be forgotten. */
import { z } from '@hono/zod-openapi'
import { type Route, route } from '../route.ts'
import type { Shared } from '../shared.ts'
import { anyId } from '../wire/basics.ts'

const Wish = z
  .union([
    z.strictObject({ orderIds: z.array(anyId).min(1).max(1_000) }),
    z.strictObject({ email: z.string().min(3).max(254) }),
    z.strictObject({ phone: z.string().min(3).max(50) }),
  ])
  .openapi('ErasureRequest')

const Done = z
  .object({
    erased: z.array(z.string()),
    left: z
      .array(z.object({ orderId: z.string(), reason: z.string() }))
      .openapi({ description: 'Orders that are still worked on. Ask again when they are done.' }),
    documents: z.int().openapi({ description: 'Received documents whose bytes are gone.' }),
    messages: z.int().openapi({ description: 'Sent messages whose bytes are gone.' }),
  })
  .openapi('Erasure')

export function erasureRoutes({ deps }: Shared): Route[] {
  return [
    route({
      method: 'post',
      path: '/v1/erasures',
      name: 'erasePerson',
      tag: 'orders',
      summary: 'Forget who bought: names and addresses leave the orders and every document behind them.',
      description:
        'Units, money, decisions and timelines stay. Of documents that several orders came in the bytes go whole. An order that is still worked on is left, with the reason. A later revision of an erased order is not taken.',
      scopes: ['operations'],
      body: Wish,
      answers: { 200: { description: 'What was erased, and what was not.', schema: Done } },
      problems: ['malformed-json', 'invalid-body'],
      handle: async ({ body, actor }) => ({ status: 200, json: await deps.orders.erase(body, actor) }),
    }),
  ]
}
