import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { WEEKDAYS } from '#core/model/node.ts'
import { OrderInput } from '#core/model/order.ts'
import { decisionsOf } from '#store/decisions.ts'
import { unitsClaimed } from '#store/demand.ts'
import { handleRoute } from '#workers/route.ts'
import { PRICE_TIMES } from '#workers/prices/live-prices.ts'
import { describeDecision } from '#app/cli/explain.ts'
import { hubs } from '../kit/backends.ts'
import { anOrder } from '../kit/builders.ts'
import { openPaperHub, type PaperHub } from '../kit/paper-hub.ts'
import { at, feed } from '../store/kit.ts'

/** Every recorded order is expected once more; twenty are enough history. */
const TIMES = { ...PRICE_TIMES, horizonMs: PRICE_TIMES.historyMs, minOrders: 20 }

describe.each(hubs)('shadow prices in the live router on $name', (backend) => {
  let paper: PaperHub
  afterEach(async () => paper.stop())

  /** Only the north has belts (SHOE-2) and it has few shoes; the south has shoes, and its packages cost 1.00 more. */
  beforeEach(async () => {
    paper = await openPaperHub(backend, { start: false, priceTimes: TIMES })
    await feed(paper.hub.world.db, at('08:00'), [
      ['SHOE-1', 'north', 15],
      ['SHOE-2', 'north', 60],
      ['SHOE-1', 'south', 60],
    ])
  })
  const capture = async (id: string, skus: string[]): Promise<string> => {
    const order = skus.reduce((built, sku) => built.line(sku, 1), anOrder(id))
    const captured = await paper.hub.captureOrder(OrderInput.parse(order.document.value), 'test')
    return 'orderId' in captured ? captured.orderId : expect.fail(`not captured: ${JSON.stringify(captured)}`)
  }
  const demand = async (): Promise<void> => {
    await Promise.all(
      Array.from({ length: 30 }, (_, index) =>
        capture(`past-${index}`, index % 3 === 0 ? ['SHOE-1'] : ['SHOE-1', 'SHOE-2']),
      ),
    )
  }
  const route = async (orderId: string) => {
    await handleRoute(paper.hub.world, [orderId])
    const [decision] = await decisionsOf(paper.hub.world.db, orderId)
    return decision ?? expect.fail('there is no decision')
  }

  test('units that later orders need together are spared, and the record says what they are worth', async () => {
    await demand()
    expect(await paper.hub.world.prices.refresh()).toBeGreaterThan(0)
    const alone = await route(await capture('alone', ['SHOE-1']))
    expect(alone.packages).toMatchObject([{ nodeId: 'south', costMinor: 600, opportunityMinor: 0 }])
    expect(alone.costMinor).toBe(600)
    expect(await unitsClaimed(paper.hub.world.db, alone.decidedAt)).toEqual([
      { sku: 'SHOE-1', nodeId: 'south', units: 1 },
    ])
    const together = await route(await capture('together', ['SHOE-1', 'SHOE-2']))
    const [one, ...others] = together.packages
    expect(others).toEqual([])
    expect(one).toMatchObject({ nodeId: 'north', costMinor: 500 })
    expect(one?.costParts.reduce((sum, part) => sum + part.minor, 0)).toBe(500)
    expect(one?.opportunityMinor).toBeGreaterThan(100)
    expect(describeDecision(together).join('\n')).toContain('worth to later orders')
  })

  test('places of a day at a node that sends only so many are spared for the orders that have no other node', async () => {
    const { db } = paper.hub.world
    // One package three days from now, so a dozen in four weeks, for thirty orders of which twenty have no other node; whatever day it is.
    const day = WEEKDAYS[(new Date(Date.now() + 3 * 86_400_000).getUTCDay() + 6) % 7] ?? 'mon'
    await db.query(
      `UPDATE node SET document = jsonb_set(document, '{calendar,week}', $1::jsonb) || '{"capacity": {"packagesPerDay": 1, "backlogDays": 30}}'
       WHERE id = 'north'`,
      [JSON.stringify({ [day]: { open: '00:00', close: '23:59' } })],
    )
    await db.query('UPDATE master_version SET version = version + 1')
    // Shoes without end: what is scarce are the places.
    await feed(db, at('09:00'), [['SHOE-1', 'north', 600]])
    await demand()
    expect(await paper.hub.world.prices.refresh()).toBe(1)
    const alone = await route(await capture('alone', ['SHOE-1']))
    expect(alone.packages).toMatchObject([{ nodeId: 'south', costMinor: 600, opportunityMinor: 0 }])
    const together = await route(await capture('together', ['SHOE-1', 'SHOE-2']))
    expect(together.packages).toMatchObject([{ nodeId: 'north', costMinor: 500 }])
    expect(together.packages[0]?.opportunityMinor).toBeGreaterThan(100)
  })

  test('with too little history, money decides alone and the record has no word of opportunity', async () => {
    await capture('past', ['SHOE-1', 'SHOE-2'])
    expect(await paper.hub.world.prices.refresh()).toBe(0)
    const decision = await route(await capture('alone', ['SHOE-1']))
    expect(decision.packages).toMatchObject([{ nodeId: 'north', costMinor: 500 }])
    expect(decision.packages[0]).not.toHaveProperty('opportunityMinor')
  })
})
