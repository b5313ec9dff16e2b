import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { Database } from '#store/database.ts'
import { nextNumbers } from '#store/sequences.ts'
import { databases } from '../kit/backends.ts'

describe.each(databases)('a sequence on $name', (backend) => {
  let db: Database
  beforeAll(async () => {
    db = await backend.database()
  })
  afterAll(() => db.close())

  test('begins with one and goes on', async () => {
    expect(await nextNumbers(db, 'edi', 'interchange', 3)).toEqual([1, 2, 3])
    expect(await nextNumbers(db, 'edi', 'interchange', 1)).toEqual([4])
  })

  test('is one for each connection and name', async () => {
    expect(await nextNumbers(db, 'edi', 'group', 1)).toEqual([1])
    expect(await nextNumbers(db, 'other', 'interchange', 1)).toEqual([1])
  })

  test('gives each number once, however many ask at once', async () => {
    const given = await Promise.all(Array.from({ length: 60 }, (_, i) => nextNumbers(db, 'edi', 'race', (i % 4) + 1)))
    const numbers = given.flat().sort((a, b) => a - b)
    expect(numbers).toEqual(Array.from({ length: numbers.length }, (_, i) => i + 1))
    for (const each of given) expect(each).toEqual(each.map((_, i) => (each[0] ?? 0) + i))
  })

  test('gives no number twice when its asker fails afterwards', async () => {
    await nextNumbers(db, 'edi', 'dead', 2)
    const failing = db.transaction(async (tx) => {
      await tx.query('SELECT 1')
      throw new Error('the process died')
    })
    await expect(failing).rejects.toThrow('the process died')
    expect(await nextNumbers(db, 'edi', 'dead', 1)).toEqual([3])
  })

  test('begins again with one after 999,999,999, and never gives a nought', async () => {
    await db.query(`INSERT INTO number_sequence VALUES ('edi', 'old', 999999997)`)
    expect(await nextNumbers(db, 'edi', 'old', 4)).toEqual([999_999_998, 999_999_999, 1, 2])
    expect(await nextNumbers(db, 'edi', 'old', 1)).toEqual([3])
  })
})
