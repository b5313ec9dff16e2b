/** Goods of one order that lie in different places, brought together at a node and sent on to the customer in one parcel. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { evaluateOrder } from '#workers/evaluate.ts'
import { cancelOrder } from '#workers/change-order.ts'
import { loadOrders } from '#store/orders.ts'
import { databases } from '../kit/backends.ts'
import { aFeed, anOrder, aShipment } from '../kit/builders.ts'
import { PAPER_NETWORK } from '../kit/paper-hub.ts'
import { openSteppedHub, type SteppedHub } from '../kit/stepped-hub.ts'

const DAY_MS = 24 * 3_600_000
const address = { name: 'Crossroads', line1: '1 Ring Road', city: 'Reims', postcode: '51100', country: 'FR' }
const [north, south] = PAPER_NETWORK.nodes
const toMiddle = [{ to: 'middle', transitDays: 0, perPackageMinor: 10 }]
const rateCard = {
  id: 'parcel',
  carrier: 'post',
  service: 'parcel',
  currency: 'EUR',
  zones: [{ zone: 'all', transitDays: 1 }],
  breaks: [{ upToGrams: 30_000, minor: { all: 500 } }],
}
const costs = { currency: 'EUR', rateCards: ['parcel'] }
/** A parcel to a customer's door costs 5.00 from anywhere, and one to the middle 0.10. */
const network = {
  ...PAPER_NETWORK,
  rateCards: [rateCard],
  nodes: [
    { ...north, costs, transfers: toMiddle },
    { ...south, costs, transfers: toMiddle },
    {
      ...north,
      id: 'middle',
      name: 'middle',
      address,
      consolidates: true,
      capacity: { packagesPerDay: 100 },
      costs: { ...costs, packageFixedMinor: 30 },
    },
  ],
}

