import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { applyNetwork, Network } from '#app/network-file.ts'
import { OrderChange } from '#core/model/order-change.ts'
import { cancelOrder, type ChangeEffect, changeOrder, previewChange } from '#workers/change-order.ts'
import { databases } from '../kit/backends.ts'
import { aFeed, anOrder, aShipment } from '../kit/builders.ts'
import { PAPER_NETWORK } from '../kit/paper-hub.ts'
import { openSteppedHub, type SteppedHub } from '../kit/stepped-hub.ts'

const [pglite] = databases
if (pglite === undefined) throw new Error('there is always PGlite')

let hub: SteppedHub
let id = ''
let orders = 0
beforeAll(async () => {
  hub = await openSteppedHub(pglite)
  await hub.say(
    'depot',
    aFeed([
      ['SHOE-1', 'north', 900],
      ['SHOE-2', 'north', 900],
      ['SHOE-2', 'south', 900],
    ]),
  )
})
afterAll(() => hub.stop())
beforeEach(async () => {
  await hub.deliver()
  id = String((orders += 1))
  hub.nodes.cancelDocuments.length = 0
})

/** Whether the shop has a document for changes that were made here. */
async function tellsChanges(hearsChanges: boolean): Promise<void> {
  const { world } = hub.hub
  await applyNetwork(
    world.db,
    Network.parse({
      ...PAPER_NETWORK,
      connections: [
        { id: 'shop', connector: 'paper-shop', config: { hearsChanges } },
        ...PAPER_NETWORK.connections.slice(1),
      ],
    }),
  )
  await world.master.fresh()
}

const order = (minute = 0, more: Record<string, unknown> = {}) =>
  anOrder(id, `2026-11-22T09:${String(minute).padStart(2, '0')}:00.000Z`)
    .line('SHOE-1', 3)
    .line('SHOE-2', 2)
    .with(more).document
const read = (changes: unknown[]): OrderChange[] => changes.map((each) => OrderChange.parse(each))
const preview = async (...changes: unknown[]): Promise<ChangeEffect> => {
  const told = await previewChange(hub.hub.world, await hub.orderId(id), { changes: read(changes), reason: 'x' })
  return told.kind === 'done' ? told.effect : expect.fail(JSON.stringify(told))
}
const change = async (...changes: unknown[]) =>
  changeOrder(
    hub.hub.world,
    await hub.orderId(id),
    { changes: read(changes), reason: 'the customer called' },
    'api:desk',
  )
const cancel = async (lines?: { lineNo: number; quantity: number }[]) =>
  cancelOrder(
    hub.hub.world,
    await hub.orderId(id),
    { reason: 'not needed', ...(lines === undefined ? {} : { lines }) },
    'api:desk',
  )
const lines = () =>
  hub.rows(
    `SELECT open, allocated, released, cancelled FROM order_line l JOIN sales_order o ON o.id = l.order_id
     WHERE o.external_id = $1 ORDER BY line_no`,
    [id],
  )
const live = () =>
  hub.rows(
    `SELECT f.node_id AS node, f.negotiation, l.line_no AS line, l.outstanding AS units FROM fulfillment_request f
     JOIN fulfillment_request_line l ON l.request_id = f.id JOIN sales_order o ON o.id = f.order_id
     WHERE o.external_id = $1 AND l.outstanding > 0 ORDER BY f.id, l.line_no`,
    [id],
  )

