/**
 * A channel that wants to hear what became of its changes (865, ORDRSP) is told once for each, in the commit that leaves nothing of it open:
 * with the change itself where nobody has to be asked, else with the decision or the node's answer that settles the last of it.
 */
import type { AmendmentAnswer } from '#core/model/order-change.ts'
import type { Instant } from '#core/model/time.ts'
import { amendmentAnswer, type Decided } from '#core/orders/amendment-answer.ts'
import { toldUnits } from '#core/orders/untold.ts'
import { loadRequests } from '#store/fulfillment.ts'
import { insertInstructions } from '#store/instructions.ts'
import { loadOrders, type StoredOrder, writeStated } from '#store/orders.ts'
import { carriedOfOrders } from '#store/traces.ts'
import type { Unit } from '#store/unit.ts'
import { noteAnswered, type StoredChange, wantedChanges } from '#store/wanted-changes.ts'
import { channelPort, type Master } from './master.ts'
import { pendingOf } from './pending.ts'
import type { World } from './world.ts'

/** Whether the order's channel hears of its changes. */
export const hearsOfChanges = (master: Master, { channelId }: { channelId: string }): boolean =>
  channelPort(master, channelId, 'amendmentAnswer') !== undefined

/** Answers what is decided of these orders' changes, as the orders stand now. The caller holds their locks. */
export async function answerAmendments(
  unit: Unit,
  world: World,
  orders: Iterable<{ id: string; channelId: string }>,
  now: Instant,
): Promise<void> {
  const master = world.master.current()
  const asking = [...orders].filter((order) => hearsOfChanges(master, order)).map(({ id }) => id)
  const open = (await wantedChanges(unit, asking)).filter(({ answeredAt }) => answeredAt === null)
  if (open.length === 0) return
  const stored = await loadOrders(unit, [...new Set(open.map(({ orderId }) => orderId))])
  await answer(
    unit,
    world,
    stored.map((order) => ({
      order,
      undecided: order.routing === 'pending' || order.routing === 'held',
      planned: () => ({ quantity: 0 }),
    })),
    open,
    now,
  )
}

/** `decided`: orders of such channels as they were before the plans that are written in this commit, which leave nothing open. */
export const answerDecided = (
  unit: Unit,
  world: World,
  decided: readonly { order: StoredOrder; planned: Decided['planned'] }[],
  changes: readonly StoredChange[],
  now: Instant,
): Promise<void> =>
  answer(
    unit,
    world,
    decided.map((each) => ({ ...each, undecided: false })),
    changes.filter(({ answeredAt }) => answeredAt === null),
    now,
  )

async function answer(
  unit: Unit,
  world: World,
  orders: readonly ({ order: StoredOrder } & Pick<Decided, 'undecided' | 'planned'>)[],
  changes: readonly StoredChange[],
  now: Instant,
): Promise<void> {
  const ids = orders
    .map(({ order }) => order.id as string)
    .filter((id) => changes.some(({ orderId }) => orderId === id))
  if (ids.length === 0) return
  const requests = await loadRequests(unit, { orderIds: ids })
  const carried = await carriedOfOrders(unit, ids)
  for (const { order, undecided, planned } of orders) {
    const pending = pendingOf(requests.filter(({ orderId }) => orderId === order.id))
    let told = order
    for (const change of changes.filter(({ orderId }) => orderId === order.id)) {
      const answered = amendmentAnswer(order, change, { pending, undecided, planned }, now)
      if (answered === undefined) continue
      await tell(unit, world, order, change, { ...answered, carried: carried.get(order.id) }, now)
      told = toldUnits(told, answered.lines)
    }
    if (told.stated !== undefined && told !== order) await writeStated(unit, order.id, told.stated)
  }
}

async function tell(
  unit: Unit,
  world: World,
  order: StoredOrder,
  change: StoredChange,
  document: AmendmentAnswer,
  now: Instant,
): Promise<void> {
  const listener = channelPort(world.master.current(), order.channelId, 'amendmentAnswer')
  if (listener === undefined) return
  await noteAnswered(unit, change, now)
  await insertInstructions(unit, [
    {
      id: world.ids.next('ins'),
      connectionId: listener.connection.id,
      port: listener.port.name,
      kind: 'amendmentAnswer',
      businessKey: `change-answer-${order.id}-${change.revisedAt}-${change.number}`,
      subjectId: order.id,
      orderId: order.id,
      document,
      createdAt: now,
    },
  ])
}
