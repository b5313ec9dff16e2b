/** Applies what nodes answer: acceptances, rejections, shipments, answers to cancels. */
import { applyCancelResponse } from '#core/fulfillment/cancel-answer.ts'
import { applyResponse, applyShipment } from '#core/fulfillment/progress.ts'
import type { Issue } from '#core/issue.ts'
import type {
  CancelResponse,
  FulfillmentRequest,
  FulfillmentResponse,
  ShipmentNotice,
} from '#core/model/fulfillment.ts'
import type { Instant } from '#core/model/time.ts'
import {
  knownShipments,
  insertShipments,
  loadRequests,
  type NewShipment,
  orderIdsOfRequests,
  shipmentKey,
} from '#store/fulfillment.ts'
import { cancelInstructions } from '#store/instructions.ts'
import { lockOrders, type StoredOrder } from '#store/orders.ts'
import { resolveCases } from '#store/quarantine.ts'
import type { Unit } from '#store/unit.ts'
import { advance, writeProgress } from './apply-progress.ts'
import { pursue, stillWanted } from './cancel-orders.ts'
import { passOn } from './pass-on.ts'
import type { Step } from './step.ts'
import { tellChanges } from './tell-changes.ts'
import { tellChannels } from './tell-channels.ts'
import type { Incoming, Verdict } from './verdict.ts'
import type { World } from './world.ts'

export type NodeAnswer =
  | { kind: 'fulfillmentResponse'; value: FulfillmentResponse }
  | { kind: 'shipment'; value: ShipmentNotice }
  | { kind: 'cancelResponse'; value: CancelResponse }

/** The hub's own API may answer for any node; a partner only for its own. */
export const API_CONNECTION = 'api'

export async function applyAnswers(
  unit: Unit,
  world: World,
  incoming: readonly Incoming<NodeAnswer>[],
  now: Instant,
): Promise<Verdict[]> {
  if (incoming.length === 0) return []
  const requestIds = [...new Set(incoming.map((each) => each.value.value.requestId as string))]
  const owners = await orderIdsOfRequests(unit, requestIds)
  const orders = new Map(
    (await lockOrders(unit, [...new Set(owners.values())])).map((order) => [order.id as string, order]),
  )
  const requests = new Map(
    (await loadRequests(unit, { ids: requestIds })).map((request) => [request.id as string, request]),
  )
  const shipped = await knownShipments(unit, requestIds)
  const steps: Step[] = []
  const shipments: NewShipment[] = []

  const verdicts = incoming.map((each): Verdict => {
    const answer = each.value
    const request = requests.get(answer.value.requestId)
    const problem = refusal(answer.value.requestId, request, each.connectionId)
    if (problem !== undefined || request === undefined)
      return { kind: 'refused', issues: problem === undefined ? [] : [problem] }
    if (answer.kind === 'shipment' && shipped.has(shipmentKey(request.id, answer.value.externalId)))
      return { kind: 'duplicate' }
    const progress =
      answer.kind === 'fulfillmentResponse'
        ? applyResponse(request, answer.value)
        : answer.kind === 'shipment'
          ? applyShipment(request, answer.value)
          : applyCancelResponse(request, answer.value)
    if (answer.kind === 'shipment') {
      shipped.add(shipmentKey(request.id, answer.value.externalId))
      if (progress.shipped.length > 0)
        shipments.push({ id: world.ids.next('shp'), request, notice: answer.value, lines: progress.shipped })
    }
    steps.push({ request, progress, actor: each.connectionId, cause: each.envelopeId })
    requests.set(request.id, advance(request, progress))
    return { kind: 'applied' }
  })

  await writeProgress(unit, world, orders, steps, now)
  await insertShipments(unit, shipments)
  await passOn(unit, world, steps, shipments, orders, now)
  await tellChannels(unit, world, shipments, orders, now)
  await goOnCancelling(unit, world, steps, orders, now)
  await tellChanges(
    unit,
    world,
    [...orders.values()].filter((order) => order.stated !== undefined).map((order) => order.id),
    { reason: 'a node has answered' },
    now,
  )
  await resolveCases(
    unit,
    'answerOverdue',
    steps.map((step) => step.request.id),
    'the node answered',
    now,
  )
  return verdicts
}

/** What was wanted back while the node had a question to answer is asked for now. */
async function goOnCancelling(
  unit: Unit,
  world: World,
  steps: readonly Step[],
  orders: ReadonlyMap<string, StoredOrder>,
  now: Instant,
): Promise<void> {
  const ids = [
    ...new Set(
      steps
        .filter((step) => step.progress.lines.some((line) => line.back !== undefined))
        .map((step) => step.request.id as string),
    ),
  ]
  if (ids.length === 0) return
  for (const request of stillWanted(await loadRequests(unit, { ids }))) {
    const order = orders.get(request.orderId)
    if (order !== undefined) await pursue(unit, world, order, [request], request.id, 'the order was changed', now)
  }
  const answered = steps.filter(
    (step) => step.request.negotiation === 'cancelRequested' && step.progress.negotiation !== 'cancelRequested',
  )
  await resolveCases(
    unit,
    'sendRejected',
    await cancelInstructions(
      unit,
      answered.map((step) => step.request.id),
    ),
    'the node answered',
    now,
  )
}

function refusal(requestId: string, request: FulfillmentRequest | undefined, connectionId: string): Issue | undefined {
  if (request !== undefined && (connectionId === API_CONNECTION || request.connectionId === connectionId))
    return undefined
  return unknownRequest(requestId)
}

/** What a partner says of a request that he was never sent. */
export const unknownRequest = (requestId: string): Issue => ({
  code: 'fulfillment.request-unknown',
  class: 'data',
  place: { path: 'requestId' },
  rule: 'must name a fulfillment request that was sent over this connection',
  value: requestId,
  cure: 'Ask the partner which request it means; correct the reference and replay, or discard the document.',
  subject: requestId,
})
