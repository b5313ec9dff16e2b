/**
 * A channel's numbers against ours, page by page: what it should hold, what it was last told, what it holds. Differences are listed;
 * a repair takes what the channel holds as the number it was told, and tells it anew by compare-and-set.
 */
import { Fault } from '#core/fault.ts'
import type { NodeId, Sku } from '#core/model/ids.ts'
import { lastTold, positionKey } from '#store/availability.ts'
import { correctTold, positionsToReconcile, stillBeingTold } from '#store/reconcile.ts'
import { describeOutcome } from './settle.ts'
import { type LiveConnection, outboundPort } from './master.ts'
import { nudgePublish } from './nudge.ts'
import { sellableOf } from './publish.ts'
import type { World } from './world.ts'

export type Position = { sku: string; nodeId: string }

export type Difference = Position & {
  /** What the channel should hold now. */
  should: number
  /** What it was last told; null when it never was, or its answer is not known. */
  told: number | null
  /** What it holds; null when it knows no such SKU or place. */
  holds: number | null
}

export type ReconcilePage = {
  checked: number
  /** Positions whose newest number is still on its way: they are looked at another time. */
  pending: number
  differences: Difference[]
  repaired: number
  /** Where the next page begins; absent at the end. */
  next?: Position
}

export type ReconcileAsk = { after: Position | undefined; limit: number; repair: boolean }

/** Throws a Fault `config` for a connection that cannot be reconciled, and `transient` when the channel cannot be asked. */
export async function reconcilePage(
  world: World,
  connectionId: string,
  { after, limit, repair }: ReconcileAsk,
  signal: AbortSignal,
): Promise<ReconcilePage> {
  const master = await world.master.fresh()
  const connection = master.connections.get(connectionId)
  const port = connection === undefined ? undefined : outboundPort(connection, 'availability')
  if (connection?.channel === undefined || port?.kind !== 'availability' || port.levels === undefined)
    throw new Fault('config', {
      code: 'reconcile.impossible',
      message: `${connectionId} is no connection of a channel whose stock can be read`,
    })
  const { partnerNodeOf } = connection.crosswalkAt(world.clock.now())
  const nodes = [...master.nodes.keys()].filter((id) => partnerNodeOf(id as NodeId) !== undefined)
  const positions = await positionsToReconcile(world.db, connectionId, nodes, after, limit)
  const levels = await levelsOf(world, connection, port.levels, port.batchMax, positions, signal)
  const now = world.clock.now()
  const page = await world.commit(async (unit) => {
    const underWay = await stillBeingTold(unit, connectionId, positions)
    const settled = positions.filter((position) => !underWay.has(positionKey(position)))
    const told = await lastTold(unit, connectionId, settled)
    const say = new Map(
      (await sellableOf(unit, master, connection.channel, settled, now)).map((each) => [
        positionKey(each),
        each.available,
      ]),
    )
    const differences = settled.flatMap((position): Difference[] => {
      const key = positionKey(position)
      const should = say.get(key)
      // Stock that no count spoke of is unknown, and is not told as a guess.
      if (should === undefined) return []
      const difference = { ...position, should, told: told.get(key) ?? null, holds: levels.get(key) ?? null }
      return differs(difference) ? [difference] : []
    })
    const repaired = repair ? await correctTold(unit, connectionId, differences, now) : 0
    return { checked: positions.length, pending: underWay.size, differences, repaired }
  })
  if (page.repaired > 0) await nudgePublish(world)
  const last = positions.at(-1)
  return positions.length < limit || last === undefined ? page : { ...page, next: last }
}

/** A SKU that the channel does not hold and was never told of is not its business. */
const differs = ({ should, told, holds }: Difference): boolean =>
  holds === null ? told !== null : holds !== should || (told !== null && told !== holds)

type Levels = NonNullable<Extract<NonNullable<ReturnType<typeof outboundPort>>, { kind: 'availability' }>['levels']>

async function levelsOf(
  world: World,
  connection: LiveConnection,
  read: Levels,
  atOnce: number,
  positions: readonly Position[],
  signal: AbortSignal,
): Promise<Map<string, number>> {
  const context = await world.contextOf(connection.id, signal)
  const levels = new Map<string, number>()
  for (let i = 0; i < positions.length; i += atOnce) {
    const some = positions.slice(i, i + atOnce) as { sku: Sku; nodeId: NodeId }[]
    const answer = await read(context as never, some)
    if (!answer.ok)
      throw new Fault('transient', { code: 'reconcile.unreadable', message: describeOutcome(answer.outcome) })
    for (const [index, position] of some.entries()) {
      const level = answer.levels[index]
      if (level !== undefined) levels.set(positionKey(position), level)
    }
  }
  return levels
}
