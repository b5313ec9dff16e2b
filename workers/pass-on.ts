/**
 * What one node sent to another is shipped on from there, or handed over at its counter: a request of its own for each parcel. The node is
 * told when all that is on its way for the order should be there, and requests that wait for each other leave in one parcel.
 */
import { backOf } from '#core/fulfillment/take-back.ts'
import type { FulfillmentRequest } from '#core/model/fulfillment.ts'
import { isActive } from '#core/model/order.ts'
import { epochMsOf, instantFromEpochMs, type Instant } from '#core/model/time.ts'
import { transferMs } from '#core/routing/transfer.ts'
import { insertRequests, loadRequests, type NewShipment } from '#store/fulfillment.ts'
import { insertInstructions, stopHeld } from '#store/instructions.ts'
import { comingParcels, tellNodesAt } from '#store/onward.ts'
import type { StoredOrder } from '#store/orders.ts'
import { ensurePositions } from '#store/stock.ts'
import type { Unit } from '#store/unit.ts'
import { takeUnits } from './cancel-orders.ts'
import { instructionOf } from './instruction-document.ts'
import type { Step } from './step.ts'
import type { World } from './world.ts'

/** An order's goods that meet at a node. */
type Meeting = { orderId: string; viaNodeId: string }

/** After nodes have spoken of parcels for another node. The caller holds the orders' locks and has written what they said. */
export async function passOn(
  unit: Unit,
  world: World,
  steps: readonly Step[],
  shipments: readonly NewShipment[],
  orders: ReadonlyMap<string, StoredOrder>,
  now: Instant,
): Promise<void> {
  const meetings = meetingsOf(steps.map((step) => step.request))
  if (meetings.length === 0) return
  const master = world.master.current()
  const known = await loadRequests(unit, { orderIds: [...new Set(meetings.map((each) => each.orderId))] })
  const onward: { request: FulfillmentRequest; order: StoredOrder }[] = []
  for (const shipment of shipments) {
    const order = orders.get(shipment.request.orderId)
    if (order === undefined) continue
    const before = [...known, ...onward.map(({ request }) => request)]
    for (const request of onwardOf(world, shipment, order, before, now)) onward.push({ request, order })
  }
  await insertRequests(
    unit,
    onward.map(({ request }) => request),
    [],
  )
  // Goods that the customer does not get after all stay there.
  await ensurePositions(
    unit,
    onward.flatMap(({ request: { nodeId, lines } }) =>
      lines.flatMap((line) => (line.components ?? [line]).map(({ sku }) => ({ sku, nodeId }))),
    ),
  )
  await insertInstructions(
    unit,
    onward.flatMap(({ request, order }) => instructionOf(world, master, order, request, now)),
  )
  await stopHeld(
    unit,
    onward.filter(({ order }) => order.holds.some(isActive)).map(({ order }) => order.id),
  )
  await retimeOnward(unit, world, meetings, now)
  await followWishes(unit, world, steps, onward, now)
}

/** Tells the nodes of what they are to pass on when all of it should be there, or is. */
export async function retimeOnward(
  unit: Unit,
  world: World,
  meetings: readonly Meeting[],
  now: Instant,
): Promise<void> {
  const orderIds = [...new Set(meetings.map((each) => each.orderId))]
  const requests = await loadRequests(unit, { orderIds })
  const parcels = await comingParcels(unit, orderIds)
  const { nodes } = world.master.current()
  for (const meeting of meetings) {
    const to = nodes.get(meeting.viaNodeId)
    const waiting = requests.filter((each) => isMeeting(each, meeting) && each.negotiation === 'unsubmitted')
    if (to === undefined || waiting.length === 0) continue
    const arrival = (fromNodeId: string, leavesMs: number): number => {
      const ms = transferMs(nodes.get(fromNodeId), to, leavesMs)
      // A lane that is there no more says nothing of what is on its way.
      return Number.isFinite(ms) ? ms : leavesMs
    }
    const nowMs = epochMsOf(now)
    const arrivals = [
      ...parcels
        .filter((each) => each.orderId === meeting.orderId && each.viaNodeId === meeting.viaNodeId)
        .map((each) => arrival(each.fromNodeId, epochMsOf(each.shippedAt))),
      ...requests
        .filter((each) => each.viaNodeId === meeting.viaNodeId && each.orderId === meeting.orderId && stillSends(each))
        .map((each) => arrival(each.nodeId, Math.max(nowMs, epochMsOf(each.answerDueAt ?? now)))),
    ]
    await tellNodesAt(
      unit,
      waiting.map((each) => each.id),
      instantFromEpochMs(Math.max(nowMs, ...arrivals)),
      now,
    )
  }
}

