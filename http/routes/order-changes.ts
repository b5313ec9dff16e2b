/** Edits and cancels of orders by hand: see what one would do, then do it. */
import { z } from '@hono/zod-openapi'
import { CancelWish, OrderChange } from '#core/model/order-change.ts'
import type { ChangeAnswer } from '../deps.ts'
import { answeredOnce } from '../idempotency.ts'
import { HttpProblem, problemAt } from '../problem.ts'
import { type Answer, type Route, route } from '../route.ts'
import type { Shared } from '../shared.ts'
import { idParam, instantOut } from '../wire/basics.ts'

const Changes = z.array(OrderChange).min(1).max(100)
const PreviewBody = z.strictObject({ changes: Changes }).openapi('OrderChangePreviewRequest')
const ChangeBody = z
  .strictObject({
    changes: Changes,
    reason: z.string().trim().min(1).max(500),
    version: z
      .int()
      .min(1)
      .openapi({ description: 'The one that the preview showed: on any other the change is refused.' }),
  })
  .openapi('OrderChangeRequest')
const CancelBody = CancelWish.extend({}).openapi('OrderCancelRequest')

const units = { lineNo: z.int(), quantity: z.int() }
const Effect = z
  .object({
    version: z.int(),
    changes: z.array(z.record(z.string(), z.unknown())),
    money: z.object({ currency: z.string(), before: z.int(), after: z.int(), delta: z.int() }),
    stock: z.array(
      z.object({
        requestId: z.string(),
        nodeId: z.string(),
        sku: z.string(),
        ...units,
        why: z.enum(['cancel', 'planAnew']),
        how: z
          .enum(['atOnce', 'asked'])
          .openapi({ description: 'What a node was told already, it is asked for; it may refuse.' }),
      }),
    ),
    plan: z.array(
      z.object({
        nodeId: z.string(),
        lines: z.array(z.object(units)),
        handOverAt: instantOut,
        deliveredAt: instantOut.optional(),
      }),
    ),
    unserved: z.array(z.object({ ...units, reason: z.string() })),
    promise: z.object({ before: instantOut.optional(), after: instantOut.optional() }),
  })
  .openapi('OrderChangeEffect')

const common = {
  method: 'post',
  tag: 'orders',
  params: idParam,
  problems: ['malformed-json', 'not-found', 'invalid-body', 'wrong-state', 'refused', 'in-progress', 'key-reused'],
} as const
const writing = {
  ...common,
  scopes: ['orders:write', 'operations'],
  headers: z.object({ 'idempotency-key': z.string().max(257).optional() }),
} as const

export function orderChangeRoutes(shared: Shared): Route[] {
  const { orders } = shared.deps
  return [
    route({
      ...common,
      path: '/v1/orders/{id}/changes/preview',
      name: 'previewOrderChange',
      summary: 'What a change would do to money, stock and promise; nothing is written.',
      scopes: ['orders:read', 'orders:write', 'operations'],
      body: PreviewBody,
      answers: { 200: { description: 'The effect, and the version to confirm it with.', schema: Effect } },
      handle: async ({ params, body }) =>
        answer(await orders.previewChange(params.id, { ...body, reason: 'preview' }), '/changes'),
    }),
    route({
      ...writing,
      path: '/v1/orders/{id}/changes',
      name: 'changeOrder',
      summary: 'Change quantities, lines, address, method or service of an order, all of it or nothing.',
      description:
        'Only the difference is planned anew. What a node was told already is asked for, and it may refuse: the timeline tells.',
      body: ChangeBody,
      answers: { 200: { description: 'Done.', schema: Effect } },
      handle: (call) =>
        answeredOnce(shared, call, async () =>
          answer(await orders.change(call.params.id, call.body, call.actor), '/changes'),
        ),
    }),
    route({
      ...writing,
      path: '/v1/orders/{id}/cancel',
      name: 'cancelOrder',
      summary: 'Cancel an order, or some of its units.',
      description:
        'Units that nobody was told of are cancelled at once. For others each node is asked, and accepts, refuses or has shipped. A cancel of the whole order is final. Send an Idempotency-Key: the same units can be cancelled twice.',
      body: CancelBody,
      answers: { 200: { description: 'Cancelled, or asked for.', schema: Effect } },
      handle: (call) =>
        answeredOnce(shared, call, async () =>
          answer(await orders.cancel(call.params.id, call.body, call.actor), '/lines'),
        ),
    }),
  ]
}

function answer(told: ChangeAnswer, list: string): Answer {
  switch (told.kind) {
    case 'done':
      return { status: 200, json: told.effect }
    case 'unknown':
      throw new HttpProblem('not-found', 'There is no order with this id.')
    case 'stale':
      throw new HttpProblem(
        'wrong-state',
        `The order has changed since: it is at version ${told.version}. Preview the change again.`,
      )
    case 'refused':
      throw problemAt(
        'refused',
        `${list}/${told.index}`,
        told.reason,
        'Look at the order as it is now, and correct the request.',
      )
  }
}
