/** What the API shows of orders and fulfillment requests. */
import { z } from '@hono/zod-openapi'
import { RoutingDecision } from '#core/model/decision.ts'
import { CASE_KINDS, CASE_STATES } from '#core/model/document.ts'
import { FACT_KINDS } from '#core/model/fact.ts'
import { FulfillmentRequest, Package, SHIPMENT_STATES } from '#core/model/fulfillment.ts'
import { Hold, OrderInput, OrderLine } from '#core/model/order.ts'
import { ORDER_PHASES } from '#core/orders/phase.ts'
import { ORDER_ACTIONS } from '#core/orders/waiting.ts'
import { instantOut } from './basics.ts'

export const CaseView = z
  .object({
    id: z.string(),
    kind: z.enum(CASE_KINDS),
    subject: z.string(),
    orderId: z.string().nullable(),
    instructionId: z.string().nullable(),
    detail: z.string(),
    cure: z.string(),
    owner: z.string(),
    state: z.enum(CASE_STATES),
    openedAt: instantOut,
    dueAt: instantOut,
    resolvedAt: instantOut.nullable(),
    resolution: z.string().nullable(),
  })
  .openapi('ExceptionCase')

export const HoldView = Hold.extend({
  placedAt: instantOut,
  dueAt: instantOut,
  releasedAt: instantOut.optional(),
}).openapi('Hold')

export const RequestView = FulfillmentRequest.extend({
  createdAt: instantOut,
  releaseAt: instantOut.optional(),
  submittedAt: instantOut.optional(),
  answerDueAt: instantOut.optional(),
  shipments: z.array(
    z.object({
      id: z.string(),
      externalId: z.string(),
      state: z.enum(SHIPMENT_STATES),
      carrier: z.string().nullable(),
      service: z.string().nullable(),
      shippedAt: instantOut,
      packages: z.array(Package),
    }),
  ),
}).openapi('FulfillmentRequest')

const phase = {
  phase: z.enum(ORDER_PHASES),
  waitsOn: z.string().openapi({ description: 'Who has to move next.', example: 'its nodes' }),
}

const Waiting = z
  .object({
    on: z.string().openapi({ example: 'lyon-dc (submitted)' }),
    since: instantOut.optional(),
    dueAt: instantOut.optional().openapi({ description: 'Somebody is told when it has not moved by then.' }),
    actions: z.array(z.enum(ORDER_ACTIONS)).openapi({ description: 'What may be done about it now.' }),
  })
  .openapi('OrderWaiting')

export const OrderSummary = z
  .object({
    id: z.string(),
    channelId: z.string(),
    externalId: z.string(),
    number: z.string(),
    placedAt: instantOut,
    ...phase,
    units: z.object({ ordered: z.int(), open: z.int(), shipped: z.int(), cancelled: z.int() }),
    currency: z.string(),
    totalMinor: z.int(),
  })
  .openapi('OrderSummary')

const TimelineFact = z
  .object({
    id: z.string(),
    kind: z.enum(FACT_KINDS),
    at: instantOut,
    actor: z.string(),
    cause: z.string().nullable(),
    data: z.record(z.string(), z.unknown()),
  })
  .openapi('TimelineFact')

export const OrderView = OrderInput.omit({ lines: true, holds: true })
  .extend({
    id: z.string(),
    version: z.int(),
    ...phase,
    waiting: Waiting,
    revisedAt: instantOut,
    placedAt: instantOut,
    cancelledAt: instantOut.optional(),
    erasedAt: instantOut.optional(),
    lines: z.array(OrderLine),
    holds: z.array(HoldView),
    fulfillmentRequests: z.array(RequestView),
    decisions: z.array(RoutingDecision),
    timeline: z.array(TimelineFact),
    cases: z.array(CaseView),
  })
  .openapi('Order')
