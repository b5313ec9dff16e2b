import { afterEach, describe, expect, test } from 'vitest'
import { StockFeed } from '#core/model/stock.ts'
import { applyStockFeed } from '#workers/apply-stock.ts'
import { handleRoute } from '#workers/route.ts'
import type { World } from '#workers/world.ts'
import { databases } from '../kit/backends.ts'
import { openStockDesk, type StockDesk } from '../kit/stock-desk.ts'

const DAY_MS = 86_400_000

/** The hub's world, in which something happens between a decision and its commit, once. */
function meanwhile(world: World, happens: () => Promise<unknown>): World {
  let happened = false
  return {
    ...world,
    commit: async (work) => {
      if (!happened) {
        happened = true
        await happens()
      }
      return world.commit(work)
    },
  }
}

describe.each(databases)('an order that is decided in the moment in which its stock comes in, on $name', (backend) => {
  let desk: StockDesk
  afterEach(async () => {
    const broken = await desk.broken()
    await desk.stop()
    expect(broken).toEqual([])
  })

  test('is routed, when the stock came in after it was looked at', async () => {
    desk = await openStockDesk(backend)
    const id = await desk.order({ id: '1', lines: [['SHOE', 1]] })
    const world = meanwhile(desk.hub.world, () => desk.feed([['SHOE', 'north', 5]]))
    await handleRoute(world, [id])
    await desk.route()
    expect(await desk.counters('1')).toMatchObject([{ working: 1, open: 0 }])
    expect(await desk.rows(`SELECT kind FROM exception_case WHERE state = 'open'`)).toEqual([])
  })

  test('is routed, when what came in was a component of its kit', async () => {
    desk = await openStockDesk(backend)
    await desk.feed([['BOX', 'north', 1]])
    const id = await desk.order({ id: '1', lines: [['SET', 1]] })
    await handleRoute(
      meanwhile(desk.hub.world, () => desk.feed([['SHOE', 'north', 2]])),
      [id],
    )
    await desk.route()
    expect(await desk.counters('1')).toMatchObject([{ working: 1, open: 0 }])
  })

  test('gets its units, when the policy would have let it wait', async () => {
    desk = await openStockDesk(backend)
    await desk.policy({ backorders: [{ name: 'all', capUnits: 10, onlyAgainstSupply: false }] })
    const id = await desk.order({ id: '1', lines: [['SHOE', 3]] })
    await handleRoute(
      meanwhile(desk.hub.world, () => desk.feed([['SHOE', 'north', 2]])),
      [id],
    )
    await desk.route()
    expect(await desk.counters('1')).toMatchObject([{ working: 2, backordered: 1, open: 0 }])
  })

  test('parks all the same, when others of its moment took what came in', async () => {
    desk = await openStockDesk(backend)
    await desk.feed([['SHOE', 'north', 1]])
    const ids = [
      await desk.order({ id: '1', lines: [['SHOE', 1]] }),
      await desk.order({ id: '2', lines: [['SHOE', 1]] }),
    ]
    await handleRoute(
      meanwhile(desk.hub.world, () => desk.feed([['SHOE', 'north', 1]])),
      ids,
    )
    expect(await desk.rows(`SELECT routing FROM sales_order ORDER BY external_id`)).toEqual([
      { routing: 'none' },
      { routing: 'parked' },
    ])
  })

  test('is decided again, when the one it gave way to does not get the units after all', async () => {
    desk = await openStockDesk(backend)
    await desk.feed([
      ['SHOE', 'north', 1],
      ['BOX', 'north', 1],
    ])
    const whole = await desk.order({
      id: '1',
      lines: [
        ['SHOE', 1],
        ['BOX', 1],
      ],
    })
    const second = await desk.order({ id: '2', lines: [['SHOE', 1]] })
    await handleRoute(
      meanwhile(desk.hub.world, () =>
        desk.order({
          id: '1',
          at: new Date(Date.parse(desk.now()) + DAY_MS).toISOString() as never,
          lines: [
            ['SHOE', 1],
            ['BOX', 1],
          ],
          cancelled: true,
        }),
      ),
      [whole, second],
    )
    await desk.route()
    expect(await desk.counters('2')).toMatchObject([{ working: 1, open: 0 }])
  })
})

describe.each(databases.filter((backend) => backend.name === 'PostgreSQL'))(
  'an order that is decided while a commit that brings its stock is under way, on $name',
  (backend) => {
    test('waits for that commit, and is routed', async () => {
      const desk = await openStockDesk(backend)
      const { world } = desk.hub
      const id = await desk.order({ id: '1', lines: [['SHOE', 1]] })
      await world.master.fresh()
      const value = StockFeed.parse({
        mode: 'delta',
        asOf: desk.now(),
        rows: [{ sku: 'SHOE', nodeId: 'north', onHand: 5 }],
      })
      let routed = false
      let routing = Promise.resolve()
      await world.commit(async (unit) => {
        const from = { envelopeId: 'env_1', connectionId: 'erp', port: 'stock', part: '', value }
        await applyStockFeed(unit, world, from, desk.now())
        // All that brings the stock is written, and nothing of it committed, when the order is decided.
        routing = handleRoute(world, [id]).then(() => {
          routed = true
        })
        while (!routed && !(await somebodyWaits(desk)));
      })
      await routing
      await desk.route()
      expect(await desk.counters('1')).toMatchObject([{ working: 1, open: 0 }])
      await desk.stop()
    })
  },
)

const somebodyWaits = async (desk: StockDesk): Promise<boolean> =>
  (
    await desk.rows(
      `SELECT 1 FROM pg_locks WHERE locktype = 'advisory' AND NOT granted AND database = (SELECT oid FROM pg_database WHERE datname = current_database())`,
    )
  ).length > 0
