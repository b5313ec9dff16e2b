/** Fulfillment requests for nodes without a connection: what they have to do, and their answers as canonical documents. */
import { z } from '@hono/zod-openapi'
import {
  CancelResponse,
  FulfillmentResponse,
  NEGOTIATION_STATES,
  ShipmentNotice,
  WORK_STATES,
} from '#core/model/fulfillment.ts'
import type { FulfillmentRequestId } from '#core/model/ids.ts'
import type { NodeAnswer } from '../deps.ts'
import { decodeCursor, encodeCursor, pageOf, pageQuery } from '../paging.ts'
import { errorsOfIssues, HttpProblem, problemAt } from '../problem.ts'
import { requestIds, requestViews } from '../queries/requests.ts'
import { type Answer, type Route, route } from '../route.ts'
import type { Shared } from '../shared.ts'
import { idParam, queryText } from '../wire/basics.ts'
import { isStorable, STORABLE_CURE } from '../wire/instants.ts'
import { RequestView } from '../wire/views.ts'

const ResponseBody = FulfillmentResponse.omit({ requestId: true }).strict().openapi('FulfillmentResponse')
const ShipmentBody = ShipmentNotice.omit({ requestId: true }).strict().openapi('ShipmentNotice')
const CancelBody = CancelResponse.omit({ requestId: true }).strict().openapi('CancelResponse')

const Applied = z
  .object({ result: z.enum(['applied', 'duplicate', 'superseded']), request: RequestView })
  .openapi('AnswerReceipt')

export function fulfillmentRoutes(shared: Shared): Route[] {
  return [
    listRoute(shared),
    answerRoute(
      shared,
      'response',
      'respondToRequest',
      'Accept or reject units, line by line.',
      ResponseBody,
      (body) => ({
        kind: 'fulfillmentResponse',
        value: body,
      }),
    ),
    answerRoute(
      shared,
      'shipments',
      'shipRequest',
      'Units left the node, or were handed over.',
      ShipmentBody,
      (body) => ({
        kind: 'shipment',
        value: body,
      }),
    ),
    answerRoute(
      shared,
      'cancel-response',
      'respondToCancel',
      'Whether units could still be taken out.',
      CancelBody,
      (body) => ({ kind: 'cancelResponse', value: body }),
    ),
  ]
}

function listRoute({ deps }: Shared): Route {
  return route({
    method: 'get',
    path: '/v1/fulfillment-requests',
    name: 'listRequests',
    tag: 'fulfillment',
    summary: 'Fulfillment requests, oldest first.',
    scopes: ['fulfillment:write', 'orders:read'],
    query: z.object({
      node: queryText(63).optional(),
      work: z.enum(WORK_STATES).optional(),
      negotiation: z.enum(NEGOTIATION_STATES).optional(),
      ...pageQuery,
    }),
    answers: { 200: { description: 'A page of requests.', schema: pageOf(RequestView).openapi('RequestPage') } },
    problems: ['bad-query'],
    handle: async ({ query: { limit, cursor, ...filter } }) => {
      const ids = await requestIds(deps.db, filter, decodeCursor(cursor, 1)?.[0], limit)
      const last = ids.at(-1)
      return {
        status: 200,
        json: {
          items: await requestViews(deps.db, { ids }),
          next: ids.length < limit || last === undefined ? null : encodeCursor([last]),
        },
      }
    },
  })
}

type WithoutId<A extends NodeAnswer> = A extends NodeAnswer
  ? { kind: A['kind']; value: Omit<A['value'], 'requestId'> }
  : never

function answerRoute<B extends z.ZodType>(
  shared: Shared,
  verb: string,
  name: string,
  summary: string,
  body: B,
  answerOf: (body: z.output<B>) => WithoutId<NodeAnswer>,
): Route {
  return route({
    method: 'post',
    path: `/v1/fulfillment-requests/{id}/${verb}`,
    name,
    tag: 'fulfillment',
    summary,
    scopes: ['fulfillment:write'],
    params: idParam,
    body,
    answers: { 200: { description: 'Applied, or known already.', schema: Applied } },
    problems: ['malformed-json', 'not-found', 'invalid-body', 'refused'],
    handle: (call) => applyAnswer(shared, call.params.id, answerOf(call.body), call.actor),
  })
}

async function applyAnswer(
  { deps }: Shared,
  id: string,
  answer: WithoutId<NodeAnswer>,
  actor: string,
): Promise<Answer> {
  for (const [pointer, time] of timesOf(answer))
    if (!isStorable(time))
      throw problemAt('invalid-body', pointer, `${time} is no moment that can be stored.`, STORABLE_CURE)
  const [known] = await requestViews(deps.db, { ids: [id] })
  if (known === undefined) throw new HttpProblem('not-found', 'There is no fulfillment request with this id.')
  const whole = { kind: answer.kind, value: { ...answer.value, requestId: id as FulfillmentRequestId } } as NodeAnswer
  const verdict = await deps.answerRequest(whole, actor)
  if (verdict.kind === 'refused')
    throw new HttpProblem('refused', 'The answer was refused.', { errors: errorsOfIssues(verdict.issues) })
  const [request = known] = await requestViews(deps.db, { ids: [id] })
  return { status: 200, json: { result: verdict.kind, request } }
}

function timesOf(answer: WithoutId<NodeAnswer>): [pointer: string, time: string][] {
  switch (answer.kind) {
    case 'shipment':
      return [['/shippedAt', answer.value.shippedAt]]
    case 'cancelResponse':
      return [['/answeredAt', answer.value.answeredAt]]
    case 'fulfillmentResponse':
      return [
        ['/answeredAt', answer.value.answeredAt],
        ...answer.value.lines.flatMap((line, index): [string, string][] =>
          line.expectedShipAt === undefined ? [] : [[`/lines/${index}/expectedShipAt`, line.expectedShipAt]],
        ),
      ]
  }
}
