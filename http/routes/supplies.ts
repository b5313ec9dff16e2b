/** Future supply: purchase orders, ASNs and transfers with their dates, what was received of them, and who waits for them. */
import { z } from '@hono/zod-openapi'
import { SUPPLY_KINDS, SUPPLY_STATES, type Supply, SupplyInput } from '#core/model/stock.ts'
import { Instant } from '#core/model/time.ts'
import { listBackorders } from '#store/backorders.ts'
import { listSupplies } from '#store/supply.ts'
import type { SupplyAnswer } from '../deps.ts'
import { decodeCursor, encodeCursor, pageOf, pageQuery } from '../paging.ts'
import { HttpProblem, problemAt } from '../problem.ts'
import { type Answer, type Route, route } from '../route.ts'
import type { Shared } from '../shared.ts'
import { idParam, instantOut, queryText } from '../wire/basics.ts'
import { isStorable, STORABLE_CURE } from '../wire/instants.ts'

const SupplyView = z
  .object({
    id: z.string(),
    kind: z.enum(SUPPLY_KINDS),
    reference: z.string(),
    sku: z.string(),
    nodeId: z.string(),
    fromNodeId: z.string().optional(),
    purchaseOrder: z.string().optional(),
    quantity: z.int(),
    dispatched: z.int(),
    received: z.int(),
    advised: z.int().openapi({ description: 'Units of a purchase order that ASNs have taken over.' }),
    pegged: z.int().openapi({ description: 'Units promised to backorders.' }),
    expectedAt: instantOut,
    state: z.enum(SUPPLY_STATES),
  })
  .openapi('Supply')

const BrokenPromise = z
  .object({
    orderId: z.string(),
    lineNo: z.int(),
    sku: z.string(),
    quantity: z.int(),
    promisedAt: instantOut,
    expectedAt: instantOut.nullable().openapi({ description: 'null: no open supply brings the units.' }),
  })
  .openapi('BrokenPromise')

const SuppliesBody = z.strictObject({ supplies: z.array(SupplyInput).min(1).max(1_000) }).openapi('Supplies')
const Stated = z
  .object({ supplies: z.array(SupplyView), brokenPromises: z.array(BrokenPromise) })
  .openapi('SuppliesStated')
const DispatchBody = z.strictObject({ quantity: z.int().min(1), at: Instant.optional() }).openapi('Dispatch')
const ReceiptBody = z
  .strictObject({
    reference: z.string().min(1).max(100).openapi({ description: 'The receipt’s own number: the same twice is one.' }),
    quantity: z.int().min(1),
    receivedAt: Instant.optional(),
  })
  .openapi('Receipt')

export function supplyRoutes(shared: Shared): Route[] {
  const { deps } = shared
  return [
    route({
      method: 'put',
      path: '/v1/supplies',
      name: 'putSupplies',
      tag: 'stock',
      summary: 'State purchase orders, ASNs and transfers. Stating one again changes it.',
      description:
        'Answers with every promise that the new dates break; each is on its order’s timeline and has an exception case.',
      scopes: ['stock:write'],
      body: SuppliesBody,
      answers: { 200: { description: 'Stored.', schema: Stated } },
      problems: ['invalid-body', 'unknown-sku', 'unknown-reference'],
      handle: async ({ body: { supplies }, actor }) => {
        await checkSupplies(shared, supplies)
        const { supplies: stated, broken } = await deps.stock.stateSupplies(supplies, actor)
        return { status: 200, json: { supplies: stated, brokenPromises: broken } }
      },
    }),
    route({
      method: 'get',
      path: '/v1/supplies',
      name: 'listSupplies',
      tag: 'stock',
      summary: 'Supplies, soonest first.',
      scopes: ['stock:read', 'stock:write'],
      query: z.object({
        sku: queryText(100).optional(),
        node: queryText(63).optional(),
        state: z.enum(SUPPLY_STATES).optional(),
        ...pageQuery,
      }),
      answers: { 200: { description: 'A page of supplies.', schema: pageOf(SupplyView).openapi('SupplyPage') } },
      problems: ['bad-query'],
      handle: async ({ query: { limit, cursor, sku, node, state } }) => {
        const after = decodeCursor(cursor, 2)
        const from = after === undefined ? undefined : { expectedAt: after[0] ?? '', id: after[1] ?? '' }
        const items = await listSupplies(deps.db, { sku, nodeId: node, state }, from, limit)
        const last = items.at(-1)
        const next = items.length < limit || last === undefined ? null : encodeCursor([last.expectedAt, last.id])
        return { status: 200, json: { items, next } }
      },
    }),
    route({
      method: 'post',
      path: '/v1/supplies/{id}/dispatch',
      name: 'dispatchSupply',
      tag: 'stock',
      summary: 'Units of a transfer leave their node and are in transit to the other.',
      scopes: ['stock:write'],
      params: idParam,
      body: DispatchBody,
      answers: { 200: { description: 'The transfer as it stands.', schema: SupplyView } },
      problems: ['not-found', 'invalid-body', 'wrong-state'],
      handle: async ({ params, body, actor }) => {
        const at = storable(body.at ?? deps.clock.now(), '/at')
        return answerOf(await deps.stock.dispatchSupply(params.id, { quantity: body.quantity, at }, actor))
      },
    }),
    route({
      method: 'post',
      path: '/v1/supplies/{id}/receipts',
      name: 'receiveSupply',
      tag: 'stock',
      summary: 'Units of a supply came in. Those who wait for them get them in the same commit.',
      scopes: ['stock:write'],
      params: idParam,
      body: ReceiptBody,
      answers: { 200: { description: 'The supply as it stands.', schema: SupplyView } },
      problems: ['not-found', 'invalid-body', 'wrong-state'],
      handle: async ({ params, body, actor }) => {
        const receivedAt = storable(body.receivedAt ?? deps.clock.now(), '/receivedAt')
        return answerOf(await deps.stock.receiveUnits(params.id, { ...body, receivedAt }, actor))
      },
    }),
    backorderRoute(shared),
  ]
}

