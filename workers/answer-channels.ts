/** A channel that wants to hear what becomes of its order (855, ORDRSP) is told once for each of its words on it that leaves something to decide. */
import type { ChannelAnswer } from '#core/model/order-change.ts'
import type { Instant } from '#core/model/time.ts'
import type { RoutingPlan } from '#core/routing/routing-plan.ts'
import { insertInstructions, type NewInstruction } from '#store/instructions.ts'
import type { StoredOrder } from '#store/orders.ts'
import { exchangeOrders } from '#store/returns.ts'
import { carriedOfOrders } from '#store/traces.ts'
import type { Unit } from '#store/unit.ts'
import { answeredOrders, type StoredChange, wantedChanges } from '#store/wanted-changes.ts'
import { answerDecided, hearsOfChanges } from './answer-amendments.ts'
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
  const ids = asking.map(({ order }) => order.id)
  // The channel did not sell an exchange's order and would not know it.
  const exchanges = await exchangeOrders(unit, ids)
  const carried = await carriedOfOrders(unit, ids)
  const changes = await wantedChanges(
    unit,
    asking.filter(({ order }) => hearsOfChanges(master, order)).map(({ order }) => order.id),
  )
  const itsChange = await answeredAsChange(unit, asking, changes)
  await insertInstructions(
    unit,
    asking
      .filter(({ order }) => !exchanges.has(order.id) && !itsChange.has(order.id))
      .map(({ order, plan, connection, port }): NewInstruction => ({
        id: world.ids.next('ins'),
        connectionId: connection.id,
        port: port.name,
        kind: 'channelAnswer',
        // An order that is routed again has its answer already; one that its channel has stated anew has not.
        businessKey: `answer-${order.id}-${order.revisedAt}`,
        subjectId: order.id,
        orderId: order.id,
        document: { ...channelAnswer(order, plan, now), carried: carried.get(order.id) },
        createdAt: now,
      })),
  )
  await answerDecided(
    unit,
    world,
    asking.map(({ order, plan }) => ({ order, planned: plannedOf(plan) })),
    changes,
    now,
  )
}

/** Orders that were answered before, and whose channel has said no more since than a change: that has an answer of its own. */
async function answeredAsChange(
  unit: Unit,
  asking: readonly Answered[],
  changes: readonly StoredChange[],
): Promise<ReadonlySet<string>> {
  const changed = asking.filter(({ order }) =>
    changes.some(({ orderId, revisedAt }) => orderId === order.id && revisedAt === order.revisedAt),
  )
  if (changed.length === 0) return new Set()
  return answeredOrders(
    unit,
    changed.map(({ order }) => order.id),
  )
}

/** Units of a line that a plan serves, and when the last of them leaves. */
const plannedOf =
  ({ packages }: RoutingPlan) =>
  (lineNo: number): { quantity: number; shipBy: Instant | undefined } => {
    const parts = packages.flatMap(({ handOverAt, lines }) =>
      lines.filter((line) => line.lineNo === lineNo).map(({ quantity }) => ({ quantity, handOverAt })),
    )
    return {
      quantity: parts.reduce((sum, { quantity }) => sum + quantity, 0),
      shipBy: parts
        .map(({ handOverAt }) => handOverAt)
        .toSorted()
        .at(-1),
    }
  }

function channelAnswer(order: StoredOrder, plan: RoutingPlan, now: Instant): ChannelAnswer {
  const plannedFor = plannedOf(plan)
  return {
    externalOrderId: order.externalId,
    placedAt: order.placedAt,
    answeredAt: now,
    currency: order.currency,
    lines: order.lines.map((line) => {
      const { ordered, cancelled, allocated, released, shipped } = line.counters
      const { quantity: planned, shipBy } = plannedFor(line.lineNo)
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
