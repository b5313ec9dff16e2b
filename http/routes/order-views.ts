/** Orders as they stand: one with its story, or a page of them. */
import { z } from '@hono/zod-openapi'
import { ORDER_PHASES, PHASE_WAITS_ON } from '#core/orders/phase.ts'
import type { LineCounters } from '#core/model/order.ts'
import type { Instant } from '#core/model/time.ts'
import type { Queryable } from '#store/database.ts'
import { decisionsOf } from '#store/decisions.ts'
import { timelineOf } from '#store/facts.ts'
import { loadOrders, type StoredOrder } from '#store/orders.ts'
import { decodeCursor, encodeCursor, pageOf, pageQuery } from '../paging.ts'
import { HttpProblem } from '../problem.ts'
import { openCasesOf } from '../queries/cases.ts'
import { explainField } from '../queries/origins.ts'
import { type OrderCursor, pageOfOrders, phaseOf, waitingOfOrder } from '../queries/orders.ts'
import { requestViews } from '../queries/requests.ts'
import { type Route, route } from '../route.ts'
import type { Shared } from '../shared.ts'
import { idParam, instantQuery, queryText } from '../wire/basics.ts'
import { storableInstant } from '../wire/instants.ts'
import { OriginsView } from '../wire/origins.ts'
import { OrderSummary, OrderView } from '../wire/views.ts'

export function orderViewRoutes(shared: Shared): Route[] {
  const { db } = shared.deps
  return [
    route({
      method: 'get',
      path: '/v1/orders/{id}',
      name: 'getOrder',
      tag: 'orders',
      summary: 'One order: lines, phase, fulfillment requests, timeline, decisions with their reasons, open cases.',
      scopes: ['orders:read'],
      params: idParam,
      answers: { 200: { description: 'The order as it stands.', schema: OrderView } },
      problems: ['not-found'],
      handle: async ({ params }) => {
        const [order] = await loadOrders(db, [params.id])
        if (order === undefined) throw new HttpProblem('not-found', 'There is no order with this id.')
        return { status: 200, json: await viewOf(db, order, shared.deps.clock.now()) }
      },
    }),
    route({
      method: 'get',
      path: '/v1/orders/{id}/origins',
      name: 'originsOfField',
      tag: 'orders',
      summary: 'Where a field of an order came from: raw document, place in it, rule, layer and crosswalk version.',
      description:
        'Every document that said the field, oldest first: the order’s own, and the answers to its fulfillment requests.',
      scopes: ['orders:read'],
      params: idParam,
      query: z.object({ field: queryText(200).openapi({ example: 'shipTo.postcode' }) }),
      answers: { 200: { description: 'What was said, and where.', schema: OriginsView } },
      problems: ['bad-query'],
      handle: async ({ params, query: { field } }) => ({
        status: 200,
        json: { orderId: params.id, field, origins: await explainField(db, params.id, field) },
      }),
    }),
    route({
      method: 'get',
      path: '/v1/orders',
      name: 'listOrders',
      tag: 'orders',
      summary: 'Orders, newest first, or the one that a channel calls by `externalId`.',
      scopes: ['orders:read'],
      query: z.object({
        channel: queryText(63).optional(),
        externalId: queryText(200).optional(),
        name: queryText(200).optional().openapi({ description: 'Its number, or the channel’s name of it.' }),
        phase: z.enum(ORDER_PHASES).optional(),
        placedFrom: instantQuery.optional(),
        placedBefore: instantQuery.optional(),
        ...pageQuery,
      }),
      answers: { 200: { description: 'A page of orders.', schema: pageOf(OrderSummary).openapi('OrderPage') } },
      problems: ['bad-query'],
      handle: async ({ query: { limit, cursor, ...filter } }) => {
        const { orders, next } = await pageOfOrders(db, filter, cursorOf(cursor), limit)
        const json = {
          items: orders.map(summaryOf),
          next: next === undefined ? null : encodeCursor([next.placedAt, next.id]),
        }
        return { status: 200, json }
      },
    }),
  ]
}

function cursorOf(text: string | undefined): OrderCursor | undefined {
  const values = decodeCursor(text, 2)
  if (values === undefined) return undefined
  const placedAt = storableInstant(values[0] ?? '')
  if (placedAt === undefined)
    throw new HttpProblem('bad-query', 'The cursor is none of this list. Begin again without one.')
  return { placedAt, id: values[1] ?? '' }
}

/** An order with everything that belongs to it, as the API shows it. */
export async function viewOf(db: Queryable, stored: StoredOrder, now: Instant) {
  const { routing: _routing, routingSince: _since, stated: _stated, ...order } = stored
  const phase = phaseOf(stored)
  const timeline = await timelineOf(db, order.id)
  const requests = await requestViews(db, { orderIds: [order.id] })
  const cases = await openCasesOf(db, order.id)
  return {
    ...order,
    phase,
    waitsOn: PHASE_WAITS_ON[phase],
    waiting: await waitingOfOrder(db, stored, phase, requests, cases, now),
    fulfillmentRequests: requests,
    decisions: await decisionsOf(db, order.id),
    timeline: timeline.map(({ orderId: _, ...fact }) => fact),
    cases,
  }
}

function summaryOf(order: StoredOrder): z.output<typeof OrderSummary> {
  const phase = phaseOf(order)
  const units = (pick: (counters: LineCounters) => number): number =>
    order.lines.reduce((sum, line) => sum + pick(line.counters), 0)
  return {
    id: order.id,
    channelId: order.channelId,
    externalId: order.externalId,
    number: order.number ?? order.externalId,
    placedAt: order.placedAt,
    phase,
    waitsOn: PHASE_WAITS_ON[phase],
    units: {
      ordered: units((c) => c.ordered),
      open: units((c) => c.open + c.backordered),
      shipped: units((c) => c.shipped),
      cancelled: units((c) => c.cancelled),
    },
    currency: order.currency,
    totalMinor: order.totalMinor,
  }
}
