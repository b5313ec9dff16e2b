/** Starts the job loops of a worker process and stops them again. */
import { faultMessage } from '#core/fault.ts'
import { forgetLeases } from '#store/feeds.ts'
import { beat } from '#store/heartbeats.ts'
import { deliverQueue } from '#store/instructions.ts'
import { handleAudit } from './audit.ts'
import { handleCheck } from './check.ts'
import { handleDeliver } from './deliver.ts'
import { handleFeed } from './feeds.ts'
import { gathered, JOBS_AT_ONCE } from './gather.ts'
import { handleInbound } from './inbound.ts'
import { handlePoll, pollPorts } from './poll.ts'
import { handlePublish } from './publish.ts'
import { handleReoptimise } from './reoptimise.ts'
import { handleRecover } from './recover.ts'
import { handleRoute } from './route.ts'
import { handleSweep, SWEEP_AGES, type SweepAges } from './sweeper.ts'
import { handleStockRules } from './stock-rules.ts'
import { handleTimers } from './timers.ts'
import type { World } from './world.ts'

export type LoopTimes = {
  /** How often a stopped connection is looked at. */
  recoverEveryMs: number
  sweepEveryMs: number
  timersEveryMs: number
  canaryEveryMs: number
  checkEveryMs: number
  reoptimiseEveryMs: number
  /** How long an event may take into the audit chain, and with it to those who follow. */
  auditEveryMs: number
  ages: SweepAges
}

export const LOOP_TIMES: LoopTimes = {
  recoverEveryMs: 15_000,
  sweepEveryMs: 2_000,
  timersEveryMs: 15_000,
  canaryEveryMs: 5_000,
  checkEveryMs: 2_000,
  reoptimiseEveryMs: 600_000,
  auditEveryMs: 1_000,
  ages: SWEEP_AGES,
}

export type Loops = {
  /** Begins to work the queues of connections that were added since the start. */
  adopt: () => Promise<void>
}

export async function startLoops(world: World, times: LoopTimes = LOOP_TIMES): Promise<Loops> {
  const { pump } = world
  if (world.db.kind === 'pglite') await forgetLeases(world.db)
  const inbound = gathered(
    (ids) => handleInbound(world, ids, false),
    (ids) => handleInbound(world, ids, true),
  )
  const route = gathered(
    (ids) => handleRoute(world, ids),
    (ids) => handleRoute(world, ids),
  )
  pump.work('inbound', inbound, JOBS_AT_ONCE)
  pump.work('route', route, JOBS_AT_ONCE)
  pump.work('feed', (ids, job) => handleFeed(world, ids, job.signal))
  pump.work('publish', () => handlePublish(world))
  await pump.workAlone('stock-rules', () => handleStockRules(world))
  // One process sweeps at a time; a tick that is missed or doubled does no harm.
  await pump.workAlone('sweep', () => handleSweep(world, times.ages))
  await pump.workAlone('timers', () => handleTimers(world))
  await pump.workAlone('check', () => handleCheck(world))
  await pump.workAlone('reoptimise', () => handleReoptimise(world))
  await pump.workAlone('recover', () => handleRecover(world))
  await pump.workAlone('audit', () => handleAudit(world))
  // The canary is a job like any other: when it stops passing, the hub is not healthy, whatever answers a ping.
  await pump.workAlone('canary', () => beat(world.db, 'canary', world.clock.now()))
  await pump.schedule('sweep', times.sweepEveryMs)
  await pump.schedule('timers', times.timersEveryMs)
  await pump.schedule('recover', times.recoverEveryMs)
  await pump.schedule('canary', times.canaryEveryMs)
  await pump.schedule('check', times.checkEveryMs)
  await pump.schedule('reoptimise', times.reoptimiseEveryMs)
  await pump.schedule('audit', times.auditEveryMs)

  const adopted = new Set<string>()
  const adopt = async (): Promise<void> => {
    for (const connection of (await world.master.fresh()).connections.values()) {
      if (adopted.has(connection.id)) continue
      adopted.add(connection.id)
      await pump.workAlone(deliverQueue(connection.id), (ids, job) =>
        handleDeliver(world, connection.id, ids, job.signal),
      )
      for (const { port, queue } of pollPorts(connection)) {
        await pump.workAlone(queue, (_, job) => pollQuietly(world, connection.id, port.name, job.signal))
        await pump.schedule(queue, port.everyMs)
      }
    }
  }
  await adopt()
  return { adopt }
}

/** A partner that is away is not a failed job: the next tick looks again, from the same place. */
async function pollQuietly(world: World, connectionId: string, port: string, signal: AbortSignal): Promise<void> {
  try {
    await handlePoll(world, connectionId, port, signal)
  } catch (error) {
    world.log.warn('a partner could not be read; the next look goes on from there', {
      connection: connectionId,
      port,
      error: faultMessage(error),
    })
  }
}
