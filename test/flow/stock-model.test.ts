/**
 * Stock against a small model: whatever happens in whatever order, and at once, every unit is somewhere, none is promised twice, and what
 * is on hand is what came in less what went out.
 */
import * as fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { Instant } from '#core/model/time.ts'
import { retryRaces } from '#workers/races.ts'
import { databases } from '../kit/backends.ts'
import { NODE_IDS, openStockDesk, type StockDesk } from '../kit/stock-desk.ts'

const SKUS = ['SHOE', 'BOX'] as const

/** The model: what lies at each node. Claims are the hub's to keep; the model only knows goods. */
type Goods = Map<string, number>
const place = (sku: string, nodeId: string): string => `${sku}@${nodeId}`

type World = {
  desk: StockDesk
  goods: Goods
  /** Places that were counted: before the first count, a late one is the first. */
  counted: Set<string>
  orders: Map<string, [sku: string, quantity: number]>
  supplies: Map<string, number>
  run: number
  serial: number
}
type Command = { name: string; run: (world: World) => Promise<void> }

const sku = fc.constantFrom(...SKUS)
const node = fc.constantFrom(...NODE_IDS)
const units = fc.integer({ min: 1, max: 5 })
const move = (goods: Goods, sku: string, nodeId: string, quantity: number): void => {
  goods.set(place(sku, nodeId), (goods.get(place(sku, nodeId)) ?? 0) + quantity)
}
const parts = (sku: string): [string, number][] =>
  sku === 'SET'
    ? [
        ['SHOE', 2],
        ['BOX', 1],
      ]
    : [[sku, 1]]

const count = fc.tuple(sku, node, fc.nat(12)).map(([sku, nodeId, onHand]): Command => ({
  name: `count ${onHand} ${sku} at ${nodeId}`,
  run: async ({ desk, goods, counted }) => {
    await desk.feed([[sku, nodeId, onHand]])
    goods.set(place(sku, nodeId), onHand)
    counted.add(place(sku, nodeId))
  },
}))

/** A count that was taken before whatever was counted last says nothing. */
const lateCount = fc.tuple(sku, node, fc.nat(12)).map(([sku, nodeId, onHand]): Command => ({
  name: `late count ${onHand} ${sku} at ${nodeId}`,
  run: async ({ desk, counted }) => {
    if (counted.has(place(sku, nodeId))) await desk.feed([[sku, nodeId, onHand]], '2026-11-21T00:00:00.000Z' as Instant)
  },
}))

const sell = fc.tuple(fc.constantFrom('SHOE', 'BOX', 'SET'), units).map(([sku, quantity]): Command => ({
  name: `sell ${quantity} ${sku}`,
  run: async (world) => {
    const id = `${world.run}-o${(world.serial += 1)}`
    world.orders.set(id, [sku, quantity])
    await world.desk.order({ id, lines: [[sku, quantity]] })
    await world.desk.route()
  },
}))

const sellFromCart = fc.tuple(sku, units).map(([sku, quantity]): Command => ({
  name: `cart of ${quantity} ${sku} becomes an order`,
  run: async (world) => {
    const id = `${world.run}-o${(world.serial += 1)}`
    const held = await world.desk.cart(`${id}-cart`, [[sku, quantity]])
    if (held.kind !== 'held') return
    world.orders.set(id, [sku, quantity])
    await world.desk.order({ id, lines: [[sku, quantity]], more: { cartKey: `${id}-cart` } })
    await world.desk.route()
  },
}))

const reserve = fc
  .tuple(fc.nat(2), fc.constantFrom('SHOE', 'BOX', 'SET'), fc.nat(4))
  .map(([cart, sku, quantity]): Command => ({
    name: `cart ${cart} wants ${quantity} ${sku}`,
    run: async ({ desk, run }) => {
      await desk.cart(`${run}-c${cart}`, quantity === 0 ? [] : [[sku, quantity]])
    },
  }))

const cancel = fc.nat(9).map((at): Command => ({
  name: `cancel order ${at}`,
  run: async ({ desk, orders }) => {
    const id = [...orders.keys()][at]
    const wish = id === undefined ? undefined : orders.get(id)
    if (id === undefined || wish === undefined) return
    desk.pass(1)
    await desk.order({ id, lines: [wish], cancelled: true })
  },
}))

const work = (
  name: string,
  act: (world: World, request: Awaited<ReturnType<StockDesk['requests']>>[number], quantity: number) => Promise<void>,
) =>
  fc.tuple(fc.nat(5), units).map(([at, quantity]): Command => ({
    name: `${name} ${quantity} of request ${at}`,
    run: async (world) => {
      const request = (await world.desk.requests())[at]
      if (request?.lines[0] === undefined) return
      world.desk.pass(1)
      await act(world, request, quantity)
    },
  }))

const ship = work('ship', async ({ desk, goods }, request, quantity) => {
  const line = request.lines[0]
  if (line === undefined) return
  const left = Math.min(quantity, line.outstanding)
  await desk.ship(request, [[line.lineNo, quantity]])
  for (const [sku, each] of parts(line.sku)) move(goods, sku, request.nodeId, -left * each)
})

const shortPick = work('short pick', async ({ desk, goods }, request, quantity) => {
  const line = request.lines[0]
  if (line === undefined) return
  const missing = Math.min(quantity, line.outstanding)
  const before = await desk.position(line.sku, request.nodeId)
  await desk.reject(request, line.lineNo, quantity)
  // Which component a kit lacked is not said, so none is written off; what a count missed already is not written off again.
  if (line.sku !== 'SET') move(goods, line.sku, request.nodeId, -Math.max(0, missing - (before?.['shortfall'] ?? 0)))
  await desk.route()
})

