/**
 * The hub killed in mid-run, as its own process: whatever it answered is there, once, when it is back. On the embedded database
 * with one process, and where the environment names a PostgreSQL, with two workers of which one is killed.
 */
import { randomBytes } from 'node:crypto'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { z } from 'zod'
import { applyNetwork, readNetworkFile } from '#app/network-file.ts'
import type { StockRow } from '#core/model/stock.ts'
import { Instant } from '#core/model/time.ts'
import { createDatabase, dropDatabase } from '#store/databases.ts'
import type { Database } from '#store/database.ts'
import { migrate } from '#store/migrate.ts'
import { openPglite } from '#store/pglite.ts'
import { openPostgres } from '#store/postgres.ts'
import { applyStockRows } from '#store/stock-feed.ts'
import { type HubProcess, startProcess } from './hub-process.ts'

const server = process.env['CROSSDOCK_TEST_DATABASE_URL']
/** More than enough for every order of a test. */
const UNITS = 1_000
/** The hub's own deadline for running jobs, and what a busy machine needs to end after it. */
const GRACE_MS = 30_000

const NETWORK = {
  channels: [{ id: 'web', name: 'Web shop', currency: 'EUR' }],
  nodes: [
    {
      id: 'main',
      name: 'Main warehouse',
      kind: 'warehouse',
      capabilities: ['ship'],
      calendar: {
        timeZone: 'UTC',
        week: Object.fromEntries(
          ['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun'].map((day) => [day, { open: '00:00', close: '23:59' }]),
        ),
      },
      costs: { currency: 'EUR', packageFixedMinor: 500 },
    },
  ],
  products: [{ sku: 'SHOE-1', name: 'Shoe' }],
}

let folder = ''
let databaseName: string | undefined
let environment: Record<string, string> = {}
let running: HubProcess[] = []

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'crossdock-crash-'))
  writeFileSync(join(folder, 'network.json'), JSON.stringify(NETWORK))
  environment = {
    PATH: process.env['PATH'] ?? '',
    CROSSDOCK_CONFIG: join(folder, 'network.json'),
    CROSSDOCK_DATA: join(folder, 'data'),
    PORT: '0',
  }
})

afterEach(async () => {
  await Promise.all(running.map((each) => each.kill()))
  running = []
  rmSync(folder, { recursive: true })
  if (server !== undefined && databaseName !== undefined) await dropDatabase(server, databaseName)
  databaseName = undefined
})

function crossdock(...args: string[]): HubProcess {
  const started = startProcess(['node', 'app/bin.js', ...args], environment)
  running.push(started)
  return started
}

const allOutput = (): string => running.map((each) => each.output()).join('\n---\n')

async function until(what: string, check: () => boolean | Promise<boolean>): Promise<void> {
  const deadline = Date.now() + 120_000
  while (!(await check())) {
    if (Date.now() > deadline) throw new Error(`it never came to this: ${what}\n${allOutput()}`)
    await new Promise((resolve) => setTimeout(resolve, 50))
  }
}

/** The network and its stock, before any hub runs. */
async function prepare(db: Database): Promise<void> {
  await migrate(db)
  await applyNetwork(db, readNetworkFile(join(folder, 'network.json')))
  const rows = [{ sku: 'SHOE-1', nodeId: 'main', onHand: UNITS } as StockRow]
  const head = { source: 'erp', reference: 'env_1', safetyStockOf: () => 0 }
  await applyStockRows(db, { ...head, asOf: Instant.parse('2026-11-22T08:00:00Z') }, rows)
}

async function createKey(): Promise<string> {
  const keys = crossdock('keys', 'create', 'shop', '--scope', 'orders:write', '--scope', 'orders:read')
  expect(await keys.ended, keys.output()).toBe(0)
  return /^dom_\S+/m.exec(keys.output())?.[0] ?? expect.fail(keys.output())
}

const Said = z.object({ url: z.string() })

/** Customers who send one order after the other, each again and again until it is answered. */
function customers(key: string, count: number, ordersEach: number) {
  const answered: string[] = []
  let url: string | undefined
  const order = (externalId: string) => ({
    channelId: 'web',
    externalId,
    placedAt: '2026-11-22T09:00:00Z',
    currency: 'EUR',
    totalMinor: 500,
    shipTo: { line1: '1 Rue de Test', city: 'Paris', country: 'FR' },
    lines: [{ externalId: '1', sku: 'SHOE-1', quantity: 1, unitPriceMinor: 500 }],
  })
  const send = async (externalId: string): Promise<boolean> => {
    if (url === undefined) return false
    try {
      const response = await fetch(`${url}/v1/orders`, {
        method: 'POST',
        headers: { authorization: `Bearer ${key}`, 'content-type': 'application/json' },
        body: JSON.stringify(order(externalId)),
        signal: AbortSignal.timeout(60_000),
      })
      if (response.status >= 400 && response.status < 500) throw new Refused(await response.text())
      return response.ok
    } catch (error) {
      if (error instanceof Refused) throw error
      return false
    }
  }
  const buy = async (customer: number): Promise<void> => {
    for (let i = 0; i < ordersEach; i++) {
      const name = `order-${customer}-${i}`
      while (!(await send(name))) await new Promise((resolve) => setTimeout(resolve, 25))
      answered.push(name)
    }
  }
  return {
    answered,
    done: Promise.all(Array.from({ length: count }, (_, customer) => buy(customer))),
    goTo: (to: string) => void (url = to),
    /** The sweeper finds what the crash left, if nobody else does. */
    allRouted: async (): Promise<boolean> => {
      const response = await fetch(`${url}/v1/orders?phase=routing`, { headers: { authorization: `Bearer ${key}` } })
      return z.object({ items: z.array(z.unknown()) }).parse(await response.json()).items.length === 0
    },
  }
}

