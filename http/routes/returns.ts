/** Returns: asked for, agreed to, labelled, looked at, and paid back. */
import { z } from '@hono/zod-openapi'
import { NodeId } from '#core/model/ids.ts'
import { PositiveQuantity } from '#core/model/quantity.ts'
import { CONDITIONS, CUSTODY_STATES, DISPOSITIONS, ReturnRequest } from '#core/model/return.ts'
import { Instant } from '#core/model/time.ts'
import { returnIds } from '#store/returns.ts'
import type { ReturnAnswer } from '../deps.ts'
import { answeredOnce } from '../idempotency.ts'
import { decodeCursor, encodeCursor, pageOf, pageQuery } from '../paging.ts'
import { HttpProblem, problemAt } from '../problem.ts'
import { returnViews } from '../queries/returns.ts'
import { type Answer, type Call, type Route, route } from '../route.ts'
import type { Shared } from '../shared.ts'
import { idParam, queryText } from '../wire/basics.ts'
import { isStorable, STORABLE_CURE } from '../wire/instants.ts'
import { ReturnView } from '../wire/returns.ts'

const lineNo = z.int().min(1)
const Reason = z.strictObject({ reason: z.string().trim().min(1).max(500) })
const Label = z
  .strictObject({
    carrier: z.string().min(1).max(50),
    trackingNumber: z.string().min(1).max(200),
    url: z.url().max(2000).optional(),
    expiresAt: Instant.optional(),
  })
  .openapi('ReturnLabel')
const Inspection = z
  .strictObject({
    inspectionNumber: z
      .string()
      .min(1)
      .max(100)
      .openapi({ description: 'The inspector’s own number; the same twice grades nothing twice.' }),
    inspectedAt: Instant,
    findings: z
      .array(z.strictObject({ lineNo, quantity: PositiveQuantity, condition: z.enum(CONDITIONS) }))
      .min(1)
      .max(1000),
  })
  .openapi('ReturnInspection')
const Disposition = z
  .strictObject({
    lineNo,
    quantity: PositiveQuantity.optional(),
    disposition: z.enum(DISPOSITIONS),
    bookId: NodeId.optional().openapi({ description: 'The node whose book the units belong to.' }),
  })
  .openapi('ReturnDisposition')
const Authorise = z.strictObject({ nodeId: NodeId.optional() }).openapi('ReturnAuthorisation')

export function returnRoutes(shared: Shared): Route[] {
  const { deps } = shared
  const { returns } = deps
  return [
    listRoute(shared),
    route({
      method: 'get',
      path: '/v1/returns/{id}',
      name: 'getReturn',
      tag: 'returns',
      summary: 'A return: units, the node and why it, what was found, and its refunds.',
      scopes: ['orders:read', 'fulfillment:write'],
      params: idParam,
      answers: { 200: { description: 'The return.', schema: ReturnView } },
      problems: ['not-found'],
      handle: async ({ params }) => ({ status: 200, json: await viewOf(shared, params.id) }),
    }),
    route({
      method: 'post',
      path: '/v1/returns',
      name: 'requestReturn',
      tag: 'returns',
      summary: 'Ask for units of an order to come back, for money or in exchange.',
      description:
        'Authorised at once where the return policy allows it; else it waits for a person with an exception case. The channel’s ' +
        '`externalId`, or an Idempotency-Key, makes it safe to send twice.',
      scopes: ['orders:write', 'operations'],
      headers: z.object({ 'idempotency-key': z.string().max(257).optional() }),
      body: ReturnRequest.extend({}).openapi('ReturnRequest'),
      answers: {
        200: { description: 'It was known already.', schema: ReturnView },
        201: { description: 'It stands.', schema: ReturnView },
      },
      problems: ['invalid-body', 'unknown-reference', 'unknown-sku', 'refused', 'in-progress', 'key-reused'],
      handle: (call) =>
        answeredOnce(shared, call, async () => {
          storable('/requestedAt', call.body.requestedAt)
          const unknown = await shared.skus.unknownOf(call.body.exchange.map((line) => line.sku))
          if (unknown.length > 0)
            throw problemAt('unknown-sku', '/exchange', `The hub knows no product ${unknown[0]}.`, 'Correct the SKU.')
          const answer = await returns.request(call.body, call.actor)
          if (answer.kind === 'unknown')
            throw problemAt(
              'unknown-reference',
              '/orderId',
              'The hub knows no such order.',
              'Name an order that was captured.',
            )
          const done = await answerOf(shared, answer)
          return { ...done, status: answer.kind === 'done' && answer.repeated ? 200 : 201 }
        }),
    }),
    verbRoute(
      shared,
      'authorise',
      'authoriseReturn',
      'Agree to a return. A node may be named.',
      ['operations'],
      Authorise,
      (id, { body, actor }) => returns.authorise(id, body.nodeId, actor),
    ),
    verbRoute(
      shared,
      'decline',
      'declineReturn',
      'Decline a return: the customer keeps the goods.',
      ['operations'],
      Reason,
      (id, { body, actor }) => returns.decline(id, body.reason, actor),
    ),
    verbRoute(
      shared,
      'label',
      'labelReturn',
      'The label for the way back, and until when it can be used.',
      ['orders:write', 'operations'],
      Label,
      (id, { body, actor }) => {
        if (body.expiresAt !== undefined) storable('/expiresAt', body.expiresAt)
        return returns.label(id, body, actor)
      },
    ),
    verbRoute(
      shared,
      'sent',
      'sentReturn',
      'The carrier has the parcel.',
      ['orders:write', 'fulfillment:write', 'operations'],
      z.strictObject({ sentAt: Instant }),
      (id, { body, actor }) => {
        storable('/sentAt', body.sentAt)
        return returns.sent(id, body.sentAt, actor)
      },
    ),
    verbRoute(
      shared,
      'inspections',
      'inspectReturn',
      'Grade units that came back. The return policy says what becomes of each.',
      ['fulfillment:write', 'operations'],
      Inspection,
      (id, { body, actor }) => {
        storable('/inspectedAt', body.inspectedAt)
        return returns.inspect(id, body, actor)
      },
    ),
    verbRoute(
      shared,
      'dispositions',
      'disposeReturn',
      'What becomes of units whose restock was blocked.',
      ['operations'],
      Disposition,
      (id, { body, actor }) => returns.dispose({ returnId: id, ...body }, actor),
    ),
  ]
}

