import { describe, expect, test } from 'vitest'
import { applyStockRows } from '#store/stock-feed.ts'
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
})

test('the races of counts need a server', () => {
  expect(databases.length).toBeGreaterThan(0)
})
