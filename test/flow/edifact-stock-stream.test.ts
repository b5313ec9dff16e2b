/** Large INVRPT files of a partner, from its SFTP folder to positions and back to its folder as the CONTRL that is owed. */
import { afterEach, expect, test } from 'vitest'
import { handleInbound } from '#workers/inbound.ts'
import { databases } from '../kit/backends.ts'
import { FILLER, openStockFolder, SKUS, type StockFolder } from '../kit/stock-folder.ts'

const [pglite] = databases as [(typeof databases)[number]]

let folder: StockFolder
afterEach(() => folder.stop())

async function open(backend: (typeof databases)[number], settings: Record<string, unknown> = {}): Promise<void> {
  const config = { unbSender: { id: 'US' }, unbReceiver: { id: 'ACME' }, ...settings }
  folder = await openStockFolder(backend, { connector: 'edifact-supplier', config })
}

/** A full count of all items at one place, `units` more than their number each. */
function count(units: number, sku = (i: number) => `S-${i}`): string {
  const segments = [
    "BGM+35+1+9'DTM+137:20261122060000:204'NAD+WH+north::92'",
    ...Array.from({ length: SKUS }, (_, i) => `LIN+${i + 1}++${sku(i)}:SA'FTX+AAI+++${FILLER}'QTY+145:${units + i}'`),
  ].join('')
  const message = `UNH+1+INVRPT:D:96A:UN:EAN008'${segments}UNT+${segments.split("'").length + 1}+1'`
  return `UNA:+.? 'UNB+UNOC:3+ACME:14+US:14+261122:1015+77'\n${message}UNZ+1+77'\n`
}

test.each(databases)('a large INVRPT is streamed, applied, acknowledged and archived ($name)', async (backend) => {
  await open(backend)
  await folder.put('invrpt.edi', count(5))
  await folder.look()
  expect(await folder.rows('SELECT state, bytes > 1000000 AS large, rows_applied FROM stock_feed')).toEqual([
    { state: 'applied', large: true, rows_applied: SKUS },
  ])
  expect((await folder.feeds.positions())['S-3@north']).toBe(8)
  expect((await folder.receipts()).map((text) => JSON.parse(text) as unknown)).toMatchObject([
    { header: { type: 'CONTRL' }, segments: [['UCI', '77', ['ACME', '14', ''], ['US', '14', ''], '7']] },
  ])
  expect([await folder.files('out'), await folder.files('archive')]).toEqual([[], ['invrpt.edi']])
})

test.each(databases)(
  'it is known when it comes again, and its reference with other content is held ($name)',
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
    expect(accepted).toContain('"7"]')
    expect(reused).toMatch(/"UCI".*"4","26"/)
    expect(more).toEqual([])
  },
)

test('one whose counts are wrong is rejected and nothing of it used', async () => {
  await open(pglite)
  await folder.put('invrpt.edi', count(5).replace(/UNT\+\d+/, 'UNT+7'))
  await folder.look()
  expect(await folder.rows('SELECT state, pieces FROM stock_feed')).toEqual([{ state: 'quarantined', pieces: 0 }])
  expect(await folder.rows('SELECT code FROM quarantine_item')).toEqual([{ code: 'edifact.message.count' }])
  expect(await folder.feeds.positions()).toEqual({})
  expect((await folder.receipts())[0]).toMatch(/"UCI".*"7"\].*"UCM","1".*"4","29","UNT"/)
})

test('half a file waits for its end, and is told of when none comes', async () => {
  await open(pglite)
  await folder.put('invrpt.edi', count(5).slice(0, -10))
  await folder.look()
  expect(await folder.files('out')).toEqual(['invrpt.edi'])
  folder.feeds.clock.aheadMs += 60_000
  await folder.look()
  expect(await folder.files('out')).toEqual([])
  expect(await folder.rows('SELECT code FROM quarantine_item')).toContainEqual({
    code: 'edifact.interchange.no-trailer',
  })
  expect(await folder.feeds.positions()).toEqual({})
})

test('items without a crosswalk row wait, and the others are applied', async () => {
  await open(pglite)
  await folder.put(
    'invrpt.edi',
    count(5, (i) => (i === 3 ? 'WHAT' : `S-${i}`)),
  )
  await folder.look()
  expect(await folder.rows('SELECT code, part FROM quarantine_item')).toEqual([
    { code: 'edifact.sku-unknown', part: 'LIN[4]' },
  ])
  expect(Object.keys(await folder.feeds.positions())).toHaveLength(SKUS - 1)
})

test('where guides are strict it is read whole, and rejected for what breaks its guide', async () => {
  await open(pglite, { validation: 'strict', maxFileBytes: 2_000_000 })
  await folder.put('invrpt.edi', count(5))
  await folder.fetch()
  const stored = await folder.rows<{ id: string }>('SELECT id FROM envelope')
  await handleInbound(
    folder.feeds.hub.world,
    stored.map(({ id }) => id),
    false,
  )
  expect(await folder.rows('SELECT count(*)::int AS feeds FROM stock_feed')).toEqual([{ feeds: 0 }])
  expect((await folder.receipts())[0]).toMatch(/"UCM","1".*"UCD","39"/)
  expect(await folder.feeds.positions()).toEqual({})
})

test('a worker that dies at any commit leaves it to the next, which acknowledges it once', async () => {
  await open(pglite)
  await folder.put('invrpt.edi', count(5))
  await folder.fetch()
  const [feed] = await folder.rows<{ id: string }>('SELECT id FROM stock_feed')
  let deaths = 0
  while ((await folder.feeds.work(feed?.id ?? '', 1)) === 'died') deaths += 1
  expect(deaths).toBeGreaterThan(2)
  expect((await folder.feeds.positions())['S-3@north']).toBe(8)
  expect(await folder.receipts()).toHaveLength(1)
})