function listRoute({ deps }: Shared): Route {
  return route({
    method: 'get',
    path: '/v1/returns',
    name: 'listReturns',
    tag: 'returns',
    summary: 'Returns, oldest first: of an order, or those that a node is to expect.',
    scopes: ['orders:read', 'fulfillment:write'],
    query: z.object({
      order: queryText(70).optional(),
      node: queryText(63).optional(),
      custody: z.enum(CUSTODY_STATES).optional(),
      ...pageQuery,
    }),
    answers: { 200: { description: 'A page of returns.', schema: pageOf(ReturnView).openapi('ReturnPage') } },
    problems: ['bad-query'],
    handle: async ({ query: { limit, cursor, ...filter } }) => {
      const ids = await returnIds(deps.db, filter, decodeCursor(cursor, 1)?.[0], limit)
      const last = ids.at(-1)
      return {
        status: 200,
        json: {
          items: await returnViews(deps.db, ids),
          next: ids.length < limit || last === undefined ? null : encodeCursor([last]),
        },
      }
    },
  })
}

function verbRoute<B extends z.ZodType>(
  shared: Shared,
  verb: string,
  name: string,
  summary: string,
  scopes: NonNullable<Route['scopes']>,
  body: B,
  act: (id: string, call: Call<unknown, unknown, z.output<B>>) => Promise<ReturnAnswer>,
): Route {
  return route({
    method: 'post',
    path: `/v1/returns/{id}/${verb}`,
    name,
    tag: 'returns',
    summary,
    scopes,
    params: idParam,
    body,
    answers: { 200: { description: 'The return as it is now.', schema: ReturnView } },
    problems: ['malformed-json', 'not-found', 'invalid-body', 'wrong-state'],
    handle: async (call) => answerOf(shared, await act(call.params.id, call), 'wrong-state'),
  })
}

export function storable(pointer: string, time: string): void {
  if (!isStorable(time))
    throw problemAt('invalid-body', pointer, `${time} is no moment that can be stored.`, STORABLE_CURE)
}

/** The return after a word on it; a refusal becomes the problem that fits the route. */
export async function answerOf(
  shared: Shared,
  answer: ReturnAnswer,
  refusal: 'refused' | 'wrong-state' = 'refused',
): Promise<Answer> {
  if (answer.kind === 'unknown') throw new HttpProblem('not-found', 'There is no such return.')
  if (answer.kind === 'refused') throw new HttpProblem(refusal, answer.reason)
  return { status: 200, json: await viewOf(shared, answer.returnId) }
}

async function viewOf({ deps }: Shared, id: string): Promise<unknown> {
  const [view] = await returnViews(deps.db, [id])
  if (view === undefined) throw new HttpProblem('not-found', 'There is no return with this id.')
  return view
}
