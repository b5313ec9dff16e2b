/** A connection that was stopped goes on: its state is active again and its waiting work is queued at once. */
import { step } from '#core/model/chart.ts'
import { connectionChart } from '#core/model/charts.ts'
import type { ConnectionState } from '#core/model/channel.ts'
import { forgetProbes } from '#store/connection-health.ts'
import { deliverQueue, dueInstructions } from '#store/instructions.ts'
import { setConnectionState } from '#store/master-data.ts'
import { resolveCases } from '#store/quarantine.ts'
import type { World } from './world.ts'

export type Resumed = { ok: true } | { ok: false; reason: string }

const MAX_QUEUED = 1_000

export async function resumeConnection(world: World, connectionId: string): Promise<Resumed> {
  const now = world.clock.now()
  return world.commit(async (unit): Promise<Resumed> => {
    const [row] = await unit.query<{ state: ConnectionState }>(
      'SELECT state FROM connection WHERE id = $1 FOR UPDATE',
      [connectionId],
    )
    if (row === undefined) return { ok: false, reason: `there is no connection "${connectionId}"` }
    const moved = step(connectionChart, row.state, 'resume')
    if (!moved.ok) return moved
    await setConnectionState(unit, connectionId, moved.state, null, now)
    await forgetProbes(unit, connectionId)
    await resolveCases(unit, 'connectionBroken', [connectionId], 'the connection was resumed', now)
    unit.enqueue(
      deliverQueue(connectionId),
      (await dueInstructions(unit, connectionId, now, MAX_QUEUED)).map((each) => each.id),
    )
    return { ok: true }
  })
}

/** Sends and reads nothing more for this connection until it is resumed; what comes in is stored, what must go out waits. */
export async function pauseConnection(world: World, connectionId: string, reason: string): Promise<Resumed> {
  const now = world.clock.now()
  return world.commit(async (unit): Promise<Resumed> => {
    const [row] = await unit.query<{ state: ConnectionState }>(
      'SELECT state FROM connection WHERE id = $1 FOR UPDATE',
      [connectionId],
    )
    if (row === undefined) return { ok: false, reason: `there is no connection "${connectionId}"` }
    const moved = step(connectionChart, row.state, 'pause')
    if (!moved.ok) return moved
    await setConnectionState(unit, connectionId, moved.state, reason, now)
    return { ok: true }
  })
}
