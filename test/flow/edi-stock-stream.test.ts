/** Large 846 files of a partner, from its SFTP folder to positions and back to its folder as acknowledgments owed. */
import { mkdir, readdir, writeFile } from 'node:fs/promises'
import { afterEach, expect, test } from 'vitest'
import { applyNetwork, Network } from '#app/network-file.ts'
import { PARTNER, partnerFile, US } from '#connectors/edi/test-files.ts'
import { inProcessSftpServer, type TestSftpServer } from '#connectors/transport/test-sftp-server.ts'
import { replayQuarantined } from '#store/quarantine-actions.ts'
import { handleInbound } from '#workers/inbound.ts'
import { handlePoll } from '#workers/poll.ts'
import { databases } from '../kit/backends.ts'
import { type FeedHub, openFeedHub } from '../kit/feed-hub.ts'

const SKUS = 20
/** Text that nobody reads makes twenty items a large file. */
const FILLER = 'X'.repeat(60_000)

let server: TestSftpServer
let feeds: FeedHub
afterEach(async () => {
  await feeds.stop()
  await server[Symbol.asyncDispose]()
})

async function open(backend: (typeof databases)[number], settings: Record<string, unknown> = {}): Promise<void> {
  server = await inProcessSftpServer()
  for (const folder of ['in', 'out']) await mkdir(`${server.root}/${folder}`)
  const { host, port, username, hostKeySha256 } = server.target
  const edi = {
    host,
    port,
    username,
    login: 'password',
    hostKeySha256,
    allowPrivateAddresses: true,
    inFolder: `${server.root}/in`,
    outFolder: `${server.root}/out`,
    archiveFolder: `${server.root}/archive`,
    errorFolder: `${server.root}/error`,
    pollEveryMs: 100,
    minAgeMs: 1_000,
    isaSender: US,
    isaReceiver: PARTNER,
    validation: 'report',
    ...settings,
  }
  feeds = await openFeedHub(backend, SKUS, { edi, readBytes: 65_536, sftpPassword: 'right' })
}

/** A full count of all items at one place, `units` more than their number each. */
const count = (units: number, { node = 'north', sku = (i: number) => `S-${i}`, number = 1 } = {}): string =>
  Buffer.from(
    partnerFile(
      'IB',
      [
        {
          type: '846',
          segments: [
            ['BIA', '00', 'SI', '1', '20261122', '060000'],
            ['N1', 'WH', '', '92', node],
            ...Array.from({ length: SKUS }, (_, i): [string, ...string[]][] => [
              ['LIN', '', 'SK', sku(i)],
              ['PID', 'F', '', '', '', FILLER],
              ['QTY', '33', String(units + i), 'EA'],
            ]).flat(),
            ['CTT', String(SKUS)],
          ],
        },
      ],
      number,
    ),
  ).toString('latin1')

const put = (name: string, content: string) => writeFile(`${server.root}/out/${name}`, content, 'latin1')
const files = async (folder: string): Promise<string[]> =>
  (await readdir(`${server.root}/${folder}`).catch((): string[] => [])).sort()
const rowsIn = <R = Record<string, unknown>>(sql: string) => feeds.hub.world.db.query<R>(sql)
const receipts = async (): Promise<string[]> =>
  (
    await rowsIn<{ text: string }>(
      `SELECT document ->> 'bytes' AS text FROM instruction WHERE kind = 'acknowledgement' ORDER BY id`,
    )
  ).map((row) => row.text)

async function look(): Promise<void> {
  for (let looks = 0; looks < 2; looks++) {
    await handlePoll(feeds.hub.world, 'acme', 'documents', AbortSignal.timeout(60_000))
    feeds.clock.aheadMs += 5_000
  }
  for (const row of await rowsIn(`SELECT id FROM stock_feed WHERE state = 'staging'`))
    await feeds.work(String(row['id']))
}

test.each(databases)('a large 846 is streamed, applied, acknowledged and archived ($name)', async (backend) => {
  await open(backend)
  await put('846.edi', count(5))
  await look()
  expect(await rowsIn('SELECT state, bytes > 1000000 AS large, rows_applied FROM stock_feed')).toEqual([
    { state: 'applied', large: true, rows_applied: SKUS },
  ])
  expect((await feeds.positions())['S-3@north']).toBe(8)
  expect((await receipts()).map((text) => JSON.parse(text) as unknown)).toEqual([
    [
      ['AK1', 'IB', '1'],
      ['AK2', '846', '0001'],
      ['AK5', 'A'],
      ['AK9', 'A', '1', '1', '1'],
    ],
  ])
  expect([await files('out'), await files('archive')]).toEqual([[], ['846.edi']])
})

