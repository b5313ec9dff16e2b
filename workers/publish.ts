/**
 * Changed availability to the channels: however often a position moved, each channel hears its newest number once. The number is the
 * one the API answers, by the channel's own rules. What the channel was last told goes along, so that it can refuse a write over a
 * number we did not know.
 */
import { kitsWith } from '#core/ledger/kit-available.ts'
import { drawableSegments } from '#core/ledger/rule-book.ts'
import type { Channel } from '#core/model/channel.ts'
import type { Instant } from '#core/model/time.ts'
import { lastTold, positionKey, type Sellable, takeAvailabilityChanges } from '#store/availability.ts'
import { availabilityOf, loadRuledProducts, withComponents } from '#store/available.ts'
import { loadBalances } from '#store/balances.ts'
import { insertInstructions, type NewInstruction, supersedeQueued } from '#store/instructions.ts'
import type { Queryable } from '#store/database.ts'
import type { Unit } from '#store/unit.ts'
import { type LiveConnection, type Master, outboundPort } from './master.ts'
import type { World } from './world.ts'

const POSITIONS_AT_ONCE = 1_000

type Position = { sku: string; nodeId: string }

export async function handlePublish(world: World): Promise<void> {
  const master = await world.master.fresh()
  const listening = [...master.connections.values()].filter(
    (each) => each.channel !== undefined && outboundPort(each, 'availability') !== undefined,
  )
  for (;;) {
    const now = world.clock.now()
    const taken = await world.commit(async (unit) => {
      const changes = await takeAvailabilityChanges(unit, POSITIONS_AT_ONCE)
      const positions = withKits(master, changes)
      for (const connection of listening) {
        const sellable = await sellableOf(unit, master, connection.channel, positions, now)
        await tell(unit, world, connection, sellable, now)
      }
      return changes.length
    })
    if (taken < POSITIONS_AT_ONCE) return
  }
}

/** A component that moved moves its kits at the same node. */
function withKits(master: Master, changes: readonly Position[]): Position[] {
  if (master.kits.size === 0) return [...changes]
  const bySku = Map.groupBy(changes, (change) => change.sku)
  const all = new Map(changes.map((change) => [positionKey(change), change]))
  for (const [kit, components] of kitsWith(master.kits, new Set(bySku.keys())))
    for (const { nodeId } of components.flatMap((component) => bySku.get(component.sku) ?? []))
      all.set(positionKey({ sku: kit, nodeId }), { sku: kit, nodeId })
  return [...all.values()]
}

/** What the channel can sell of these positions, by the function that answers the API. Unknown ones are not told as a guess. */
export async function sellableOf(
  unit: Queryable,
  master: Master,
  channel: Channel | undefined,
  positions: readonly Position[],
  now: Instant,
): Promise<Sellable[]> {
  const needed = positions.flatMap(({ sku, nodeId }) =>
    withComponents(master.kits, [sku]).map((part) => ({ sku: part, nodeId })),
  )
  const balances = await loadBalances(unit, {
    of: { positions: needed },
    segments: drawableSegments(master.stockPolicy, channel),
  })
  const skus = needed.map((each) => each.sku)
  const products = await loadRuledProducts(unit, master.stockPolicy, [...new Set(skus)])
  const found: Sellable[] = []
  for (const [nodeId, group] of Map.groupBy(positions, (position) => position.nodeId)) {
    const ask = { skus: group.map((position) => position.sku), nodeIds: [nodeId], channel, now }
    for (const { sku, positions: known } of availabilityOf(master, products, balances, ask))
      for (const { sellable } of known) found.push({ sku, nodeId, available: sellable })
  }
  return found
}

async function tell(
  unit: Unit,
  world: World,
  connection: LiveConnection,
  changes: readonly Sellable[],
  now: Instant,
): Promise<void> {
  const port = outboundPort(connection, 'availability')
  // A node the channel has no name for is a node it does not sell from.
  const { partnerNodeOf } = connection.crosswalkAt(now)
  const known = changes.filter((change) => partnerNodeOf(change.nodeId as never) !== undefined)
  if (port === undefined || known.length === 0) return
  const told = await lastTold(unit, connection.id, known)
  const instructions = known.flatMap((change): NewInstruction[] => {
    const { available } = change
    const before = told.get(positionKey(change))
    if (before === available) return []
    return [
      {
        id: world.ids.next('ins'),
        connectionId: connection.id,
        port: port.name,
        kind: 'availability',
        businessKey: world.ids.next('avl'),
        subjectId: positionKey(change),
        document: {
          sku: change.sku,
          nodeId: change.nodeId,
          available,
          ...(before === undefined || before === null ? {} : { lastTold: before }),
        },
        createdAt: now,
      },
    ]
  })
  // An older number that did not leave yet must not leave after this one.
  await supersedeQueued(
    unit,
    connection.id,
    instructions.map((each) => each.subjectId),
    now,
  )
  await insertInstructions(unit, instructions)
}
