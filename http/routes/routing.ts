/** Routing as a service: dry runs, promises, policy books, and why a node was not chosen. */
import { z } from '@hono/zod-openapi'
import { ConsolidatedParcel, PlannedPackage, RoutingDecision } from '#core/model/decision.ts'
import { NO_UNITS, type Order, type OrderInput } from '#core/model/order.ts'
import { FulfillmentMethod } from '#core/model/node.ts'
import { CurrencyCode } from '#core/model/money.ts'
import { ChannelId, NodeId, Sku } from '#core/model/ids.ts'
import { capture } from '#core/orders/capture.ts'
import { Destination } from '#core/routing/request.ts'
import { Reoptimise } from '#core/routing/policy.ts'
import { Reoptimised } from '#core/routing/reoptimise.ts'
import { PROMISE_CHOICES } from '#core/routing/promise.ts'
import { CHANGE_KINDS, whyNot } from '#core/routing/why-not.ts'
import { inputsOf, recordsOf } from '#store/decisions.ts'
import { loadOrders } from '#store/orders.ts'
import { HttpProblem, problemAt } from '../problem.ts'
import { type Route, route } from '../route.ts'
import type { Shared } from '../shared.ts'
import { idParam, instantOut, queryText } from '../wire/basics.ts'
import { OrderRequest } from '../wire/order.ts'

const EvaluateBody = z
  .strictObject({
    orderId: z.string().max(70).optional(),
    order: OrderRequest.optional(),
    policyVersion: z
      .string()
      .max(50)
      .optional()
      .openapi({ description: 'A stored policy to try, such as `peak-2026@3`; absent: the active one.' }),
  })
  .refine((body) => (body.orderId === undefined) !== (body.order === undefined), 'must state either orderId or order')
  .openapi('EvaluateRequest')

const Evaluation = RoutingDecision.omit({ id: true }).openapi('RoutingEvaluation')

const CartLine = z.strictObject({
  sku: Sku,
  quantity: z.int().min(1).max(1_000_000),
  method: FulfillmentMethod.default('ship'),
  nodeId: NodeId.optional(),
  unitPriceMinor: z.int().min(0).default(0),
})
const CartBody = z
  .strictObject({
    channelId: ChannelId,
    destination: Destination.strict().optional(),
    customerTags: z.array(z.string().min(1).max(50)).max(50).optional(),
    shippingService: z.string().max(100).optional(),
    lines: z.array(CartLine).min(1).max(100),
  })
  .openapi('PromiseRequest')

const PromiseAnswer = z
  .object({
    decidedAt: instantOut,
    currency: CurrencyCode,
    options: z.array(
      z.object({
        deliveredAt: instantOut,
        costMinor: z.int(),
        parcels: z.int(),
        choices: z.array(z.enum(PROMISE_CHOICES)),
        packages: z.array(PlannedPackage),
        consolidated: ConsolidatedParcel.optional(),
      }),
    ),
    unavailable: RoutingDecision.shape.unserved,
  })
  .openapi('Promise')

const WhyNotAnswer = z
  .object({
    decisionId: z.string(),
    answers: z.array(
      z.object({
        nodeId: z.string(),
        lineNo: z.int(),
        reason: z.string().optional(),
        change: z.object({ kind: z.enum(CHANGE_KINDS), size: z.int(), text: z.string() }).optional(),
        note: z.string().optional(),
      }),
    ),
  })
  .openapi('WhyNot')

export function routingRoutes(shared: Shared): Route[] {
  return [
    evaluateRoute(shared),
    promiseRoute(shared),
    whyNotRoute(shared),
    rerouteRoute(shared),
    reoptimiseRoute(shared),
  ]
}

function evaluateRoute(shared: Shared): Route {
  return route({
    method: 'post',
    path: '/v1/routing/evaluate',
    name: 'evaluateRouting',
    tag: 'routing',
    summary: 'What would be decided now for an order, known or not, with every reason. Nothing is written.',
    description: 'The function that the route worker calls, on what it would load.',
    scopes: ['orders:read'],
    body: EvaluateBody,
    answers: { 200: { description: 'The decision as it would be made.', schema: Evaluation } },
    problems: ['malformed-json', 'invalid-body', 'not-found', 'refused'],
    handle: async ({ body }) => {
      const order = body.order === undefined ? await known(shared, body.orderId ?? '') : asOrder(shared, body.order)
      const evaluated = await shared.deps.evaluate(order, body.policyVersion)
      if (!evaluated.ok) throw new HttpProblem('refused', evaluated.problem)
      return { status: 200, json: evaluated.decision }
    },
  })
}

async function known({ deps }: Shared, id: string): Promise<Order> {
  const [order] = await deps.db.query('SELECT 1 FROM sales_order WHERE id = $1', [id])
  const [found] = order === undefined ? [] : await loadOrders(deps.db, [id])
  if (found === undefined) throw new HttpProblem('not-found', 'There is no order with this id.')
  return found
}

/** The order as capture would store it; its ids are never seen by anybody. */
function asOrder({ deps }: Shared, body: OrderRequest): Order {
  const input: OrderInput = { ...body, revisedAt: body.revisedAt ?? body.placedAt }
  const captured = capture(input, undefined, (prefix) => `${prefix}_evaluated`, deps.clock.now())
  if (captured.kind !== 'created') throw new HttpProblem('refused', 'The order cannot be captured.')
  return captured.order
}