describe.each(databases)('goods that meet on $name', (backend) => {
  let hub: SteppedHub
  let orders = 0
  beforeAll(async () => {
    hub = await openSteppedHub(backend, { network })
    await hub.say(
      'depot',
      aFeed([
        ['SHOE-1', 'north', 90],
        ['SHOE-2', 'south', 90],
        ['00123', 'middle', 90],
      ]),
    )
  })
  afterAll(() => hub.stop())

  type Row = {
    id: string
    node_id: string
    via: string | null
    pack_group: string | null
    onward: boolean
    negotiation: string
    work: string
  }
  const requestsOf = (id: string) =>
    hub.rows<Row>(
      `SELECT f.id, f.node_id, f.via_node_id AS via, f.pack_group, f.onward, f.negotiation, f.work FROM fulfillment_request f
         JOIN sales_order o ON o.id = f.order_id WHERE o.external_id = $1 ORDER BY f.id`,
      [id],
    )
  const atShop = (id: string) => hub.shop.shipmentsTold.filter((each) => each.document.externalOrderId === id)
  const used = async () =>
    (
      await hub.rows<{ used: number }>(
        `SELECT coalesce(sum(used), 0)::int4 AS used FROM capacity_slot WHERE node_id = 'middle'`,
      )
    )[0]?.used

  async function placed(...skus: string[]): Promise<{ id: string; requests: Row[] }> {
    const id = `meet-${(orders += 1)}`
    await hub.say('shop', skus.reduce((order, sku) => order.line(sku, 1), anOrder(id)).document)
    await hub.route()
    await hub.deliver()
    return { id, requests: await requestsOf(id) }
  }
  const sends = (request: Row | undefined, lineNo: number) =>
    hub.say('depot', aShipment(request?.id ?? '', `T-${request?.id}`, [[lineNo, 1]], hub.hub.world.clock.now()))

  test('each node sends its part to the middle, which is told when both should be there, and packs one parcel', async () => {
    const id = `meet-${(orders += 1)}`
    await hub.say('shop', anOrder(id).line('SHOE-1', 1).line('SHOE-2', 1).document)
    const [order] = await loadOrders(hub.hub.world.db, [await hub.orderId(id)])
    const dryRun = order && (await evaluateOrder(hub.hub.world, order))
    expect(dryRun).toMatchObject({
      decision: {
        packages: [{ nodeId: 'north' }, { nodeId: 'south' }],
        consolidated: { nodeId: 'middle', costMinor: 530 },
      },
    })
    await hub.route()
    await hub.deliver()
    const requests = await requestsOf(id)
    expect(requests).toMatchObject([
      { node_id: 'north', via: 'middle', negotiation: 'submitted' },
      { node_id: 'south', via: 'middle', negotiation: 'submitted' },
    ])
    expect(hub.nodes.requests.get(requests[0]?.id ?? '')?.shipTo).toMatchObject({ city: 'Reims' })
    await sends(requests[0], 1)
    await sends(requests[1], 2)
    await hub.deliver('shop')
    expect(atShop(id)).toEqual([])
    hub.pass(3 * DAY_MS)
    await hub.deliver()
    const onward = (await requestsOf(id)).filter((each) => each.onward)
    expect(onward).toHaveLength(2)
    expect(new Set(onward.map((each) => each.pack_group)).size).toBe(1)
    expect(onward.map((each) => hub.nodes.requests.get(each.id)?.packGroup)).toEqual([
      onward[0]?.pack_group,
      onward[0]?.pack_group,
    ])
    await sends(onward[0], 1)
    await sends(onward[1], 2)
    await hub.deliver('shop')
    expect(atShop(id).flatMap((each) => each.document.lines)).toHaveLength(2)
    expect(await hub.broken()).toEqual([])
  })

  test('what the middle has itself waits for the rest, and leaves in the same parcel', async () => {
    const { id, requests } = await placed('SHOE-1', '00123')
    const own = requests.find((each) => each.node_id === 'middle')
    expect(own).toMatchObject({ via: null, onward: false, negotiation: 'unsubmitted' })
    expect(hub.nodes.requests.has(own?.id ?? '')).toBe(false)
    await sends(
      requests.find((each) => each.node_id === 'north'),
      1,
    )
    hub.pass(3 * DAY_MS)
    await hub.deliver()
    const there = (await requestsOf(id)).filter((each) => each.node_id === 'middle')
    expect(there).toHaveLength(2)
    expect(there.map((each) => hub.nodes.requests.get(each.id)?.packGroup)).toEqual([own?.pack_group, own?.pack_group])
    for (const each of there) await sends(each, each.id === own?.id ? 2 : 1)
    await hub.deliver('shop')
    expect(atShop(id).flatMap((each) => each.document.lines)).toHaveLength(2)
    expect(await hub.broken()).toEqual([])
  })

  test('what the middle has itself leaves alone when the other part is not to be had', async () => {
    const { id, requests } = await placed('SHOE-1', '00123')
    const [from, own] = [
      requests.find((each) => each.node_id === 'north'),
      requests.find((each) => each.node_id === 'middle'),
    ]
    await hub.say('depot', {
      kind: 'fulfillmentResponse',
      value: {
        requestId: from?.id,
        answeredAt: hub.hub.world.clock.now(),
        lines: [{ lineNo: 1, accepted: 0, rejected: 1, reason: 'damaged' }],
      },
    })
    await hub.deliver()
    expect(hub.nodes.requests.has(own?.id ?? '')).toBe(true)
    expect((await requestsOf(id)).find((each) => each.id === own?.id)).toMatchObject({ negotiation: 'submitted' })
    expect(await hub.broken()).toEqual([])
  })

  test('the parcel takes one place in the day of the middle, and gives it back when the order is cancelled before', async () => {
    const before = (await used()) ?? 0
    const id = `meet-${(orders += 1)}`
    await hub.say('shop', anOrder(id).line('SHOE-1', 1).line('SHOE-2', 1).document)
    await hub.route()
    expect(await used()).toBe(before + 1)
    await cancelOrder(hub.hub.world, await hub.orderId(id), { reason: 'changed my mind' }, 'test')
    expect(await used()).toBe(before)
    expect(await hub.broken()).toEqual([])
  })
})