const isMeeting = (request: FulfillmentRequest, { orderId, viaNodeId }: Meeting): boolean =>
  (request.onward === true || request.awaitsOthers === true) &&
  request.orderId === orderId &&
  request.nodeId === viaNodeId &&
  request.work === 'open'

const stillSends = (request: FulfillmentRequest): boolean => request.lines.some((line) => line.outstanding > 0)

function meetingsOf(requests: readonly FulfillmentRequest[]): Meeting[] {
  const found = requests.flatMap(({ orderId, viaNodeId }) => (viaNodeId === undefined ? [] : [{ orderId, viaNodeId }]))
  return [...new Map(found.map((each) => [`${each.orderId} ${each.viaNodeId}`, each])).values()]
}

/** One request for what is to be collected there, one for what is shipped on. */
function onwardOf(
  world: World,
  { request: sent, lines: units }: NewShipment,
  order: StoredOrder,
  known: readonly FulfillmentRequest[],
  now: Instant,
): FulfillmentRequest[] {
  const { viaNodeId } = sent
  if (viaNodeId === undefined) return []
  const connection = world.master.current().nodes.get(viaNodeId)?.connection
  const lines = units.flatMap(({ lineNo, quantity }) => {
    const line = sent.lines.find((each) => each.lineNo === lineNo)
    if (line === undefined) return []
    const { back: _back, ...rest } = line
    return [{ ...rest, requested: quantity, outstanding: quantity, rejected: 0, shipped: 0, cancelled: 0 }]
  })
  const isCollected = (lineNo: number): boolean =>
    order.lines.some((line) => line.lineNo === lineNo && line.method === 'pickup')
  const parts = [
    { method: 'pickup' as const, lines: lines.filter((line) => isCollected(line.lineNo)) },
    { method: 'ship' as const, lines: lines.filter((line) => !isCollected(line.lineNo)) },
  ]
  return parts
    .filter((part) => part.lines.length > 0)
    .map((part) => ({
      id: world.ids.next('ful') as FulfillmentRequest['id'],
      orderId: order.id,
      nodeId: viaNodeId,
      ...(connection === undefined ? {} : { connectionId: connection }),
      ...(sent.decisionId === undefined ? {} : { decisionId: sent.decisionId }),
      onward: true,
      work: 'open',
      negotiation: 'unsubmitted',
      ...part,
      createdAt: now,
      releaseAt: now,
      ...(part.method === 'ship' ? { packGroup: parcelOf(world, known, { orderId: order.id, viaNodeId }) } : {}),
      version: 1,
    }))
}

/** The parcel of what waits there already, else a new one. */
function parcelOf(world: World, known: readonly FulfillmentRequest[], meeting: Meeting): string {
  const waiting = known.find(
    (each) => isMeeting(each, meeting) && each.negotiation === 'unsubmitted' && each.method === 'ship',
  )
  return waiting?.packGroup ?? world.ids.next('pak')
}

/** Units that were wanted back, and left all the same, are wanted back of the node that gets them. */
async function followWishes(
  unit: Unit,
  world: World,
  steps: readonly Step[],
  onward: readonly { request: FulfillmentRequest; order: StoredOrder }[],
  now: Instant,
): Promise<void> {
  for (const { request: sent, progress } of steps) {
    if (sent.viaNodeId === undefined || progress.shipped.length === 0) continue
    for (const line of sent.lines) {
      const before = backOf(line)
      const after = backOf(progress.lines.find((each) => each.lineNo === line.lineNo) ?? line)
      const wishes = [
        { lineNo: line.lineNo, quantity: before.cancel - after.cancel, purpose: 'cancel' as const },
        { lineNo: line.lineNo, quantity: before.recall - after.recall, purpose: 'recall' as const },
      ].filter((wish) => wish.quantity > 0)
      const order = onward.find((each) => each.request.orderId === sent.orderId)?.order
      if (order === undefined || wishes.length === 0) continue
      await takeUnits(unit, world, order, wishes, sent.id, 'it was wanted back before it left for this node', now)
    }
  }
}
