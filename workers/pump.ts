/**
 * The queue: BullMQ on Redis, or on the hub's own database. The only file that names BullMQ. Jobs carry ids, many at once;
 * losing every queue loses nothing, because the sweeper makes the jobs again from the tables.
 */
import { type Job, Queue, Worker, createPostgresBackend, runMigrations } from 'bullmq'
import { Redis } from 'ioredis'
import type { Log } from '#core/ports.ts'

export type PumpBackend =
  /** `prefix` keeps hubs on one Redis apart. */
  | { kind: 'redis'; url: string; prefix: string }
  /** `pool` is a pg.Pool, or what looks like one over PGlite. */
  | { kind: 'database'; pool: object }

/** `retried` is true when an earlier run of this job did not end well, or ended with its process. */
export type Handler = (ids: string[], job: { retried: boolean; signal: AbortSignal }) => Promise<void>

export type Pump = {
  /** One job for the ids. Fails fast when the queue is away: the outbox keeps the work. */
  add: (queue: string, ids: readonly string[]) => Promise<void>
  /** One job that waits `delayMs`; while it waits or runs, further calls with the same `name` add nothing: the sweeper asks again. */
  addOnce: (queue: string, name: string, delayMs: number) => Promise<void>
  /** `atOnce` jobs run at the same time in this process; one if it is not said. */
  work: (queue: string, handler: Handler, atOnce?: number) => void
  /** As `work`, but only one job of the queue runs at a time, in whichever process. */
  workAlone: (queue: string, handler: Handler) => Promise<void>
  /** Runs `tick` every `everyMs`, in one process at a time however many there are. */
  schedule: (queue: string, everyMs: number) => Promise<void>
  unschedule: (queue: string) => Promise<void>
  /** Removes every job of a queue: for tests and for operators who want a queue gone. */
  destroy: (queue: string) => Promise<void>
  waiting: (queue: string) => Promise<number>
  /** Whether the queue can be reached at this moment. */
  answers: () => Promise<boolean>
  /** Takes no new jobs, lets running ones end until the deadline, then signals abort. Adding still works. */
  stopWorking: (deadlineMs: number) => Promise<void>
  close: () => Promise<void>
}

type JobData = { ids: string[] }

const LOOK_MS = 500

const JOB_OPTIONS = {
  removeOnComplete: true,
  removeOnFail: { age: 7 * 24 * 3600, count: 10_000 },
  attempts: 5,
  backoff: { type: 'exponential', delay: 500, jitter: 0.5 },
} as const

export async function openPump(backend: PumpBackend, chatty: Log): Promise<Pump> {
  const log = sparing(chatty, SAY_AGAIN_MS)
  if (backend.kind === 'database') await migrate(backend.pool)
  const link = backend.kind === 'redis' ? await redisLink(backend, log) : databaseLink(backend.pool)
  const queues = new Map<string, Queue<JobData>>()
  const workers: Worker<JobData>[] = []
  const running = new Map<AbortController, Promise<void>>()

  const queue = (name: string): Queue<JobData> => {
    const known = queues.get(name)
    if (known !== undefined) return known
    const made = link.queue(name)
    made.on('error', (error) => log.warn('the queue reports an error', { queue: name, error: error.message }))
    queues.set(name, made)
    // One that was made while Redis was away stays broken for ever: the next call makes another.
    made.waitUntilReady().catch(() => {
      if (queues.get(name) === made) queues.delete(name)
      made.close().catch(() => undefined)
    })
    return made
  }

  const work = (name: string, handler: Handler, atOnce = 1): void => {
    const run = async (job: Job<JobData>): Promise<void> => {
      const abort = new AbortController()
      const retried = job.attemptsStarted > 1 || job.stalledCounter > 0
      const handled = handler(job.data.ids, { retried, signal: abort.signal })
      running.set(abort, handled)
      try {
        await handled
      } finally {
        running.delete(abort)
      }
    }
    const worker = link.worker(name, run, atOnce)
    worker.on('error', (error) => log.warn('a worker reports an error', { queue: name, error: error.message }))
    worker.on('failed', (job, error) =>
      log.error('a job failed', { queue: name, job: job?.id, attempts: job?.attemptsMade, error: error.message }),
    )
    workers.push(worker)
  }

  /** Resolves when the queue is away and no job runs any more, or when `over` is aborted. */
  const goneAndIdle = async (over: AbortSignal): Promise<void> => {
    while (await link.answers()) {
      if (over.aborted) return
      await new Promise((resolve) => setTimeout(resolve, LOOK_MS).unref())
    }
    await Promise.allSettled(running.values())
  }

  return {
    add: async (name, ids) => {
      await queue(name).add('work', { ids: [...ids] }, JOB_OPTIONS)
    },
    addOnce: async (name, once, delayMs) => {
      await queue(name).add(once, { ids: [] }, { ...JOB_OPTIONS, delay: delayMs, deduplication: { id: once } })
    },
    work,
    workAlone: async (name, handler) => {
      await queue(name).setGlobalConcurrency(1)
      work(name, handler)
    },
    schedule: async (name, everyMs) => {
      await queue(name).upsertJobScheduler(
        'tick',
        { every: everyMs },
        {
          name: 'tick',
          data: { ids: [] },
          opts: { removeOnComplete: true, removeOnFail: { count: 100 }, attempts: 1 },
        },
      )
    },
    unschedule: async (name) => {
      await queue(name).removeJobScheduler('tick')
    },
    destroy: async (name) => {
      await queue(name).obliterate({ force: true })
    },
    waiting: async (name) => {
      const counts = await queue(name).getJobCounts('waiting', 'active', 'delayed', 'prioritized')
      return Object.values(counts).reduce((sum, n) => sum + n, 0)
    },
    answers: link.answers,
    stopWorking: async (deadlineMs) => {
      const late = setTimeout(() => {
        for (const abort of running.keys()) abort.abort(new Error('the process is stopping'))
      }, deadlineMs)
      const over = new AbortController()
      const closing = Promise.all(workers.map((worker) => worker.close())).finally(() => over.abort())
      // With the queue away, closing would wait for its return; then it is enough that no job runs any more.
      await Promise.race([closing, goneAndIdle(over.signal)])
      clearTimeout(late)
    },
    close: async () => {
      await Promise.all([...queues.values()].map((each) => each.close()))
      await link.close()
    },
  }
}

