import { randomBytes } from 'node:crypto'
import { type AddressInfo, connect, createServer, type Socket } from 'node:net'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import type { Database } from '#store/database.ts'
import { hubs } from '#test/kit/backends.ts'
import { keptLog, silentLog } from '#test/kit/log.ts'
import { openPump, type Pump, type PumpBackend } from './pump.ts'

/** Waits until `check` is true; fails with `what` after a minute. */
async function until(what: string, check: () => boolean | Promise<boolean>): Promise<void> {
  const deadline = Date.now() + 60_000
  while (!(await check())) {
    if (Date.now() > deadline) throw new Error(`it never came to this: ${what}`)
    await new Promise((resolve) => setTimeout(resolve, 10))
  }
}

/** A door that opens once. */
function door() {
  let open = (): void => undefined
  const passed = new Promise<void>((resolve) => (open = resolve))
  return { open, passed }
}

describe.each(hubs)('the pump on $name', (backend) => {
  let db: Database
  let at: PumpBackend
  let pumps: Pump[] = []

  beforeEach(async () => {
    db = await backend.database()
    at =
      backend.redisUrl === undefined
        ? { kind: 'database', pool: db.queuePool() }
        : { kind: 'redis', url: backend.redisUrl, prefix: `p-${randomBytes(6).toString('hex')}` }
  })
  afterEach(async () => {
    await Promise.all(pumps.map((pump) => pump.stopWorking(0)))
    await Promise.all(pumps.map((pump) => pump.close()))
    pumps = []
    await db.close()
  })

  const open = async (log = silentLog): Promise<Pump> => {
    const pump = await openPump(at, log)
    pumps.push(pump)
    return pump
  }

  test('hands each job’s ids to one worker, in whichever process', async () => {
    const [one, two] = [await open(), await open()]
    const seen: string[] = []
    for (const pump of [one, two])
      pump.work('route', (ids) => {
        seen.push(...ids)
        return Promise.resolve()
      })
    await Promise.all(Array.from({ length: 20 }, (_, i) => one.add('route', [`a${i}`, `b${i}`])))
    await until('all were handled', () => seen.length >= 40)
    expect(new Set(seen).size).toBe(40)
    await until('the queue is empty', async () => (await one.waiting('route')) === 0)
    expect(seen).toHaveLength(40)
  })

  test('adds a named job once while it waits, and again when it has run', async () => {
    const pump = await open()
    await Promise.all(Array.from({ length: 10 }, () => pump.addOnce('publish', 'publish', 200)))
    expect(await pump.waiting('publish')).toBe(1)
    let runs = 0
    pump.work('publish', () => Promise.resolve(void (runs += 1)))
    await until('it ran', async () => runs === 1 && (await pump.waiting('publish')) === 0)
    await pump.addOnce('publish', 'publish', 0)
    await until('it ran again', () => runs === 2)
  })

  test('works a queue alone: one job at a time over two processes, and all of them', async () => {
    const [one, two] = [await open(), await open()]
    let running = 0
    let most = 0
    let done = 0
    const handler = async (): Promise<void> => {
      running += 1
      most = Math.max(most, running)
      await new Promise((resolve) => setTimeout(resolve, 10))
      running -= 1
      done += 1
    }
    await one.workAlone('deliver-depot', handler)
    await two.workAlone('deliver-depot', handler)
    await Promise.all(Array.from({ length: 12 }, (_, i) => one.add('deliver-depot', [String(i)])))
    await until('all were handled', () => done === 12)
    expect(most).toBe(1)
  })

  test('runs a failed job again and tells it so, and tells the log', async () => {
    const log = keptLog()
    const pump = await open(log)
    const retried: boolean[] = []
    pump.work('inbound', (_, job) => {
      retried.push(job.retried)
      return retried.length === 1 ? Promise.reject(new Error('a bug')) : Promise.resolve()
    })
    await pump.add('inbound', ['env_1'])
    await until('it ran twice', () => retried.length === 2)
    expect(retried).toEqual([false, true])
    expect(log.lines).toContainEqual(
      expect.objectContaining({
        level: 'error',
        fields: expect.objectContaining({ queue: 'inbound', error: 'a bug' }),
      }),
    )
  })

  test('destroys a queue with all its jobs, and takes new ones after that', async () => {
    const pump = await open()
    for (let i = 0; i < 5; i++) await pump.add('route', [String(i)])
    await pump.addOnce('route', 'later', 60_000)
    expect(await pump.waiting('route')).toBe(6)
    await pump.destroy('route')
    expect(await pump.waiting('route')).toBe(0)
    const seen: string[] = []
    pump.work('route', (ids) => Promise.resolve(void seen.push(...ids)))
    await pump.add('route', ['after'])
    await until('the new one ran', () => seen.length > 0)
    expect(seen).toEqual(['after'])
  })

  test('ticks by schedule until it is taken off', async () => {
    const pump = await open()
    let ticks = 0
    await pump.workAlone('sweep', () => Promise.resolve(void (ticks += 1)))
    await pump.schedule('sweep', 50)
    await until('it ticked three times', () => ticks >= 3)
    await pump.unschedule('sweep')
    await until('nothing waits', async () => (await pump.waiting('sweep')) === 0)
    const last = ticks
    await new Promise((resolve) => setTimeout(resolve, 200))
    expect(ticks).toBe(last)
  })

  test('stops by letting running jobs end, and takes no further ones', async () => {
    const pump = await open()
    const { open: letGo, passed } = door()
    const events: string[] = []
    pump.work('route', async (ids, job) => {
      events.push(`began ${ids.join()}`)
      await passed
      events.push(`ended ${ids.join()}${job.signal.aborted ? ' aborted' : ''}`)
    })
    await pump.add('route', ['1'])
    await until('it runs', () => events.length === 1)
    const stopped = pump.stopWorking(60_000).then(() => events.push('stopped'))
    await pump.add('route', ['2'])
    letGo()
    await stopped
    expect(events).toEqual(['began 1', 'ended 1', 'stopped'])
    expect(await pump.waiting('route')).toBe(1)
  })

  test('tells running jobs to give up when the deadline has passed', async () => {
    const pump = await open()
    let reason: unknown
    const began = door()
    pump.work('deliver', async (_, job) => {
      began.open()
      await new Promise<void>((resolve) => job.signal.addEventListener('abort', () => resolve()))
      reason = job.signal.reason
    })
    await pump.add('deliver', ['1'])
    await began.passed
    await pump.stopWorking(20)
    expect(reason).toMatchObject({ message: 'the process is stopping' })
  })
})

