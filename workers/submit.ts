/** Nodes were told of their requests: the units are released, and from now on an answer is owed. */
import { answerDue } from '#core/fulfillment/due.ts'
import type { FulfillmentRequest } from '#core/model/fulfillment.ts'
import type { Instant } from '#core/model/time.ts'
import { loadRequests, markSubmitted, requestsToRelease } from '#store/fulfillment.ts'
import { lockOrders, moveUnits } from '#store/orders.ts'
import type { Unit } from '#store/unit.ts'
import { isActive } from '#core/model/order.ts'
import type { World } from './world.ts'

/** `told` are unsubmitted. The caller holds their orders' locks. */
export async function submitRequests(
  unit: Unit,
  world: World,
  told: readonly FulfillmentRequest[],
  now: Instant,
): Promise<void> {
  const { nodes } = world.master.current()
  await Promise.all([
    markSubmitted(
      unit,
      told.map((request) => ({ id: request.id, answerDueAt: answerDue(nodes.get(request.nodeId), now) })),
      now,
    ),
    moveUnits(
      unit,
      told.flatMap((request) =>
        request.lines
          .filter((line) => line.outstanding > 0)
          .map((line) => ({
            orderId: request.orderId,
            lineNo: line.lineNo,
            quantity: line.outstanding,
            from: 'allocated' as const,
            to: 'released' as const,
          })),
      ),
    ),
  ])
}

const MAX_RELEASED = 500

/** Nodes without a connection see the requests whose grace period is over. */
export async function releaseAfterGrace(world: World): Promise<void> {
  const now = world.clock.now()
  const due = await requestsToRelease(world.db, now, MAX_RELEASED)
  if (due.length === 0) return
  await world.master.fresh()
  await world.commit(async (unit) => {
    const orders = await lockOrders(unit, [...new Set(due.map((each) => each.orderId))])
    const free = new Set(orders.filter((order) => !order.holds.some(isActive)).map((order) => order.id as string))
    const requests = await loadRequests(unit, { ids: due.map((each) => each.id) })
    await submitRequests(
      unit,
      world,
      requests.filter((each) => each.negotiation === 'unsubmitted' && each.work === 'open' && free.has(each.orderId)),
      now,
    )
  })
}
