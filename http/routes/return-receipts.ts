/** Parcels that came back, goods in them that nobody expected, and returns over a store's counter. */
import { z } from '@hono/zod-openapi'
import { NodeId, OrderId, Sku } from '#core/model/ids.ts'
import { PositiveQuantity } from '#core/model/quantity.ts'
import { CONDITIONS, RETURN_REASONS, ReturnReceipt } from '#core/model/return.ts'
import { Instant } from '#core/model/time.ts'
import { lockReceipt, pageOfReceipts, receiptNumbered } from '#store/return-receipts.ts'
import type { ReturnAnswer } from '../deps.ts'
import { decodeCursor, encodeCursor, pageOf, pageQuery } from '../paging.ts'
import { HttpProblem, problemAt } from '../problem.ts'
import { receiptView } from '../queries/returns.ts'
import { type Answer, type Route, route } from '../route.ts'
import type { Shared } from '../shared.ts'
import { anyId, queryText } from '../wire/basics.ts'
import { ReceiptView, ReturnView } from '../wire/returns.ts'
import { answerOf, storable } from './returns.ts'

const InStore = z
  .strictObject({
    nodeId: NodeId,
    receiptNumber: z
      .string()
      .min(1)
      .max(100)
      .openapi({ description: 'The till’s own number; the same twice is the same return.' }),
    orderId: OrderId,
    broughtAt: Instant,
    lines: z
      .array(
        z.strictObject({
          lineNo: z.int().min(1),
          quantity: PositiveQuantity,
          reason: z.enum(RETURN_REASONS),
          condition: z.enum(CONDITIONS),
        }),
      )
      .min(1)
      .max(200),
  })
  .openapi('InStoreReturn')

const Match = z
  .strictObject({
    quantity: PositiveQuantity.optional(),
    sku: Sku.optional().openapi({ description: 'What it is, where the node did not know.' }),
    returnId: anyId.optional(),
    orderId: OrderId.optional(),
    orderLineNo: z.int().min(1).optional(),
    reason: z.enum(RETURN_REASONS).default('other'),
  })
  .refine((word) => (word.returnId === undefined) === (word.orderId !== undefined && word.orderLineNo !== undefined), {
    path: ['returnId'],
    message: 'name the return, or the order and its line',
  })
  .openapi('ReturnMatch')

const Clear = z
  .strictObject({
    quantity: PositiveQuantity.optional(),
    as: z.enum(['restock', 'scrap', 'returnToVendor', 'sentBack']),
    reason: z.string().trim().min(1).max(500),
  })
  .openapi('ReturnClearing')

const lineParams = z.object({ id: anyId, line: z.coerce.number<string>().int().min(1).max(1000) })

