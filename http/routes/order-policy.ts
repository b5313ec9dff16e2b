/** The order policy: which orders are held, and how long a customer may think better of it. */
import { z } from '@hono/zod-openapi'
import { OrderPolicy } from '#core/model/order-policy.ts'
import { activateOrderPolicy, activeOrderPolicy } from '#store/order-policy.ts'
import { HttpProblem } from '../problem.ts'
import { type Route, route } from '../route.ts'
import type { Shared } from '../shared.ts'

const Activated = z
  .object({
    version: z.string(),
    activated: z.boolean().openapi({ description: 'False when it was known already.' }),
    active: z.boolean().openapi({ description: 'It is the one that holds.' }),
  })
  .openapi('OrderPolicyActivation')

export function orderPolicyRoutes({ deps }: Shared): Route[] {
  return [
    route({
      method: 'get',
      path: '/v1/order-policy',
      name: 'getOrderPolicy',
      tag: 'orders',
      summary: 'The order policy that holds.',
      scopes: ['orders:read', 'master:write'],
      answers: { 200: { description: 'The policy.', schema: OrderPolicy } },
      handle: async () => ({ status: 200, json: await activeOrderPolicy(deps.db) }),
    }),
    route({
      method: 'put',
      path: '/v1/order-policy',
      name: 'putOrderPolicy',
      tag: 'orders',
      summary: 'Activates a new version of the order policy.',
      description:
        'It holds for what is captured and routed from the answer on; orders that were are left as they are. Versions never change: the same version with another content is refused.',
      scopes: ['master:write'],
      body: OrderPolicy,
      answers: { 200: { description: 'It is known, and holds if `active`.', schema: Activated } },
      problems: ['malformed-json', 'invalid-body', 'wrong-state'],
      handle: async ({ body, actor }) => {
        const done = await deps.commit((unit) => activateOrderPolicy(unit, body, actor, deps.clock.now()))
        if (done.kind === 'taken')
          throw new HttpProblem('wrong-state', `Version ${body.version} holds other rules. Give these a new version.`)
        const activated = done.kind === 'activated'
        return { status: 200, json: { version: body.version, activated, active: activated || done.active } }
      },
    }),
  ]
}
