/** Stock that was held back and is not any more: whoever waits for it is decided again, with the change and not at the next count. */
import { afterEach, describe, expect, test } from 'vitest'
import { Node } from '#core/model/node.ts'
import { putNodes } from '#store/master-data.ts'
import { handleStockRules } from '#workers/stock-rules.ts'
import { databases } from '../kit/backends.ts'
import { openStockDesk, type StockDesk } from '../kit/stock-desk.ts'

describe.each(databases)('an order that waits for units that are held back, on $name', (backend) => {
  let desk: StockDesk
  afterEach(async () => {
    const broken = await desk.broken()
    await desk.stop()
    expect(broken).toEqual([])
  })
  const parked = async (more: Record<string, unknown>): Promise<void> => {
    await desk.policy(more)
    await desk.feed([
      ['SHOE', 'north', 2],
      ['BOX', 'north', 1],
    ])
    await handleStockRules(desk.hub.world)
  }
  const enable = async (enabled: boolean): Promise<void> => {
    const { db, master } = desk.hub.world
    await putNodes(db, [Node.parse({ ...(await master.fresh()).nodes.get('north'), enabled })])
  }
  const expectRouted = async (): Promise<void> => {
    await desk.route()
    expect(await desk.counters('1')).toMatchObject([{ working: 1, open: 0 }])
    expect(await desk.rows(`SELECT kind FROM exception_case WHERE state = 'open'`)).toEqual([])
  }
  const safetyOf = (units: number) => ({
    rules: [{ kind: 'safetyStock', name: 'shoes', match: { skus: ['SHOE'] }, units }],
  })

  test('is routed when their safety stock is lowered, though what it wants is a kit of them', async () => {
    desk = await openStockDesk(backend)
    await parked(safetyOf(1))
    await desk.order({ id: '1', lines: [['SET', 1]] })
    await desk.route()
    expect(await desk.counters('1')).toMatchObject([{ working: 0, open: 1 }])
    await desk.policy(safetyOf(2))
    await handleStockRules(desk.hub.world)
    expect(await desk.rows(`SELECT 1 FROM sales_order WHERE routing = 'parked'`)).toHaveLength(1)
    await desk.policy(safetyOf(0))
    await handleStockRules(desk.hub.world)
    await expectRouted()
  })

  test('is routed when their fence is taken down', async () => {
    desk = await openStockDesk(backend)
    await parked({ segments: [{ id: 'club' }] })
    const fence = (quantity: number) =>
      desk.stock.setFences([{ sku: 'SHOE', nodeId: 'north', segment: 'club', quantity }])
    expect(await fence(2)).toEqual([])
    await desk.order({ id: '1', lines: [['SHOE', 1]] })
    await desk.route()
    expect(await desk.counters('1')).toMatchObject([{ working: 0, open: 1 }])
    expect(await fence(1)).toEqual([])
    await expectRouted()
  })

  test('is routed when the node that has them is put to work', async () => {
    desk = await openStockDesk(backend)
    await enable(false)
    await parked({})
    await desk.order({ id: '1', lines: [['SHOE', 1]] })
    await desk.route()
    expect(await desk.counters('1')).toMatchObject([{ working: 0, open: 1 }])
    await enable(true)
    await handleStockRules(desk.hub.world)
    await expectRouted()
  })
})
