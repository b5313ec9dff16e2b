/**
 * A node that owes an answer and has said nothing. Where another node can serve all of it and this one can be told to stop, its
 * silence counts as a refusal and the units are routed elsewhere with the time that is left; else a person is told.
 */
import { applyResponse } from '#core/fulfillment/progress.ts'
import type { FulfillmentRequest } from '#core/model/fulfillment.ts'
import type { Instant } from '#core/model/time.ts'
import { decideOrder } from '#core/routing/decide.ts'
import { policyFor } from '#core/routing/policy-book.ts'
import { requestFor } from '#core/routing/requests.ts'
import { loadRequests, refusals } from '#store/fulfillment.ts'
import { loadOrders, lockOrders, type StoredOrder } from '#store/orders.ts'
import type { Unit } from '#store/unit.ts'
import { writeProgress } from './apply-progress.ts'
import { tellToStop } from './cancel-orders.ts'
import { type Master, outboundPort } from './master.ts'
import { loadPlanning } from './planning.ts'
import { retryRaces } from './races.ts'
import type { World } from './world.ts'

type Silent = { order: StoredOrder; request: FulfillmentRequest }

/** Of the overdue requests those that can be taken back. Reads only; the commit looks again. */
export async function replaceable(world: World, requestIds: readonly string[], now: Instant): Promise<Silent[]> {
  if (requestIds.length === 0) return []
  const master = await world.master.fresh()
  const requests = (await loadRequests(world.db, { ids: requestIds })).filter((each) => canBeStopped(master, each))
  const orderIds = [...new Set(requests.map((request) => request.orderId))]
  const orders = new Map((await loadOrders(world.db, orderIds)).map((order) => [String(order.id), order]))
  const refused = await refusals(world.db, orderIds)
  const skus = new Set(requests.flatMap((request) => request.lines.map((line) => line.sku)))
  const planning = await loadPlanning(world, master, skus, now)
  return requests.flatMap((request) => {
    const order = orders.get(request.orderId)
    if (order === undefined || order.cancelledAt !== undefined) return []
    const asked = requestFor(withOpenAgain(order, request), {
      currency: planning.currency ?? order.currency,
      products: planning.products,
      refusedBy: (orderId, lineNo) => [...(refused.get(`${orderId}/${lineNo}`) ?? []), request.nodeId],
      now,
    })
    if (policyFor(planning.book, asked).onOverdue === 'case') return []
    const made = decideOrder(asked, planning.snapshot, planning.book, planning.products)
    return made.unserved.length === 0 ? [{ order, request }] : []
  })
}

/** Only work that is not begun, and only a node that can be told: two nodes must not pack the same order. */
function canBeStopped(master: Master, request: FulfillmentRequest): boolean {
  const known = request.negotiation === 'submitted' || request.negotiation === 'accepted'
  if (!known || request.work !== 'open') return false
  if (request.connectionId === undefined) return true
  const connection = master.connections.get(request.connectionId)
  return connection !== undefined && outboundPort(connection, 'fulfillmentCancel') !== undefined
}

/** The order as it would be if the node gave back what it has not begun. */
function withOpenAgain(order: StoredOrder, request: FulfillmentRequest): StoredOrder {
  const back = new Map(request.lines.map((line) => [line.lineNo, line.outstanding]))
  const lines = order.lines.map((line) => ({
    ...line,
    counters: { ...line.counters, open: back.get(line.lineNo) ?? 0 },
  }))
  return { ...order, lines }
}

export type Why = { reason: 'timeout' | 'closed'; words: string }
export const SILENT: Why = { reason: 'timeout', words: 'no answer in time; it is sent from elsewhere' }
const OUTAGE: Why = { reason: 'closed', words: 'the node cannot work; it is sent from elsewhere' }

/** At most this many requests of a node in one call; a caller that is told some are left calls again. */
const MAX_OUTAGE = 500

/** A node cannot work: what it has not begun, and others can serve, goes to them. What stays needs a person. */
export async function rerouteNode(
  world: World,
  nodeId: string,
  actor: string,
): Promise<{ routedElsewhere: number; left: number }> {
  const now = world.clock.now()
  const open = await world.db.query<{ id: string }>(
    `SELECT id FROM fulfillment_request WHERE node_id = $1 AND work = 'open' AND negotiation IN ('submitted', 'accepted')
     ORDER BY id LIMIT $2`,
    [nodeId, MAX_OUTAGE],
  )
  const movable = await replaceable(
    world,
    open.map((row) => row.id),
    now,
  )
  const taken = await retryRaces(() => world.commit((unit) => takeBack(unit, world, movable, now, OUTAGE, actor)))
  return { routedElsewhere: taken.size, left: open.length - taken.size }
}

/** Takes the units back, tells the node, and sends the order to routing. Requests that moved on meanwhile are left alone. */
export async function takeBack(
  unit: Unit,
  world: World,
  silent: readonly Silent[],
  now: Instant,
  why: Why,
  actor: string,
): Promise<Set<string>> {
  if (silent.length === 0) return new Set()
  const locked = await lockOrders(unit, [...new Set(silent.map((each) => each.order.id as string))])
  const current = new Map(locked.map((order) => [order.id as string, order]))
  const requests = new Map(
    (await loadRequests(unit, { ids: silent.map((each) => each.request.id) })).map((each) => [each.id, each]),
  )
  const taken = silent.flatMap(({ order, request }) => {
    const unmoved =
      requests.get(request.id)?.version === request.version && current.get(order.id)?.version === order.version
    return unmoved ? [request] : []
  })
  await tellToStop(
    unit,
    world,
    taken.map((request) => ({
      request,
      document: { requestId: request.id, nodeId: request.nodeId, reason: why.words },
    })),
    now,
  )
  const steps = taken.map((request) => ({
    request,
    progress: applyResponse(request, {
      requestId: request.id,
      answeredAt: now,
      lines: request.lines.map((line) => ({
        lineNo: line.lineNo,
        accepted: 0,
        rejected: line.rejected + line.outstanding,
        reason: why.reason,
      })),
    }),
    actor,
    cause: request.id,
  }))
  await writeProgress(unit, world, current, steps, now)
  return new Set(taken.map((request) => request.id as string))
}
