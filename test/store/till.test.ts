import * as fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { plusMs } from '#core/model/time.ts'
import type { Database } from '#store/database.ts'
import { applyStockRows } from '#store/stock-feed.ts'
import { postTill, type TillMove } from '#store/till.ts'
import { databases } from '../kit/backends.ts'
import { at, claim, commitTo, feed, positionOf, violationsOf } from './kit.ts'

describe.each(databases)('goods that leave and come back at a till on $name', (backend) => {
  let db: Database
  beforeAll(async () => {
    db = await backend.database()
  })
  afterAll(() => db.close())

  const move = (
    cause: TillMove['cause'],
    sku: string,
    quantity: number,
    time: string,
    reference = 'ful_1',
  ): TillMove => ({
    cause,
    sku,
    nodeId: 'north',
    quantity,
    reference,
    at: at(time),
  })
  const till = (moves: TillMove[]) => commitTo(db)((unit) => postTill(unit, moves, 'square'))
  /** A count of the till's own system. */
  const ownCount = (sku: string, onHand: number, time: string) =>
    applyStockRows(db, { asOf: at(time), source: 'square', reference: 'env_1', safetyStockOf: () => 0 }, [
      { sku: sku as never, nodeId: 'north' as never, onHand },
    ])
  const onHand = async (sku: string) => (await positionOf(db, sku))?.onHand

  test('a sale that another book does not know yet is taken off, and a count from before it as well', async () => {
    await feed(db, at('08:00'), [['A', 'north', 10]])
    await till([move('sale', 'A', 3, '09:00')])
    expect(await onHand('A')).toBe(7)
    await feed(db, at('08:30'), [['A', 'north', 10]])
    expect(await onHand('A')).toBe(7)
    await feed(db, at('10:00'), [['A', 'north', 7]])
    expect(await onHand('A')).toBe(7)
  })

  test('a sale that comes after a count of later is in that count', async () => {
    await feed(db, at('12:00'), [['B', 'north', 7]])
    await till([move('sale', 'B', 3, '09:00')])
    expect(await onHand('B')).toBe(7)
  })

  test('where the till’s own system counts, its counts alone move the stock, whenever a sale is told', async () => {
    await ownCount('C', 10, '08:00')
    await till([move('sale', 'C', 2, '09:00')])
    expect(await onHand('C')).toBe(10)
    await ownCount('C', 8, '09:01')
    await till([move('sale', 'C', 1, '04:00')])
    expect(await onHand('C')).toBe(8)
    await ownCount('C', 7, '09:02')
    expect(await onHand('C')).toBe(7)
  })

  test('a return comes in once, however often it is told', async () => {
    await feed(db, at('08:00'), [['D', 'north', 5]])
    const back = [move('return', 'D', 2, '09:00', 'SQ-RETURN-1')]
    expect((await till(back)).risen).toEqual(['D'])
    expect((await till(back)).posted).toBe(0)
    expect(await onHand('D')).toBe(7)
    await ownCount('D', 7, '10:00')
    expect((await till([move('return', 'D', 1, '10:30', 'SQ-RETURN-2')])).risen).toEqual([])
    expect(await onHand('D')).toBe(7)
  })

  test('a till may sell what was promised: that is short, and what nobody had counted was there', async () => {
    await feed(db, at('08:00'), [['E', 'north', 2]])
    await commitTo(db)((unit) => claim(unit, [{ sku: 'E', nodeId: 'north', quantity: 2, at: at('08:30') }]))
    expect((await till([move('sale', 'E', 1, '09:00')])).short).toEqual([{ sku: 'E', nodeId: 'north', shortfall: 1 }])
    expect(await positionOf(db, 'E')).toMatchObject({ available: -1, allocated: 2, shortfall: 1 })
    await till([move('sale', 'NEVER-COUNTED', 4, '09:00')])
    expect(await positionOf(db, 'NEVER-COUNTED')).toMatchObject({ available: 0, onHand: 0, shortfall: 0 })
    expect(await violationsOf(db, 'i5')).toEqual([])
  })

  test('law: in whatever order sales and counts of another book come, the newest count and the sales after it tell what is there', async () => {
    let run = 0
    const hours = fc.integer({ min: 1, max: 20 })
    const events = fc.array(fc.record({ hour: hours, units: fc.integer({ min: 1, max: 3 }) }), {
      minLength: 1,
      maxLength: 5,
    })
    await fc.assert(
      fc.asyncProperty(events, hours, fc.infiniteStream(fc.nat(100)), async (sales, countHour, dice) => {
        const sku = `LAW-${(run += 1)}`
        const start = at('00:00')
        const when = (hour: number) => plusMs(start, hour * 3_600_000)
        await feed(db, start, [[sku, 'north', 50]])
        const sold = (before: (hour: number) => boolean) =>
          sales.filter((sale) => before(sale.hour)).reduce((sum, sale) => sum + sale.units, 0)
        const counted = 50 - sold((hour) => hour <= countHour)
        const told = [
          () => feed(db, when(countHour), [[sku, 'north', counted]]),
          ...sales.map(
            (sale, i) => () => till([{ ...move('sale', sku, sale.units, '00:00', `ful_${i}`), at: when(sale.hour) }]),
          ),
        ]
        const order = told.map((tell) => ({ tell, die: dice.next().value ?? 0 })).toSorted((a, b) => a.die - b.die)
        for (const { tell } of order) await tell()
        expect(await onHand(sku)).toBe(50 - sold(() => true))
      }),
      { numRuns: 15 },
    )
  })
})
