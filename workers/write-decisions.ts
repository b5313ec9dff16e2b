/**
 * Writes decisions whose stock is claimed: record, requests, places at nodes, instructions, facts, and what becomes of units that nobody
 * serves. All of it stands or falls with the caller's commit.
 */
import { Fault } from '#core/fault.ts'
import { answerDue } from '#core/fulfillment/due.ts'
import { componentsOf } from '#core/ledger/kits.ts'
import type { FulfillmentRequest } from '#core/model/fulfillment.ts'
import type { KitComponent } from '#core/model/product.ts'
import { epochMsOf, type Instant } from '#core/model/time.ts'
import { graceEnds } from '#core/orders/match.ts'
import { slotsOf } from '#core/routing/capacity.ts'
import { sharesComponents } from '#core/routing/order-stock.ts'
import { isConsolidated, placesTaken } from '#core/routing/parcels.ts'
import type { RoutingPlan } from '#core/routing/routing-plan.ts'
import type { DecisionRecord } from '#core/routing/record.ts'
import { type CapacityClaim, claimCapacity } from '#store/capacity.ts'
import { insertDecisions } from '#store/decisions.ts'
import { appendFacts, type NewFact } from '#store/facts.ts'
import { insertRequests, type NewAllocation } from '#store/fulfillment.ts'
import { insertInstructions } from '#store/instructions.ts'
import { endMoves } from '#store/moves.ts'
import { type CounterMove, moveUnits, type RoutingState, setRouting, type StoredOrder } from '#store/orders.ts'
import { resolveCases } from '#store/quarantine.ts'
import type { HeldReservation } from '#store/reservations.ts'
import type { Unit } from '#store/unit.ts'
import { answerChannels } from './answer-channels.ts'
import { instructionOf } from './instruction-document.ts'
import type { Master } from './master.ts'
import type { Looked } from './overtaken.ts'
import { packedTogether } from './pack-together.ts'
import { letWait, type Rest, tellUnroutable } from './unserved.ts'
import type { World } from './world.ts'

export type Decided = {
  order: StoredOrder
  plan: RoutingPlan
  record: DecisionRecord
  requests: FulfillmentRequest[]
  /** What the order holds already, of a cart or of a released backorder. */
  held: HeldReservation[]
}

/** One for each package of the plan, in its order. */
export function requestsOf(
  world: World,
  master: Master,
  order: StoredOrder,
  decisionId: DecisionRecord['head']['id'],
  plan: RoutingPlan,
  now: Instant,
): FulfillmentRequest[] {
  const parcel = plan.consolidated === undefined ? undefined : world.ids.next('pak')
  return plan.packages.map((planned) => {
    const request = requestOf(world, master, order, decisionId, planned, now)
    return planned.viaNodeId === planned.nodeId && parcel !== undefined
      ? awaitingOthers(request, parcel, othersThereAt(plan), now)
      : request
  })
}

/** It leaves in one parcel with what others send to its node. */
function awaitingOthers(
  request: FulfillmentRequest,
  parcel: string,
  thereAt: Instant,
  now: Instant,
): FulfillmentRequest {
  const { viaNodeId: _itself, submittedAt: _told, answerDueAt: _due, ...rest } = request
  const releaseAt = [thereAt, request.releaseAt ?? now].toSorted()[1] ?? thereAt
  return { ...rest, negotiation: 'unsubmitted', releaseAt, packGroup: parcel, awaitsOthers: true }
}

const othersThereAt = ({ packages, consolidated }: RoutingPlan): Instant =>
  packages
    .filter((each) => isConsolidated(each, consolidated) && each.nodeId !== consolidated?.nodeId)
    .map((each) => each.deliveredAt ?? each.handOverAt)
    .toSorted()
    .at(-1) as Instant

function requestOf(
  world: World,
  master: Master,
  order: StoredOrder,
  decisionId: DecisionRecord['head']['id'],
  planned: RoutingPlan['packages'][number],
  now: Instant,
): FulfillmentRequest {
  const node = master.nodes.get(planned.nodeId)
  const releaseAt = graceEnds(master.orderPolicy, order, now)
  // A node without a connection has nobody to be told by: it sees the request in the hub at once.
  const told = node?.connection === undefined && releaseAt === undefined
  return {
    id: world.ids.next('ful') as FulfillmentRequest['id'],
    orderId: order.id,
    nodeId: planned.nodeId,
    ...(node?.connection === undefined ? {} : { connectionId: node.connection }),
    decisionId,
    method: planned.method,
    ...(planned.viaNodeId === undefined ? {} : { viaNodeId: planned.viaNodeId }),
    work: 'open',
    negotiation: told ? 'submitted' : 'unsubmitted',
    lines: planned.lines.map((line) => ({
      lineNo: line.lineNo,
      sku: line.sku,
      ...(master.kits.has(line.sku) ? { components: [...componentsOf(master.kits, line.sku)] as KitComponent[] } : {}),
      requested: line.quantity,
      outstanding: line.quantity,
      rejected: 0,
      shipped: 0,
      cancelled: 0,
    })),
    createdAt: now,
    ...(releaseAt === undefined ? {} : { releaseAt }),
    ...(told ? { submittedAt: now, answerDueAt: answerDue(node, now) } : {}),
    version: 1,
  }
}

