import * as fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { Database } from '#store/database.ts'
import { addPiece, type NumberedRow } from '#store/feed-pieces.ts'
import { openFeed } from '#store/feeds.ts'
import { applyStockPiece, applyStockRows } from '#store/stock-feed.ts'
import { post } from '#store/stock.ts'
import { databases } from '../kit/backends.ts'
import { at, claim, countOf, feed, positionOf, posting, violationsOf } from './kit.ts'

describe.each(databases)('a stock feed on $name', (backend) => {
  let db: Database
  beforeAll(async () => {
    db = await backend.database()
  })
  afterAll(() => db.close())

  const counted = (sku: string, time: string, onHand: number) => feed(db, at(time), [[sku, 'north', onHand]])
  const claimed = (sku: string, quantity: number) => claim(db, [{ sku, nodeId: 'north', quantity, at: at('08:30') }])
  const left = (sku: string, quantity: number, time: string) =>
    post(db, [posting({ sku, nodeId: 'north', quantity, at: at(time), from: 'allocated', to: 'customer' })])
  const takenBack = (sku: string, quantity: number) =>
    post(db, [posting({ sku, nodeId: 'north', quantity, at: at('12:00'), from: 'allocated', to: 'available' })])
  const missing = (sku: string, quantity: number) =>
    post(db, [posting({ sku, nodeId: 'north', quantity, at: at('12:00'), from: 'allocated', to: 'adjustment' })])

  test('makes a position of what was counted, by a posting', async () => {
    expect(await counted('NEW', '08:00', 7)).toEqual({
      applied: 1,
      late: 0,
      repeated: [],
      risen: ['NEW'],
      short: [],
      covered: [],
    })
    expect(await positionOf(db, 'NEW')).toMatchObject({ available: 7, onHand: 7 })
    expect(await db.query(`SELECT from_state, to_state, quantity, cause FROM stock_posting WHERE sku = 'NEW'`)).toEqual(
      [{ from_state: 'adjustment', to_state: 'available', quantity: 7, cause: 'feed' }],
    )
  })

  test('of nothing is known to be nothing, which is not the same as unknown', async () => {
    expect(await counted('ZERO', '08:00', 0)).toMatchObject({ applied: 1, risen: [] })
    expect(await positionOf(db, 'ZERO')).toMatchObject({ available: 0 })
    expect(await positionOf(db, 'NEVER')).toBeUndefined()
  })

  test('that is older than what is known is kept out and counted', async () => {
    await counted('LATE', '10:00', 5)
    expect(await counted('LATE', '09:00', 9)).toEqual({
      applied: 0,
      late: 1,
      repeated: [],
      risen: [],
      short: [],
      covered: [],
    })
    expect(await positionOf(db, 'LATE')).toMatchObject({ available: 5 })
  })

  test('of the same moment is taken: one feed may come in pieces', async () => {
    await counted('PIECE', '10:00', 5)
    expect(await counted('PIECE', '10:00', 6)).toMatchObject({ applied: 1, risen: ['PIECE'] })
    expect(await positionOf(db, 'PIECE')).toMatchObject({ available: 6 })
  })

  test('that repeats what is known posts nothing and wakes nobody', async () => {
    await counted('SAME', '10:00', 5)
    const before = await countOf(db, 'stock_posting')
    expect(await counted('SAME', '11:00', 5)).toMatchObject({ applied: 1, risen: [], short: [] })
    expect(await countOf(db, 'stock_posting')).toBe(before)
  })

  test('counts sold goods until they leave: claims stay claimed', async () => {
    await counted('SOLD', '08:00', 10)
    await claimed('SOLD', 4)
    await counted('SOLD', '09:00', 12)
    expect(await positionOf(db, 'SOLD')).toMatchObject({ available: 8, allocated: 4, onHand: 12 })
  })

  test('has the goods that left after it was counted taken off', async () => {
    await counted('GONE', '08:00', 10)
    await claimed('GONE', 4)
    await left('GONE', 4, '09:30')
    // Counted at nine, when the four were still on the shelf; it arrives after they went.
    await counted('GONE', '09:00', 10)
    expect(await positionOf(db, 'GONE')).toMatchObject({ available: 6, allocated: 0, onHand: 6 })
    await counted('GONE', '10:00', 6)
    expect(await positionOf(db, 'GONE')).toMatchObject({ available: 6, onHand: 6 })
  })

  test('that was counted after goods left is not reduced again when their notice comes late', async () => {
    await counted('NOTICE', '08:00', 10)
    await claimed('NOTICE', 4)
    await counted('NOTICE', '10:00', 6)
    expect(await positionOf(db, 'NOTICE')).toMatchObject({ available: 2, allocated: 4 })
    await left('NOTICE', 4, '09:00')
    expect(await positionOf(db, 'NOTICE')).toMatchObject({ available: 6, allocated: 0, onHand: 6 })
  })

  test('that leaves fewer units than are claimed opens a shortfall, and the next good count closes it', async () => {
    await counted('SHORT', '08:00', 5)
    await claimed('SHORT', 5)
    expect(await counted('SHORT', '09:00', 3)).toMatchObject({
      short: [{ sku: 'SHORT', nodeId: 'north', shortfall: 2 }],
    })
    expect(await positionOf(db, 'SHORT')).toMatchObject({ available: -2, allocated: 5, onHand: 3, shortfall: 2 })
    expect(await counted('SHORT', '10:00', 3)).toMatchObject({ short: [] })
    expect(await counted('SHORT', '11:00', 1)).toMatchObject({ short: [{ shortfall: 4 }] })
    expect(await counted('SHORT', '12:00', 8)).toMatchObject({
      short: [],
      covered: [{ sku: 'SHORT', nodeId: 'north' }],
      risen: ['SHORT'],
    })
    expect(await positionOf(db, 'SHORT')).toMatchObject({ available: 3, allocated: 5, shortfall: 0 })
  })

  test('leaves a shortfall that closes by itself when claims are taken back', async () => {
    await counted('BACK', '08:00', 5)
    await claimed('BACK', 5)
    await counted('BACK', '09:00', 3)
    expect(await takenBack('BACK', 1)).toEqual([])
    expect(await positionOf(db, 'BACK')).toMatchObject({ available: -1, allocated: 4, shortfall: 1 })
    expect(await takenBack('BACK', 4)).toMatchObject([{ sku: 'BACK', nodeId: 'north' }])
    expect(await positionOf(db, 'BACK')).toMatchObject({ available: 3, allocated: 0, onHand: 3, shortfall: 0 })
  })

  test('already lacks the units that a node then reports missing: they are not taken off twice', async () => {
    await counted('MISSING', '08:00', 5)
    await claimed('MISSING', 5)
    await counted('MISSING', '09:00', 3)
    await missing('MISSING', 2)
    expect(await positionOf(db, 'MISSING')).toMatchObject({ available: 0, allocated: 3, onHand: 3, shortfall: 0 })
    // What was not short before is: the node has one less than its book says.
    await missing('MISSING', 1)
    expect(await positionOf(db, 'MISSING')).toMatchObject({ available: 0, allocated: 2, onHand: 2, shortfall: 0 })
  })

  test('that found too few is proven wrong by what leaves all the same', async () => {
    await counted('WRONG', '08:00', 5)
    await claimed('WRONG', 5)
    await counted('WRONG', '09:00', 3)
    await left('WRONG', 3, '10:00')
    expect(await positionOf(db, 'WRONG')).toMatchObject({ available: -2, allocated: 2, onHand: 0, shortfall: 2 })
    await left('WRONG', 2, '10:00')
    expect(await positionOf(db, 'WRONG')).toMatchObject({ available: 0, allocated: 0, onHand: 0, shortfall: 0 })
  })

  test('sets the safety stock of its positions', async () => {
    await feed(db, at('08:00'), [['SAFE', 'north', 5]], 4)
    expect(await claimed('SAFE', 2)).toBe(false)
    expect(await claimed('SAFE', 1)).toBe(true)
  })

  test('of many nodes and SKUs moves each on its own', async () => {
    await feed(db, at('08:00'), [
      ['MANY-1', 'north', 1],
      ['MANY-1', 'south', 2],
      ['MANY-2', 'north', 3],
    ])
    const mixed = await feed(db, at('09:00'), [
      ['MANY-1', 'north', 0],
      ['MANY-1', 'south', 5],
    ])
    expect(mixed).toMatchObject({ applied: 2, risen: ['MANY-1'] })
    expect(await positionOf(db, 'MANY-2')).toMatchObject({ available: 3 })
  })

  test('staged as a piece does what the same rows do that are handed over, claims and shipments and all', async () => {
    const rows = (prefix: string, counts: readonly number[]) =>
      counts.map((onHand, row) => ({ sku: `${prefix}-${row}`, nodeId: 'north', onHand, row }) as NumberedRow)
    const head = { source: 'erp', reference: 'env_1', safetyStockOf: () => 1 }
    const before = [10, 10, 10, 0]
    const after = [12, 3, 10, 5]
    for (const prefix of ['HANDED', 'STAGED']) {
      await applyStockRows(db, { ...head, asOf: at('08:00') }, rows(prefix, before))
      await claimed(`${prefix}-1`, 5)
      await claimed(`${prefix}-2`, 5)
      await left(`${prefix}-2`, 4, '09:30')
    }
    const handed = await applyStockRows(db, { ...head, asOf: at('09:00') }, rows('HANDED', after))
    const feed = { id: 'fed_1', connectionId: 'erp', port: 'stock', meta: {}, receivedAt: at('09:00') }
    await openFeed(db, feed)
    await addPiece(db, feed.id, 0, rows('STAGED', after))
    const piece = {
      feedId: feed.id,
      seq: 0,
      named: [{ nodeId: 'north', safetyStock: 1 }],
      underRules: false,
      locked: false,
    }
    const staged = await applyStockPiece(db, { ...head, asOf: at('09:00'), run: 1 }, piece)
    expect(JSON.parse(JSON.stringify(staged).replaceAll('STAGED', 'HANDED'))).toEqual(handed)
    expect(handed).toMatchObject({ applied: 4, short: [{ sku: 'HANDED-1', shortfall: 2 }] })
    for (const [row] of after.entries())
      expect(await positionOf(db, `STAGED-${row}`)).toEqual(await positionOf(db, `HANDED-${row}`))
    // The same reading again states every position a second time.
    const again = await applyStockPiece(db, { ...head, asOf: at('09:00'), run: 1 }, piece)
    expect(again).toMatchObject({ applied: 0, late: 0 })
    expect(again.repeated.map((each) => each.row)).toEqual([0, 1, 2, 3])
  })

  /** Ten are claimed in the beginning and every count is larger than that, so that nothing is ever short. */
  type Event = { kind: 'count'; minute: number; onHand: number } | { kind: 'left'; minute: number; quantity: number }
  const events = fc
    .uniqueArray(fc.integer({ min: 1, max: 59 }), { minLength: 2, maxLength: 9 })
    .chain((minutes) =>
      fc.tuple(
        ...minutes.map((minute) =>
          fc.oneof(
            fc.record({
              kind: fc.constant('count' as const),
              minute: fc.constant(minute),
              onHand: fc.integer({ min: 20, max: 40 }),
            }),
            fc.record({ kind: fc.constant('left' as const), minute: fc.constant(minute), quantity: fc.constant(1) }),
          ),
        ),
      ),
    )
    .chain((list: Event[]) => fc.tuple(fc.constant(list), fc.shuffledSubarray(list, { minLength: list.length })))

  let run = 0
  async function play(list: readonly Event[]): Promise<unknown> {
    const sku = `SHUFFLE-${(run += 1)}`
    await counted(sku, '08:00', 30)
    await claimed(sku, 10)
    for (const event of list) {
      const time = `09:${String(event.minute).padStart(2, '0')}`
      if (event.kind === 'count') await counted(sku, time, event.onHand)
      else await left(sku, event.quantity, time)
    }
    return positionOf(db, sku)
  }

  test('shuffled among others and among shipments ends as in the order of time', async () => {
    await fc.assert(
      fc.asyncProperty(events, async ([list, shuffled]) => {
        const inOrder = await play(list.toSorted((a, b) => a.minute - b.minute))
        expect(await play(shuffled)).toEqual(inOrder)
      }),
      { numRuns: 30 },
    )
    expect(await violationsOf(db, 'i5')).toEqual([])
  })
})
