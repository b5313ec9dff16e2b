import { afterEach, describe, expect, test } from 'vitest'
import { handleDeliver } from '#workers/deliver.ts'
import { handleInbound } from '#workers/inbound.ts'
import { handleRoute } from '#workers/route.ts'
import { hubs } from '../kit/backends.ts'
import { aFeed, anOrder, aShipment } from '../kit/builders.ts'
import { openPaperHub, type PaperHub } from '../kit/paper-hub.ts'

describe.each(hubs)('cancelling on $name', (backend) => {
  let paper: PaperHub
  afterEach(async () => paper.stop())

  const count = async (from: string): Promise<number> =>
    (await paper.hub.world.db.query<{ n: number }>(`SELECT count(*) AS n FROM ${from}`))[0]?.n ?? -1
  const cancelled = (id: string) =>
    anOrder(id, '2026-11-22T11:00:00.000Z').with({ cancelledAt: '2026-11-22T11:00:00.000Z' }).line('SHOE-1', 2).document
  const begin = async (): Promise<string> => {
    paper = await openPaperHub(backend)
    await paper.receive('depot', 'feed', aFeed([['SHOE-1', 'north', 5]]))
    await paper.until('the stock is known', async () => (await count('stock_position')) === 1)
    await paper.receive('shop', 'create', anOrder('1001').line('SHOE-1', 2).document)
    await paper.until(
      'the node was told',
      async () => (await count(`fulfillment_request WHERE negotiation = 'submitted'`)) === 1,
    )
    return [...paper.nodes.requests.values()][0]?.requestId ?? ''
  }
  const answer = (requestId: string, accepted: boolean) => ({
    kind: 'cancelResponse',
    value: {
      requestId,
      answeredAt: '2026-11-22T11:05:00.000Z',
      accepted,
      ...(accepted ? {} : { reason: 'already packed' }),
    },
  })

  test('a cancel that overtakes its order leaves a cancelled order and tells no node', async () => {
    paper = await openPaperHub(backend)
    await paper.receive('depot', 'feed', aFeed([['SHOE-1', 'north', 5]]))
    await paper.receive('shop', 'cancel', cancelled('1001'))
    await paper.receive('shop', 'create', anOrder('1001').line('SHOE-1', 2).document)
    await paper.until(
      'both are settled',
      async () => (await count(`envelope WHERE connection_id = 'shop' AND state IN ('applied', 'superseded')`)) === 2,
    )
    expect(await count('order_line WHERE cancelled = 2 AND open = 0')).toBe(1)
    expect(paper.nodes.requests.size).toBe(0)
  })

  test('a node that agrees gives the units back, and stock is free again', async () => {
    const requestId = await begin()
    await paper.receive('shop', 'cancel', cancelled('1001'))
    await paper.until('the node was asked to stop', () => paper.nodes.cancels.includes(requestId))
    await paper.receive('depot', 'answer', answer(requestId, true))
    await paper.until('the units are cancelled', async () => (await count('order_line WHERE cancelled = 2')) === 1)
    expect(await count('stock_position WHERE available = 5 AND allocated = 0')).toBe(1)
    expect(await count(`reservation WHERE state = 'released'`)).toBe(1)
  })

  test('a node that is too far on ships, and a person sees that the cancel was too late', async () => {
    const requestId = await begin()
    await paper.receive('shop', 'cancel', cancelled('1001'))
    await paper.until('the node was asked to stop', () => paper.nodes.cancels.includes(requestId))
    await paper.receive('depot', 'answer', answer(requestId, false))
    await paper.receive('depot', 'ship', aShipment(requestId, 'S1', [[1, 2]]))
    await paper.until('the units are shipped', async () => (await count('order_line WHERE shipped = 2')) === 1)
    await paper.until('the shop is told', () => paper.shop.shipmentsTold.length === 1)
    expect(await count(`exception_case WHERE kind = 'cancelTooLate'`)).toBe(1)
  })

  test('a shipment that crosses the cancel wins, and both books agree', async () => {
    const requestId = await begin()
    await Promise.all([
      paper.receive('shop', 'cancel', cancelled('1001')),
      paper.receive('depot', 'ship', aShipment(requestId, 'S1', [[1, 2]])),
    ])
    await paper.until('the units are shipped', async () => (await count('order_line WHERE shipped = 2')) === 1)
    await paper.until('both are settled', async () => (await count(`envelope WHERE state = 'received'`)) === 0)
    expect(await count('stock_position WHERE available = 3 AND allocated = 0 AND on_hand = 3')).toBe(1)
  })

  // The loops do not run here: which orders share bytes is then the test's choice, not that of the moment.
  test('a cancel takes its order out of bytes that were prepared for several and have not left', async () => {
    paper = await openPaperHub(backend, { start: false })
    const { world } = paper.hub
    const waiting = async (from: string): Promise<string[]> =>
      (await world.db.query<{ id: string }>(`SELECT id FROM ${from} ORDER BY id`)).map((row) => row.id)
    const readAll = async () => handleInbound(world, await waiting(`envelope WHERE state = 'received'`), false)
    const deliver = async () =>
      handleDeliver(world, 'depot', await waiting(`instruction WHERE state = 'queued'`), new AbortController().signal)

    await paper.receive('depot', 'feed', aFeed([['SHOE-1', 'north', 9]]))
    for (const id of ['1001', '1002', '1003']) await paper.receive('shop', id, anOrder(id).line('SHOE-1', 2).document)
    await readAll()
    await handleRoute(world, await waiting(`sales_order WHERE routing = 'pending'`))
    paper.nodes.next.push({
      after: false,
      outcome: { kind: 'unavailable', fault: 'transient', code: 'test.away', message: 'away', retryAfterMs: 60_000 },
    })
    await deliver()
    expect(await count(`instruction WHERE attempts = 1 AND state = 'queued'`)).toBe(3)
    expect(await count(`transmission WHERE port = 'fulfillment'`)).toBe(1)

    await paper.receive('shop', 'cancel', cancelled('1002'))
    await readAll()
    expect(await count('order_line WHERE cancelled = 2')).toBe(1)
    paper.clock.aheadMs += 60_000
    await deliver()
    expect(await count(`fulfillment_request WHERE negotiation = 'submitted'`)).toBe(2)
    expect([...paper.nodes.requests.values()].map((request) => request.orderNumber).sort()).toEqual(['#1001', '#1003'])
    expect(paper.nodes.cancels).toEqual([])
  })
})
