/** Fences stay within what is there and add up, whoever sets them at once. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { Database } from '#store/database.ts'
import { putFences } from '#store/fences.ts'
import { databases } from '../kit/backends.ts'
import { at, feed, violationsOf } from './kit.ts'

describe.each(databases)('fences on $name', (backend) => {
  let db: Database
  beforeAll(async () => {
    db = await backend.database()
  })
  afterAll(() => db.close())
  const fence = (segment: string, quantity: number, sku = 'SHOE') =>
    db.transaction(async (tx) => (await putFences(tx, [{ sku, nodeId: 'north', segment, quantity }])).refused)
  const fenced = async (): Promise<number> =>
    (await db.query<{ fenced: number }>(`SELECT fenced FROM stock_position WHERE sku = 'SHOE'`))[0]?.fenced ?? -1

  test('set by twenty at once never take more than is available, and the position says their sum', async () => {
    await feed(db, at('08:00'), [['SHOE', 'north', 25]])
    await fence('s0', 2)
    const answers = await Promise.all(Array.from({ length: 20 }, (_, index) => fence(`s${index + 1}`, 2)))
    expect(answers.filter((refused) => refused.length === 0)).toHaveLength(11)
    expect(await fenced()).toBe(24)
    expect(await violationsOf(db, 'i12')).toEqual([])
  })

  test('may shrink when there is less than they hold, and not grow', async () => {
    await feed(db, at('09:00'), [['SHOE', 'north', 10]])
    expect(await fence('s0', 3)).toMatchObject([{ known: true, available: 10, wanted: 25 }])
    expect(await fence('s0', 0)).toEqual([])
    expect(await fenced()).toBe(22)
    expect(await fence('s0', 1, 'NOWHERE')).toMatchObject([{ known: false }])
  })

  test('leave a revision at each change, for the past', async () => {
    const rows = await db.query<{ quantity: number }>(
      `SELECT quantity FROM stock_fence_revision WHERE segment = 's0' ORDER BY id`,
    )
    expect(rows.map((row) => row.quantity)).toEqual([2, 0])
  })
})
