/** Events to those who follow: each connection that takes them is told what is new in the audit chain, in its order. */
import type { OrderEvent } from '#core/model/fact.ts'
import type { SendPort } from '#connectors/contract/connector.ts'
import { chainHead } from '#store/audit.ts'
import { lockSubscription, moveSubscription } from '#store/event-subscriptions.ts'
import { eventsAfter } from '#store/events.ts'
import { insertInstructions, type NewInstruction } from '#store/instructions.ts'
import { type LiveConnection, outboundPort } from './master.ts'
import type { World } from './world.ts'

const MAX_EVENTS = 500

export async function tellSubscribers(world: World): Promise<void> {
  const { connections } = await world.master.fresh()
  const { seq: end } = await chainHead(world.db)
  for (const connection of connections.values()) {
    const port = outboundPort(connection, 'event') as SendPort<unknown, 'event'> | undefined
    if (port !== undefined) while ((await tellSome(world, connection, port)) < end);
  }
}

/** Events and the subscriber's place move in one commit. Answers with the place. */
async function tellSome(world: World, connection: LiveConnection, port: SendPort<unknown, 'event'>): Promise<number> {
  const now = world.clock.now()
  return world.commit(async (unit) => {
    const { seq, round } = await lockSubscription(unit, connection.id, now)
    const { seq: end } = await chainHead(unit)
    const events = await eventsAfter(unit, seq, MAX_EVENTS)
    const wanted = events.filter((event) => port.wants?.(connection.config, event) ?? true)
    await insertInstructions(
      unit,
      wanted.map((event): NewInstruction => instructionOf(world, connection.id, port.name, event, round)),
    )
    // Links between the last event and the end are people's actions.
    const told = events.length === MAX_EVENTS ? (events.at(-1)?.seq ?? end) : end
    if (told > seq) await moveSubscription(unit, connection.id, told, now)
    return told
  })
}

/** The subject is the order, whose events go one after the other; it is no part of the order's own story. */
const instructionOf = (
  world: World,
  connectionId: string,
  port: string,
  event: OrderEvent,
  round: number,
): NewInstruction => ({
  id: world.ids.next('ins'),
  connectionId,
  port,
  kind: 'event',
  businessKey: round === 1 ? event.id : `${event.id}#${round}`,
  subjectId: event.orderId,
  document: event,
  createdAt: world.clock.now(),
})
