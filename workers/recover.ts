/**
 * A connection that was stopped for a refused credential or a wrong setting is asked now and then whether it works again; a good
 * check resumes it. Nobody has to come back for what cured itself: a renewed password, a partner's own mistake.
 */
import { faultMessage } from '#core/fault.ts'
import { type Instant, plusMs } from '#core/model/time.ts'
import { brokenConnections, noteProbe } from '#store/connection-health.ts'
import { resumeConnection } from './resume.ts'
import type { World } from './world.ts'

const FIRST_PROBE_MS = 60_000
const LONGEST_PAUSE_MS = 15 * 60_000
const CHECK_MS = 30_000

/** Checks what is broken and due. Pauses between checks double up to a quarter of an hour: a refused login may lock an account. */
export async function handleRecover(world: World): Promise<void> {
  const now = world.clock.now()
  const due = await brokenConnections(world.db, now)
  if (due.length === 0) return
  const { connections } = await world.master.fresh()
  for (const { id, probes } of due) {
    const live = connections.get(id)
    if (live === undefined) continue
    // Noted first: another process that looks now finds it taken, and a check that hangs is not asked twice.
    if (!(await noteProbe(world.db, id, probes, nextProbe(now, probes + 1)))) continue
    const result = await works(world, live)
    if (!result.ok) {
      world.log.info('a stopped connection still does not work', { connection: id, detail: result.detail })
      continue
    }
    await resumeConnection(world, id)
    world.log.info('a stopped connection works again', { connection: id })
  }
}

const nextProbe = (now: Instant, probes: number): Instant =>
  plusMs(now, Math.min(LONGEST_PAUSE_MS, FIRST_PROBE_MS * 2 ** Math.min(probes, 10)))

type Live = { id: string; connector: { check: (context: never) => Promise<{ ok: boolean; detail: string }> } }

async function works(world: World, { id, connector }: Live): Promise<{ ok: boolean; detail: string }> {
  try {
    return await connector.check((await world.contextOf(id, AbortSignal.timeout(CHECK_MS))) as never)
  } catch (error) {
    return { ok: false, detail: faultMessage(error) }
  }
}
