/** Large 846 files of a partner, from its SFTP folder to positions and back to its folder as acknowledgments owed. */
import { afterEach, expect, test } from 'vitest'
import { applyNetwork, Network } from '#app/network-file.ts'
import { PARTNER, partnerFile, US } from '#connectors/edi/test-files.ts'
import { replayQuarantined } from '#store/quarantine-actions.ts'
import { handleInbound } from '#workers/inbound.ts'
import { databases } from '../kit/backends.ts'
import { FILLER, openStockFolder, SKUS, type StockFolder } from '../kit/stock-folder.ts'

let folder: StockFolder
afterEach(() => folder.stop())

async function open(backend: (typeof databases)[number]): Promise<void> {
  const config = { isaSender: US, isaReceiver: PARTNER, validation: 'report' }
  folder = await openStockFolder(backend, { connector: 'edi-supplier', config })
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

test.each(databases)('a large 846 is streamed, applied, acknowledged and archived ($name)', async (backend) => {
  await open(backend)
  await folder.put('846.edi', count(5))
  await folder.look()
  expect(await folder.rows('SELECT state, bytes > 1000000 AS large, rows_applied FROM stock_feed')).toEqual([
    { state: 'applied', large: true, rows_applied: SKUS },
  ])
  expect((await folder.feeds.positions())['S-3@north']).toBe(8)
  expect((await folder.receipts()).map((text) => JSON.parse(text) as unknown)).toEqual([
    [
      ['AK1', 'IB', '1'],
      ['AK2', '846', '0001'],
      ['AK5', 'A'],
      ['AK9', 'A', '1', '1', '1'],
    ],
  ])
  expect([await folder.files('out'), await folder.files('archive')]).toEqual([[], ['846.edi']])
})

test.each(databases)(
  'it is known when it comes again, and its number with other content is held ($name)',
  async (backend) => {
    await open(backend)
    await folder.put('1.edi', count(5))
    await folder.look()
    await folder.put('2.edi', count(5))
    await folder.put('3.edi', count(50))
    await folder.look()
    expect(await folder.rows('SELECT state FROM envelope ORDER BY id')).toEqual([
      { state: 'applied' },
      { state: 'duplicate' },
      { state: 'quarantined' },
    ])
    expect(await folder.rows('SELECT code FROM quarantine_item')).toEqual([{ code: 'edi.control-number-reused' }])
    expect((await folder.feeds.positions())['S-3@north']).toBe(8)
    const [accepted, reused, ...more] = await folder.receipts()
    expect(accepted).toContain('AK9')
    expect(reused).toMatch(/"TA1".*"025"/)
    expect(more).toEqual([])
  },
)

test('one whose counts are wrong is rejected and nothing of it used', async () => {
  await open(databases[0] as (typeof databases)[number])
  await folder.put('846.edi', count(5).replace(/SE\*\d+/, 'SE*7'))
  await folder.look()
  expect(await folder.rows('SELECT state, pieces FROM stock_feed')).toEqual([{ state: 'quarantined', pieces: 0 }])
  expect(await folder.rows('SELECT code FROM quarantine_item')).toEqual([{ code: 'x12.set.count' }])
  expect(await folder.feeds.positions()).toEqual({})
  expect(JSON.parse((await folder.receipts())[0] ?? '[]')).toMatchObject([
    ['AK1', 'IB', '1'],
    ['AK2', '846', '0001'],
    ['AK5', 'R', '4', '5'],
    ['AK9', 'R', '1', '1', '0'],
  ])
})

test('half a file waits for its end, and is told of when none comes', async () => {
  await open(databases[0] as (typeof databases)[number])
  await folder.put('846.edi', count(5).slice(0, -200))
  await folder.look()
  expect(await folder.files('out')).toEqual(['846.edi'])
  folder.feeds.clock.aheadMs += 60_000
  await folder.look()
  expect(await folder.files('out')).toEqual([])
  expect(await folder.rows('SELECT code FROM quarantine_item')).toContainEqual({ code: 'x12.interchange.no-trailer' })
  expect(await folder.feeds.positions()).toEqual({})
})

test('items without a crosswalk row wait; the others are applied, and the rest with the cure', async () => {
  await open(databases[0] as (typeof databases)[number])
  await folder.put('846.edi', count(5, { sku: (i) => (i === 3 ? 'WHAT' : `S-${i}`) }))
  await folder.look()
  const [item] = await folder.rows<{ code: string; cause: string }>('SELECT code, cause FROM quarantine_item')
  expect(item?.code).toBe('x12.sku-unknown')
  expect(Object.keys(await folder.feeds.positions())).toHaveLength(SKUS - 1)
  await applyNetwork(folder.feeds.hub.world.db, Network.parse({ products: [{ sku: 'WHAT', name: 'What' }] }))
  await folder.feeds.hub.world.commit((unit) => replayQuarantined(unit, { cause: item?.cause ?? '' }))
  await handleInbound(
    folder.feeds.hub.world,
    (await folder.rows<{ id: string }>('SELECT id FROM envelope')).map((row) => row.id),
    false,
  )
  await folder.look()
  expect((await folder.feeds.positions())['WHAT@north']).toBe(8)
  expect(await folder.receipts()).toHaveLength(1)
})

test('a worker that dies at any commit leaves it to the next, which acknowledges it once', async () => {
  await open(databases[0] as (typeof databases)[number])
  await folder.put('846.edi', count(5))
  await folder.fetch()
  const [feed] = await folder.rows<{ id: string }>('SELECT id FROM stock_feed')
  let deaths = 0
  while ((await folder.feeds.work(feed?.id ?? '', 1)) === 'died') deaths += 1
  expect(deaths).toBeGreaterThan(2)
  expect((await folder.feeds.positions())['S-3@north']).toBe(8)
  expect(await folder.receipts()).toHaveLength(1)
})
