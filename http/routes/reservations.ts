/** Carts reserve stock: all of what they want or nothing, until their time is up or an order takes it over. */
import { z } from '@hono/zod-openapi'
import { RESERVATION_BINDINGS } from '#core/model/stock.ts'
import { type HeldReservation, heldByCarts } from '#store/reservations.ts'
import type { CartAnswer } from '../deps.ts'
import { HttpProblem, problemAt } from '../problem.ts'
import { type Answer, type Route, route } from '../route.ts'
import type { Shared } from '../shared.ts'
import { instantOut } from '../wire/basics.ts'

const cartParams = z.object({
  channel: z.string().regex(/^[a-z0-9][a-z0-9-]{0,62}$/),
  key: z.string().regex(/^[0-9A-Za-z._:~-]{1,200}$/),
})

const MAX_TTL_SECONDS = 7 * 24 * 3_600

const CartBody = z
  .strictObject({
    binding: z.enum(['advisory', 'timed']).default('timed').openapi({
      description: '`timed` claims the units; `advisory` only says that somebody wants them.',
    }),
    ttlSeconds: z.int().min(30).max(MAX_TTL_SECONDS).default(900),
    lines: z
      .array(
        z.strictObject({
          sku: z.string().min(1).max(100),
          quantity: z.int().min(1).max(1_000_000),
          nodeId: z.string().max(63).optional().openapi({ description: 'Absent: wherever the units are.' }),
        }),
      )
      .max(200)
      .openapi({ description: 'All that the cart wants now. None gives everything back.' }),
  })
  .openapi('CartReservation')

const Held = z
  .object({
    channelId: z.string(),
    key: z.string(),
    binding: z.enum(RESERVATION_BINDINGS).nullable(),
    expiresAt: instantOut.nullable(),
    orderId: z.string().nullable().openapi({ description: 'The order that took it over.' }),
    lines: z.array(z.object({ sku: z.string(), nodeId: z.string(), quantity: z.int() })),
  })
  .openapi('HeldReservation')

const TransferBody = z
  .strictObject({
    sku: z.string().min(1).max(100),
    quantity: z.int().min(1),
    fromNodeId: z.string().min(1).max(63),
    toNodeId: z.string().min(1).max(63),
  })
  .openapi('ReservationTransfer')

export function reservationRoutes(shared: Shared): Route[] {
  const { deps } = shared
  const scopes = ['orders:write', 'stock:write'] as const
  return [
    route({
      method: 'put',
      path: '/v1/reservations/{channel}/{key}',
      name: 'reserve',
      tag: 'stock',
      summary: 'Reserve what a cart wants: all of it or nothing.',
      description:
        'Idempotent: the same body again changes nothing and sets the time anew. Another quantity moves only the difference. An order that names `cartKey` takes the units over.',
      scopes,
      params: cartParams,
      body: CartBody,
      answers: { 200: { description: 'What the cart holds now.', schema: Held } },
      problems: ['not-found', 'invalid-body', 'unknown-sku', 'unknown-reference', 'not-enough-stock', 'wrong-state'],
      handle: async ({ params, body, actor }) => {
        await checkChannel(shared, params.channel)
        await checkLines(shared, body.lines)
        const { channel: channelId, key: cartKey } = params
        return answerOf(params, body.lines, await deps.stock.reserve({ channelId, cartKey, ...body, actor }))
      },
    }),
    route({
      method: 'get',
      path: '/v1/reservations/{channel}/{key}',
      name: 'getReservation',
      tag: 'stock',
      summary: 'What a cart holds now.',
      scopes: [...scopes, 'stock:read'],
      params: cartParams,
      answers: { 200: { description: 'What it holds; no lines when nothing.', schema: Held } },
      problems: ['not-found'],
      handle: async ({ params }) => {
        await checkChannel(shared, params.channel)
        const held = await heldByCarts(deps.db, [{ channelId: params.channel, cartKey: params.key }])
        return { status: 200, json: viewOf(params, held) }
      },
    }),
    route({
      method: 'post',
      path: '/v1/reservations/{channel}/{key}/transfer',
      name: 'transferReservation',
      tag: 'stock',
      summary: 'Move held units from one node to another, at both ends at once.',
      scopes,
      params: cartParams,
      body: TransferBody,
      answers: { 200: { description: 'What the cart holds now.', schema: Held } },
      problems: ['not-found', 'invalid-body', 'not-enough-stock'],
      handle: async ({ params, body, actor }) => {
        const cart = { channelId: params.channel, cartKey: params.key }
        const refused = await deps.stock.transferHeld({ ...cart, ...body, actor })
        if (refused !== undefined) throw problemAt('not-enough-stock', '/quantity', refused, 'Move fewer units.')
        return { status: 200, json: viewOf(params, await heldByCarts(deps.db, [cart])) }
      },
    }),
  ]
}

async function checkChannel({ channels }: Shared, id: string): Promise<void> {
  if ((await channels.find(id)) === undefined) throw new HttpProblem('not-found', `There is no channel ${id}.`)
}

async function checkLines(
  { skus, nodes }: Shared,
  lines: readonly { sku: string; nodeId?: string | undefined }[],
): Promise<void> {
  const unknown = new Set<string>(await skus.unknownOf(lines.map((line) => line.sku)))
  const first = lines.findIndex((line) => unknown.has(line.sku))
  if (first >= 0) {
    const cure = 'Correct the SKU, or add the product with PUT /v1/products.'
    throw problemAt('unknown-sku', `/lines/${first}/sku`, `The hub knows no product ${lines[first]?.sku}.`, cure)
  }
  for (const [index, { nodeId }] of lines.entries()) {
    if (nodeId === undefined || (await nodes.find(nodeId)) !== undefined) continue
    throw problemAt('unknown-reference', `/lines/${index}/nodeId`, `There is no node ${nodeId}.`, 'Correct the node.')
  }
}

type Params = z.output<typeof cartParams>

function answerOf(params: Params, lines: readonly { sku: string }[], answer: CartAnswer): Answer {
  if (answer.kind === 'held') return { status: 200, json: viewOf(params, answer.held) }
  if (answer.kind === 'ordered')
    throw new HttpProblem('wrong-state', `The order ${answer.orderId} took this cart over; change the order instead.`)
  const errors = answer.lines.map((each) => ({
    pointer: `/lines/${lines.findIndex((line) => line.sku === each.sku)}/quantity`,
    detail: `${each.wanted} of ${each.sku} are wanted, ${each.available} can be had.`,
    cure: 'Ask for fewer, or take the line out. Nothing was changed.',
  }))
  throw new HttpProblem('not-enough-stock', errors[0]?.detail ?? 'There is not enough.', { errors })
}

/** A kit's components are told as the kit. */
function viewOf(params: Params, held: readonly HeldReservation[]): z.output<typeof Held> {
  const lines = new Map<string, { sku: string; nodeId: string; quantity: number }>()
  for (const each of held) {
    const sku = each.kit ?? each.sku
    const key = `${sku}\u001f${each.nodeId}\u001f${each.pinned}`
    const units = each.quantity / each.perUnit
    if (each.kit === null) {
      const line = lines.get(key) ?? { sku, nodeId: each.nodeId, quantity: 0 }
      lines.set(key, { ...line, quantity: line.quantity + units })
    } else lines.set(key, { sku, nodeId: each.nodeId, quantity: units })
  }
  const [first] = held
  return {
    channelId: params.channel,
    key: params.key,
    binding: first?.binding ?? null,
    expiresAt: first?.expiresAt ?? null,
    orderId: first?.orderId ?? null,
    lines: [...lines.values()],
  }
}
