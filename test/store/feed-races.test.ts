import { describe, expect, test } from 'vitest'
import type { Queryable } from '#store/database.ts'
import { addPiece, type NumberedRow } from '#store/feed-pieces.ts'
import { openFeed } from '#store/feeds.ts'
import { applyStockPiece, applyStockRows } from '#store/stock-feed.ts'
import { post } from '#store/stock.ts'
import { databases } from '../kit/backends.ts'
import { at, claim, feed, positionOf, posting, violationsOf } from './kit.ts'

/** With one session nothing runs beside a count. */
describe.each(databases.filter((backend) => backend.name === 'PostgreSQL'))('a count on $name', (backend) => {
  test('that waits for a shipment to be committed takes it off once', async () => {
    const db = await backend.database()
    const someoneWaits = async (): Promise<boolean> =>
      (await db.query(`SELECT 1 FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'`))
        .length > 0
    try {
      await feed(db, at('08:00'), [['SHOE', 'north', 10]])
      await claim(db, [{ sku: 'SHOE', nodeId: 'north', quantity: 1, at: at('08:10') }])
      let counting = Promise.resolve<unknown>(undefined)
      await db.transaction(async (tx) => {
        await post(tx, [
          posting({ sku: 'SHOE', nodeId: 'north', quantity: 1, at: at('09:00'), from: 'allocated', to: 'customer' }),
        ])
        const head = { asOf: at('08:30'), source: 'erp', reference: 'env_2', safetyStockOf: () => 0 }
        counting = db.transaction((other) =>
          applyStockRows(other, head, [{ sku: 'SHOE', nodeId: 'north', onHand: 10 }] as never),
        )
        while (!(await someoneWaits()));
      })
      await counting
      // Ten were counted at half past eight, and one left after that.
      expect(await positionOf(db, 'SHOE')).toMatchObject({ onHand: 9, available: 9 })
      expect(await violationsOf(db, 'i5')).toEqual([])
    } finally {
      await db.close()
    }
  })

  test('that looks without a lock misses what another is moving, writes nothing, and takes it in the next time', async () => {
    const db = await backend.database()
    const count = (tx: Queryable, locked: boolean) =>
      applyStockPiece(
        tx,
        { asOf: at('08:30'), source: 'erp', reference: 'env_2', run: 1 },
        { feedId: 'fed_1', seq: 0, named: [{ nodeId: 'north', safetyStock: 0 }], underRules: false, locked },
      )
    const someoneWaits = async (): Promise<boolean> =>
      (await db.query(`SELECT 1 FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'`))
        .length > 0
    try {
      await feed(db, at('08:00'), [
        ['BOOT', 'north', 5],
        ['SHOE', 'north', 10],
      ])
      await claim(db, [{ sku: 'SHOE', nodeId: 'north', quantity: 1, at: at('08:10') }])
      await openFeed(db, { id: 'fed_1', connectionId: 'erp', port: 'stock', meta: {}, receivedAt: at('08:30') })
      await addPiece(db, 'fed_1', 0, [
        { row: 1, sku: 'BOOT', nodeId: 'north', onHand: 4 },
        { row: 2, sku: 'NEW', nodeId: 'north', onHand: 3 },
        { row: 3, sku: 'SHOE', nodeId: 'north', onHand: 10 },
      ] as NumberedRow[])
      let first: Promise<unknown> = Promise.resolve()
      await db.transaction(async (tx) => {
        await post(tx, [
          posting({ sku: 'SHOE', nodeId: 'north', quantity: 1, at: at('09:00'), from: 'allocated', to: 'customer' }),
        ])
        first = db.transaction((other) => count(other, false)).catch((error: unknown) => error)
        while (!(await someoneWaits()));
      })
      expect(await first).toMatchObject({ kind: 'conflict', code: 'stock.position-moved' })
      // Not the others either: a piece is taken whole or not at all.
      expect(await positionOf(db, 'BOOT')).toMatchObject({ onHand: 5 })
      expect(await db.transaction((tx) => count(tx, true))).toMatchObject({ applied: 3, late: 0 })
      // Ten were counted at half past eight, and one left after that.
      expect(await positionOf(db, 'SHOE')).toMatchObject({ onHand: 9, available: 9 })
      expect(await positionOf(db, 'NEW')).toMatchObject({ onHand: 3 })
      expect(await violationsOf(db, 'i5')).toEqual([])
    } finally {
      await db.close()
    }
  })

  test('takes its positions in the order in which all others take them, however its document names them', async () => {
    const db = await backend.database()
    const someoneWaits = async (): Promise<boolean> =>
      (await db.query(`SELECT 1 FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'`))
        .length > 0
    const moved = (sku: string) =>
      posting({ sku, nodeId: 'north', quantity: 1, at: at('09:00'), from: 'available', to: 'customer' })
    try {
      await feed(db, at('08:00'), [
        ['BOOT', 'north', 5],
        ['SHOE', 'north', 5],
      ])
      await openFeed(db, { id: 'fed_1', connectionId: 'erp', port: 'stock', meta: {}, receivedAt: at('08:30') })
      await addPiece(db, 'fed_1', 0, [
        { row: 1, sku: 'SHOE', nodeId: 'north', onHand: 4 },
        { row: 2, sku: 'BOOT', nodeId: 'north', onHand: 4 },
      ] as NumberedRow[])
      let counting: Promise<unknown> = Promise.resolve()
      await db.transaction(async (tx) => {
        await post(tx, [moved('BOOT')])
        counting = db
          .transaction((other) =>
            applyStockPiece(
              other,
              { asOf: at('08:30'), source: 'erp', reference: 'env_2', run: 1 },
              {
                feedId: 'fed_1',
                seq: 0,
                named: [{ nodeId: 'north', safetyStock: 0 }],
                underRules: false,
                locked: false,
              },
            ),
          )
          .catch((error: unknown) => error)
        while (!(await someoneWaits()));
        // Had it taken the shoe first, each would wait for the other now.
        await tx.query(`SET LOCAL lock_timeout = '500ms'`)
        await post(tx, [moved('SHOE')])
      })
      expect(await counting).toMatchObject({ kind: 'conflict', code: 'stock.position-moved' })
      expect(await positionOf(db, 'SHOE')).toMatchObject({ onHand: 4 })
      expect(await violationsOf(db, 'i5')).toEqual([])
    } finally {
      await db.close()
    }
  })
})

test('the races of counts need a server', () => {
  expect(databases.length).toBeGreaterThan(0)
})
