/** What a channel says of stock: our own words come back and are known as such, and drift is found and repaired. */
import { afterEach, describe, expect, test } from 'vitest'
import { reconcilePage } from '#workers/reconcile.ts'
import { hubs } from '../kit/backends.ts'
import { aFeed } from '../kit/builders.ts'
import { openPaperHub, type PaperHub } from '../kit/paper-hub.ts'

describe.each(hubs)('a channel and its hub on $name', (backend) => {
  let paper: PaperHub
  afterEach(() => paper.stop())

  const rows = (sql: string) => paper.hub.world.db.query(sql)
  const told = (key: string, units: number) =>
    paper.until(`the shop holds ${units} of ${key}`, () => paper.shop.availability.get(key) === units)
  const settled = () =>
    paper.until(
      'everything told is settled',
      async () =>
        (await rows(`SELECT 1 FROM instruction WHERE state <> 'sent' AND state <> 'cancelled'`)).length === 0 &&
        (await rows('SELECT 1 FROM availability_change')).length === 0,
    )
  const open = async (): Promise<void> => {
    paper = await openPaperHub(backend)
    await paper.receive(
      'depot',
      'feed-1',
      aFeed([
        ['SHOE-1', 'north', 5],
        ['SHOE-2', 'north', 7],
        ['00123', 'south', 9],
      ]),
    )
    await told('SHOE-1@north', 5)
    await told('00123@south', 9)
    await settled()
  }
  const page = (repair: boolean) =>
    reconcilePage(paper.hub.world, 'shop', { after: undefined, limit: 100, repair }, AbortSignal.timeout(30_000))

  test('a channel that says what it was told is an echo, and its document says so', async () => {
    await open()
    await paper.receive('shop', 'echo', aFeed([['SHOE-1', 'north', 5]], '2026-11-22T10:00:00.000Z'))
    await paper.until('the echo is settled', async () =>
      (await rows(`SELECT state FROM envelope WHERE source_key = 'echo'`)).some((row) => row['state'] === 'ignored'),
    )
    expect(await rows(`SELECT reason FROM envelope WHERE source_key = 'echo'`)).toEqual([
      { reason: 'it is our own echo: the channel says what it was last told' },
    ])
    expect(await rows(`SELECT source FROM stock_position WHERE sku = 'SHOE-1'`)).toEqual([{ source: 'depot' }])
  })

  test('what else a channel says is taken, row by row', async () => {
    await open()
    await paper.receive(
      'shop',
      'news',
      aFeed(
        [
          ['SHOE-1', 'north', 5],
          ['SHOE-2', 'north', 3],
        ],
        '2026-11-22T10:00:00.000Z',
      ),
    )
    await paper.until('the news is applied', async () =>
      (await rows(`SELECT state FROM envelope WHERE source_key = 'news'`)).some((row) => row['state'] === 'applied'),
    )
    expect(
      await rows(`SELECT sku, available, source FROM stock_position WHERE node_id = 'north' ORDER BY sku`),
    ).toEqual([
      { sku: 'SHOE-1', available: 5, source: 'depot' },
      { sku: 'SHOE-2', available: 3, source: 'shop' },
    ])
  })

  test('a channel that holds what it should differs in nothing', async () => {
    await open()
    expect(await page(true)).toEqual({ checked: 3, pending: 0, differences: [], repaired: 0 })
  })

  test('drift is listed and changed by nobody until a repair tells the channel anew, from what it holds', async () => {
    await open()
    paper.shop.availability.set('SHOE-1@north', 50)
    paper.shop.availability.delete('00123@south')
    const seen = {
      checked: 3,
      pending: 0,
      differences: [
        { sku: '00123', nodeId: 'south', should: 9, told: 9, holds: null },
        { sku: 'SHOE-1', nodeId: 'north', should: 5, told: 5, holds: 50 },
      ],
    }
    expect(await page(false)).toEqual({ ...seen, repaired: 0 })
    expect(await page(true)).toEqual({ ...seen, repaired: 2 })
    await told('SHOE-1@north', 5)
    const last = await rows(
      `SELECT document FROM instruction WHERE kind = 'availability' AND document ->> 'sku' = 'SHOE-1' ORDER BY id DESC LIMIT 1`,
    )
    expect(last).toMatchObject([{ document: { available: 5, lastTold: 50 } }])
    await settled()
    expect(await page(false)).toMatchObject({ differences: [] })
  })

  test('pages follow each other and together see every position once', async () => {
    await open()
    paper.shop.availability.set('SHOE-2@north', 1)
    const seen: string[] = []
    let after: { sku: string; nodeId: string } | undefined
    let pages = 0
    do {
      const { differences, next } = await reconcilePage(
        paper.hub.world,
        'shop',
        { after, limit: 1, repair: false },
        AbortSignal.timeout(30_000),
      )
      seen.push(...differences.map((each) => each.sku))
      after = next
      pages += 1
    } while (after !== undefined)
    expect(pages).toBe(4)
    expect(seen).toEqual(['SHOE-2'])
  })

  test('a connection that sells nothing cannot be reconciled', async () => {
    await open()
    const ask = { after: undefined, limit: 10, repair: false }
    await expect(reconcilePage(paper.hub.world, 'depot', ask, AbortSignal.timeout(30_000))).rejects.toThrow(
      'depot is no connection of a channel whose stock can be read',
    )
  })
})