class Refused extends Error {}

const countOf = async (db: Database, from: string): Promise<number> =>
  (await db.query<{ n: number }>(`SELECT count(*) AS n FROM ${from}`))[0]?.n ?? -1

/** Every answered order is there, once, with its one unit claimed once. */
async function expectEachOnce(db: Database, answered: readonly string[]): Promise<void> {
  const rows = await db.query<{ name: string }>('SELECT external_id AS name FROM sales_order ORDER BY external_id')
  expect(rows.map((row) => row.name)).toEqual(answered.toSorted())
  expect(await countOf(db, 'order_line WHERE allocated + released = 1')).toBe(answered.length)
  expect(await countOf(db, 'fulfillment_request')).toBe(answered.length)
  expect(await db.query('SELECT available, allocated FROM stock_position')).toEqual([
    { available: UNITS - answered.length, allocated: answered.length },
  ])
}

async function expectCheckHolds(): Promise<void> {
  const check = crossdock('check')
  expect(await check.ended, check.output()).toBe(0)
  expect(check.output()).not.toContain('BROKEN')
}

test('killed three times while orders come in, the embedded hub has every order that it answered, once', async () => {
  const seed = await openPglite({ folder: join(folder, 'data') })
  await prepare(seed)
  await seed.close()
  const shop = customers(await createKey(), 6, 20)
  let hub = crossdock('start')
  for (let kills = 1; kills <= 3; kills++) {
    shop.goTo(Said.parse(await hub.says('crossdock runs')).url)
    await until(`enough is answered before kill ${kills}`, () => shop.answered.length >= kills * 30)
    await hub.kill()
    hub = crossdock('start')
  }
  shop.goTo(Said.parse(await hub.says('crossdock runs')).url)
  await shop.done
  expect(shop.answered).toHaveLength(120)
  await until('every order is routed', shop.allRouted)
  expect(await hub.stop(GRACE_MS), hub.output()).toBe(0)
  expect(hub.output()).toContain('crossdock stops')
  const db = await openPglite({ folder: join(folder, 'data') })
  await expectEachOnce(db, shop.answered)
  await db.close()
  await expectCheckHolds()
}, 400_000)

test('a second hub on the same data folder is refused and told what to do; the first goes on', async () => {
  const first = crossdock('start')
  const { url } = Said.parse(await first.says('crossdock runs'))
  const second = crossdock('start')
  expect(await second.ended).toBe(2)
  expect(second.output()).toContain(`the data folder ${join(folder, 'data')} is in use by process`)
  expect(second.output()).toContain('set DATABASE_URL to share a PostgreSQL server')
  expect((await fetch(`${url}/readyz`)).status).toBe(200)
  expect(await first.stop(GRACE_MS), first.output()).toBe(0)
}, 300_000)

if (server !== undefined) {
  test('of two workers on PostgreSQL one is killed in mid-run: the other finishes all work', async () => {
    databaseName = `crossdock_crash_${randomBytes(6).toString('hex')}`
    const url = await createDatabase(server, databaseName)
    environment['DATABASE_URL'] = url
    const db = openPostgres({ url, onError: () => undefined })
    try {
      await prepare(db)
      const shop = customers(await createKey(), 8, 40)
      const http = crossdock('start', '--role', 'http')
      const workers = [crossdock('start', '--role', 'worker'), crossdock('start', '--role', 'worker')]
      await Promise.all(workers.map((each) => each.says('crossdock runs')))
      shop.goTo(Said.parse(await http.says('crossdock runs')).url)
      await until('work is under way', async () => (await countOf(db, 'fulfillment_request')) > 40)
      await workers[0]?.kill()
      await shop.done
      await until(
        'the other worker has routed every order',
        async () => (await countOf(db, 'fulfillment_request')) === 320,
      )
      await expectEachOnce(db, shop.answered)
      expect(await Promise.all([workers[1]?.stop(GRACE_MS), http.stop(GRACE_MS)]), allOutput()).toEqual([0, 0])
    } finally {
      await db.close()
    }
    await expectCheckHolds()
  }, 400_000)
}
