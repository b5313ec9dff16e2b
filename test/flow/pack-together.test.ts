/** Orders of one customer that leave one node soon after each other: one parcel, and each can still be cancelled alone. */
import { afterAll, beforeAll, expect, test } from 'vitest'
import { OrderPolicy } from '#core/model/order-policy.ts'
import { activateOrderPolicy } from '#store/order-policy.ts'
import { cancelOrder } from '#workers/change-order.ts'
import { databases } from '../kit/backends.ts'
import { aFeed, anOrder } from '../kit/builders.ts'
import { openSteppedHub, type SteppedHub } from '../kit/stepped-hub.ts'

const [pglite] = databases
if (pglite === undefined) throw new Error('there is always PGlite')
const MINUTE_MS = 60_000

let hub: SteppedHub
let orders = 0
beforeAll(async () => {
  hub = await openSteppedHub(pglite)
  const { world } = hub.hub
  const policy = OrderPolicy.parse({ version: 'together', packTogether: [{ name: 'an-hour', minutes: 60 }] })
  await world.commit((unit) => activateOrderPolicy(unit, policy, 'test', world.clock.now()))
  await world.master.fresh()
  await hub.say('depot', aFeed([['SHOE-1', 'north', 900]]))
})
afterAll(() => hub.stop())

/** An order that is placed now and routed at once. */
async function place(more: { email?: string; line1?: string; shippingService?: string } = {}): Promise<string> {
  const id = `together-${(orders += 1)}`
  const now = hub.hub.world.clock.now()
  const { email = 'ann@example.com', line1 = '1 Rue de Test', shippingService } = more
  const order = anOrder(id, now)
    .line('SHOE-1', 1)
    .with({
      placedAt: now,
      shipTo: { name: 'Ann', line1, city: 'Paris', postcode: '07500', country: 'FR', email },
      ...(shippingService === undefined ? {} : { shippingService }),
    })
  await hub.say('shop', order.document)
  await hub.route()
  return id
}
const groupOf = async (id: string): Promise<string> => {
  const [row] = await hub.rows<{ group: string | null }>(
    `SELECT f.pack_group AS group FROM fulfillment_request f JOIN sales_order o ON o.id = f.order_id WHERE o.external_id = $1`,
    [id],
  )
  return row?.group ?? expect.fail('it is in no group')
}
const told = () => [...hub.nodes.requests.values()].map(({ orderNumber, packGroup }) => ({ orderNumber, packGroup }))

test('two orders of one customer wait for each other, are told at one moment, and name one parcel', async () => {
  const first = await place()
  hub.pass(20 * MINUTE_MS)
  const second = await place({ line1: '1, rue de TEST' })
  const others = [
    await place({ email: 'bob@example.com' }),
    await place({ line1: '2 Rue de Test' }),
    await place({ shippingService: 'Express' }),
  ]
  const group = await groupOf(first)
  expect(await groupOf(second)).toBe(group)
  for (const other of others) expect(await groupOf(other)).not.toBe(group)
  await hub.deliver()
  expect(told()).toEqual([])
  hub.pass(41 * MINUTE_MS)
  await hub.deliver()
  expect(told()).toEqual([
    { orderNumber: `#${first}`, packGroup: group },
    { orderNumber: `#${second}`, packGroup: group },
  ])
})

test('who comes when the parcel has been told begins another', async () => {
  const first = await place({ email: 'late@example.com' })
  hub.pass(61 * MINUTE_MS)
  const second = await place({ email: 'late@example.com' })
  expect(await groupOf(second)).not.toBe(await groupOf(first))
})

test('cancelling one takes only its units out; the parcel that arrives is followed for all that are in it', async () => {
  const mine = { email: 'eve@example.com' }
  const [a, b, c] = [await place(mine), await place(mine), await place(mine)]
  await cancelOrder(hub.hub.world, await hub.orderId(b ?? ''), { reason: 'not needed' }, 'api:desk')
  hub.pass(61 * MINUTE_MS)
  hub.nodes.requests.clear()
  await hub.deliver()
  const parcel = [...hub.nodes.requests.values()].filter(({ orderNumber }) =>
    [`#${a}`, `#${b}`, `#${c}`].includes(orderNumber),
  )
  expect(parcel.map(({ orderNumber }) => orderNumber)).toEqual([`#${a}`, `#${c}`])
  const at = hub.hub.world.clock.now()
  for (const { requestId } of parcel)
    await hub.say('depot', {
      kind: 'shipment',
      value: {
        requestId,
        externalId: `parcel of ${requestId}`,
        shippedAt: at,
        packages: [{ trackingNumber: 'ONE-PARCEL', lines: [{ lineNo: 1, quantity: 1 }] }],
      },
    })
  await hub.say('depot', { kind: 'tracking', value: { trackingNumber: 'ONE-PARCEL', code: 'delivered', at } })
  expect(await hub.count(`shipment WHERE state = 'delivered'`)).toBe(2)
  expect(await hub.broken()).toEqual([])
})