const supply = fc.tuple(sku, node, units).map(([sku, nodeId, quantity]): Command => ({
  name: `order ${quantity} ${sku} for ${nodeId}`,
  run: async (world) => {
    const reference = `${world.run}-PO${(world.serial += 1)}`
    const { supplies } = await world.desk.supply({ reference, sku, nodeId, quantity })
    world.supplies.set(supplies[0]?.id ?? '', quantity)
  },
}))

const receive = fc.tuple(fc.nat(3), units).map(([at, quantity]): Command => ({
  name: `receive ${quantity} of supply ${at}`,
  run: async (world) => {
    const id = [...world.supplies.keys()][at]
    if (id === undefined) return
    world.desk.pass(1)
    const receipt = { reference: `R${(world.serial += 1)}`, quantity, receivedAt: world.desk.now() }
    const answer = await world.desk.stock.receiveUnits(id, receipt, 'api:test')
    if (answer.kind !== 'done') throw new Error('a receipt was refused')
    move(world.goods, answer.supply.sku, answer.supply.nodeId, quantity)
    await world.desk.route()
  },
}))

const transfer = fc.tuple(sku, units).map(([sku, quantity]): Command => ({
  name: `transfer ${quantity} ${sku} south`,
  run: async (world) => {
    const { desk, goods } = world
    const reference = `${world.run}-T${(world.serial += 1)}`
    const { supplies } = await desk.supply({
      kind: 'transfer',
      reference,
      sku,
      nodeId: 'south',
      fromNodeId: 'north',
      quantity,
    })
    const id = supplies[0]?.id ?? ''
    desk.pass(1)
    const sent = await desk.stock.dispatchSupply(id, { quantity, at: desk.now() }, 'api:test')
    if (sent.kind !== 'done') return
    move(goods, sku, 'north', -quantity)
    desk.pass(1)
    const got = await desk.stock.receiveUnits(id, { reference: 'R', quantity, receivedAt: desk.now() }, 'api:test')
    if (got.kind !== 'done') throw new Error('a transfer was lost')
    move(goods, sku, 'south', quantity)
    await desk.route()
  },
}))

const damage = fc.tuple(sku, node, units).map(([sku, nodeId, quantity]): Command => ({
  name: `write off ${quantity} ${sku} at ${nodeId}`,
  run: async ({ desk, goods }) => {
    desk.pass(1)
    const movement = {
      sku: sku as never,
      nodeId: nodeId as never,
      quantity: quantity as never,
      reference: 'inspection',
    }
    const refused = await desk.stock.moveUnits({ ...movement, from: 'available', to: 'adjustment' }, 'api:test')
    if (refused === undefined) move(goods, sku, nodeId, -quantity)
  },
}))

const expire: fc.Arbitrary<Command> = fc.constant({
  name: 'time passes',
  run: async ({ desk }) => {
    desk.pass(1_000_000)
    await desk.expire()
    await desk.route()
  },
})

const commands = fc.oneof(
  count,
  lateCount,
  sell,
  sell,
  sellFromCart,
  reserve,
  cancel,
  ship,
  ship,
  shortPick,
  supply,
  receive,
  transfer,
  damage,
  expire,
)

const RUNS = Number(process.env['CROSSDOCK_MODEL_RUNS'] ?? 12)

describe.each(databases)('a hundred things that happen to stock on $name', (backend) => {
  let desk: StockDesk
  let run = 0
  beforeAll(async () => {
    desk = await openStockDesk(backend)
    await desk.policy({ backorders: [{ name: 'shoes', match: { skus: ['SHOE'] }, capUnits: 6 }] })
  })
  afterAll(() => desk.stop())

  /** Begins anew in the same database: what a run left behind is settled and counted away. */
  async function begin(): Promise<World> {
    run += 1
    // Everything that came of orders, stock and supplies; the network stays.
    await retryRaces(() =>
      desk.rows(
        'TRUNCATE sales_order, fact, exception_case, instruction, stock_posting, stock_position, reservation, fence_draw, supply, backorder_count, availability_change CASCADE',
      ),
    )
    return { desk, goods: new Map(), counted: new Set(), orders: new Map(), supplies: new Map(), run, serial: 0 }
  }

  /** The hub's books: nothing broken, and on hand exactly what the model has. */
  async function agree(world: World): Promise<void> {
    expect(await desk.broken()).toEqual([])
    const known = await desk.rows<{ sku: string; node_id: string; on_hand: number }>(
      'SELECT sku, node_id, on_hand FROM stock_position WHERE on_hand <> 0',
    )
    const books = Object.fromEntries(known.map((row) => [place(row.sku, row.node_id), row.on_hand]))
    expect(books).toEqual(Object.fromEntries([...world.goods].filter(([, quantity]) => quantity !== 0)))
  }

  test('one after the other: the books agree with the goods after each', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(commands, { minLength: 5, maxLength: 25 }), async (all) => {
        const world = await begin()
        for (const command of all) {
          await command.run(world)
          await agree(world)
        }
      }),
      { numRuns: RUNS },
    )
  })

  test('several at once: no unit is promised twice and every unit is somewhere', async () => {
    const crowd = fc.array(
      fc.array(fc.oneof(sell, sellFromCart, reserve, cancel, count, supply, receive, expire), {
        minLength: 2,
        maxLength: 6,
      }),
      { minLength: 2, maxLength: 5 },
    )
    await fc.assert(
      fc.asyncProperty(crowd, async (rounds) => {
        const world = await begin()
        await desk.feed(SKUS.flatMap((each) => NODE_IDS.map((nodeId) => [each, nodeId, 6] as [string, string, number])))
        for (const round of rounds) {
          await Promise.all(round.map((command) => command.run(world)))
          await desk.route()
          expect(await desk.broken()).toEqual([])
        }
      }),
      { numRuns: RUNS },
    )
  })
})
