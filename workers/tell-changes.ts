/**
 * What was changed here of an order is told to the channel that sold it, so that both sides stay one: by its connector where that has a
 * document for it, and to its people for whatever no document says. Told as soon as it is settled, and once.
 */
import type { Instant } from '#core/model/time.ts'
import { untoldOf } from '#core/orders/untold.ts'
import { cancelQueued, insertInstructions } from '#store/instructions.ts'
import { loadOrders, type StoredOrder, writeStated } from '#store/orders.ts'
import { openCases } from '#store/quarantine.ts'
import { exchangeOrders } from '#store/returns.ts'
import type { Unit } from '#store/unit.ts'
import { outboundPort } from './master.ts'
import type { World } from './world.ts'

/** `byHand`: a person changed it just now, and people of the channel hear what no document says. */
export type Why = { reason: string; byHand?: boolean }

/** The caller holds the orders' locks and has written what happened to them. */
export async function tellChanges(
  unit: Unit,
  world: World,
  orderIds: readonly string[],
  why: Why,
  now: Instant,
): Promise<void> {
  if (orderIds.length === 0) return
  const exchanges = await exchangeOrders(unit, orderIds)
  for (const order of await loadOrders(unit, orderIds)) {
    // The channel did not sell an exchange's order and would not know it.
    if (!exchanges.has(order.id)) await tellChange(unit, world, order, why, now)
  }
}

async function tellChange(
  unit: Unit,
  world: World,
  order: StoredOrder,
  { reason, byHand = false }: Why,
  now: Instant,
): Promise<void> {
  const { channels, connections } = world.master.current()
  const connection = connections.get(channels.get(order.channelId)?.connection ?? '')
  if (connection === undefined) return
  const port = outboundPort(connection, 'channelChange')
  const untold = untoldOf(order)
  const unsaid = port === undefined ? 'does not know it' : unsaidIn(untold?.words ?? [])
  if (byHand && unsaid !== undefined) await tellPeople(unit, world, order, unsaid, reason, now)
  if (port === undefined || untold?.change === undefined) return
  // Each says the whole: what was not sent yet is overtaken.
  await cancelQueued(unit, [order.id], 'channelChange', now, 'a later change says it too')
  const id = world.ids.next('ins')
  await insertInstructions(unit, [
    {
      id,
      connectionId: connection.id,
      port: port.name,
      kind: 'channelChange',
      businessKey: `change-${id}`,
      subjectId: order.id,
      orderId: order.id,
      document: { ...untold.change, reason: reason.slice(0, 500) },
      createdAt: now,
    },
  ])
  await writeStated(unit, order.id, untold.stated)
}

const unsaidIn = (words: readonly string[]): string | undefined =>
  words.length === 0 ? undefined : `cannot be told that ${words.join(', and ')}`

async function tellPeople(
  unit: Unit,
  world: World,
  order: StoredOrder,
  what: string,
  reason: string,
  now: Instant,
): Promise<void> {
  await openCases(
    unit,
    [
      {
        id: world.ids.next('exc'),
        kind: 'channelUntold',
        subject: order.id,
        orderId: order.id,
        detail: `the order was changed here (${reason}), and ${order.channelId} ${what}`.slice(0, 1000),
        cure: `Change the order ${order.number ?? order.externalId} there as the timeline says, then resolve the case.`,
        owner: 'operator',
      },
    ],
    now,
  )
}
