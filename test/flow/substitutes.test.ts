/** Goods that stand in for others: with the customer's yes, claimed in the commit of the swap, or not at all. */
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { OrderChange } from '#core/model/order-change.ts'
import { changeOrder, previewChange } from '#workers/change-order.ts'
import { databases } from '../kit/backends.ts'
import { aFeed, anOrder } from '../kit/builders.ts'
import { PAPER_NETWORK } from '../kit/paper-hub.ts'
import { openSteppedHub, type SteppedHub } from '../kit/stepped-hub.ts'

const [pglite] = databases
if (pglite === undefined) throw new Error('there is always PGlite')

let hub: SteppedHub
let id = ''
let orders = 0
beforeAll(async () => {
  const products = [{ sku: 'SHOE-1', name: 'Shoe', substitutes: ['SHOE-2'] }, ...PAPER_NETWORK.products.slice(1)]
  const connections = [
    { id: 'shop', connector: 'paper-shop', config: { hearsChanges: true } },
    ...PAPER_NETWORK.connections.slice(1),
  ]
  hub = await openSteppedHub(pglite, { network: { ...PAPER_NETWORK, products, connections } })
})
afterAll(() => hub.stop())
beforeEach(() => {
  id = `sub-${(orders += 1)}`
})

const stock = (units: number) => hub.say('depot', aFeed([['SHOE-2', 'north', units]], hub.hub.world.clock.now()))
const place = async (quantity: number, substitution?: string): Promise<string> => {
  const said = substitution === undefined ? {} : { substitution }
  await hub.say('shop', anOrder(id).line('SHOE-1', quantity, said).document)
  await hub.route()
  return hub.orderId(id)
}
const swap = async (more: Record<string, unknown> = {}) =>
  changeOrder(
    hub.hub.world,
    await hub.orderId(id),
    {
      changes: [
        OrderChange.parse({
          do: 'substitute',
          lineNo: 1,
          sku: 'SHOE-2',
          quantity: 2,
          consent: 'Ann, by telephone',
          ...more,
        }),
      ],
      reason: 'sold out',
    },
    'api:desk',
  )
const lines = () =>
  hub.rows(
    `SELECT l.sku, ordered, cancelled, open, allocated, unit_price_minor AS price FROM order_line l JOIN sales_order o ON o.id = l.order_id
     WHERE o.external_id = $1 ORDER BY line_no`,
    [id],
  )

test('with the customer’s yes the units are swapped, claimed at once, routed, and told to the channel; the price stays what it was', async () => {
  await stock(5)
  const orderId = await place(2)
  expect(
    await previewChange(hub.hub.world, orderId, {
      changes: [OrderChange.parse({ do: 'substitute', lineNo: 1, sku: 'SHOE-2', quantity: 2, consent: 'x' })],
      reason: 'x',
    }),
  ).toMatchObject({
    effect: { money: { delta: 0 }, plan: [{ nodeId: 'north' }] },
  })
  expect(await swap()).toMatchObject({ kind: 'done' })
  // Claimed already: another order cannot take them before this one is routed.
  expect(await hub.count(`reservation WHERE sku = 'SHOE-2' AND state = 'held' AND order_id = '${orderId}'`)).toBe(1)
  await hub.route()
  expect(await lines()).toMatchObject([
    { sku: 'SHOE-1', ordered: 2, cancelled: 2, open: 0 },
    { sku: 'SHOE-2', ordered: 2, allocated: 2, price: 5_000 },
  ])
  expect(await hub.timeline(id)).toContain('substituted')
  await hub.deliver('shop')
  expect(hub.shop.changesTold.at(-1)).toMatchObject({
    quantities: [{ externalLineId: `${id}-1`, quantity: 0 }],
    added: [{ sku: 'SHOE-2', quantity: 2 }],
  })
})

test('what is gone meanwhile swaps nothing', async () => {
  // Two of them are spoken for.
  await stock(3)
  await place(2)
  expect(await swap()).toEqual({ kind: 'refused', index: 0, reason: '1 of 2 SHOE-2 can be had' })
  expect(await lines()).toMatchObject([{ sku: 'SHOE-1', ordered: 2, cancelled: 0, open: 2 }])
  expect(await hub.timeline(id)).not.toContain('edited')
})

test.each([
  [{ sku: '00123' }, '00123 is no substitute of SHOE-1: it has SHOE-2'],
  [{ sku: 'NONE' }, 'the hub knows no product with the SKU NONE'],
  [{ quantity: 3 }, '2 units of line 1 wait for goods'],
  [{ lineNo: 7 }, 'the order has no line 7'],
])('%o is refused with its reason', async (more, reason) => {
  await stock(9)
  await place(2)
  expect(await swap(more)).toEqual({ kind: 'refused', index: 0, reason })
})

test('who wants none gets none; who allowed it when ordering gets what the decision offers, without being asked', async () => {
  await stock(9)
  await place(2, 'refused')
  expect(await swap()).toMatchObject({ kind: 'refused', reason: 'the customer wants no substitute for line 1' })
  id = `${id}-allowed`
  await place(2, 'allowed')
  await hub.timers()
  await hub.route()
  expect(await lines()).toMatchObject([
    { sku: 'SHOE-1', cancelled: 2 },
    { sku: 'SHOE-2', allocated: 2 },
  ])
  await hub.timers()
  expect(await lines()).toHaveLength(2)
})

test('every book agrees after all of it', async () => {
  expect(await hub.broken()).toEqual([])
})
