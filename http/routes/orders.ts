/** Orders through the API: the hot path, so each check is in memory and the commit is shared with other callers of the moment. */
import { z } from '@hono/zod-openapi'
import type { OrderInput } from '#core/model/order.ts'
import { answeredOnce } from '../idempotency.ts'
import { errorsOfIssues, HttpProblem, problemAt } from '../problem.ts'
import { type Answer, type Route, route } from '../route.ts'
import type { Shared } from '../shared.ts'
import { OrderReceipt, OrderRequest } from '../wire/order.ts'

export function orderRoutes(shared: Shared): Route[] {
  return [
    route({
      method: 'post',
      path: '/v1/orders',
      name: 'captureOrder',
      tag: 'orders',
      summary: 'Capture an order, or a newer revision of one.',
      description:
        'Idempotent by (channelId, externalId, revisedAt), with or without an Idempotency-Key. A line that is no longer stated keeps its quantity: cancel units by `cancelledQuantity`, or the order by `cancelledAt`.',
      scopes: ['orders:write'],
      headers: z.object({ 'idempotency-key': z.string().max(257).optional() }),
      body: OrderRequest,
      answers: {
        201: { description: 'Stored; routing follows.', schema: OrderReceipt },
        200: { description: 'Known already, or older than what is known.', schema: OrderReceipt },
      },
      problems: ['malformed-json', 'in-progress', 'invalid-body', 'unknown-reference', 'unknown-sku', 'key-reused'],
      handle: (call) => answeredOnce(shared, call, () => captureOne(shared, call.body, call.actor)),
    }),
  ]
}

async function captureOne(shared: Shared, body: OrderRequest, actor: string): Promise<Answer> {
  const order: OrderInput = { ...body, revisedAt: body.revisedAt ?? body.placedAt }
  await checkChannel(shared, order)
  await checkNodes(shared, order)
  await checkSkus(shared, order)
  const { orderId = '', verdict, created } = await shared.deps.captureOrder(order, actor)
  if (verdict.kind === 'refused')
    throw new HttpProblem('refused', 'The order was refused.', { errors: errorsOfIssues(verdict.issues) })
  const result = verdict.kind === 'applied' ? 'captured' : verdict.kind
  shared.metrics.order(result)
  return {
    status: created === true ? 201 : 200,
    json: {
      id: orderId,
      channelId: order.channelId,
      externalId: order.externalId,
      result,
      ...(verdict.kind === 'superseded' ? { reason: verdict.reason } : {}),
    },
    headers: { location: `/v1/orders/${orderId}` },
  }
}

async function checkChannel({ channels }: Shared, order: OrderInput): Promise<void> {
  const channel = await channels.find(order.channelId)
  if (channel === undefined) {
    const cure = 'Correct the channel, or add it with PUT /v1/channels.'
    throw problemAt('unknown-reference', '/channelId', `There is no channel ${order.channelId}.`, cure)
  }
  if (channel.connection !== undefined) {
    const detail = `The orders of ${channel.id} come over its connection ${channel.connection}.`
    throw problemAt('unknown-reference', '/channelId', detail, 'Name a channel without a connection.')
  }
  if (channel.currency !== order.currency) {
    const detail = `The channel ${channel.id} sells in ${channel.currency}, not in ${order.currency}.`
    throw problemAt('unknown-reference', '/currency', detail, 'Use a channel for each currency.')
  }
}

async function checkNodes({ nodes }: Shared, order: OrderInput): Promise<void> {
  for (const [index, { nodeId }] of order.lines.entries()) {
    if (nodeId === undefined || (await nodes.find(nodeId)) !== undefined) continue
    const cure = 'Correct the node, or add it with PUT /v1/nodes.'
    throw problemAt('unknown-reference', `/lines/${index}/nodeId`, `There is no node ${nodeId}.`, cure)
  }
}

async function checkSkus({ skus }: Shared, order: OrderInput): Promise<void> {
  const unknown = new Set<string>(await skus.unknownOf(order.lines.map((line) => line.sku)))
  if (unknown.size === 0) return
  const errors = order.lines.flatMap(({ sku }, index) =>
    unknown.has(sku)
      ? [
          {
            pointer: `/lines/${index}/sku`,
            detail: `The hub knows no product with the SKU ${sku}.`,
            cure: 'Add the product with PUT /v1/products, then send the order again; or correct the SKU.',
          },
        ]
      : [],
  )
  throw new HttpProblem('unknown-sku', errors[0]?.detail ?? 'A SKU is unknown.', { errors })
}