/** The caller holds the orders' locks and has claimed the units. */
export async function writeDecisions(
  unit: Unit,
  world: World,
  master: Master,
  routed: readonly Decided[],
  allocations: readonly NewAllocation[],
  looked: Looked,
  now: Instant,
): Promise<void> {
  const decided = await packedTogether(unit, world, master, routed, now)
  const requests = decided.flatMap((each) => each.requests)
  // Nothing here waits for another's answer: on a server they share one round trip.
  const [roomy] = await Promise.all([
    insertRequests(unit, requests, allocations).then(() =>
      claimCapacity(
        unit,
        decided.flatMap((each) => capacityClaims(master, each, now)),
      ),
    ),
    insertDecisions(
      unit,
      decided.map((each) => each.record),
    ),
    moveUnits(unit, requests.flatMap(claimedUnits)),
  ])
  if (!roomy)
    throw new Fault('conflict', { code: 'route.capacity-taken', message: 'a place at a node was taken in between' })
  const rest = await letWait(unit, world, decided, looked, now)
  const routing = decided.map((each) => ({ orderId: each.order.id, routing: nextRouting(master, each, rest) }))
  unit.enqueue(
    'route',
    routing.filter((each) => each.routing === 'pending').map((each) => each.orderId),
  )
  await Promise.all([
    setRouting(unit, routing, now),
    endMoves(
      unit,
      decided.flatMap((each) => each.plan.reoptimises?.requestIds ?? []),
    ),
    insertInstructions(
      unit,
      decided.flatMap((each) =>
        each.requests.flatMap((request) => instructionOf(world, master, each.order, request, now)),
      ),
    ),
    answerChannels(
      unit,
      world,
      master,
      decided.filter((each) => nextRouting(master, each, rest) !== 'pending'),
      now,
    ),
    appendFacts(
      unit,
      decided.flatMap((each) => factOf(world, each, rest.left, now)),
    ),
    tellUnroutable(
      unit,
      world,
      decided.filter((each) => nextRouting(master, each, rest) === 'parked'),
      rest.left,
      now,
    ),
    resolveCases(
      unit,
      'unroutable',
      decided.filter((each) => !rest.left.has(each.order.id)).map((each) => each.order.id),
      'routed',
      now,
    ),
  ])
}

/** Units that a node is to be told of are allocated; where nobody has to be told, they are released at once. */
const claimedUnits = (request: FulfillmentRequest): CounterMove[] =>
  request.lines.map((line) => ({
    orderId: request.orderId,
    lineNo: line.lineNo,
    quantity: line.requested,
    from: 'open',
    to: request.negotiation === 'submitted' ? 'released' : 'allocated',
  }))

/**
 * Lines that share a kit's component are netted, which may have kept one back that another node could serve: the rest is decided
 * again, as long as each round serves something.
 */
function nextRouting(master: Master, { order, requests }: Decided, { left, overtaken }: Rest): RoutingState {
  if (overtaken.has(order.id)) return 'pending'
  if (!left.has(order.id)) return 'none'
  return requests.length > 0 && sharesComponents(order.lines, master.kits) ? 'pending' : 'parked'
}

/** A place at its node on the day of its hand-over, and in the hour in which the node is told of it. */
function capacityClaims(master: Master, { plan: made, requests }: Decided, now: Instant): CapacityClaim[] {
  return placesTaken(made).flatMap(({ nodeId, handOverAt, at }) => {
    const [node, request] = [master.nodes.get(nodeId), requests[at]]
    if (node === undefined || request === undefined) return []
    return slotsOf(node, epochMsOf(handOverAt), epochMsOf(now)).map((slot) => ({ ...slot, requestId: request.id }))
  })
}

const parcelFact = ({ nodeId, lines, costMinor, lateMinutes }: NonNullable<RoutingPlan['consolidated']>) => ({
  nodeId,
  lines,
  costMinor,
  ...(lateMinutes === undefined ? {} : { lateMinutes }),
})

function factOf(world: World, { order, plan: made, record }: Decided, left: Rest['left'], now: Instant): NewFact[] {
  const routed = made.packages.length > 0
  // All of it waits for stock, and says so itself.
  if (!routed && !left.has(order.id)) return []
  const fact: NewFact = {
    id: world.ids.next('fct'),
    orderId: order.id,
    kind: routed ? ('routed' as const) : ('unroutable' as const),
    at: now,
    actor: 'routing',
    cause: record.head.id,
    data: {
      packages: made.packages.map((each) => ({
        nodeId: each.nodeId,
        method: each.method,
        ...(each.viaNodeId === undefined ? {} : { viaNodeId: each.viaNodeId }),
        ...(each.lateMinutes === undefined ? {} : { lateMinutes: each.lateMinutes }),
        costMinor: each.costMinor,
        lines: each.lines,
      })),
      ...(made.consolidated === undefined ? {} : { consolidated: parcelFact(made.consolidated) }),
      ...(made.unserved.length > 0 ? { unserved: made.unserved } : {}),
      costMinor: made.costMinor,
    },
  }
  return [fact]
}
