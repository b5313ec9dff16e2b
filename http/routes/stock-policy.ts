/** The stock policy: what holds units back. Read it, see what another would change, activate it. */
import { z } from '@hono/zod-openapi'
import { StockPolicy } from '#core/model/stock-policy.ts'
import { activatePolicy } from '#store/policy-activation.ts'
import { previewPolicy } from '#store/policy-preview.ts'
import { HttpProblem } from '../problem.ts'
import { type Route, route } from '../route.ts'
import type { Shared } from '../shared.ts'
import { instantQuery } from '../wire/basics.ts'
import { storableInstant, STORABLE_CURE } from '../wire/instants.ts'

const Activated = z
  .object({
    version: z.string(),
    activated: z.boolean().openapi({ description: 'False when it was known already.' }),
    active: z.boolean().openapi({ description: 'It is the one that holds.' }),
  })
  .openapi('StockPolicyActivation')

const Preview = z
  .object({
    from: z.string(),
    to: z.string(),
    skus: z.int().openapi({ description: 'SKUs of which any channel could sell more or fewer.' }),
    channels: z.array(
      z.object({
        channelId: z.string().optional(),
        skus: z.int(),
        positions: z.int(),
        fewer: z.int().openapi({ description: 'Sellable units lost.' }),
        more: z.int(),
      }),
    ),
    rules: z.array(
      z.object({
        kind: z.string(),
        channelId: z.string().optional(),
        rule: z.string().optional().openapi({ description: 'Absent: the node’s or the channel’s own setting.' }),
        ends: z.boolean().openapi({ description: 'A rule of the policy before that nothing replaces.' }),
        skus: z.int(),
        positions: z.int(),
        units: z.int().openapi({ description: 'What its term adds to availability from then on.' }),
      }),
    ),
    examples: z.array(
      z.object({
        sku: z.string(),
        nodeId: z.string(),
        channelId: z.string().optional(),
        was: z.int(),
        will: z.int(),
        terms: z.record(z.string(), z.object({ was: z.int(), will: z.int() })),
      }),
    ),
  })
  .openapi('StockPolicyPreview')

export function stockPolicyRoutes({ deps }: Shared): Route[] {
  return [
    route({
      method: 'get',
      path: '/v1/stock-policy',
      name: 'getStockPolicy',
      tag: 'stock',
      summary: 'The stock policy that holds.',
      scopes: ['stock:read', 'master:write'],
      answers: { 200: { description: 'The policy.', schema: StockPolicy } },
      handle: async () => ({ status: 200, json: (await deps.stockMaster()).stockPolicy }),
    }),
    route({
      method: 'put',
      path: '/v1/stock-policy',
      name: 'putStockPolicy',
      tag: 'stock',
      summary: 'Activates a new version of the stock policy.',
      description:
        'It holds from the answer on; safety stock and the channels’ numbers follow within seconds. Versions never change: the same ' +
        'version with another content is refused.',
      scopes: ['master:write'],
      body: StockPolicy,
      answers: { 200: { description: 'It is known, and holds if `active`.', schema: Activated } },
      problems: ['malformed-json', 'invalid-body', 'wrong-state'],
      handle: async ({ body, actor }) => {
        const done = await deps.commit((unit) => activatePolicy(unit, body, actor, deps.clock.now()))
        if (done.kind === 'taken')
          throw new HttpProblem(
            'wrong-state',
            `Version ${body.version} holds other rules. Give the new ones a new version.`,
          )
        if (done.kind === 'fenced')
          throw new HttpProblem(
            'wrong-state',
            `Units are fenced for ${done.segments.join(', ')}, which the policy does not name. Set those fences to 0 first, or name the segments.`,
          )
        const activated = done.kind === 'activated'
        return { status: 200, json: { version: body.version, activated, active: activated || done.active } }
      },
    }),
    route({
      method: 'post',
      path: '/v1/stock-policy/preview',
      name: 'previewStockPolicy',
      tag: 'stock',
      summary: 'What a stock policy would change, without activating it.',
      description:
        'Every position is looked at under both policies, so with very many it takes some seconds. `at` asks about another moment than now: dated rules speak or are silent then; the stock is today’s.',
      scopes: ['stock:read', 'master:write'],
      query: z.object({ at: instantQuery.optional() }),
      body: StockPolicy,
      answers: { 200: { description: 'SKUs and units that change, by channel and by rule.', schema: Preview } },
      problems: ['malformed-json', 'invalid-body', 'bad-query'],
      handle: async ({ body, query }) => {
        const at = query.at === undefined ? deps.clock.now() : storableInstant(query.at)
        if (at === undefined) throw new HttpProblem('bad-query', `at is no moment that can be stored. ${STORABLE_CURE}`)
        return { status: 200, json: await previewPolicy(deps.db, await deps.stockMaster(), body, at) }
      },
    }),
  ]
}
