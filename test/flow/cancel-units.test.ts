import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { databases } from '../kit/backends.ts'
import { aFeed, anOrder, aShipment } from '../kit/builders.ts'
import { openSteppedHub, type SteppedHub } from '../kit/stepped-hub.ts'

const [pglite] = databases
if (pglite === undefined) throw new Error('there is always PGlite')

let hub: SteppedHub
let id = ''
let minute = 0
let orders = 0
beforeAll(async () => {
  hub = await openSteppedHub(pglite)
  await hub.say(
    'depot',
    aFeed([
      ['SHOE-1', 'north', 900],
      ['SHOE-2', 'north', 900],
    ]),
  )
})
afterAll(() => hub.stop())
beforeEach(async () => {
  // What the test before has left to be sent.
  await hub.deliver()
  id = String((orders += 1))
  minute = 0
  hub.nodes.cancelDocuments.length = 0
})

/** Five shoes and two others; `cancelled` of the first line are not wanted any more. */
const order = (cancelled = 0, more: Record<string, unknown> = {}) =>
  anOrder(id, `2026-11-22T09:${String((minute += 1)).padStart(2, '0')}:00.000Z`)
    .line('SHOE-1', 5, { cancelledQuantity: cancelled })
    .line('SHOE-2', 2)
    .with(more).document
const requestId = async (): Promise<string> =>
  (
    await hub.rows<{ id: string }>(
      'SELECT f.id FROM fulfillment_request f JOIN sales_order o ON o.id = f.order_id WHERE o.external_id = $1 ORDER BY f.id',
      [id],
    )
  ).at(-1)?.id ?? ''
const line = async (lineNo = 1) =>
  (
    await hub.rows(
      `SELECT open, allocated, released, shipped, cancelled FROM order_line l JOIN sales_order o ON o.id = l.order_id
       WHERE o.external_id = $1 AND line_no = $2`,
      [id, lineNo],
    )
  )[0]
const negotiation = async () =>
  (await hub.rows('SELECT negotiation, work FROM fulfillment_request WHERE id = $1', [await requestId()]))[0]
const toldAndAccepted = async (): Promise<void> => {
  await hub.say('shop', order())
  await hub.route()
  await hub.deliver()
}
const answer = async (accepted: boolean, lines?: { lineNo: number; quantity: number }[]) =>
  hub.say('depot', {
    kind: 'cancelResponse',
    value: { requestId: await requestId(), answeredAt: '2026-11-22T11:00:00.000Z', accepted, reason: 'packed', lines },
  })
const asked = () => hub.nodes.cancelDocuments.map((each) => each.lines?.map((one) => [one.lineNo, one.quantity]))

test('some units of a request that was not sent leave it, and the node hears of the rest alone', async () => {
  await hub.say('shop', order())
  await hub.route()
  await hub.say('shop', order(3))
  expect(await line()).toEqual({ open: 0, allocated: 2, released: 0, shipped: 0, cancelled: 3 })
  await hub.deliver()
  expect(hub.nodes.requests.get(await requestId())?.lines.map((each) => [each.lineNo, each.quantity])).toEqual([
    [1, 2],
    [2, 2],
  ])
  expect(asked()).toEqual([])
})

test('of a request that the node has, it is asked for those units, and gives them up', async () => {
  await toldAndAccepted()
  await hub.say('shop', order(3))
  await hub.deliver()
  expect(asked()).toEqual([[[1, 3]]])
  await answer(true)
  expect(await line()).toEqual({ open: 0, allocated: 0, released: 2, shipped: 0, cancelled: 3 })
  expect(await negotiation()).toEqual({ negotiation: 'accepted', work: 'open' })
  expect(await hub.timeline(id)).toEqual(['captured', 'routed', 'sent', 'amended', 'cancelRequested', 'cancelled'])
})

test('the node gives up some of them; the rest is refused in sight of all', async () => {
  await toldAndAccepted()
  await hub.say('shop', order(3))
  await answer(true, [{ lineNo: 1, quantity: 1 }])
  expect(await line()).toEqual({ open: 0, allocated: 0, released: 4, shipped: 0, cancelled: 1 })
  expect(await hub.timeline(id)).toContain('cancelRefused')
  expect(await hub.count(`exception_case WHERE kind = 'cancelTooLate' AND subject = '${await requestId()}'`)).toBe(1)
  // The channel says the same once more: what was refused is not asked for again.
  await hub.say('shop', order(3, { totalMinor: 1 }))
  await hub.deliver()
  expect(asked()).toEqual([[[1, 3]]])
})

test('a shipment that crosses the question takes what it takes, and the loser is told', async () => {
  await toldAndAccepted()
  await hub.say('shop', order(3))
  await hub.say('depot', aShipment(await requestId(), `S-${id}`, [[1, 4]]))
  expect(await hub.timeline(id)).toContain('cancelTooLate')
  // One unit is still there, and still in question.
  await answer(true)
  expect(await line()).toEqual({ open: 0, allocated: 0, released: 0, shipped: 4, cancelled: 1 })
})

test('more that is not wanted while the node has a question waits for its answer, and is asked then', async () => {
  await toldAndAccepted()
  await hub.say('shop', order(2))
  await hub.say('shop', order(4))
  await hub.deliver()
  expect(asked()).toEqual([[[1, 2]]])
  await answer(true)
  await hub.deliver()
  expect(asked()).toEqual([[[1, 2]], [[1, 2]]])
  await answer(true)
  expect(await line()).toEqual({ open: 0, allocated: 0, released: 1, shipped: 0, cancelled: 4 })
})

test('units that the channel wants after all are routed again when the node gives them up', async () => {
  await toldAndAccepted()
  await hub.say('shop', order(3))
  await hub.say('shop', order(0))
  await answer(true)
  expect(await line()).toMatchObject({ open: 3, released: 2, cancelled: 0 })
  await hub.route()
  expect(await line()).toMatchObject({ open: 0, allocated: 3, released: 2 })
})

test('a rejection of units that are not wanted any more cancels them instead of routing them again', async () => {
  await toldAndAccepted()
  await hub.say('shop', order(3))
  await hub.say('depot', {
    kind: 'fulfillmentResponse',
    value: {
      requestId: await requestId(),
      answeredAt: '2026-11-22T11:00:00.000Z',
      lines: [{ lineNo: 1, accepted: 1, rejected: 4, reason: 'other' }],
    },
  })
  expect(await line()).toEqual({ open: 1, allocated: 0, released: 1, shipped: 0, cancelled: 3 })
})

test('a cancel that comes while the request is on its way is asked for when it has arrived', async () => {
  await hub.say('shop', order())
  await hub.route()
  hub.nodes.next.push({ after: true, outcome: { kind: 'unknown', code: 'test', message: 'cut' } })
  await hub.deliver()
  await hub.say('shop', order(3))
  expect(await line()).toMatchObject({ allocated: 5, cancelled: 0 })
  hub.pass(3_000)
  await hub.deliver()
  await hub.deliver()
  expect(asked()).toEqual([[[1, 3]]])
})

test('and taken back at once when it did not arrive', async () => {
  await hub.say('shop', order())
  await hub.route()
  hub.nodes.next.push({ after: false, outcome: { kind: 'unknown', code: 'test', message: 'cut' } })
  await hub.deliver()
  await hub.say('shop', order(3))
  hub.pass(3_000)
  await hub.deliver()
  expect(await line()).toMatchObject({ allocated: 2, cancelled: 3 })
  expect(asked()).toEqual([])
})

test('every book agrees after all of it', async () => {
  expect(await hub.broken()).toEqual([])
})
