/** What a carrier says of a parcel: it arrived, it is in trouble, it goes on. Told once, however often it is said. */
import { step } from '#core/model/chart.ts'
import { shipmentChart } from '#core/model/charts.ts'
import type { Instant } from '#core/model/time.ts'
import { appendFacts } from '#store/facts.ts'
import { lockOrderHeads } from '#store/orders.ts'
import { openCases, resolveCases } from '#store/quarantine.ts'
import { countDelivered, setShipmentState, type StoredShipment, shipmentOf } from '#store/shipments.ts'
import type { World } from './world.ts'

export type Tracking = { event: 'delivered' | 'exception' | 'resumed'; at: Instant; detail?: string | undefined }
export type Tracked =
  | { kind: 'done'; state: StoredShipment['state'] }
  /** It was known already. */
  | { kind: 'duplicate'; state: StoredShipment['state'] }
  | { kind: 'unknown' }
  | { kind: 'refused'; reason: string }

const MOVES = { delivered: 'deliver', exception: 'trouble', resumed: 'settle' } as const
const STATES = { delivered: 'delivered', exception: 'exception', resumed: 'shipped' } as const
const FACTS = { delivered: 'delivered', exception: 'deliveryException', resumed: 'deliveryResumed' } as const

export async function trackShipment(world: World, id: string, told: Tracking, actor: string): Promise<Tracked> {
  const known = await shipmentOf(world.db, id)
  if (known === undefined) return { kind: 'unknown' }
  const now = world.clock.now()
  return world.commit(async (unit): Promise<Tracked> => {
    await lockOrderHeads(unit, [known.orderId])
    const shipment = (await shipmentOf(unit, id, 'FOR UPDATE')) ?? known
    if (shipment.state === STATES[told.event]) return { kind: 'duplicate', state: shipment.state }
    const moved = step(shipmentChart, shipment.state, MOVES[told.event])
    if (!moved.ok) return { kind: 'refused', reason: moved.reason }
    await setShipmentState(unit, id, moved.state)
    if (told.event === 'delivered') await countDelivered(unit, shipment)
    const { detail } = told
    await appendFacts(unit, [
      {
        id: world.ids.next('fct'),
        orderId: shipment.orderId,
        kind: FACTS[told.event],
        at: told.at,
        actor,
        cause: id,
        data: { shipmentId: id, nodeId: shipment.nodeId, ...(detail === undefined ? {} : { detail }) },
      },
    ])
    if (told.event === 'exception')
      await openCases(
        unit,
        [
          {
            id: world.ids.next('exc'),
            kind: 'deliveryException',
            subject: id,
            orderId: shipment.orderId,
            detail: `the carrier cannot deliver ${shipment.externalId} of ${shipment.nodeId}: ${detail ?? 'no reason was told'}`,
            cure: 'Ask the carrier. Tell when it goes on or arrives; when it is lost, send the units again or pay them back.',
            owner: 'operator',
          },
        ],
        now,
      )
    else await resolveCases(unit, 'deliveryException', [id], `the parcel is ${told.event}`, now)
    return { kind: 'done', state: moved.state }
  })
}
