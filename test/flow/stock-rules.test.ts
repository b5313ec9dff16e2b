/** Stock rules at work: safety stock in the positions and the channels' numbers follow policy, products, nodes, dates and age. */
import { afterEach, describe, expect, test } from 'vitest'
import { Channel } from '#core/model/channel.ts'
import { Node } from '#core/model/node.ts'
import { Product } from '#core/model/product.ts'
import { StockFeed } from '#core/model/stock.ts'
import { StockPolicy } from '#core/model/stock-policy.ts'
import { plusMs } from '#core/model/time.ts'
import { putChannels, putNodes, putProducts } from '#store/master-data.ts'
import { activatePolicy } from '#store/policy-activation.ts'
import { applyStockFeed } from '#workers/apply-stock.ts'
import { handlePublish } from '#workers/publish.ts'
import { handleStockRules, rulesAreDue } from '#workers/stock-rules.ts'
import { databases } from '../kit/backends.ts'
import { openPaperHub, type PaperHub } from '../kit/paper-hub.ts'

type Count = [sku: string, nodeId: string, onHand: number]

describe.each(databases)('stock rules on $name', (backend) => {
  let paper: PaperHub
  afterEach(() => paper.hub.stop())
  const world = () => paper.hub.world
  const now = () => world().clock.now()
  let feeds = 0

  const open = async (): Promise<void> => {
    paper = await openPaperHub(backend, { start: false })
    await world().master.fresh()
    await settle()
  }
  const count = async (...rows: Count[]): Promise<void> => {
    await world().master.fresh()
    const value = StockFeed.parse({
      mode: 'delta',
      asOf: now(),
      rows: rows.map(([sku, nodeId, onHand]) => ({ sku, nodeId, onHand })),
    })
    feeds += 1
    const feed = { envelopeId: `env_${feeds}`, connectionId: 'depot', port: 'documents', part: '', value }
    await world().commit((unit) => applyStockFeed(unit, world(), feed, now()))
  }
  const activate = (document: Record<string, unknown>) =>
    world().commit((unit) => activatePolicy(unit, StockPolicy.parse(document), 'test', now()))
  /** As the sweeper does: only if there is something to do; then the channels are told. */
  const settle = async (): Promise<boolean> => {
    const due = await rulesAreDue(world())
    if (due) await handleStockRules(world())
    await handlePublish(world())
    return due
  }
  /** The newest number instructed for each position. */
  const told = async (): Promise<Record<string, number>> => {
    const rows = await world().db.query<{ document: { sku: string; nodeId: string; available: number } }>(
      `SELECT document FROM instruction WHERE kind = 'availability' ORDER BY id`,
    )
    return Object.fromEntries(rows.map(({ document }) => [`${document.sku}@${document.nodeId}`, document.available]))
  }
  const safety = async (): Promise<Record<string, number>> => {
    const rows = await world().db.query<{ name: string; units: number }>(
      `SELECT sku || '@' || node_id AS name, safety_stock AS units FROM stock_position ORDER BY 1`,
    )
    return Object.fromEntries(rows.map((row) => [row.name, row.units]))
  }
  const product = (sku: string, more: Record<string, unknown> = {}) => Product.parse({ sku, name: sku, ...more })

  test('a new policy is written into the positions and told to the channels, and then there is nothing to do', async () => {
    await open()
    await count(['SHOE-1', 'north', 10], ['SHOE-2', 'north', 10], ['SHOE-1', 'south', 10])
    await settle()
    expect(await told()).toEqual({ 'SHOE-1@north': 10, 'SHOE-2@north': 10, 'SHOE-1@south': 10 })
    await activate({
      version: 'v1',
      rules: [
        { kind: 'safetyStock', name: 'four in the north', match: { skus: ['SHOE-1'], nodes: ['north'] }, units: 4 },
        { kind: 'exclude', name: 'no seconds', match: { skus: ['SHOE-2'], channels: ['web'] } },
      ],
    })
    expect(await settle()).toBe(true)
    expect(await safety()).toEqual({ 'SHOE-1@north': 4, 'SHOE-1@south': 0, 'SHOE-2@north': 0 })
    expect(await told()).toEqual({ 'SHOE-1@north': 6, 'SHOE-2@north': 0, 'SHOE-1@south': 10 })
    expect(await settle()).toBe(false)
    // A count of a position that is new follows the rules at once.
    await count(['SHOE-1', 'north', 12])
    expect(await safety()).toMatchObject({ 'SHOE-1@north': 4 })
    await activate({ version: 'v2' })
    await settle()
    expect(await safety()).toMatchObject({ 'SHOE-1@north': 0 })
    expect(await told()).toMatchObject({ 'SHOE-1@north': 12, 'SHOE-2@north': 10 })
  })

  test('products, nodes and channels that change are followed', async () => {
    await open()
    await activate({
      version: 'v1',
      rules: [{ kind: 'safetyStock', name: 'a goods', match: { attributes: { abc: ['a'] } }, units: 3 }],
    })
    await count(['SHOE-1', 'north', 10], ['SHOE-2', 'north', 10])
    await settle()
    const db = world().db
    await putProducts(db, [product('SHOE-1', { attributes: { abc: 'a' } }), product('SHOE-2', { name: 'other' })])
    await settle()
    expect(await safety()).toEqual({ 'SHOE-1@north': 3, 'SHOE-2@north': 0 })
    expect(await told()).toEqual({ 'SHOE-1@north': 7, 'SHOE-2@north': 10 })
    const north = (await world().master.fresh()).nodes.get('north')
    await putNodes(db, [Node.parse({ ...north, safetyStock: 1 })])
    await settle()
    expect(await safety()).toEqual({ 'SHOE-1@north': 3, 'SHOE-2@north': 1 })
    await putNodes(db, [Node.parse({ ...north, safetyStock: 1, enabled: false })])
    await settle()
    expect(await told()).toEqual({ 'SHOE-1@north': 0, 'SHOE-2@north': 0 })
    await putNodes(db, [Node.parse({ ...north, safetyStock: 1 })])
    const channel = (await world().master.fresh()).channels.get('web')
    await putChannels(db, [Channel.parse({ ...channel, threshold: 2 })])
    await settle()
    expect(await told()).toEqual({ 'SHOE-1@north': 5, 'SHOE-2@north': 7 })
    await putChannels(db, [Channel.parse({ ...channel, threshold: 2 })])
    expect(await settle()).toBe(false)
  })

  test('a dated rule begins and ends by itself', async () => {
    await open()
    const begins = plusMs(now(), 3_600_000)
    await activate({
      version: 'v1',
      rules: [
        { kind: 'safetyStock', name: 'the feast', match: { from: begins, until: plusMs(begins, 3_600_000) }, units: 6 },
      ],
    })
    await count(['SHOE-1', 'north', 10])
    await settle()
    expect(await told()).toEqual({ 'SHOE-1@north': 10 })
    expect(await settle()).toBe(false)
    paper.clock.aheadMs = 3_700_000
    expect(await settle()).toBe(true)
    expect(await told()).toEqual({ 'SHOE-1@north': 4 })
    paper.clock.aheadMs = 7_300_000
    expect(await settle()).toBe(true)
    expect(await told()).toEqual({ 'SHOE-1@north': 10 })
  })

  test('a count that grows old is told with its buffer, and without it when the same number is counted again', async () => {
    await open()
    await activate({
      version: 'v1',
      rules: [{ kind: 'freshness', name: 'old', match: { nodes: ['north'] }, olderThanMinutes: 30, units: 4 }],
    })
    await count(['SHOE-1', 'north', 10], ['SHOE-1', 'south', 10])
    await settle()
    paper.clock.aheadMs = 20 * 60_000
    await settle()
    expect(await told()).toEqual({ 'SHOE-1@north': 10, 'SHOE-1@south': 10 })
    paper.clock.aheadMs = 31 * 60_000
    await settle()
    expect(await told()).toEqual({ 'SHOE-1@north': 6, 'SHOE-1@south': 10 })
    paper.clock.aheadMs = 33 * 60_000
    await count(['SHOE-1', 'north', 10])
    await settle()
    expect(await told()).toEqual({ 'SHOE-1@north': 10, 'SHOE-1@south': 10 })
  })

  test('a kit is told when a component moves, and when what it is made of changes', async () => {
    await open()
    const kit = (quantity: number) =>
      product('PAIR', {
        components: [
          { sku: 'SHOE-1', quantity },
          { sku: 'SHOE-2', quantity: 1 },
        ],
      })
    await putProducts(world().db, [kit(2)])
    await count(['SHOE-1', 'north', 10], ['SHOE-2', 'north', 7])
    await settle()
    expect(await told()).toMatchObject({ 'SHOE-1@north': 10, 'SHOE-2@north': 7, 'PAIR@north': 5 })
    await count(['SHOE-2', 'north', 2])
    await settle()
    expect(await told()).toMatchObject({ 'PAIR@north': 2 })
    await putProducts(world().db, [kit(6)])
    await settle()
    expect(await told()).toMatchObject({ 'PAIR@north': 1 })
  })

  test('a pass that stopped half way goes on from there, and a policy that comes in between is carried out too', async () => {
    await open()
    await count(['SHOE-1', 'north', 10], ['SHOE-2', 'north', 10])
    await settle()
    const rule = (units: number) => ({ kind: 'safetyStock', name: 'all', units })
    await activate({ version: 'v1', rules: [rule(2)] })
    await world().master.fresh()
    // A crash after the first SKU's slice.
    await world().db.query(
      `UPDATE stock_rules_applied SET target_version = 'v1', target_at = $1, cursor_sku = 'SHOE-1'`,
      [now()],
    )
    await world().db.query(`UPDATE stock_position SET safety_stock = 2 WHERE sku = 'SHOE-1'`)
    await settle()
    expect(await safety()).toEqual({ 'SHOE-1@north': 2, 'SHOE-2@north': 2 })
    await world().db.query(
      `UPDATE stock_rules_applied SET target_version = 'v1', target_at = $1, cursor_sku = 'SHOE-1', policy_version = 'default-1'`,
      [now()],
    )
    await activate({ version: 'v2', rules: [] })
    await settle()
    expect(await safety()).toEqual({ 'SHOE-1@north': 0, 'SHOE-2@north': 0 })
  })
})