test.each(databases)(
  'it is known when it comes again, and its number with other content is held ($name)',
  async (backend) => {
    await open(backend)
    await put('1.edi', count(5))
    await look()
    await put('2.edi', count(5))
    await put('3.edi', count(50))
    await look()
    expect(await rowsIn('SELECT state FROM envelope ORDER BY id')).toEqual([
      { state: 'applied' },
      { state: 'duplicate' },
      { state: 'quarantined' },
    ])
    expect(await rowsIn('SELECT code FROM quarantine_item')).toEqual([{ code: 'edi.control-number-reused' }])
    expect((await feeds.positions())['S-3@north']).toBe(8)
    const [accepted, reused, ...more] = await receipts()
    expect(accepted).toContain('AK9')
    expect(reused).toMatch(/"TA1".*"025"/)
    expect(more).toEqual([])
  },
)

test('one whose counts are wrong is rejected and nothing of it used', async () => {
  await open(databases[0] as (typeof databases)[number])
  await put('846.edi', count(5).replace(/SE\*\d+/, 'SE*7'))
  await look()
  expect(await rowsIn('SELECT state, pieces FROM stock_feed')).toEqual([{ state: 'quarantined', pieces: 0 }])
  expect(await rowsIn('SELECT code FROM quarantine_item')).toEqual([{ code: 'x12.set.count' }])
  expect(await feeds.positions()).toEqual({})
  expect(JSON.parse((await receipts())[0] ?? '[]')).toMatchObject([
    ['AK1', 'IB', '1'],
    ['AK2', '846', '0001'],
    ['AK5', 'R', '4', '5'],
    ['AK9', 'R', '1', '1', '0'],
  ])
})

test('half a file waits for its end, and is told of when none comes', async () => {
  await open(databases[0] as (typeof databases)[number])
  await put('846.edi', count(5).slice(0, -200))
  await look()
  expect(await files('out')).toEqual(['846.edi'])
  feeds.clock.aheadMs += 60_000
  await look()
  expect(await files('out')).toEqual([])
  expect(await rowsIn('SELECT code FROM quarantine_item')).toContainEqual({ code: 'x12.interchange.no-trailer' })
  expect(await feeds.positions()).toEqual({})
})

test('items without a crosswalk row wait; the others are applied, and the rest with the cure', async () => {
  await open(databases[0] as (typeof databases)[number])
  await put('846.edi', count(5, { sku: (i) => (i === 3 ? 'WHAT' : `S-${i}`) }))
  await look()
  const [item] = await rowsIn<{ code: string; cause: string }>('SELECT code, cause FROM quarantine_item')
  expect(item?.code).toBe('x12.sku-unknown')
  expect(Object.keys(await feeds.positions())).toHaveLength(SKUS - 1)
  await applyNetwork(feeds.hub.world.db, Network.parse({ products: [{ sku: 'WHAT', name: 'What' }] }))
  await feeds.hub.world.commit((unit) => replayQuarantined(unit, { cause: item?.cause ?? '' }))
  await handleInbound(
    feeds.hub.world,
    (await rowsIn<{ id: string }>('SELECT id FROM envelope')).map((row) => row.id),
    false,
  )
  await look()
  expect((await feeds.positions())['WHAT@north']).toBe(8)
  expect(await receipts()).toHaveLength(1)
})

test('a worker that dies at any commit leaves it to the next, which acknowledges it once', async () => {
  await open(databases[0] as (typeof databases)[number])
  await put('846.edi', count(5))
  for (let looks = 0; looks < 2; looks++) {
    await handlePoll(feeds.hub.world, 'acme', 'documents', AbortSignal.timeout(60_000))
    feeds.clock.aheadMs += 5_000
  }
  const [feed] = await rowsIn<{ id: string }>('SELECT id FROM stock_feed')
  let deaths = 0
  while ((await feeds.work(feed?.id ?? '', 1)) === 'died') deaths += 1
  expect(deaths).toBeGreaterThan(2)
  expect((await feeds.positions())['S-3@north']).toBe(8)
  expect(await receipts()).toHaveLength(1)
})
