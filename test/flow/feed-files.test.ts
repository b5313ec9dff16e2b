/** Stock files in an SFTP folder, from the partner's upload to positions in the hub, over a real SFTP session. */
import { mkdir, readdir, writeFile } from 'node:fs/promises'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { inProcessSftpServer, type TestSftpServer } from '#connectors/transport/test-sftp-server.ts'
import { handleInbound } from '#workers/inbound.ts'
import { handlePoll } from '#workers/poll.ts'
import { databases } from '../kit/backends.ts'
import { type FeedHub, openFeedHub } from '../kit/feed-hub.ts'

const SKUS = 20
const FILLER = 'x'.repeat(60_000)

let server: TestSftpServer
let feeds: FeedHub
beforeEach(async () => {
  server = await inProcessSftpServer()
  await mkdir(`${server.root}/stock`)
})
afterEach(async () => {
  await feeds.stop()
  await server[Symbol.asyncDispose]()
})

async function open(settings: Record<string, unknown> = {}, maxFeedBytes = 10_000_000): Promise<void> {
  const [backend] = databases
  if (backend === undefined) throw new Error('there is always PGlite')
  const { host, port, username, hostKeySha256 } = server.target
  const stockFolder = {
    host,
    port,
    username,
    login: 'password',
    hostKeySha256,
    allowPrivateAddresses: true,
    folder: `${server.root}/stock`,
    archiveFolder: `${server.root}/archive`,
    errorFolder: `${server.root}/error`,
    minAgeMs: 1_000,
    ...settings,
  }
  feeds = await openFeedHub(backend, SKUS, { config: { stockFolder, maxFeedBytes }, sftpPassword: 'right' })
}

const put = (name: string, content: string) => writeFile(`${server.root}/stock/${name}`, content)
const files = async (folder: string): Promise<string[]> =>
  (await readdir(`${server.root}/${folder}`).catch((): string[] => [])).sort()
const rowsIn = (sql: string) => feeds.hub.world.db.query<Record<string, unknown>>(sql)

/** Looks, waits, looks again, and works off what was found. */
async function look(): Promise<void> {
  const { world } = feeds.hub
  for (let looks = 0; looks < 2; looks++) {
    await handlePoll(world, 'erp', 'stock-files', AbortSignal.timeout(60_000))
    feeds.clock.aheadMs += 5_000
  }
  await handleInbound(
    world,
    (await rowsIn(`SELECT id FROM envelope WHERE state = 'received'`)).map((row) => String(row['id'])),
    false,
  )
  for (const row of await rowsIn(`SELECT id FROM stock_feed WHERE state = 'staging'`))
    await feeds.work(String(row['id']))
}

/** Above a megabyte by a column that nobody reads. */
const large = (units: number): string =>
  `sku,node,on_hand,as_of,note\n${Array.from({ length: SKUS }, (_, i) => `S-${i},north,${units + i},2026-11-22T08:00:00Z,${FILLER}\n`).join('')}`

test('a large file is streamed when it is whole, applied, and moved to the archive', async () => {
  await open()
  await put('stock.csv', large(5))
  await look()
  expect(await rowsIn('SELECT state, bytes > 1000000 AS large, rows_applied FROM stock_feed')).toEqual([
    { state: 'applied', large: true, rows_applied: SKUS },
  ])
  expect((await feeds.positions())['S-3@north']).toBe(8)
  expect([await files('stock'), await files('archive')]).toEqual([[], ['stock.csv']])
})

test('the same content under another name is known, and only moved', async () => {
  await open()
  await put('stock.csv', large(5))
  await look()
  await put('copy.csv', large(5))
  await look()
  expect(await rowsIn('SELECT state FROM envelope')).toEqual([{ state: 'applied' }])
  expect(await files('archive')).toEqual(['copy.csv', 'stock.csv'])
})

test('small files of each format are applied with their document; others are left alone', async () => {
  await open({ deltaInName: 'delta', asOf: 'modified' })
  await put('a.delta.csv', 'sku,node,on_hand\nS-1,north,4\n')
  await put('b.ndjson', '{"sku":"S-2","node":"north","onHand":6}\n')
  await put(
    'c.xml',
    '<StockFeed mode="delta" asOf="2026-11-22T08:00:00Z"><Row sku="S-3" node="south" onHand="9"/></StockFeed>',
  )
  await put('read-me.txt', 'nothing for you')
  await look()
  expect(await feeds.positions()).toEqual({ 'S-1@north': 4, 'S-2@north': 6, 'S-3@south': 9 })
  expect(await rowsIn(`SELECT meta ->> 'mode' AS mode FROM envelope ORDER BY meta ->> 'file'`)).toEqual([
    { mode: 'delta' },
    { mode: 'full' },
    { mode: null },
  ])
  expect(await files('stock')).toEqual(['read-me.txt'])
})

test('with a mark, a file is taken when its mark is there, and both are moved', async () => {
  await open({ doneSuffix: '.done' })
  await put('stock.csv', large(1))
  await look()
  expect(await rowsIn('SELECT 1 FROM stock_feed')).toEqual([])
  await put('stock.csv.done', '')
  await look()
  expect((await feeds.positions())['S-0@north']).toBe(1)
  expect([await files('stock'), await files('archive')]).toEqual([[], ['stock.csv', 'stock.csv.done']])
})

test('a file beyond the cap is not read: it goes to the error folder, and quarantine says so', async () => {
  await open({}, 500_000)
  await put('stock.csv', large(1))
  await look()
  expect(await rowsIn('SELECT code, place, value FROM quarantine_item')).toMatchObject([
    { code: 'stock.file-too-large', place: 'stock.csv' },
  ])
  expect([await files('stock'), await files('error')]).toEqual([[], ['stock.csv']])
})

test('a file that grows while it is read leaves nothing behind, and is taken when it is whole', async () => {
  await open({ minAgeMs: 0 })
  await put('stock.csv', large(1))
  const { world } = feeds.hub
  const growing = {
    ...world,
    db: {
      ...world.db,
      query: async <R>(sql: string, parameters?: readonly unknown[]) => {
        if (sql.includes('INSERT INTO stock_feed_chunk'))
          await put('stock.csv', `${large(1)}S-0,south,1,2026-11-22T08:00:00Z,\n`)
        return world.db.query<R>(sql, parameters)
      },
    },
  }
  await expect(handlePoll(growing, 'erp', 'stock-files', AbortSignal.timeout(60_000))).rejects.toThrow(
    'changed while it was read',
  )
  expect(await rowsIn('SELECT 1 FROM stock_feed UNION ALL SELECT 1 FROM stock_feed_chunk')).toEqual([])
  await look()
  expect((await feeds.positions())['S-0@south']).toBe(1)
})