export function receiptRoutes(shared: Shared): Route[] {
  const { deps } = shared
  return [
    route({
      method: 'post',
      path: '/v1/return-receipts',
      name: 'receiveReturn',
      tag: 'returns',
      summary: 'What a node found in a parcel that came back.',
      description:
        'It states what is there, not what was expected. What no open return expects waits for a person with an exception case; the same ' +
        'number from the same node again changes nothing.',
      scopes: ['fulfillment:write', 'operations'],
      body: ReturnReceipt.extend({}).openapi('NewReturnReceipt'),
      answers: {
        200: { description: 'It was known already.', schema: ReceiptView },
        201: { description: 'It is booked.', schema: ReceiptView },
      },
      problems: ['malformed-json', 'invalid-body', 'unknown-sku', 'unknown-reference'],
      handle: async ({ body, actor }) => {
        storable('/receivedAt', body.receivedAt)
        await checkNode(shared, body.nodeId)
        const unknown = await shared.skus.unknownOf(body.lines.flatMap((line) => line.sku ?? []))
        if (unknown.length > 0)
          throw problemAt(
            'unknown-sku',
            '/lines',
            `The hub knows no product ${unknown[0]}.`,
            'Correct the SKU, or leave it out: the goods then wait for a person under `item`.',
          )
        const { repeated } = await deps.returns.receive(body, actor)
        const receipt = await receiptNumbered(deps.db, body.nodeId, body.receiptNumber)
        if (receipt === undefined) throw new Error('a receipt that was booked cannot be read')
        return { status: repeated ? 200 : 201, json: receiptView(receipt) }
      },
    }),
    route({
      method: 'get',
      path: '/v1/return-receipts',
      name: 'listReturnReceipts',
      tag: 'returns',
      summary: 'Receipts of returned goods, oldest first; `unmatched` keeps those that wait for a person.',
      scopes: ['orders:read', 'fulfillment:write', 'operations'],
      query: z.object({
        node: queryText(63).optional(),
        unmatched: z.enum(['true', 'false']).optional(),
        ...pageQuery,
      }),
      answers: {
        200: { description: 'A page of receipts.', schema: pageOf(ReceiptView).openapi('ReturnReceiptPage') },
      },
      problems: ['bad-query'],
      handle: async ({ query: { limit, cursor, node, unmatched } }) => {
        const filter = { node, unmatched: unmatched === 'true' }
        const items = await pageOfReceipts(deps.db, filter, decodeCursor(cursor, 1)?.[0], limit)
        const last = items.at(-1)
        const next = items.length < limit || last === undefined ? null : encodeCursor([last.id])
        return { status: 200, json: { items: items.map(receiptView), next } }
      },
    }),
    lineRoute(
      shared,
      'match',
      'matchReturnedGoods',
      'Goods that no return expected belong to this return, or to this line of an order (a return is made for them).',
      Match,
      (receiptId, lineNo, { returnId, orderId, orderLineNo, reason, quantity, sku }, actor) =>
        deps.returns.match(
          {
            receiptId,
            lineNo,
            quantity,
            sku,
            to:
              returnId === undefined ? { orderId: orderId ?? '', orderLineNo: orderLineNo ?? 0, reason } : { returnId },
          },
          actor,
        ),
    ),
    lineRoute(
      shared,
      'clear',
      'clearReturnedGoods',
      'Goods that no return expected belong to none: what became of them.',
      Clear,
      (receiptId, lineNo, body, actor) => deps.returns.clear({ receiptId, lineNo, ...body }, actor),
    ),
    route({
      method: 'post',
      path: '/v1/in-store-returns',
      name: 'returnInStore',
      tag: 'returns',
      summary: 'A web order’s goods are brought to a store: taken in, graded and paid back at once.',
      scopes: ['fulfillment:write', 'operations'],
      body: InStore,
      answers: { 200: { description: 'The return.', schema: ReturnView } },
      problems: ['malformed-json', 'invalid-body', 'unknown-reference', 'refused', 'not-found'],
      handle: async ({ body, actor }) => {
        storable('/broughtAt', body.broughtAt)
        await checkNode(shared, body.nodeId)
        return answerOf(shared, await deps.returns.inStore(body, actor))
      },
    }),
  ]
}

async function checkNode(shared: Shared, nodeId: string): Promise<void> {
  if ((await shared.nodes.find(nodeId)) === undefined)
    throw problemAt('unknown-reference', '/nodeId', `There is no node ${nodeId}.`, 'Correct the node.')
}

function lineRoute<B extends z.ZodType>(
  { deps }: Shared,
  verb: string,
  name: string,
  summary: string,
  body: B,
  act: (receiptId: string, lineNo: number, body: z.output<B>, actor: string) => Promise<ReturnAnswer>,
): Route {
  return route({
    method: 'post',
    path: `/v1/return-receipts/{id}/lines/{line}/${verb}`,
    name,
    tag: 'returns',
    summary,
    scopes: ['operations'],
    params: lineParams,
    body,
    answers: { 200: { description: 'The receipt as it is now.', schema: ReceiptView } },
    problems: ['malformed-json', 'not-found', 'invalid-body', 'wrong-state'],
    handle: async ({ params, body: word, actor }): Promise<Answer> => {
      const answer = await act(params.id, params.line, word, actor)
      if (answer.kind === 'unknown')
        throw new HttpProblem('not-found', 'There is no such receipt, line, return or order.')
      if (answer.kind === 'refused') throw new HttpProblem('wrong-state', answer.reason)
      const receipt = await deps.commit((unit) => lockReceipt(unit, params.id))
      if (receipt === undefined) throw new HttpProblem('not-found', 'There is no such receipt.')
      return { status: 200, json: receiptView(receipt) }
    },
  })
}
