/** Availability as it was known at a past moment is what was answered at that moment. */
import * as fc from 'fast-check'
import { afterEach, describe, expect, test } from 'vitest'
import { Node } from '#core/model/node.ts'
import { Product } from '#core/model/product.ts'
import { StockPolicy } from '#core/model/stock-policy.ts'
import type { Instant } from '#core/model/time.ts'
import { readAvailability, type SkuAvailability } from '#store/available.ts'
import { putFences } from '#store/fences.ts'
import { putNodes, putProducts } from '#store/master-data.ts'
import { activatePolicy } from '#store/policy-activation.ts'
import { applyStockRows } from '#store/stock-feed.ts'
import { safetyStockFor } from '#store/safety-stock.ts'
import { post } from '#store/stock.ts'
import { handleStockRules, rulesAreDue } from '#workers/stock-rules.ts'
import { databases } from '../kit/backends.ts'
import { openPaperHub, type PaperHub } from '../kit/paper-hub.ts'
import { posting } from './kit.ts'

const SKUS = ['SHOE-1', 'SHOE-2', 'PAIR']
const NODES = ['north', 'south']
const DATE = '2027-06-01T00:00:00.000Z' as Instant

const where = { sku: fc.constantFrom('SHOE-1', 'SHOE-2'), nodeId: fc.constantFrom(...NODES) }
const units = fc.integer({ min: 1, max: 9 })
const step = fc.oneof(
  fc.record({ kind: fc.constant('count' as const), ...where, units: fc.nat(30) }),
  fc.record({ kind: fc.constant('claim' as const), ...where, units }),
  fc.record({ kind: fc.constant('ship' as const), ...where, units }),
  fc.record({ kind: fc.constant('fence' as const), ...where, units: fc.nat(3) }),
  fc.record({ kind: fc.constant('supply' as const), ...where, units: fc.nat(20), pegged: fc.nat(3) }),
  fc.record({ kind: fc.constant('policy' as const), units: fc.nat(5), open: fc.boolean() }),
  fc.record({ kind: fc.constant('node' as const), ...where, units: fc.nat(3), enabled: fc.boolean() }),
  fc.record({ kind: fc.constant('product' as const), abc: fc.constantFrom('a', 'b'), perKit: units }),
)
type Step = typeof step extends fc.Arbitrary<infer S> ? S : never

describe.each(databases)('time travel on $name', (backend) => {
  let paper: PaperHub
  afterEach(() =>
    paper.hub.world.db.query('TRUNCATE supply, stock_position, stock_fence CASCADE').then(() => paper.hub.stop()),
  )

  const world = () => paper.hub.world
  let versions = 0

  async function take(done: Step): Promise<void> {
    const { db } = world()
    const master = await world().master.fresh()
    const now = world().clock.now()
    switch (done.kind) {
      case 'count': {
        const safetyStockOf = await safetyStockFor(db, master, [done.sku], now)
        const head = { asOf: now, source: 'erp', reference: 'env_1', safetyStockOf }
        await applyStockRows(db, head, [{ sku: done.sku, nodeId: done.nodeId, onHand: done.units } as never])
        break
      }
      case 'claim':
      case 'ship': {
        const [row] = await db.query<{ available: number; allocated: number }>(
          'SELECT available, allocated FROM stock_position WHERE sku = $1 AND node_id = $2',
          [done.sku, done.nodeId],
        )
        const there = (done.kind === 'claim' ? row?.available : row?.allocated) ?? 0
        if (there < done.units) return
        const move = { sku: done.sku, nodeId: done.nodeId, quantity: done.units, at: now }
        await post(db, [posting(done.kind === 'claim' ? move : { ...move, from: 'allocated', to: 'customer' })])
        break
      }
      case 'fence':
        await db.transaction((tx) =>
          putFences(tx, [{ sku: done.sku, nodeId: done.nodeId, segment: 'club', quantity: done.units }]),
        )
        break
      case 'supply':
        await db.transaction(async (tx) => {
          const id = `sup_${done.sku}_${done.nodeId}`
          await tx.query(
            `INSERT INTO supply (id, kind, reference, sku, node_id, quantity, expected_at, created_at)
             VALUES ($1, 'purchaseOrder', 'PO', $2, $3, $4, '2027-01-01', now()) ON CONFLICT (id) DO UPDATE SET quantity = excluded.quantity`,
            [id, done.sku, done.nodeId, done.units],
          )
          await tx.query(
            `INSERT INTO supply_revision (supply_id, quantity, received, expected_at, state, actor) VALUES ($1, $2, 0, '2027-01-01', 'open', 'test')`,
            [id, done.units],
          )
          await tx.query('UPDATE supply SET pegged = $2 WHERE id = $1', [id, done.pegged])
        })
        break
      case 'policy': {
        const rules = [{ kind: 'safetyStock', name: 'a', match: { attributes: { abc: ['a'] } }, units: done.units }]
        const segments = [{ id: 'club', openTo: done.open ? ['unsegmented'] : [] }]
        versions += 1
        const policy = StockPolicy.parse({ version: `v${versions}`, rules, segments })
        await world().commit((unit) => activatePolicy(unit, policy, 'test', now))
        break
      }
      case 'node': {
        const node = master.nodes.get(done.nodeId)
        await putNodes(db, [Node.parse({ ...node, safetyStock: done.units, enabled: done.enabled })])
        break
      }
      case 'product':
        await putProducts(db, [
          Product.parse({ sku: 'SHOE-1', name: 'Shoe', attributes: { abc: done.abc } }),
          Product.parse({
            sku: 'PAIR',
            name: 'Pair',
            components: [
              { sku: 'SHOE-1', quantity: done.perKit },
              { sku: 'SHOE-2', quantity: 1 },
            ],
          }),
        ])
        break
    }
    // Safety stock follows the rules before anybody asks.
    if (await rulesAreDue(world())) await handleStockRules(world())
  }

  /** Sources and times of counts aside: a count that found what was known leaves no trace of when. */
  const bare = (answer: readonly SkuAvailability[]) =>
    answer.map(({ sku, kit, positions, unknown }) => ({
      sku,
      kit,
      unknown,
      positions: positions.map(({ nodeId, available, terms }) => ({ nodeId, available, terms })),
    }))
  const ask = async (knownAt?: Instant) => {
    const master = await world().master.fresh()
    const channel = master.channels.get('web')
    const now = world().clock.now()
    return bare(
      await readAvailability(world().db, master, { skus: SKUS, nodeIds: NODES, channel, date: DATE, now, knownAt }),
    )
  }
  /** The database's own clock stamps what is known; two moments are never the same millisecond. */
  const moment = async (): Promise<Instant> => {
    await new Promise((resolve) => setTimeout(resolve, 3))
    const [row] = await world().db.query<{ at: Instant }>('SELECT clock_timestamp() AS at')
    await new Promise((resolve) => setTimeout(resolve, 3))
    return row?.at ?? expect.fail('the database knows the time')
  }

  test('the answers of each moment are given again, after whatever came later', async () => {
    paper = await openPaperHub(backend, { start: false })
    await fc.assert(
      fc.asyncProperty(fc.array(step, { minLength: 3, maxLength: 10 }), async (steps) => {
        const answers: { at: Instant; answer: unknown }[] = []
        for (const each of steps) {
          await take(each)
          answers.push({ at: await moment(), answer: await ask() })
        }
        for (const { at, answer } of answers) expect(await ask(at)).toEqual(answer)
      }),
      { numRuns: 8 },
    )
  })
})
