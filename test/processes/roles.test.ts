/**
 * The processes of docker-compose.yml without containers: its commands, its environment, its secret files, one API and two
 * workers on a real PostgreSQL and a real Redis. Runs where the environment names both servers, as `.ci/run` does.
 */
import { randomBytes } from 'node:crypto'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { z } from 'zod'
import { createDatabase, dropDatabase } from '#store/databases.ts'
import { readCompose } from '../rules/compose.ts'
import { ROOT } from '../rules/files.ts'
import { type HubProcess, startProcess } from './hub-process.ts'

const server = process.env['CROSSDOCK_TEST_DATABASE_URL']
const redisUrl = process.env['CROSSDOCK_TEST_REDIS_URL']
const compose = readCompose()

let folder = ''
let databaseName = ''
let running: HubProcess[] = []
/** What containers share: where the secrets lie, and a name of its own on the Redis server. */
let shared: Record<string, string> = {}

beforeEach(async () => {
  if (server === undefined || redisUrl === undefined) return
  folder = mkdtempSync(join(tmpdir(), 'crossdock-roles-'))
  databaseName = `crossdock_roles_${randomBytes(6).toString('hex')}`
  const databaseUrl = await createDatabase(server, databaseName)
  mkdirSync(join(folder, 'secrets'))
  writeFileSync(join(folder, 'secrets/database_url'), `${databaseUrl}\n`)
  writeFileSync(join(folder, 'secrets/redis_url'), `${redisUrl}\n`)
  shared = { PATH: process.env['PATH'] ?? '', CROSSDOCK_REDIS_PREFIX: `roles-${randomBytes(6).toString('hex')}` }
})

afterEach(async () => {
  await Promise.all(running.map((each) => each.stop(0)))
  running = []
  if (server === undefined || folder === '') return
  rmSync(folder, { recursive: true })
  await dropDatabase(server, databaseName)
})

/** The service's own environment, with the container's paths led to ours and any free port. */
function environmentOf(service: string): Record<string, string> {
  const own = Object.entries(compose.services[service]?.environment ?? {}).map(([name, value]) => [
    name,
    value
      .replace('/run/secrets/', `${folder}/secrets/`)
      .replace('/etc/crossdock/network.json', join(ROOT, compose.configs['network']?.file ?? '')),
  ])
  return { ...Object.fromEntries(own), PORT: '0', ...shared }
}

function start(service: string, command = compose.services[service]?.command ?? []): HubProcess {
  const started = startProcess(command, environmentOf(service))
  running.push(started)
  return started
}

const graceMs = Number.parseInt(compose.services['worker']?.stop_grace_period ?? '', 10) * 1_000
const runs = 'crossdock runs'

async function until<T>(what: string, look: () => Promise<T | undefined>): Promise<T> {
  const deadline = Date.now() + 120_000
  for (;;) {
    const found = await look()
    if (found !== undefined) return found
    if (Date.now() > deadline)
      throw new Error(`it never came to this: ${what}\n${running.map((each) => each.output()).join('\n---\n')}`)
    await new Promise((resolve) => setTimeout(resolve, 100))
  }
}

const Page = z.object({ items: z.array(z.object({ externalId: z.string(), waitsOn: z.string() })) })

async function client(http: HubProcess) {
  const { url } = z.object({ url: z.string() }).parse(await http.says(runs))
  // 0.0.0.0 is where it listens, not where one calls.
  const base = url.replace('0.0.0.0', '127.0.0.1')
  const scopes = ['orders:write', 'orders:read', 'master:write'].flatMap((scope) => ['--scope', scope])
  const keys = start('http', ['node', 'app/bin.js', 'keys', 'create', 'roles', ...scopes])
  const key = await until('a key is made', () => Promise.resolve(/^dom_\S+/m.exec(keys.output())?.[0]))
  const call = async (method: string, path: string, body?: unknown): Promise<Response> =>
    fetch(`${base}${path}`, {
      method,
      headers: { authorization: `Bearer ${key}`, 'content-type': 'application/json' },
      signal: AbortSignal.timeout(60_000),
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    })
  return {
    base,
    putProduct: async (sku: string) => (await call('PUT', '/v1/products', { products: [{ sku, name: sku }] })).status,
    order: async (externalId: string, sku: string) => {
      const placedAt = '2026-11-22T09:00:00Z'
      const line = { externalId: '1', sku, quantity: 1, unitPriceMinor: 500 }
      const head = { channelId: 'web', externalId, placedAt, currency: 'EUR', totalMinor: 500 }
      return (await call('POST', '/v1/orders', { ...head, lines: [line] })).status
    },
    /** Orders that a worker has decided: there is no stock, so each waits for it. */
    decided: async () => {
      const page = Page.parse(await (await call('GET', '/v1/orders?phase=unroutable&limit=100')).json())
      return page.items.map((each) => each.externalId)
    },
  }
}

const healthOf = async (base: string): Promise<true | undefined> =>
  (await fetch(`${base}/healthz`, { signal: AbortSignal.timeout(60_000) })).status === 200 ? true : undefined

const names = (from: number, count: number): string[] => Array.from({ length: count }, (_, i) => `order-${from + i}`)

if (server !== undefined && redisUrl !== undefined) {
  test('one API and two workers share the work; one worker may go in between; all end by themselves on SIGTERM', async () => {
    const http = start('http')
    const workers = [start('worker'), start('worker')]
    await Promise.all(workers.map((each) => each.says(runs)))
    const api = await client(http)
    await until('the canary job passes', () => healthOf(api.base))
    expect(await api.putProduct('SHOE-1')).toBe(200)

    const first = await Promise.all(names(0, 30).map((name) => api.order(name, 'SHOE-1')))
    expect(new Set(first)).toEqual(new Set([201]))
    const [leaving] = workers
    const left = leaving?.stop(graceMs)
    const second = await Promise.all(names(30, 30).map((name) => api.order(name, 'SHOE-1')))
    expect(new Set(second)).toEqual(new Set([201]))
    expect(await left, leaving?.output()).toBe(0)
    await until('every order is decided', async () => ((await api.decided()).length === 60 ? true : undefined))

    const codes = await Promise.all([http, ...workers].map((each) => each.stop(graceMs)))
    expect(codes, running.map((each) => each.output()).join('\n---\n')).toEqual([0, 0, 0])
    for (const each of [http, ...workers]) expect(each.output()).toContain('crossdock stops')
    await expect(fetch(`${api.base}/healthz`)).rejects.toThrow()
  }, 400_000)

  test('an API without workers is ready for requests, keeps what it takes, and says that it is not healthy', async () => {
    const api = await client(start('http'))
    expect((await fetch(`${api.base}/readyz`)).status).toBe(200)
    expect((await fetch(`${api.base}/healthz`)).status).toBe(503)
    expect(await api.putProduct('SHOE-1')).toBe(200)
    expect(await api.order('order-1', 'SHOE-1')).toBe(201)
    expect(await api.decided()).toEqual([])
    start('worker')
    await until('the order is decided', async () => ((await api.decided()).length === 1 ? true : undefined))
  }, 400_000)
}

test('a process of one role refuses the embedded database, which has one owner', async () => {
  const alone = startProcess(compose.services['worker']?.command ?? [], { PATH: process.env['PATH'] ?? '' })
  running.push(alone)
  await expect(alone.says(runs)).rejects.toThrow('Set DATABASE_URL, or use --role all')
})
