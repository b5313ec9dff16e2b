import { afterEach, describe, expect, test } from 'vitest'
import { PolicyBook } from '#core/routing/policy-book.ts'
import { decisionsOf } from '#store/decisions.ts'
import { setConnectionState } from '#store/master-data.ts'
import { activatePolicy, insertPolicy } from '#store/policies.ts'
import { reoptimise } from '#workers/reoptimise.ts'
import { describeDecision } from '#app/cli/explain.ts'
import { databases } from '../kit/backends.ts'
import { aFeed, anOrder } from '../kit/builders.ts'
import { resume } from '../kit/operations.ts'
import { openPaperHub, type PaperHub } from '../kit/paper-hub.ts'

const TERMS = { savingAtLeastMinor: 100, atMostPercent: 50 }

/** North's packages cost 5.00, south's 6.00. Only south has stock at first; then north gets some. On PostgreSQL where there is one. */
describe.each(databases.slice(-1))('work that no node has accepted on $name', (backend) => {
  let paper: PaperHub
  afterEach(async () => paper.stop())

  const rows = <R>(sql: string): Promise<R[]> => paper.hub.world.db.query<R>(sql)
  const count = async (from: string): Promise<number> =>
    (await rows<{ n: number }>(`SELECT count(*)::int4 AS n FROM ${from}`))[0]?.n ?? -1
  const stock = async (id: string, units: [string, string, number][], asOf: string): Promise<void> => {
    const known = await count('stock_position')
    await paper.receive('depot', id, aFeed(units, asOf))
    await paper.until('the stock is known', async () => (await count('stock_position')) === known + units.length)
  }
  const pause = async (state: 'paused' | 'active'): Promise<void> => {
    const { world } = paper.hub
    if (state === 'active') return resume(paper.hub, 'depot')
    await world.commit((unit) => setConnectionState(unit, 'depot', 'paused', 'a test', world.clock.now()))
  }
  const orders = (...numbers: string[]) =>
    Promise.all(
      numbers.map((number) => paper.receive('shop', `order-${number}`, anOrder(number).line('SHOE-1', 1).document)),
    )
  const begin = async (numbers: string[], paused: boolean): Promise<void> => {
    paper = await openPaperHub(backend, { times: { reoptimiseEveryMs: 300 } })
    await stock('first', [['SHOE-1', 'south', 9]], '2026-11-22T08:00:00.000Z')
    if (paused) await pause('paused')
    await orders(...numbers)
    await paper.until(
      'south has all',
      async () => (await count(`fulfillment_request WHERE node_id = 'south'`)) === numbers.length,
    )
    if (!paused)
      await paper.until(
        'south was told',
        async () => (await count(`fulfillment_request WHERE negotiation = 'submitted'`)) === numbers.length,
      )
    await stock('second', [['SHOE-1', 'north', 9]], '2026-11-22T09:00:00.000Z')
  }
  const at = (node: string) => count(`fulfillment_request WHERE node_id = '${node}' AND work = 'open'`)
  const run = (dryRun = false) => reoptimise(paper.hub.world, { dryRun, actor: 'test', terms: TERMS })

  test('and was not sent moves in one commit, at most the share that the policy allows; a dry run moves nothing', async () => {
    await begin(['1', '2', '3', '4'], true)
    const dry = await run(true)
    expect(dry).toMatchObject({ lookedAt: 4, heldBack: 2 })
    expect(dry.moves).toHaveLength(2)
    expect(dry.moves[0]).toMatchObject({ from: ['south'], to: ['north'], savedMinor: 100, how: 'atOnce', done: false })
    expect([await at('north'), await at('south')]).toEqual([0, 4])
    const moved = await run()
    expect(moved.moves.map((each) => each.done)).toEqual([true, true])
    expect([await at('north'), await at('south')]).toEqual([2, 2])
    expect(await rows(`SELECT node_id, available, allocated FROM stock_position ORDER BY node_id`)).toEqual([
      { node_id: 'north', available: 7, allocated: 2 },
      { node_id: 'south', available: 7, allocated: 2 },
    ])
    const orderId = moved.moves[0]?.orderId ?? ''
    const last = (await decisionsOf(paper.hub.world.db, orderId)).at(-1)
    expect(last?.reoptimises).toEqual({ requestIds: moved.moves[0]?.requestIds, reason: 'saving', savedMinor: 100 })
    expect(last === undefined ? '' : describeDecision(last).join('\n')).toContain('saving, saves 1.00 EUR')
    expect(await rows(`SELECT data->>'how' AS how, actor FROM fact WHERE kind = 'reoptimised'`)).toEqual(
      Array.from({ length: 2 }, () => ({ how: 'atOnce', actor: 'test' })),
    )
    await pause('active')
    await paper.until('each node hears of its own', async () => paper.nodes.requests.size === 4)
    expect([...paper.nodes.requests.values()].map((each) => each.nodeId).toSorted()).toEqual([
      'north',
      'north',
      'south',
      'south',
    ])
  })

  test('but was told is asked back: it moves when its node agrees, and stays when it does not', async () => {
    await begin(['1', '2'], false)
    const { moves } = await reoptimise(paper.hub.world, {
      dryRun: false,
      actor: 'test',
      terms: { ...TERMS, atMostPercent: 100 },
    })
    expect(moves.map(({ how, done }) => ({ how, done }))).toEqual([
      { how: 'asked', done: true },
      { how: 'asked', done: true },
    ])
    await paper.until('south was asked', () => paper.nodes.cancels.length === 2)
    expect([await at('north'), await at('south')]).toEqual([0, 2])
    const [first, second] = moves.map((each) => each.requestIds[0] ?? '')
    const answer = (requestId: string | undefined, accepted: boolean) =>
      paper.receive('depot', `cancel-${requestId}`, {
        kind: 'cancelResponse',
        value: { requestId, answeredAt: '2026-11-22T10:00:00.000Z', accepted },
      })
    await answer(first, true)
    await answer(second, false)
    await paper.until('north has the one', async () => (await at('north')) === 1)
    await paper.until(
      'south keeps the other',
      async () => (await count(`fulfillment_request WHERE negotiation = 'accepted'`)) === 1,
    )
    const last = (await decisionsOf(paper.hub.world.db, moves[0]?.orderId ?? '')).at(-1)
    expect(last).toMatchObject({ packages: [{ nodeId: 'north' }], reoptimises: { requestIds: [first] } })
    expect(await count('exception_case')).toBe(0)
    expect(await rows(`SELECT node_id, score FROM node_trust WHERE score < 1000`)).toEqual([])
    expect((await run()).lookedAt).toBe(1)
    expect(await count("fulfillment_request WHERE moving AND negotiation <> 'accepted'")).toBe(0)
  })

  test('and that the customer cancels while its node is asked goes nowhere', async () => {
    await begin(['1'], false)
    await reoptimise(paper.hub.world, { dryRun: false, actor: 'test', terms: { ...TERMS, atMostPercent: 100 } })
    await paper.until('south was asked', () => paper.nodes.cancels.length === 1)
    await paper.receive(
      'shop',
      'cancelled',
      anOrder('1', '2026-11-22T11:00:00.000Z').with({ cancelledAt: '2026-11-22T11:00:00.000Z' }).line('SHOE-1', 1)
        .document,
    )
    await paper.until(
      'the cancel is known',
      async () => (await count('sales_order WHERE cancelled_at IS NOT NULL')) === 1,
    )
    await paper.receive('depot', 'agreed', {
      kind: 'cancelResponse',
      value: { requestId: paper.nodes.cancels[0], answeredAt: '2026-11-22T12:00:00.000Z', accepted: true },
    })
    await paper.until('it is cancelled', async () => (await count('order_line WHERE cancelled = 1 AND open = 0')) === 1)
    expect(await count('fulfillment_request')).toBe(1)
  })

  test('moves by itself where the policy says when', async () => {
    await begin(['1', '2'], true)
    const { world } = paper.hub
    await world.db.transaction(async (tx) => {
      const rules = [{ name: 'all', policy: { reoptimise: { savingAtLeastMinor: 100, atMostPercent: 100 } } }]
      const version = await insertPolicy(tx, PolicyBook.parse({ name: 'wave', rules }), 'test', world.clock.now())
      await activatePolicy(tx, version, 'test', world.clock.now())
    })
    await paper.until('north has both', async () => (await at('north')) === 2)
    expect(await rows(`SELECT DISTINCT actor FROM fact WHERE kind = 'reoptimised'`)).toEqual([{ actor: 'reoptimise' }])
  })
})