function promiseRoute(shared: Shared): Route {
  return route({
    method: 'post',
    path: '/v1/promises',
    name: 'promise',
    tag: 'routing',
    summary:
      'When an item or a cart can be there, and at what cost: earliest, cheapest, fewest parcels, and what lies between.',
    description:
      'Every option that no other beats in date, cost and parcels together. Dates count calendars, cut-offs, capacity, collection, transit and the two time zones.',
    scopes: ['stock:read'],
    body: CartBody,
    answers: {
      200: {
        description: 'Options, earliest first; none when the cart cannot be served whole.',
        schema: PromiseAnswer,
      },
    },
    problems: ['malformed-json', 'invalid-body', 'unknown-reference'],
    handle: async ({ body }) => {
      const channel = await shared.channels.find(body.channelId)
      if (channel === undefined)
        throw problemAt(
          'unknown-reference',
          '/channelId',
          `There is no channel ${body.channelId}.`,
          'Correct the channel.',
        )
      const { destination, customerTags, shippingService } = body
      const promised = await shared.deps.promise({
        channelId: body.channelId,
        currency: channel.currency,
        totalMinor: body.lines.reduce((sum, line) => sum + line.quantity * line.unitPriceMinor, 0),
        ...(destination === undefined ? {} : { destination }),
        ...(customerTags === undefined ? {} : { customerTags }),
        ...(shippingService === undefined ? {} : { shippingService }),
        lines: body.lines.map((line, index) => lineOf(line, index + 1)),
      })
      return { status: 200, json: { currency: channel.currency, ...promised } }
    },
  })
}

function lineOf({ quantity, nodeId, ...line }: z.output<typeof CartLine>, lineNo: number): Order['lines'][number] {
  return {
    ...line,
    ...(nodeId === undefined ? {} : { nodeId }),
    lineNo,
    externalId: String(lineNo) as Order['lines'][number]['externalId'],
    counters: { ...NO_UNITS, ordered: quantity, open: quantity },
  }
}

function rerouteRoute(shared: Shared): Route {
  return route({
    method: 'post',
    path: '/v1/nodes/{id}/reroute',
    name: 'rerouteNode',
    tag: 'routing',
    summary: 'A node cannot work: send what it has not begun, and others can serve, to them.',
    description:
      'Up to 500 requests in one call. Left are those that no other node can serve whole, or whose node cannot be told to stop. Take the node out with `enabled: false` first, so that nothing new comes to it.',
    scopes: ['operations'],
    params: z.object({ id: z.string().regex(/^[a-z0-9][a-z0-9-]{0,62}$/) }),
    answers: {
      200: {
        description: 'How many requests were taken back, and how many are left with the node.',
        schema: z.object({ routedElsewhere: z.int(), left: z.int() }).openapi('NodeReroute'),
      },
    },
    problems: ['not-found'],
    handle: async ({ params, actor }) => {
      if ((await shared.nodes.find(params.id)) === undefined)
        throw new HttpProblem('not-found', `There is no node ${params.id}.`)
      return { status: 200, json: await shared.deps.rerouteNode(params.id, actor) }
    },
  })
}

function reoptimiseRoute(shared: Shared): Route {
  return route({
    method: 'post',
    path: '/v1/routing/reoptimise',
    name: 'reoptimise',
    tag: 'routing',
    summary: 'Plan work that no node has accepted anew, and move what is worth it.',
    description:
      'What a timer does every ten minutes where the policy says `reoptimise`. What a node accepted is never moved; what it was told of is asked back first.',
    scopes: ['operations'],
    body: z
      .strictObject({
        dryRun: z.boolean().default(false),
        terms: Reoptimise.optional().openapi({
          description: 'For rules of the policy that do not say when work moves.',
        }),
      })
      .openapi('ReoptimiseRequest'),
    answers: {
      200: { description: 'What moved, or would.', schema: z.object(Reoptimised.shape).openapi('Reoptimised') },
    },
    problems: ['malformed-json', 'invalid-body'],
    handle: async ({ body: { dryRun, terms }, actor }) => {
      const ask = { dryRun, actor, ...(terms === undefined ? {} : { terms }) }
      return { status: 200, json: await shared.deps.reoptimise(ask) }
    },
  })
}

function whyNotRoute({ deps }: Shared): Route {
  return route({
    method: 'get',
    path: '/v1/orders/{id}/why-not',
    name: 'whyNot',
    tag: 'routing',
    summary: 'The smallest single change with which the last decision would have chosen a given node.',
    scopes: ['orders:read'],
    params: idParam,
    query: z.object({ node: queryText(63), line: z.coerce.number().int().min(1).max(1000).optional() }),
    answers: { 200: { description: 'One answer for each line.', schema: WhyNotAnswer } },
    problems: ['bad-query', 'not-found', 'wrong-state'],
    handle: async ({ params, query }) => {
      const record = (await recordsOf(deps.db, params.id)).at(-1)
      if (record === undefined) throw new HttpProblem('not-found', 'There is no decision for an order with this id.')
      const { network, policy } = await inputsOf(deps.db, record)
      if (policy === undefined)
        throw new HttpProblem('wrong-state', 'The policy of the decision is not known any more.')
      if (!network.nodes.some((node) => node.id === query.node))
        throw new HttpProblem('not-found', `The network of the decision had no node ${query.node}.`)
      return {
        status: 200,
        json: { decisionId: record.head.id, answers: whyNot(record, network, policy, query.node, query.line) },
      }
    },
  })
}
