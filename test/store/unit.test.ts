import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import type { Database } from '#store/database.ts'
import { outboxLength, relayOutbox } from '#store/outbox.ts'
import { type StoredMessage, unitOfWork } from '#store/unit.ts'
import { databases } from '../kit/backends.ts'
import { commitTo, countOf } from './kit.ts'

describe.each(databases)('a unit of work on $name', (backend) => {
  let db: Database
  beforeAll(async () => {
    db = await backend.database()
  })
  beforeEach(() => db.script('DELETE FROM outbox; DELETE FROM product'))
  afterAll(() => db.close())

  const addProduct = (sku: string) => `INSERT INTO product (sku, document) VALUES ('${sku}', '{}')`

  test('leaves its state and its messages together', async () => {
    const flushed: StoredMessage[] = []
    const commit = unitOfWork(db, (messages) => void flushed.push(...messages))
    const answer = await commit(async (unit) => {
      await unit.query(addProduct('A'))
      unit.enqueue('route', ['ord_1', 'ord_2'])
      unit.enqueue('publish', ['x'])
      unit.enqueue('route', ['ord_2', 'ord_3'])
      return 'done'
    })
    expect(answer).toBe('done')
    expect(await countOf(db, 'product')).toBe(1)
    const rows = await db.query('SELECT queue, ids FROM outbox ORDER BY queue')
    expect(rows).toEqual([
      { queue: 'publish', ids: ['x'] },
      { queue: 'route', ids: ['ord_1', 'ord_2', 'ord_3'] },
    ])
    expect(flushed.map((message) => message.queue).sort()).toEqual(['publish', 'route'])
  })

  test('leaves neither state nor messages when its work throws', async () => {
    let flushed = 0
    const commit = unitOfWork(db, () => void (flushed += 1))
    const failing = commit(async (unit) => {
      await unit.query(addProduct('A'))
      unit.enqueue('route', ['ord_1'])
      throw new Error('the power of decision failed')
    })
    await expect(failing).rejects.toThrow('the power of decision failed')
    expect([await countOf(db, 'product'), await outboxLength(db), flushed]).toEqual([0, 0, 0])
  })

  test('leaves neither when the database refuses a statement, and the next one works', async () => {
    const commit = commitTo(db)
    const failing = commit(async (unit) => {
      await unit.query(addProduct('A'))
      unit.enqueue('route', ['ord_1'])
      await unit.query(addProduct('A'))
    })
    await expect(failing).rejects.toThrow('product_pkey')
    expect([await countOf(db, 'product'), await outboxLength(db)]).toEqual([0, 0])
    await commit((unit) => unit.query(addProduct('A')))
    expect(await countOf(db, 'product')).toBe(1)
  })

  test('flushes only after its commit: whoever is told finds the state there', async () => {
    const seen: Promise<number>[] = []
    const commit = unitOfWork(db, () => void seen.push(countOf(db, 'product')))
    await commit(async (unit) => {
      await unit.query(addProduct('A'))
      unit.enqueue('route', ['ord_1'])
      expect(seen).toEqual([])
    })
    expect(await Promise.all(seen)).toEqual([1])
  })

  test('with nothing to queue leaves no message', async () => {
    let flushed = 0
    const commit = unitOfWork(db, () => void (flushed += 1))
    await commit((unit) => Promise.resolve(unit.enqueue('route', [])))
    expect([await outboxLength(db), flushed]).toEqual([0, 0])
  })

  test('of many at once keeps every message', async () => {
    const commit = commitTo(db)
    await Promise.all(
      Array.from({ length: 50 }, (_, i) =>
        commit(async (unit) => {
          await unit.query(addProduct(`P-${i}`))
          unit.enqueue('route', [`ord_${i}`])
        }),
      ),
    )
    expect([await countOf(db, 'product'), await outboxLength(db)]).toEqual([50, 50])
  })

  describe('whose flush was missed', () => {
    const leave = (count: number) =>
      Promise.all(
        Array.from({ length: count }, (_, i) =>
          commitTo(db)((unit) => Promise.resolve(unit.enqueue('route', [`ord_${i}`]))),
        ),
      )
    const NOW = { olderThanMs: 0, max: 7 }

    test('is found by relays that share the rows: each message goes out once', async () => {
      await leave(60)
      const published: string[] = []
      const relay = async (): Promise<void> => {
        while (
          (await relayOutbox(db, NOW, (messages) => {
            published.push(...messages.flatMap((message) => message.ids))
            return Promise.resolve()
          })) > 0
        );
      }
      await Promise.all([relay(), relay(), relay()])
      expect(published.length).toBe(60)
      expect(new Set(published).size).toBe(60)
      expect(await outboxLength(db)).toBe(0)
    })

    test('keeps its messages when the queue refuses them, for the next relay', async () => {
      await leave(5)
      const refused = relayOutbox(db, NOW, () => Promise.reject(new Error('the queue is away')))
      await expect(refused).rejects.toThrow('the queue is away')
      expect(await outboxLength(db)).toBe(5)
      expect(await relayOutbox(db, NOW, () => Promise.resolve())).toBe(5)
      expect(await outboxLength(db)).toBe(0)
    })

    test('is left alone while its writer may still flush it', async () => {
      await leave(3)
      const told = await relayOutbox(db, { olderThanMs: 600_000, max: 7 }, () =>
        Promise.reject(new Error('a young message was taken')),
      )
      expect([told, await outboxLength(db)]).toEqual([0, 3])
    })
  })
})

test('on the embedded database, asking it beside the running transaction is refused instead of waiting for ever', async () => {
  const db = await (databases[0] ?? expect.fail('no database')).database()
  try {
    const inside = db.transaction(() => db.query('SELECT 1'))
    await expect(inside).rejects.toThrow('inside a transaction only the transaction itself may be asked')
    const nested = db.transaction(() => db.transaction(() => Promise.resolve()))
    await expect(nested).rejects.toThrow('inside a transaction only the transaction itself may be asked')
    expect(await db.query('SELECT 1 AS one')).toEqual([{ one: 1 }])
  } finally {
    await db.close()
  }
})