test('a preview shows money, stock and promise, and writes nothing; a confirmed change does what it showed', async () => {
  await hub.say('shop', order())
  await hub.route()
  const effect = await preview(
    { do: 'setQuantity', lineNo: 1, quantity: 1 },
    { do: 'addLine', sku: 'SHOE-2', quantity: 4, unitPriceMinor: 700 },
  )
  expect(effect).toMatchObject({
    money: { before: 10_000, after: 10_000 - 2 * 5_000 + 4 * 700, delta: -7_200 },
    stock: [{ nodeId: 'north', lineNo: 1, quantity: 2, why: 'cancel', how: 'atOnce' }],
    plan: [{ lines: [{ lineNo: 3, quantity: 4 }] }],
    unserved: [],
  })
  expect(effect.promise.after).toBeDefined()
  expect(await lines()).toHaveLength(2)
  await change(
    { do: 'setQuantity', lineNo: 1, quantity: 1 },
    { do: 'addLine', sku: 'SHOE-2', quantity: 4, unitPriceMinor: 700 },
  )
  const before = await live()
  await hub.route()
  // Only the new line was planned: the others keep their request.
  expect((await live()).slice(0, 2)).toEqual(before)
  expect(await live()).toMatchObject([
    { line: 1, units: 1 },
    { line: 2, units: 2 },
    { line: 3, units: 4 },
  ])
  expect(await hub.timeline(id)).toEqual(['captured', 'routed', 'edited', 'cancelled', 'routed'])
  expect(await hub.rows('SELECT total_minor AS total FROM sales_order WHERE external_id = $1', [id])).toEqual([
    { total: 2_800 },
  ])
})

test('a change that was previewed on another version is refused', async () => {
  await hub.say('shop', order())
  const { version } = await preview({ do: 'setService', shippingService: 'express' })
  await hub.route()
  const late = { changes: read([{ do: 'setService', shippingService: 'express' }]), reason: 'x', version }
  expect(await changeOrder(hub.hub.world, await hub.orderId(id), late, 'api:desk')).toMatchObject({ kind: 'stale' })
})

test('another address takes back what was not sent, and asks for what was; the goods go to the new one', async () => {
  await hub.say('shop', order())
  await hub.route()
  await hub.deliver()
  const shipTo = { line1: '9 Quai Neuf', city: 'Lyon', postcode: '69001', country: 'FR' }
  const effect = await preview({ do: 'setAddress', shipTo })
  expect(effect.stock.map(({ why, how }) => [why, how])).toEqual([
    ['planAnew', 'asked'],
    ['planAnew', 'asked'],
  ])
  await change({ do: 'setAddress', shipTo })
  await hub.deliver()
  const [asked] = hub.nodes.cancelDocuments
  expect(asked?.lines).toBeUndefined()
  await hub.say('depot', {
    kind: 'cancelResponse',
    value: { requestId: asked?.requestId, answeredAt: '2026-11-22T11:00:00.000Z', accepted: true },
  })
  await hub.route()
  await hub.deliver()
  expect([...hub.nodes.requests.values()].at(-1)?.shipTo).toMatchObject({ line1: '9 Quai Neuf' })
  expect(await lines()).toMatchObject([
    { released: 3, cancelled: 0 },
    { released: 2, cancelled: 0 },
  ])
})

test('the channel’s own edits go the same way, and are a visible difference', async () => {
  await hub.say('shop', order())
  await hub.route()
  await hub.say(
    'shop',
    order(1, { shipTo: { line1: '2 Rue de Test', city: 'Paris', postcode: '07500', country: 'FR' } }),
  )
  expect(await live()).toEqual([])
  await hub.route()
  await hub.deliver()
  expect([...hub.nodes.requests.values()].at(-1)?.shipTo).toMatchObject({ line1: '2 Rue de Test' })
  const facts = await hub.rows(
    `SELECT f.data FROM fact f JOIN sales_order o ON o.id = f.order_id WHERE o.external_id = $1 AND f.kind = 'amended'`,
    [id],
  )
  expect(facts).toEqual([{ data: { changes: [{ shipTo: ['line1'] }] } }])
})

test('a method that changes plans that line anew and leaves the other where it is', async () => {
  await hub.say('shop', order())
  await hub.route()
  const [kept] = await live()
  await change({ do: 'setMethod', lineNo: 2, method: 'pickup', nodeId: 'south' })
  await hub.route()
  expect(await live()).toMatchObject([kept, { node: 'south', line: 2, units: 2 }])
})

