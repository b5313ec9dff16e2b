/** What a carrier says of a parcel: it arrived, it is in trouble, it goes on. Told once, however often it is said. */
import type { Issue } from '#core/issue.ts'
import { heard, shipmentEvent } from '#core/fulfillment/parcels.ts'
import { step } from '#core/model/chart.ts'
import { shipmentChart } from '#core/model/charts.ts'
import type { TrackingEvent } from '#core/model/fulfillment.ts'
import type { Instant } from '#core/model/time.ts'
import { appendFacts } from '#store/facts.ts'
import { lockOrderHeads } from '#store/orders.ts'
import { openCases, resolveCases } from '#store/quarantine.ts'
import {
  countDelivered,
  setShipmentState,
  setTracking,
  type StoredShipment,
  shipmentOf,
  shipmentsWithParcel,
} from '#store/shipments.ts'
import type { Unit } from '#store/unit.ts'
import { retimeOnward } from './pass-on.ts'
import { tellTracking } from './tell-channels.ts'
import type { Incoming, Verdict } from './verdict.ts'
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

/** A word on a shipment as a whole. */
export async function trackShipment(world: World, id: string, told: Tracking, actor: string): Promise<Tracked> {
  const known = await shipmentOf(world.db, id)
  if (known === undefined) return { kind: 'unknown' }
  const now = world.clock.now()
  return world.commit(async (unit): Promise<Tracked> => {
    const shipment = await locked(unit, known)
    return moveShipment(unit, world, shipment, told, { actor, cause: id }, now)
  })
}

/** Words on parcels, as partners and carriers send them. Answers in the order of `incoming`. */
export async function applyTracking(
  unit: Unit,
  world: World,
  incoming: readonly Incoming<TrackingEvent>[],
  now: Instant,
): Promise<Verdict[]> {
  const verdicts: Verdict[] = []
  for (const each of incoming) verdicts.push(await applyWord(unit, world, each, now))
  return verdicts
}

async function applyWord(
  unit: Unit,
  world: World,
  { value, connectionId, envelopeId }: Incoming<TrackingEvent>,
  now: Instant,
): Promise<Verdict> {
  const known = await shipmentsWithParcel(unit, value.trackingNumber)
  const mine = known.filter((each) => maySpeak(world, connectionId, each.nodeId))
  if (mine.length === 0) return { kind: 'refused', issues: [strangeParcel(value.trackingNumber)] }
  let news = false
  for (const each of mine) {
    const shipment = await locked(unit, each)
    const words = heard(shipment.tracking, value)
    if (words === undefined) continue
    news = true
    await setTracking(unit, shipment.id, words)
    const event = shipmentEvent(shipment.trackingNumbers, words, shipment.state)
    if (event === undefined) continue
    const detail = [value.detail, value.place].filter((part) => part !== undefined).join(', ')
    const told = { event, at: value.at, ...(detail === '' ? {} : { detail }) }
    await moveShipment(unit, world, shipment, told, { actor: connectionId, cause: envelopeId }, now)
  }
  return { kind: news ? 'applied' : 'duplicate' }
}

/** Whoever runs the node; and carriers and those who ask them, who run no node and sell nothing. */
function maySpeak(world: World, connectionId: string, nodeId: string): boolean {
  const { nodes, channels } = world.master.current()
  if (nodes.get(nodeId)?.connection === connectionId) return true
  const runsNodes = [...nodes.values()].some((node) => node.connection === connectionId)
  return !runsNodes && ![...channels.values()].some((channel) => channel.connection === connectionId)
}

const strangeParcel = (trackingNumber: string): Issue => ({
  code: 'tracking.unknown-parcel',
  class: 'data',
  place: { path: '/trackingNumber' },
  rule: 'must be a parcel of a shipment that this connection may speak of',
  value: trackingNumber,
  cure: 'If the shipment is not known yet, replay when it is; else correct the number, or discard the word.',
  subject: trackingNumber,
})

async function locked(unit: Unit, known: StoredShipment): Promise<StoredShipment> {
  await lockOrderHeads(unit, [known.orderId])
  return (await shipmentOf(unit, known.id, 'FOR UPDATE OF s')) ?? known
}

async function moveShipment(
  unit: Unit,
  world: World,
  shipment: StoredShipment,
  told: Tracking,
  by: { actor: string; cause: string },
  now: Instant,
): Promise<Tracked> {
  const { id } = shipment
  if (shipment.state === STATES[told.event]) return { kind: 'duplicate', state: shipment.state }
  const moved = step(shipmentChart, shipment.state, MOVES[told.event])
  if (!moved.ok) return { kind: 'refused', reason: moved.reason }
  await setShipmentState(unit, id, moved.state)
  const { viaNodeId } = shipment
  const arrived = told.event === 'delivered'
  if (arrived && viaNodeId === null) await countDelivered(unit, shipment)
  const { detail } = told
  await appendFacts(unit, [
    {
      id: world.ids.next('fct'),
      orderId: shipment.orderId,
      kind: arrived && viaNodeId !== null ? 'arrivedAtNode' : FACTS[told.event],
      at: told.at,
      ...by,
      data: {
        shipmentId: id,
        nodeId: shipment.nodeId,
        ...(viaNodeId === null ? {} : { viaNodeId }),
        ...(detail === undefined ? {} : { detail }),
      },
    },
  ])
  if (viaNodeId === null) await tellTracking(unit, world, shipment, told, now)
  else await retimeOnward(unit, world, [{ orderId: shipment.orderId, viaNodeId }], now)
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
}
