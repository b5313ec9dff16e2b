/** What follows when an order was brought to what is wanted of it, in the same commit: only the difference is planned, negotiated, freed. */
import type { Units } from '#core/orders/amend.ts'
import type { Hold } from '#core/model/order.ts'
import type { Instant } from '#core/model/time.ts'
import { routingStateOf, type StoredOrder, updateOrder } from '#store/orders.ts'
import type { Unit } from '#store/unit.ts'
import { answerAmendments } from './answer-amendments.ts'
import { trimBackorders } from './backorders.ts'
import { followUnwanted, type TakenBack, takeUnits } from './cancel-orders.ts'
import { trimHeld } from './held.ts'
import { followHolds } from './holds.ts'
import type { World } from './world.ts'

export type Amended = {
  order: StoredOrder
  holdsBefore: readonly Hold[]
  unwanted: readonly Units[]
  recalls: readonly Units[]
}

/** Writes the order. The caller holds its lock and appends the facts. */
export async function followAmendment(
  unit: Unit,
  world: World,
  { order, holdsBefore, unwanted, recalls }: Amended,
  by: { actor: string; cause: string; reason: string },
  now: Instant,
): Promise<TakenBack[]> {
  await updateOrder(unit, order, now)
  if (routingStateOf(order) === 'pending') unit.enqueue('route', [order.id])
  await followHolds(unit, order, holdsBefore, now)
  await trimBackorders(unit, world, order, now)
  await trimHeld(unit, world, [order], by.actor, now)
  const taken = await followUnwanted(unit, world, order, unwanted, by.cause, by.reason, now)
  await answerAmendments(unit, world, [order], now)
  if (recalls.length === 0) return [taken]
  const recalled = await takeUnits(
    unit,
    world,
    order,
    recalls.map((each) => ({ ...each, purpose: 'recall' as const })),
    by.cause,
    'the order goes elsewhere now; a new request follows',
    now,
  )
  return [taken, recalled]
}