test('a cancel by hand takes what nobody has, asks for the rest, and the channel’s people are told', async () => {
  await hub.say('shop', order())
  await hub.route()
  await hub.deliver()
  await change({ do: 'setQuantity', lineNo: 1, quantity: 4 })
  expect(await cancel([{ lineNo: 1, quantity: 2 }])).toMatchObject({ kind: 'done' })
  expect(await lines()).toMatchObject([{ open: 0, released: 3, cancelled: 1 }, { released: 2 }])
  await hub.deliver()
  expect(hub.nodes.cancelDocuments.map((each) => each.lines)).toEqual([
    [{ lineNo: 1, sku: 'SHOE-1', quantity: 1, remaining: 2 }],
  ])
  expect(await hub.count(`exception_case WHERE kind = 'channelUntold' AND order_id = '${await hub.orderId(id)}'`)).toBe(
    1,
  )
  // The channel, which knows nothing of it, says the same as before: nothing is undone.
  await hub.say('shop', order(2))
  expect(await lines()).toMatchObject([{ open: 0, released: 3, cancelled: 1 }, { released: 2 }])
  expect(await cancel([{ lineNo: 1, quantity: 3 }])).toMatchObject({ kind: 'refused', index: 0 })
})

describe('a channel that can be told', () => {
  const told = async (): Promise<unknown[]> => {
    await hub.deliver('shop')
    return hub.shop.changesTold.splice(0)
  }
  beforeEach(async () => {
    await tellsChanges(true)
    await told()
  })
  afterEach(() => tellsChanges(false))

  test('an edit is told as what the order is to be; what a node has to agree to is told when it has', async () => {
    await hub.say('shop', order())
    await hub.route()
    await hub.deliver()
    await change(
      { do: 'setQuantity', lineNo: 1, quantity: 4 },
      { do: 'addLine', sku: 'SHOE-2', quantity: 1, unitPriceMinor: 700 },
      { do: 'setAddress', shipTo: { line1: 'Rue 9', city: 'Lyon', country: 'FR' } },
    )
    expect(await told()).toMatchObject([
      {
        externalOrderId: id,
        cancelled: false,
        quantities: [{ externalLineId: `${id}-1`, quantity: 4 }],
        added: [{ lineNo: 3, sku: 'SHOE-2', quantity: 1, unitPriceMinor: 700 }],
        knownLineIds: [`${id}-1`, `${id}-2`],
        shipTo: { city: 'Lyon' },
      },
    ])
    await cancel([{ lineNo: 2, quantity: 2 }])
    expect(await told()).toEqual([])
    await hub.deliver()
    const [question] = hub.nodes.cancelDocuments.filter((each) => each.lines?.some((line) => line.lineNo === 2) ?? true)
    await hub.say('depot', {
      kind: 'cancelResponse',
      value: { requestId: question?.requestId, answeredAt: '2026-11-22T10:00:00.000Z', accepted: true },
    })
    expect(await told()).toMatchObject([{ quantities: [{ externalLineId: `${id}-2`, quantity: 0 }], added: [] }])
    expect(
      await hub.count(`exception_case WHERE kind = 'channelUntold' AND order_id = '${await hub.orderId(id)}'`),
    ).toBe(0)
  })

  test('the channel repeats what it was told under a name of its own for the new line: nothing is ordered twice, nothing undone', async () => {
    await hub.say('shop', order())
    await hub.route()
    await change({ do: 'addLine', sku: 'SHOE-2', quantity: 4, unitPriceMinor: 700 })
    await told()
    await change({ do: 'setQuantity', lineNo: 3, quantity: 3 })
    expect(await told()).toEqual([])
    // An old word, from before the channel did it; then the word that it has done it.
    await hub.say('shop', order(1))
    const done = anOrder(id, '2026-11-22T09:02:00.000Z').line('SHOE-1', 3).line('SHOE-2', 2).line('SHOE-2', 4).document
    await hub.say('shop', done)
    await hub.route()
    expect(
      await hub.rows(
        `SELECT external_id AS name, ordered, cancelled FROM order_line l WHERE order_id = $1 ORDER BY line_no`,
        [await hub.orderId(id)],
      ),
    ).toEqual([
      { name: `${id}-1`, ordered: 3, cancelled: 0 },
      { name: `${id}-2`, ordered: 2, cancelled: 0 },
      { name: `${id}-3`, ordered: 4, cancelled: 1 },
    ])
    // Its name is known now, so the last change of it can be told.
    expect(await told()).toMatchObject([{ quantities: [{ externalLineId: `${id}-3`, quantity: 3 }], added: [] }])
  })

  test('a cancel of the whole order is told when the last node has let go, and never twice', async () => {
    await hub.say('shop', order())
    await hub.route()
    await hub.deliver()
    await cancel()
    expect(await told()).toEqual([])
    await hub.deliver()
    for (const { requestId } of hub.nodes.cancelDocuments.splice(0))
      await hub.say('depot', {
        kind: 'cancelResponse',
        value: { requestId, answeredAt: '2026-11-22T10:00:00.000Z', accepted: true },
      })
    expect(await told()).toMatchObject([{ cancelled: true, quantities: [] }])
    await hub.say('shop', order(4, { cancelledAt: '2026-11-22T09:04:00.000Z' }))
    expect(await told()).toEqual([])
  })

  test('what is shipped of a change is told after the change, though the change takes three attempts', async () => {
    await hub.say('shop', order())
    await hub.route()
    await hub.deliver()
    await change({ do: 'setQuantity', lineNo: 1, quantity: 4 })
    await hub.route()
    await hub.deliver()
    const busy = {
      outcome: { kind: 'unavailable' as const, fault: 'transient' as const, code: 'x', message: 'later' },
      after: false,
    }
    hub.shop.next.push(busy, busy)
    const requests = await hub.rows<{ id: string; line: number; units: number }>(
      `SELECT f.id, l.line_no AS line, l.outstanding AS units FROM fulfillment_request f JOIN fulfillment_request_line l ON l.request_id = f.id
       WHERE f.order_id = $1 ORDER BY f.id, l.line_no`,
      [await hub.orderId(id)],
    )
    for (const [requestId, mine] of Map.groupBy(requests, (row) => row.id))
      await hub.say(
        'depot',
        aShipment(
          requestId,
          `P-${requestId}`,
          mine.map(({ line, units }) => [line, units]),
        ),
      )
    hub.shop.shipmentsTold.length = 0
    for (let attempt = 0; attempt < 3; attempt++) {
      expect(hub.shop.shipmentsTold).toEqual([])
      await hub.deliver('shop')
      hub.pass(3_600_000)
    }
    expect(hub.shop.changesTold.splice(0)).toMatchObject([{ quantities: [{ quantity: 4 }] }])
    expect(hub.shop.shipmentsTold.length).toBeGreaterThan(0)
  })

  test('a way of shipping has no place in the document: its people hear that alone', async () => {
    await hub.say('shop', order())
    await hub.route()
    await change({ do: 'setService', shippingService: 'Express' })
    expect(await told()).toEqual([])
    const [untold] = await hub.rows<{ detail: string }>(
      `SELECT detail FROM exception_case WHERE kind = 'channelUntold' AND order_id = $1`,
      [await hub.orderId(id)],
    )
    expect(untold?.detail).toContain('the shipping service is Express now')
  })
})

test('a whole order is cancelled for good', async () => {
  await hub.say('shop', order())
  await hub.route()
  await cancel()
  expect(await lines()).toMatchObject([{ cancelled: 3 }, { cancelled: 2 }])
  await hub.say('shop', order(3))
  expect(await lines()).toMatchObject([{ open: 0, cancelled: 3 }, { cancelled: 2 }])
  expect(await change({ do: 'setQuantity', lineNo: 1, quantity: 1 })).toMatchObject({ kind: 'refused' })
})

test('every book agrees after all of it', async () => {
  expect(await hub.broken()).toEqual([])
})
