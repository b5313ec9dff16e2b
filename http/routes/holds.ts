/** Holds by hand: place one, release one. */
import { z } from '@hono/zod-openapi'
import { HoldKind } from '#core/model/order.ts'
import type { HoldAnswer } from '../deps.ts'
import { answeredOnce } from '../idempotency.ts'
import { HttpProblem } from '../problem.ts'
import { type Answer, type Route, route } from '../route.ts'
import type { Shared } from '../shared.ts'
import { anyId, idParam } from '../wire/basics.ts'
import { HoldView } from '../wire/views.ts'

const HoldWish = z
  .strictObject({ kind: HoldKind, reason: z.string().trim().min(1).max(500) })
  .openapi('HoldWish', { description: 'What is wrong, in a sentence.' })
const Release = z.strictObject({ resolution: z.string().trim().min(1).max(500) }).openapi('HoldRelease')
const idempotent = { headers: z.object({ 'idempotency-key': z.string().max(257).optional() }) }

export function holdRoutes(shared: Shared): Route[] {
  const { orders } = shared.deps
  return [
    route({
      method: 'post',
      path: '/v1/orders/{id}/holds',
      name: 'holdOrder',
      tag: 'orders',
      summary: 'Hold an order: nothing that moves goods is sent as long as any hold is active.',
      description:
        'Units that are with a node already are not stopped; the hold on the timeline says which (`tooLateFor`). The same key’s second hold of a kind is the first one.',
      scopes: ['orders:write', 'operations'],
      params: idParam,
      ...idempotent,
      body: HoldWish,
      answers: {
        201: { description: 'Held.', schema: HoldView },
        200: { description: 'Held already.', schema: HoldView },
      },
      problems: ['malformed-json', 'not-found', 'invalid-body', 'wrong-state', 'in-progress', 'key-reused'],
      handle: (call) =>
        answeredOnce(shared, call, async () => answer(await orders.hold(call.params.id, call.body, call.actor), 201)),
    }),
    route({
      method: 'post',
      path: '/v1/orders/{id}/holds/{holdId}/release',
      name: 'releaseHold',
      tag: 'orders',
      summary: 'Release one hold. The order goes on when none is left.',
      scopes: ['orders:write', 'operations'],
      params: idParam.extend({ holdId: anyId }),
      body: Release,
      answers: { 200: { description: 'Released, or released before.', schema: HoldView } },
      problems: ['malformed-json', 'not-found', 'invalid-body', 'wrong-state'],
      handle: async ({ params, body, actor }) =>
        answer(await orders.releaseHold(params.id, params.holdId, body.resolution, actor), 200),
    }),
  ]
}

function answer(told: HoldAnswer, done: number): Answer {
  if (told.kind === 'unknown') throw new HttpProblem('not-found', 'There is no order with this id.')
  if (told.kind === 'refused') throw new HttpProblem('wrong-state', told.reason)
  return { status: told.repeated ? 200 : done, json: told.hold }
}
