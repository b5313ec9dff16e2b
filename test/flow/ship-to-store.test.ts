/** What is collected in a store that has none of it: sent there by another node, told to the store when it is there, and handed over. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { cancelOrder } from '#workers/change-order.ts'
import { databases } from '../kit/backends.ts'
import { aFeed, anOrder, aShipment } from '../kit/builders.ts'
import { PAPER_NETWORK } from '../kit/paper-hub.ts'
import { openSteppedHub, type SteppedHub } from '../kit/stepped-hub.ts'

const DAY_MS = 24 * 3_600_000
const [north, south] = PAPER_NETWORK.nodes
/** South has the goods and a lane to north, where customers collect. */
const network = {
  ...PAPER_NETWORK,
  nodes: [
    { ...north, address: { name: 'North', line1: '1 High Street', city: 'Lille', postcode: '59000', country: 'FR' } },
    { ...south, transfers: [{ to: 'north', transitDays: 1 }] },
  ],
}

describe.each(databases)('ship to store on $name', (backend) => {
  let hub: SteppedHub
  let orders = 0
  beforeAll(async () => {
    hub = await openSteppedHub(backend, { network })
    await hub.say(
      'depot',
      aFeed([
        ['SHOE-1', 'south', 90],
        ['SHOE-2', 'south', 90],
      ]),
    )
  })
  afterAll(() => hub.stop())

  const requestsOf = (id: string) =>
    hub.rows<{ id: string; node_id: string; method: string; onward: boolean; negotiation: string; work: string }>(
      `SELECT f.id, f.node_id, f.method, f.onward, f.negotiation, f.work FROM fulfillment_request f
         JOIN sales_order o ON o.id = f.order_id WHERE o.external_id = $1 ORDER BY f.id`,
      [id],
    )
  const line = async (id: string) =>
    (
      await hub.rows(
        `SELECT open, allocated, released, shipped, delivered, cancelled FROM order_line l JOIN sales_order o ON o.id = l.order_id WHERE o.external_id = $1`,
        [id],
      )
    )[0]
  const counters = { open: 0, allocated: 0, released: 0, shipped: 0, delivered: 0, cancelled: 0 }
  const stockOf = async (nodeId: string, sku = 'SHOE-1') =>
    (
      await hub.rows('SELECT available, allocated FROM stock_position WHERE sku = $1 AND node_id = $2', [sku, nodeId])
    )[0]
  const atShop = (id: string) => hub.shop.shipmentsTold.filter((each) => each.document.externalOrderId === id).length

  /** Ordered, routed, and told to the node that has it. */
  async function placed(sku = 'SHOE-1'): Promise<{ id: string; first: string }> {
    const id = `store-${(orders += 1)}`
    await hub.say('shop', anOrder(id).line(sku, 2, { method: 'pickup', nodeId: 'north' }).document)
    await hub.route()
    await hub.deliver()
    const [first] = await requestsOf(id)
    return { id, first: first?.id ?? '' }
  }
  async function sent(): Promise<{ id: string; first: string; second: string }> {
    const { id, first } = await placed()
    await hub.say('depot', aShipment(first, `T-${id}`, [[1, 2]], hub.hub.world.clock.now()))
    const [, second] = await requestsOf(id)
    return { id, first, second: second?.id ?? '' }
  }

  test('the parcel is addressed to the store, and its leaving tells the customer nothing yet', async () => {
    const { id, first, second } = await sent()
    expect(hub.nodes.requests.get(first)?.shipTo).toMatchObject({ city: 'Lille', line1: '1 High Street' })
    expect(await requestsOf(id)).toMatchObject([
      { id: first, node_id: 'south', method: 'ship', onward: false, work: 'closed' },
      { id: second, node_id: 'north', method: 'pickup', onward: true, negotiation: 'unsubmitted', work: 'open' },
    ])
    expect(await line(id)).toEqual({ ...counters, allocated: 2 })
    expect(await hub.timeline(id)).toEqual(['captured', 'routed', 'sent', 'sentToNode'])
    await hub.deliver('shop')
    expect(atShop(id)).toBe(0)
    expect(await hub.broken()).toEqual([])
  })

  test('the store is told when the goods should be there, hands them over, and only then has the customer something', async () => {
    const { id, second } = await sent()
    await hub.deliver()
    expect(hub.nodes.requests.has(second)).toBe(false)
    hub.pass(3 * DAY_MS)
    await hub.deliver()
    expect(hub.nodes.requests.get(second)?.lines).toMatchObject([{ lineNo: 1, quantity: 2 }])
    expect(await line(id)).toEqual({ ...counters, released: 2 })
    await hub.say('depot', aShipment(second, `H-${id}`, [[1, 2]], hub.hub.world.clock.now()))
    expect(await line(id)).toEqual({ ...counters, shipped: 2 })
    await hub.deliver('shop')
    expect(atShop(id)).toBe(1)
    // The goods were never north's own.
    expect(await stockOf('north')).toEqual({ available: 0, allocated: 0 })
    expect(await hub.broken()).toEqual([])
  })

  test('a carrier who has brought it is believed: the store is told at once, and nothing counts as delivered', async () => {
    const { id, second } = await sent()
    const at = hub.hub.world.clock.now()
    await hub.say('depot', { kind: 'tracking', value: { trackingNumber: `1ZT-${id}`, code: 'delivered', at } })
    await hub.deliver()
    expect(hub.nodes.requests.has(second)).toBe(true)
    expect(await line(id)).toEqual({ ...counters, released: 2 })
    expect((await hub.timeline(id)).slice(-3)).toContain('arrivedAtNode')
  })

  test('an order that is cancelled on the way leaves the goods with the store', async () => {
    const { id } = await sent()
    const { world } = hub.hub
    await cancelOrder(world, await hub.orderId(id), { reason: 'changed my mind' }, 'test')
    expect(await line(id)).toEqual({ ...counters, cancelled: 2 })
    expect(await stockOf('north')).toEqual({ available: 2, allocated: 0 })
    expect(await hub.broken()).toEqual([])
  })

  test('what was wanted back and left all the same is taken out at the store', async () => {
    const { id, first } = await placed('SHOE-2')
    const { world } = hub.hub
    await cancelOrder(world, await hub.orderId(id), { reason: 'changed my mind' }, 'test')
    await hub.say('depot', aShipment(first, `T-${id}`, [[1, 2]], world.clock.now()))
    expect(await line(id)).toEqual({ ...counters, cancelled: 2 })
    expect(await stockOf('north', 'SHOE-2')).toEqual({ available: 2, allocated: 0 })
    expect(await hub.count(`exception_case WHERE kind = 'cancelTooLate' AND subject = '${first}'`)).toBe(0)
    expect((await requestsOf(id))[0]).toMatchObject({ work: 'closed', negotiation: 'cancelRejected' })
    expect(await hub.broken()).toEqual([])
  })
})