test('adding fails at once when Redis is away: the outbox keeps the work', async () => {
  const log = keptLog()
  const pump = await openPump({ kind: 'redis', url: 'redis://127.0.0.1:1', prefix: 'away' }, log)
  await expect(pump.add('route', ['ord_1'])).rejects.toThrow(/writeable|closed|ECONNREFUSED|enableOfflineQueue/)
  await until('the log says why', () => log.lines.some((line) => line.message === 'redis is away'))
  await pump.close()
})

const redisUrl = process.env['CROSSDOCK_TEST_REDIS_URL']

/** Redis at a port of its own, that can be away. */
async function doorToRedis(url: string) {
  const target = new URL(url)
  const sockets = new Set<Socket>()
  const server = createServer((from) => {
    const to = connect(Number(target.port), target.hostname)
    for (const [one, other] of [
      [from, to],
      [to, from],
    ] as const) {
      sockets.add(one)
      one.on('error', () => undefined)
      one.on('close', () => other.destroy())
      one.pipe(other)
    }
  })
  const listen = (port: number) =>
    new Promise<number>((resolve) =>
      server.listen(port, '127.0.0.1', () => resolve((server.address() as AddressInfo).port)),
    )
  const port = await listen(0)
  return {
    url: `redis://127.0.0.1:${port}`,
    shut: async () => {
      const closed = new Promise((resolve) => server.close(resolve))
      for (const socket of sockets) socket.destroy()
      await closed
    },
    open: () => listen(port),
  }
}

if (redisUrl !== undefined) {
  test('a queue that was first needed while Redis was away works when it is back', async () => {
    const redis = await doorToRedis(redisUrl)
    await redis.shut()
    const prefix = `p-${randomBytes(6).toString('hex')}`
    const pump = await openPump({ kind: 'redis', url: redis.url, prefix }, silentLog)
    await expect(pump.add('route', ['lost'])).rejects.toThrow()
    const seen: string[] = []
    pump.work('route', (ids) => Promise.resolve(void seen.push(...ids)))
    await redis.open()
    await until('it can be added', () =>
      pump.add('route', ['kept']).then(
        () => true,
        () => false,
      ),
    )
    await until('it was handled', () => seen.length > 0)
    // And again, when Redis goes away and comes back in mid-run.
    await redis.shut()
    await expect(pump.add('route', ['lost'])).rejects.toThrow()
    await redis.open()
    await until('it can be added again', () =>
      pump.add('route', ['again']).then(
        () => true,
        () => false,
      ),
    )
    await until('it was handled again', () => seen.includes('again'))
    await pump.stopWorking(1_000)
    await pump.close()
    await redis.shut()
  })
}
