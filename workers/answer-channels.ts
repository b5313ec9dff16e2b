/** A channel that wants to hear what becomes of its order (855) is told once for each of its words on it that leaves something to decide. */
import type { ChannelAnswer } from '#core/model/order-change.ts'
import type { Instant } from '#core/model/time.ts'
import type { RoutingPlan } from '#core/routing/routing-plan.ts'
import { insertInstructions, type NewInstruction } from '#store/instructions.ts'
import type { StoredOrder } from '#store/orders.ts'
import { exchangeOrders } from '#store/returns.ts'
import type { Unit } from '#store/unit.ts'
import { channelPort, type Master } from './master.ts'
import type { World } from './world.ts'

type Answered = { order: StoredOrder; plan: RoutingPlan }

/** `decided`: orders as they were before these plans. What happens to one later its channel hears as a change or a shipment. */
export async function answerChannels(
  unit: Unit,
  world: World,
  master: Master,
  decided: readonly Answered[],
  now: Instant,
): Promise<void> {
  const asking = decided.flatMap((each) => {
    const told = channelPort(master, each.order.channelId, 'channelAnswer')
    return told === undefined ? [] : [{ ...each, ...told }]
  })
  if (asking.length === 0) return
  // The channel did not sell an exchange's order and would not know it.
  const exchanges = await exchangeOrders(
    unit,
    asking.map(({ order }) => order.id),
  )
  await insertInstructions(
    unit,
    asking
      .filter(({ order }) => !exchanges.has(order.id))
      .map(({ order, plan, connection, port }): NewInstruction => ({
        id: world.ids.next('ins'),
        connectionId: connection.id,
        port: port.name,
        kind: 'channelAnswer',
        // An order that is routed again has its answer already; one that its channel has stated anew has not.
        businessKey: `answer-${order.id}-${order.revisedAt}`,
        subjectId: order.id,
        orderId: order.id,
        document: channelAnswer(order, plan, now),
        createdAt: now,
      })),
  )
}

function channelAnswer(order: StoredOrder, { packages }: RoutingPlan, now: Instant): ChannelAnswer {
  return {
    externalOrderId: order.externalId,
    placedAt: order.placedAt,
    answeredAt: now,
    currency: order.currency,
    lines: order.lines.map((line) => {
      const { ordered, cancelled, allocated, released, shipped } = line.counters
      const parts = packages.flatMap(({ handOverAt, lines }) =>
        lines.filter(({ lineNo }) => lineNo === line.lineNo).map(({ quantity }) => ({ quantity, handOverAt })),
      )
      const planned = parts.reduce((sum, { quantity }) => sum + quantity, 0)
      const shipBy = parts
        .map(({ handOverAt }) => handOverAt)
        .toSorted()
        .at(-1)
      const accepted = allocated + released + shipped + planned
      return {
        externalLineId: line.externalId,
        sku: line.sku,
        unitPriceMinor: line.unitPriceMinor,
        ordered,
        accepted,
        ...(shipBy === undefined ? {} : { shipBy }),
        waiting: ordered - cancelled - accepted,
        cancelled,
      }
    }),
  }
}
