/** Goods on their way are told to whoever runs the node, where its language has a word for it (943). */
import { createHash } from 'node:crypto'
import { openUnits } from '#core/ledger/supply.ts'
import type { Supply } from '#core/model/stock.ts'
import type { Instant } from '#core/model/time.ts'
import type { InboundAdvice } from '#core/model/trade.ts'
import { insertInstructions, type NewInstruction } from '#store/instructions.ts'
import { openSuppliesOf } from '#store/supply.ts'
import type { Unit } from '#store/unit.ts'
import { outboundPort } from './master.ts'
import type { World } from './world.ts'

/** One advice for each reference at each node, whole: a later one replaces the one before, and an equal one is not sent. */
export async function adviseNodes(unit: Unit, world: World, changed: readonly Supply[], now: Instant): Promise<void> {
  const { nodes, connections } = world.master.current()
  const told = changed.flatMap((supply) => {
    const connection = connections.get(nodes.get(supply.nodeId)?.connection ?? '')
    const port = connection === undefined ? undefined : outboundPort(connection, 'inboundAdvice')
    return connection === undefined || port === undefined
      ? []
      : [{ supply, connectionId: connection.id, port: port.name }]
  })
  if (told.length === 0) return
  const announced = Map.groupBy(
    await openSuppliesOf(
      unit,
      told.map(({ supply }) => supply),
    ),
    nameOf,
  )
  const byName = new Map(told.map((each) => [nameOf(each.supply), each]))
  await insertInstructions(
    unit,
    [...byName].flatMap(([name, { connectionId, port }]): NewInstruction[] => {
      const supplies = announced.get(name) ?? []
      const [first] = supplies
      if (first === undefined) return []
      const document = adviceOf(supplies, first, now)
      const { advisedOn: _day, ...content } = document
      const hash = createHash('sha256').update(JSON.stringify(content)).digest('hex').slice(0, 16)
      return [
        {
          id: world.ids.next('ins'),
          connectionId,
          port,
          kind: 'inboundAdvice',
          businessKey: `advice-${first.nodeId}-${first.reference}-${hash}`,
          subjectId: first.id,
          document,
          createdAt: now,
        },
      ]
    }),
  )
}

const nameOf = ({ reference, nodeId }: Supply): string => `${nodeId}\u001f${reference}`

/** The soonest of its supplies says when it is expected. */
function adviceOf(supplies: readonly Supply[], first: Supply, now: Instant): InboundAdvice {
  const expected = supplies.map((supply) => supply.expectedAt).toSorted()[0] ?? first.expectedAt
  return {
    adviceNumber: first.reference,
    advisedOn: now.slice(0, 10),
    expectedOn: expected.slice(0, 10),
    nodeId: first.nodeId,
    lines: supplies
      .filter((supply) => openUnits(supply) > 0)
      .map((supply, index) => ({ lineNo: index + 1, sku: supply.sku, quantity: openUnits(supply) })),
  }
}