const BackorderView = z
  .object({
    orderId: z.string(),
    lineNo: z.int(),
    sku: z.string(),
    kind: z.enum(['backorder', 'preorder']),
    quantity: z.int(),
    supplyId: z.string().nullable(),
    expectedAt: instantOut.nullable(),
    promisedAt: instantOut.nullable(),
    placedAt: instantOut,
  })
  .openapi('Backorder')

function backorderRoute({ deps }: Shared): Route {
  return route({
    method: 'get',
    path: '/v1/backorders',
    name: 'listBackorders',
    tag: 'stock',
    summary: 'Units that wait for stock, by SKU or by the supply that is to bring them.',
    scopes: ['stock:read', 'orders:read'],
    query: z.object({
      sku: queryText(100).optional(),
      supply: queryText(70).optional(),
      order: queryText(70).optional(),
      ...pageQuery,
    }),
    answers: { 200: { description: 'A page, oldest first.', schema: pageOf(BackorderView).openapi('BackorderPage') } },
    problems: ['bad-query'],
    handle: async ({ query: { limit, cursor, sku, supply, order } }) => {
      const after = decodeCursor(cursor, 2)
      const from = after === undefined ? undefined : { placedAt: after[0] ?? '', id: after[1] ?? '' }
      const rows = await listBackorders(deps.db, { sku, supplyId: supply, orderId: order }, from, limit)
      const last = rows.at(-1)
      const items = rows.map(({ id: _, priority: _priority, ...row }) => row)
      return {
        status: 200,
        json: {
          items,
          next: rows.length < limit || last === undefined ? null : encodeCursor([last.placedAt, last.id]),
        },
      }
    },
  })
}

function storable(at: Instant, pointer: string): Instant {
  if (isStorable(at)) return at
  throw problemAt('invalid-body', pointer, `${at} is no moment that can be stored`, STORABLE_CURE)
}

function answerOf(answer: SupplyAnswer): Answer {
  if (answer.kind === 'unknown') throw new HttpProblem('not-found', 'There is no supply with this id.')
  if (answer.kind === 'refused') throw new HttpProblem('wrong-state', `Not done: ${answer.reason}.`)
  return { status: 200, json: answer.supply satisfies Supply }
}

async function checkSupplies({ skus, nodes }: Shared, supplies: readonly SupplyInput[]): Promise<void> {
  const unknown = new Set<string>(await skus.unknownOf(supplies.map((supply) => supply.sku)))
  const names = new Set<string>()
  for (const [index, supply] of supplies.entries()) {
    if (unknown.has(supply.sku)) {
      const cure = 'Correct the SKU, or add the product with PUT /v1/products.'
      throw problemAt('unknown-sku', `/supplies/${index}/sku`, `The hub knows no product ${supply.sku}.`, cure)
    }
    for (const [name, id] of [
      ['nodeId', supply.nodeId],
      ['fromNodeId', supply.fromNodeId],
    ] as const) {
      if (id !== undefined && (await nodes.find(id)) === undefined)
        throw problemAt(
          'unknown-reference',
          `/supplies/${index}/${name}`,
          `There is no node ${id}.`,
          'Correct the node.',
        )
    }
    storable(supply.expectedAt, `/supplies/${index}/expectedAt`)
    const name = [supply.kind, supply.reference, supply.sku, supply.nodeId].join(' ')
    if (names.has(name))
      throw problemAt('invalid-body', `/supplies/${index}`, `${name} is stated twice.`, 'State each supply once.')
    names.add(name)
  }
}
