/** Movements by hand: goods found, damaged, inspected, written off. */
import { z } from '@hono/zod-openapi'
import { StockMovement } from '#core/model/stock.ts'
import { answeredOnce } from '../idempotency.ts'
import { problemAt } from '../problem.ts'
import { type Route, route } from '../route.ts'
import type { Shared } from '../shared.ts'
import { isStorable, STORABLE_CURE } from '../wire/instants.ts'

const Moved = z.object({ moved: z.int() }).openapi('StockMoved')

export function movementRoutes(shared: Shared): Route[] {
  return [
    route({
      method: 'post',
      path: '/v1/stock-movements',
      name: 'moveStock',
      tag: 'stock',
      summary: 'Move units of a position between available, damaged and quality control, or find and write off.',
      description:
        'Claimed units are never moved by hand. Send an Idempotency-Key, so that a retry moves nothing twice.',
      scopes: ['stock:write'],
      headers: z.object({ 'idempotency-key': z.string().max(257).optional() }),
      body: StockMovement,
      answers: { 200: { description: 'Moved.', schema: Moved } },
      problems: ['invalid-body', 'unknown-sku', 'unknown-reference', 'not-enough-stock', 'in-progress', 'key-reused'],
      handle: (call) =>
        answeredOnce(shared, call, async () => {
          const move = call.body
          if (move.movedAt !== undefined && !isStorable(move.movedAt))
            throw problemAt(
              'invalid-body',
              '/movedAt',
              `${move.movedAt} is no moment that can be stored`,
              STORABLE_CURE,
            )
          if ((await shared.skus.unknownOf([move.sku])).length > 0)
            throw problemAt('unknown-sku', '/sku', `The hub knows no product ${move.sku}.`, 'Correct the SKU.')
          if ((await shared.nodes.find(move.nodeId)) === undefined)
            throw problemAt('unknown-reference', '/nodeId', `There is no node ${move.nodeId}.`, 'Correct the node.')
          const refused = await shared.deps.stock.moveUnits(move, call.actor)
          if (refused !== undefined) throw problemAt('not-enough-stock', '/quantity', refused, 'Move fewer units.')
          return { status: 200, json: { moved: move.quantity } }
        }),
    }),
  ]
}
