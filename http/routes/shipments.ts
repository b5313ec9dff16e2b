/** Parcels on their way: what carriers, or people who asked them, say became of them. */
import { z } from '@hono/zod-openapi'
import { SHIPMENT_STATES } from '#core/model/fulfillment.ts'
import { Instant } from '#core/model/time.ts'
import { HttpProblem, problemAt } from '../problem.ts'
import { type Route, route } from '../route.ts'
import type { Shared } from '../shared.ts'
import { idParam } from '../wire/basics.ts'
import { isStorable, STORABLE_CURE } from '../wire/instants.ts'

const TrackingBody = z
  .strictObject({
    event: z
      .enum(['delivered', 'exception', 'resumed'])
      .openapi({ description: '`exception`: the carrier cannot deliver it; `resumed`: it goes on after that.' }),
    at: Instant,
    detail: z.string().trim().min(1).max(500).optional().openapi({ description: 'The carrier’s words.' }),
  })
  .openapi('ShipmentTracking')
const Tracked = z
  .object({ result: z.enum(['applied', 'duplicate']), state: z.enum(SHIPMENT_STATES) })
  .openapi('ShipmentTracked')

export function shipmentRoutes({ deps }: Shared): Route[] {
  return [
    route({
      method: 'post',
      path: '/v1/shipments/{id}/tracking',
      name: 'trackShipment',
      tag: 'fulfillment',
      summary: 'A parcel arrived, is in trouble, or goes on.',
      description: 'Told as often as you like: the same word twice changes nothing. An exception opens a case.',
      scopes: ['fulfillment:write'],
      params: idParam,
      body: TrackingBody,
      answers: { 200: { description: 'Applied, or known already.', schema: Tracked } },
      problems: ['malformed-json', 'not-found', 'invalid-body', 'wrong-state'],
      handle: async ({ params, body, actor }) => {
        if (!isStorable(body.at))
          throw problemAt('invalid-body', '/at', `${body.at} is no moment that can be stored.`, STORABLE_CURE)
        const tracked = await deps.orders.trackShipment(params.id, body, actor)
        if (tracked.kind === 'unknown') throw new HttpProblem('not-found', 'There is no shipment with this id.')
        if (tracked.kind === 'refused') throw new HttpProblem('wrong-state', tracked.reason)
        const result = tracked.kind === 'done' ? ('applied' as const) : ('duplicate' as const)
        return { status: 200, json: { result, state: tracked.state } }
      },
    }),
  ]
}
