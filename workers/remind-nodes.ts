/** A node that is late with its word is reminded in its own language, where that has one; others see it in the hub. */
import type { FulfillmentReminder } from '#core/model/fulfillment.ts'
import type { Instant } from '#core/model/time.ts'
import { insertInstructions, type NewInstruction } from '#store/instructions.ts'
import type { Unit } from '#store/unit.ts'
import { outboundPort } from './master.ts'
import type { World } from './world.ts'

export type Late = { id: string; orderId: string; nodeId: string; missed: Instant; dueAt: Instant }

export async function remindNodes(unit: Unit, world: World, late: readonly Late[], now: Instant): Promise<void> {
  const { nodes, connections } = world.master.current()
  await insertInstructions(
    unit,
    late.flatMap(({ id, orderId, nodeId, missed, dueAt }): NewInstruction[] => {
      const connection = connections.get(nodes.get(nodeId)?.connection ?? '')
      const port = connection === undefined ? undefined : outboundPort(connection, 'fulfillmentReminder')
      if (connection === undefined || port === undefined) return []
      const document = { requestId: id, nodeId, missedAt: missed, dueAt } as FulfillmentReminder
      return [
        {
          id: world.ids.next('ins'),
          connectionId: connection.id,
          port: port.name,
          kind: 'fulfillmentReminder',
          businessKey: `reminder-${id}-${missed}`,
          subjectId: id,
          orderId,
          document,
          createdAt: now,
        },
      ]
    }),
  )
}
