/** The limit of a connection, kept by several processes at once over one database. */
import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { cellsOf, createPace } from '#workers/pace.ts'
import { takeTurns } from '#store/connection-pace.ts'
import { migrate } from '#store/migrate.ts'
import { type Backend, databases } from '../kit/backends.ts'

const migrated = async (backend: Backend) => {
  const db = await backend.database()
  await migrate(db)
  return db
}

/** Most calls that begin in any stretch of `perMs`. */
function mostIn(perMs: number, begun: readonly number[]): number {
  const sorted = begun.toSorted((a, b) => a - b)
  return Math.max(...sorted.map((at) => sorted.filter((each) => each >= at && each < at + perMs - 1e-6).length))
}

test('a burst and the steps after it never add up to more than the limit', () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 2_000 }), fc.integer({ min: 10, max: 60_000 }), (max, perMs) => {
      const { burst, stepMs } = cellsOf({ max, perMs })
      const begun = Array.from({ length: 2 * max + 2 }, (_, n) => Math.max(0, n - burst + 1) * stepMs)
      expect(mostIn(perMs, begun)).toBeLessThanOrEqual(max)
      // And it is used: a partner that allows so many is not asked for half.
      expect(burst + Math.floor(perMs / stepMs)).toBeGreaterThanOrEqual(max)
    }),
    { numRuns: 200 },
  )
})

describe.each(databases)('on $name', (backend) => {
  test('two processes together keep one limit, and another connection has its own', async () => {
    const db = await migrated(backend)
    const limit = { max: 20, perMs: 1_000 }
    const { burst, stepMs } = cellsOf(limit)
    const started = performance.now()
    const work = async (connectionId: string, calls: number): Promise<number> => {
      const turn = createPace(db, connectionId, limit)
      for (let n = 0; n < calls; n++) await turn()
      return performance.now() - started
    }
    const [one, two] = await Promise.all([work('shop', 20), work('shop', 20), work('depot', 10)])
    // However slow this machine is: forty calls cannot have begun sooner.
    expect(Math.max(one, two)).toBeGreaterThanOrEqual((40 - burst) * stepMs - 1)
    expect(await db.query('SELECT connection_id FROM connection_pace ORDER BY 1')).toEqual([
      { connection_id: 'depot' },
      { connection_id: 'shop' },
    ])
    await db.close()
  })

  test('a quiet time is not saved up beyond the burst', async () => {
    const db = await migrated(backend)
    const cells = { stepMs: 60_000, burst: 3 }
    const granted: number[] = []
    for (let n = 0; n < 5; n++) granted.push(await takeTurns(db, 'shop', cells, 1))
    expect(granted.map((waitMs) => waitMs === 0)).toEqual([true, true, true, false, false])
    // Waiting takes nothing away: both are told the same time, give or take what the questions took.
    expect(granted[3]).toBeGreaterThan(0)
    expect(granted[3]).toBeLessThanOrEqual(60_000)
    await db.close()
  })
})
