/** Refunds that wait for a person, and the return policy that decides them. */
import { z } from '@hono/zod-openapi'
import { ReturnPolicy } from '#core/model/return-policy.ts'
import { loadRefunds } from '#store/refunds.ts'
import { activateReturnPolicy, activeReturnPolicy } from '#store/return-policy.ts'
import { HttpProblem } from '../problem.ts'
import { type Route, route } from '../route.ts'
import type { Shared } from '../shared.ts'
import { idParam } from '../wire/basics.ts'
import { RefundView, ReturnView } from '../wire/returns.ts'
import { answerOf } from './returns.ts'

type Word = Parameters<Shared['deps']['returns']['refund']>[1]

export function refundRoutes(shared: Shared): Route[] {
  const { deps } = shared
  return [
    route({
      method: 'get',
      path: '/v1/orders/{id}/refunds',
      name: 'listRefunds',
      tag: 'returns',
      summary: 'What went back to an order’s customer, whoever paid it back.',
      scopes: ['orders:read'],
      params: idParam,
      answers: { 200: { description: 'All refunds, oldest first.', schema: z.object({ items: z.array(RefundView) }) } },
      handle: async ({ params }) => {
        const refunds = await loadRefunds(deps.db, { orderIds: [params.id] })
        return { status: 200, json: { items: refunds.map(({ orderId: _, returnId: _id, ...refund }) => refund) } }
      },
    }),
    refundRoute(shared, 'trigger', 'triggerRefund', 'Tell the channel to pay it back.', z.strictObject({}), () => ({
      do: 'trigger',
    })),
    refundRoute(
      shared,
      'confirm',
      'confirmRefund',
      'It was paid back by hand.',
      z.strictObject({ reference: z.string().trim().min(1).max(200) }),
      ({ reference }) => ({ do: 'confirm', reference }),
    ),
    refundRoute(
      shared,
      'deny',
      'denyRefund',
      'It is not paid back.',
      z.strictObject({ reason: z.string().trim().min(1).max(500) }),
      ({ reason }) => ({ do: 'deny', reason }),
    ),
    route({
      method: 'get',
      path: '/v1/return-policy',
      name: 'getReturnPolicy',
      tag: 'returns',
      summary: 'The return policy that holds.',
      scopes: ['orders:read', 'master:write'],
      answers: { 200: { description: 'The policy.', schema: ReturnPolicy } },
      handle: async () => ({ status: 200, json: await activeReturnPolicy(deps.db) }),
    }),
    route({
      method: 'put',
      path: '/v1/return-policy',
      name: 'putReturnPolicy',
      tag: 'returns',
      summary: 'Activates a new version of the return policy. Returns that were asked for keep their terms.',
      scopes: ['master:write'],
      body: ReturnPolicy.extend({}).openapi('ReturnPolicy'),
      answers: {
        200: {
          description: 'It is known.',
          schema: z.object({ version: z.string(), activated: z.boolean() }).openapi('ReturnPolicyActivation'),
        },
      },
      problems: ['malformed-json', 'invalid-body', 'wrong-state'],
      handle: async ({ body, actor }) => {
        const done = await deps.commit((unit) => activateReturnPolicy(unit, body, actor, deps.clock.now()))
        if (done === 'taken')
          throw new HttpProblem('wrong-state', `Version ${body.version} holds other rules. Give these a new version.`)
        return { status: 200, json: { version: body.version, activated: done === 'activated' } }
      },
    }),
  ]
}

function refundRoute<B extends z.ZodType>(
  shared: Shared,
  verb: string,
  name: string,
  summary: string,
  body: B,
  wordOf: (body: z.output<B>) => Word,
): Route {
  return route({
    method: 'post',
    path: `/v1/refunds/{id}/${verb}`,
    name,
    tag: 'returns',
    summary,
    scopes: ['operations'],
    params: idParam,
    body,
    answers: { 200: { description: 'Its return as it is now.', schema: ReturnView } },
    problems: ['malformed-json', 'not-found', 'invalid-body', 'wrong-state'],
    handle: async ({ params, body: word, actor }) =>
      answerOf(shared, await shared.deps.returns.refund(params.id, wordOf(word), actor), 'wrong-state'),
  })
}
