import { faultMessage } from '#core/fault.ts'
import type { HttpServer } from '#http/server.ts'
import type { Loops } from '#workers/start.ts'
import { startHttp } from '../http.ts'
import { type Hub, openHub } from '../hub.ts'
import { applyNetwork, readNetworkFile } from '../network-file.ts'
import { ROLES, type Role } from '../settings.ts'
import { type Command, text, UsageError } from './command.ts'

export const start: Command = {
  name: 'start',
  summary: 'Run the hub: API, webhooks and workers.',
  usage: 'start [--role all|http|worker]',
  options: { role: { type: 'string' } },
  examples: [
    'crossdock start',
    'DATABASE_URL=postgres://crossdock@db/crossdock REDIS_URL=redis://queue crossdock start --role worker',
  ],
  run: async ({ values, settings }) => {
    const role = parseRole(text(values['role']))
    if (role !== 'all' && settings.databaseUrl === undefined) {
      throw new UsageError(
        `--role ${role} means several processes, and the embedded database has one owner. Set DATABASE_URL, or use --role all.`,
      )
    }
    // Listened for from the beginning: a stop that comes while the hub still starts is a stop too.
    const stopped = untilStopped()
    const hub = await openHub(settings)
    let server: HttpServer | undefined
    let adopting: NodeJS.Timeout | undefined
    // Whatever fails from here on, the hub is closed: a process that neither works nor ends is not started again by anyone.
    try {
      if (settings.configFile !== undefined) await applyNetwork(hub.world.db, readNetworkFile(settings.configFile))
      server = role === 'worker' ? undefined : await startHttp(hub, settings)
      const facts = {
        role,
        url: server?.url,
        database: hub.world.db.kind,
        queue: settings.redisUrl === undefined ? 'database' : 'redis',
      }
      const loops = role === 'http' ? undefined : await beginWorking(hub, stopped, facts)
      adopting = loops === undefined ? undefined : adoptRegularly(hub, loops)
      if (settings.configFile !== undefined) reloadOnSignal(hub, settings.configFile)
      if (!stopped.aborted) hub.world.log.info('crossdock runs', facts)
      await endOf(stopped)
      hub.world.log.info('crossdock stops')
    } finally {
      clearInterval(adopting)
      await server?.close()
      await hub.stop()
      // A client that still tries to reach a queue that is away must not keep the process.
      setTimeout(() => process.exit(), 2_000).unref()
    }
    return 0
  },
}

/** A queue that is away at the start is waited for: what comes in meanwhile is stored, and nothing of it is lost. */
async function beginWorking(
  hub: Hub,
  stopped: AbortSignal,
  facts: Record<string, unknown>,
): Promise<Loops | undefined> {
  if (!(await hub.world.pump.answers()))
    hub.world.log.warn('crossdock waits for its queue, and begins to work when it answers', facts)
  while (!(await hub.world.pump.answers())) {
    if (stopped.aborted) return undefined
    await new Promise((resolve) => setTimeout(resolve, QUEUE_LOOK_MS))
  }
  return hub.startWorkers()
}
const QUEUE_LOOK_MS = 500

/** SIGHUP reads the network file again; what is wrong in it is told, and nothing of it is taken. */
function reloadOnSignal(hub: Hub, file: string): void {
  const reload = async (): Promise<void> => {
    await applyNetwork(hub.world.db, readNetworkFile(file))
    hub.world.log.info('the network file was read again', { file })
  }
  process.on('SIGHUP', () => {
    reload().catch((error: unknown) =>
      hub.world.log.error('the network file was not taken; all goes on as it was', {
        file,
        error: faultMessage(error),
      }),
    )
  })
}

/** Connections may be added while the hub runs; their queues are taken on within this time. */
function adoptRegularly(hub: Hub, loops: Loops): NodeJS.Timeout {
  const adopt = (): void =>
    void loops
      .adopt()
      .catch((error: unknown) =>
        hub.world.log.warn('new connections were not taken on', { error: faultMessage(error) }),
      )
  return setInterval(adopt, ADOPT_EVERY_MS)
}
const ADOPT_EVERY_MS = 5_000

function parseRole(value: string | undefined): Role {
  const role = ROLES.find((each) => each === (value ?? 'all'))
  if (role === undefined) throw new UsageError(`--role must be one of ${ROLES.join(', ')}`)
  return role
}

/** Aborted by the first signal to stop. A second one ends the process at once. */
function untilStopped(): AbortSignal {
  const stop = new AbortController()
  for (const signal of ['SIGTERM', 'SIGINT'] as const) process.once(signal, () => stop.abort())
  return stop.signal
}

const endOf = (signal: AbortSignal): Promise<void> =>
  new Promise((resolve) => {
    if (signal.aborted) resolve()
    else signal.addEventListener('abort', () => resolve(), { once: true })
  })
