/** The hub killed in the midst of a large stock feed, as its own process: the next one goes on, and every row is applied once. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { z } from 'zod'
import { applyNetwork, readNetworkFile } from '#app/network-file.ts'
import { migrate } from '#store/migrate.ts'
import { openPglite } from '#store/pglite.ts'
import { type HubProcess, startProcess } from './hub-process.ts'

const NODES = 10
const SKUS = 1_000
const ROWS = NODES * SKUS

const NETWORK = {
  connections: [
    { id: 'erp', connector: 'erp', config: { baseUrl: 'http://127.0.0.1:9', allowPrivateAddresses: true } },
  ],
  nodes: Array.from({ length: NODES }, (_, i) => ({
    id: `n${i}`,
    name: `Node ${i}`,
    kind: 'store',
    capabilities: ['ship'],
    connection: 'erp',
    calendar: { timeZone: 'UTC', week: { mon: { open: '00:00', close: '23:59' } } },
    costs: { currency: 'EUR', packageFixedMinor: 500 },
  })),
  products: Array.from({ length: SKUS }, (_, i) => ({ sku: `S-${i}`, name: `S-${i}` })),
}

let folder = ''
let environment: Record<string, string> = {}
let running: HubProcess[] = []
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'crossdock-feed-crash-'))
  writeFileSync(join(folder, 'network.json'), JSON.stringify(NETWORK))
  environment = {
    PATH: process.env['PATH'] ?? '',
    CROSSDOCK_DATA: join(folder, 'data'),
    PORT: '0',
  }
})
afterEach(async () => {
  await Promise.all(running.map((each) => each.kill()))
  running = []
  rmSync(folder, { recursive: true })
})

function crossdock(...args: string[]): HubProcess {
  const started = startProcess(['node', 'app/bin.js', ...args], environment)
  running.push(started)
  return started
}

const Said = z.object({ url: z.string() })
const Feed = z.object({
  state: z.string(),
  rows: z.object({ read: z.int(), applied: z.int(), late: z.int(), refused: z.int() }),
})
const started = async (): Promise<{ hub: HubProcess; url: string }> => {
  const hub = crossdock('start')
  return { hub, url: Said.parse(await hub.says('crossdock runs')).url }
}

test('killed while it reads and while it applies a feed, the hub has every row once when it is back', async () => {
  const seed = await openPglite({ folder: join(folder, 'data') })
  await migrate(seed)
  await applyNetwork(seed, readNetworkFile(join(folder, 'network.json')))
  await seed.close()
  const keys = crossdock('keys', 'create', 'erp', '--scope', 'stock:write')
  expect(await keys.ended, keys.output()).toBe(0)
  const key = /^dom_\S+/m.exec(keys.output())?.[0] ?? expect.fail(keys.output())
  let { hub, url } = await started()

  const note = 'x'.repeat(120)
  const rows = Array.from({ length: ROWS }, (_, i) => `S-${i % SKUS},n${Math.floor(i / SKUS)},${i},${note}`)
  const put = await fetch(`${url}/v1/stock/erp`, {
    method: 'PUT',
    headers: { authorization: `Bearer ${key}`, 'content-type': 'text/csv', 'stock-as-of': '2026-11-22T08:00:00Z' },
    body: `sku,node,on_hand,note\n${rows.join('\n')}\n`,
  })
  expect(put.status).toBe(202)
  const { feed: path } = z.object({ feed: z.string() }).parse(await put.json())
  const look = async () => {
    const answer = await fetch(`${url}${path}`, { headers: { authorization: `Bearer ${key}` } })
    return Feed.parse(await answer.json())
  }
  const comesTo = async (what: string, check: (feed: z.infer<typeof Feed>) => boolean) => {
    const deadline = Date.now() + 120_000
    for (let feed = await look(); !check(feed); feed = await look()) {
      if (Date.now() > deadline)
        throw new Error(`the feed never came to ${what}: ${JSON.stringify(feed)}\n${hub.output()}`)
      await new Promise((resolve) => setTimeout(resolve, 5))
    }
  }
  await comesTo('reading', ({ rows: { read } }) => read > 0)
  await hub.kill()
  ;({ hub, url } = await started())
  await comesTo('applying', ({ rows: { applied } }) => applied > 0)
  await hub.kill()
  ;({ hub, url } = await started())
  await comesTo('its end', ({ state }) => state === 'applied')
  expect((await look()).rows).toEqual(expect.objectContaining({ read: ROWS, applied: ROWS, late: 0, refused: 0 }))

  environment['CROSSDOCK_URL'] = url
  environment['CROSSDOCK_API_KEY'] = key
  writeFileSync(join(folder, 'small.csv'), 'sku,node,on_hand\nS-0,n0,0\n')
  const push = crossdock(
    'feeds',
    'push',
    join(folder, 'small.csv'),
    '--connection',
    'erp',
    '--as-of',
    '2026-11-22T07:00:00Z',
  )
  expect(await push.ended, push.output()).toBe(0)
  expect(push.output()).toContain('applied at once')
  const list = crossdock('feeds')
  expect(await list.ended, list.output()).toBe(0)
  expect(list.output()).toContain(`${ROWS} rows read, ${ROWS} applied`)
  expect(await hub.stop(30_000), hub.output()).toBe(0)

  const db = await openPglite({ folder: join(folder, 'data') })
  const [sums] = await db.query<{ n: number; units: number; postings: number }>(
    `SELECT count(*)::int AS n, sum(on_hand) AS units, (SELECT count(*)::int FROM stock_posting) AS postings FROM stock_position`,
  )
  // The first row counts nothing, and nothing needs no posting.
  expect(sums).toEqual({ n: ROWS, units: (ROWS * (ROWS - 1)) / 2, postings: ROWS - 1 })
  await db.close()
}, 400_000)
