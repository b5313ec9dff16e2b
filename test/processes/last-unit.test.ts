import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import { afterEach, describe, expect, test } from 'vitest'
import { Network, applyNetwork } from '#app/network-file.ts'
import type { Database } from '#store/database.ts'
import { checkInvariants } from '#store/check.ts'
import { createDatabase, dropDatabase } from '#store/databases.ts'
import { migrate } from '#store/migrate.ts'
import { openPostgres } from '#store/postgres.ts'
import { instantFromEpochMs } from '#core/model/time.ts'
import { ROOT } from '../rules/files.ts'
import { databases } from '../kit/backends.ts'
import { openStockDesk } from '../kit/stock-desk.ts'

const run = promisify(execFile)
const CLAIMS = 10_000
const PROCESSES = 4

const server = process.env['CROSSDOCK_TEST_DATABASE_URL']

describe('ten thousand claims on one unit', () => {
  let close: () => Promise<void>
  afterEach(() => close())

  test('in one process on PGlite: exactly one holds', async () => {
    const desk = await openStockDesk(databases[0] ?? expect.fail('PGlite is always there'))
    close = desk.stop
    await desk.feed([['SHOE', 'north', 1]])
    const answers = await Promise.all(Array.from({ length: CLAIMS }, (_, i) => desk.cart(`c${i}`, [['SHOE', 1]])))
    expect(answers.filter((answer) => answer.kind === 'held')).toHaveLength(1)
    expect(await desk.position('SHOE')).toMatchObject({ available: 0, reserved: 1, onHand: 1 })
    expect(await desk.broken()).toEqual([])
  })

  // Without a server there is one process only: PGlite's folder has one owner.
  test.each(server === undefined ? [] : [server])(
    `from ${PROCESSES} processes on PostgreSQL: exactly one holds`,
    async (at) => {
      const name = `crossdock_test_claims_${process.pid}`
      const url = await createDatabase(at, name)
      const db = openPostgres({ url, onError: () => undefined })
      close = async () => {
        await db.close()
        await dropDatabase(at, name)
      }
      await prepare(db)
      const each = CLAIMS / PROCESSES
      const held = await Promise.all(
        Array.from({ length: PROCESSES }, async (_, i) => {
          const script = ['test/processes/claimer.ts', String(i * each), String(each)]
          const { stdout } = await run(process.execPath, script, { cwd: ROOT, env: { DATABASE_URL: url } })
          return Number(stdout)
        }),
      )
      expect(held.reduce((sum, one) => sum + one, 0)).toBe(1)
      expect(await db.query('SELECT available, reserved, on_hand FROM stock_position')).toEqual([
        { available: 0, reserved: 1, on_hand: 1 },
      ])
      const checked = await checkInvariants(db, instantFromEpochMs(Date.now()))
      expect(checked.flatMap((one) => one.violations)).toEqual([])
    },
  )
})

async function prepare(db: Database): Promise<void> {
  await migrate(db)
  await applyNetwork(
    db,
    Network.parse({
      channels: [{ id: 'web', name: 'Web', currency: 'EUR' }],
      nodes: [
        {
          id: 'north',
          name: 'North',
          kind: 'warehouse',
          capabilities: ['ship'],
          calendar: { timeZone: 'Europe/Paris', week: {} },
          costs: { currency: 'EUR' },
        },
      ],
      products: [{ sku: 'LAST', name: 'The last one' }],
    }),
  )
  await db.query(`INSERT INTO stock_position (sku, node_id, available) VALUES ('LAST', 'north', 1)`)
  await db.query(
    `INSERT INTO stock_posting (sku, node_id, from_state, to_state, quantity, cause, reference, effective_at)
     VALUES ('LAST', 'north', 'adjustment', 'available', 1, 'feed', 'test', now())`,
  )
}