/** While a queue is away each of its clients reports so several times a second: a warning that was just given is not given again. */
function sparing(log: Log, everyMs: number): Log {
  const given = new Set<string>()
  return {
    ...log,
    warn: (message, fields) => {
      const what = `${message} ${String(fields?.['error'])}`
      if (given.has(what)) return
      given.add(what)
      setTimeout(() => given.delete(what), everyMs).unref()
      log.warn(message, fields)
    },
  }
}
const SAY_AGAIN_MS = 5_000

type Run = (job: Job<JobData>) => Promise<void>
type Link = {
  queue: (name: string) => Queue<JobData>
  worker: (name: string, run: Run, concurrency: number) => Worker<JobData>
  answers: () => Promise<boolean>
  close: () => Promise<void>
}

/** A stalled job is not failed: the tables say what was done, so running it again is safe and being told "failed" is not. */
const WORKER_OPTIONS = {
  maxStalledCount: 1000,
  // What a dead process held, the only place of a queue that is worked alone among it, is free again within about 25 seconds.
  lockDuration: 20_000,
  stalledInterval: 5_000,
  removeOnComplete: { count: 0 },
} as const

async function redisLink(backend: { url: string; prefix: string }, log: Log): Promise<Link> {
  // Producers fail at once when Redis is away: the outbox has the work. Workers wait for it to come back.
  const producer = new Redis(backend.url, {
    maxRetriesPerRequest: 1,
    enableOfflineQueue: false,
    lazyConnect: false,
    commandTimeout: 5_000,
  })
  producer.on('error', (error) => log.warn('redis is away', { error: error.message }))
  const consumer = new Redis(backend.url, { maxRetriesPerRequest: null })
  consumer.on('error', (error) => log.warn('redis is away', { error: error.message }))
  await connectedOrLate(producer)
  return {
    queue: (name) =>
      new Queue<JobData>(name, {
        connection: producer,
        prefix: backend.prefix,
        skipWaitingForReady: true,
      }),
    worker: (name, run, concurrency) =>
      new Worker<JobData>(name, run, {
        connection: consumer,
        prefix: backend.prefix,
        concurrency,
        ...WORKER_OPTIONS,
      }),
    answers: () =>
      producer.ping().then(
        () => true,
        () => false,
      ),
    close: async () => {
      producer.disconnect()
      consumer.disconnect()
    },
  }
}

/** A hub starts without Redis too, but not before Redis had the time to answer. */
function connectedOrLate(redis: Redis): Promise<void> {
  return new Promise((resolve) => {
    const late = setTimeout(resolve, CONNECT_MS)
    for (const event of ['ready', 'close'] as const)
      redis.once(event, () => {
        clearTimeout(late)
        resolve()
      })
  })
}
const CONNECT_MS = 5_000

function databaseLink(pool: object): Link {
  const connection = pool as never
  return {
    queue: (name) => new Queue<JobData>(name, { connection }, createPostgresBackend as never),
    worker: (name, run, concurrency) =>
      new Worker<JobData>(name, run, { connection, concurrency, ...WORKER_OPTIONS }, createPostgresBackend as never),
    // Its tables were brought up to date through this very pool.
    answers: () => Promise.resolve(true),
    close: () => Promise.resolve(),
  }
}

type MigrationClient = Parameters<typeof runMigrations>[0] & { release: () => void }

async function migrate(pool: object): Promise<void> {
  const client = await (pool as { connect: () => Promise<MigrationClient> }).connect()
  try {
    await runMigrations(client)
  } finally {
    client.release()
  }
}
