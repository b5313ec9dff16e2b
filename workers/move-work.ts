/** Carries out a move of work that no node has accepted: at once where its node was not told, else by asking the node to give it back. */
import { takeUnsent } from '#core/fulfillment/cancel-answer.ts'
import { recalled } from '#core/fulfillment/take-back.ts'
import { Fault } from '#core/fault.ts'
import type { FulfillmentRequest } from '#core/model/fulfillment.ts'
import type { Instant } from '#core/model/time.ts'
import type { PlanHooks, RoutingPlan } from '#core/routing/routing-plan.ts'
import { type DecisionRecord, recordOf } from '#core/routing/record.ts'
import type { Proposal } from '#core/routing/reoptimise.ts'
import type { RouteRequest } from '#core/routing/request.ts'
import { appendFacts } from '#store/facts.ts'
import { isLostRace } from '#store/database.ts'
import { loadRequests, writeWantedBack } from '#store/fulfillment.ts'
import { beginMoves } from '#store/moves.ts'
import { cancelQueued } from '#store/instructions.ts'
import { lockOrders, type StoredOrder } from '#store/orders.ts'
import type { Unit } from '#store/unit.ts'
import { writeProgress } from './apply-progress.ts'
import { pursue } from './cancel-orders.ts'
import type { Master } from './master.ts'
import { claimForOrders } from './route-claims.ts'
import type { World } from './world.ts'
import { requestsOf, writeDecisions } from './write-decisions.ts'

export type Move = Proposal & {
  order: StoredOrder
  /** The requests that the new plan takes the place of. */
  work: FulfillmentRequest[]
  request: RouteRequest
  stay: RoutingPlan
  fresh: RoutingPlan
  how: 'atOnce' | 'asked'
}

/** Gives the units back, claims them elsewhere, and writes the decision: all in one commit, or nothing. False: somebody was quicker. */
export function moveAtOnce(
  world: World,
  master: Master,
  networkId: string,
  hooks: PlanHooks,
  move: Move,
  actor: string,
  now: Instant,
): Promise<boolean> {
  return unlessLost(() =>
    world.commit(async (unit) => {
      const order = await unmoved(unit, move)
      const ids = move.work.map((each) => each.id)
      const untold = await cancelQueued(unit, ids, 'fulfillmentInstruction', now, 'it is sent from elsewhere instead')
      if (untold.size < ids.length) throw lost('its node is being told')
      const { reason, savedMinor } = move
      const plan = { ...move.fresh, reoptimises: { requestIds: ids, reason, savedMinor } }
      const id = world.ids.next('dec') as DecisionRecord['head']['id']
      const record = recordOf(plan, id, networkId, move.request, hooks)
      // Given up and routed in one: nobody else has to route it.
      const steps = move.work.map((request) => ({
        request,
        progress: { ...takeUnsent(recalled(request), now), reroute: false },
        actor,
        cause: id,
      }))
      await writeProgress(unit, world, new Map([[order.id as string, order]]), steps, now)
      const requests = requestsOf(world, master, order, id, plan, now)
      const decided = { order, plan, record, requests, held: [] }
      const { won, claims, allocations } = await claimForOrders(unit, world, [decided], now)
      if (won.length === 0) throw lost('its units are gone')
      await writeDecisions(unit, world, master, won, allocations, { seen: [], claimed: claims, dropped: [] }, now)
      await tell(unit, world, move, actor, id, now)
      return true
    }),
  )
}

/** The node's answer decides: its units are routed again when it agrees, and stay with it when it does not. */
export function askBack(world: World, move: Move, actor: string, now: Instant): Promise<boolean> {
  return unlessLost(() =>
    world.commit(async (unit) => {
      const order = await unmoved(unit, move)
      const wanted = move.work.map(recalled)
      await writeWantedBack(unit, wanted)
      await beginMoves(
        unit,
        wanted.map((each) => each.id),
      )
      await pursue(unit, world, order, wanted, wanted[0]?.id ?? '', 'it is to be sent from elsewhere', now)
      await tell(unit, world, move, actor, undefined, now)
      return true
    }),
  )
}

/** The order, locked, if neither it nor its work has changed since it was looked at. */
async function unmoved(unit: Unit, { order, work }: Move): Promise<StoredOrder> {
  const [locked] = await lockOrders(unit, [order.id])
  const requests = await loadRequests(unit, { ids: work.map((each) => each.id) })
  const same = (each: FulfillmentRequest): boolean => work.find((one) => one.id === each.id)?.version === each.version
  if (locked?.version !== order.version || requests.length < work.length || !requests.every(same))
    throw lost('it has changed')
  return locked
}

const lost = (message: string): Fault => new Fault('conflict', { code: 'reoptimise.too-late', message })

/** Work that goes on meanwhile is left alone until the next run. */
async function unlessLost(attempt: () => Promise<boolean>): Promise<boolean> {
  try {
    return await attempt()
  } catch (error) {
    if (isLostRace(error) || (error instanceof Fault && error.kind === 'conflict')) return false
    throw error
  }
}

async function tell(
  unit: Unit,
  world: World,
  { order, work, fresh, reason, savedMinor, how }: Move,
  actor: string,
  cause: string | undefined,
  now: Instant,
): Promise<void> {
  await appendFacts(unit, [
    {
      id: world.ids.next('fct'),
      orderId: order.id,
      kind: 'reoptimised',
      at: now,
      actor,
      cause: cause ?? work[0]?.id ?? '',
      data: {
        how,
        requestIds: work.map((each) => each.id),
        from: work.map((each) => each.nodeId),
        to: fresh.packages.map((each) => each.nodeId),
        reason,
        savedMinor,
      },
    },
  ])
}
