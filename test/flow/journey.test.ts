import { afterEach, describe, expect, test } from 'vitest'
import { everyHub } from '../kit/backends.ts'
import { aFeed, anOrder, aShipment } from '../kit/builders.ts'
import { openPaperHub, type PaperHub } from '../kit/paper-hub.ts'

describe.each(everyHub)('an order on $name', (backend) => {
  let paper: PaperHub
  afterEach(async () => paper.stop())

  const count = async (sql: string): Promise<number> => {
    const [row] = await paper.hub.world.db.query<{ n: number }>(`SELECT count(*) AS n FROM ${sql}`)
    return row?.n ?? -1
  }

  test('goes from the shop to the cheapest node and its shipment comes back to the shop', async () => {
    paper = await openPaperHub(backend)
    await paper.receive(
      'depot',
      'feed-1',
      aFeed([
        ['SHOE-1', 'north', 5],
        ['SHOE-1', 'south', 5],
      ]),
    )
    await paper.until('the stock is known', async () => (await count('stock_position')) === 2)
    await paper.receive('shop', 'order-1', anOrder('1001').line('SHOE-1', 2).document)
    await paper.until('the node was asked', () => paper.nodes.requests.size === 1)
    const [request] = [...paper.nodes.requests.values()]
    expect(request).toMatchObject({
      nodeId: 'north',
      orderNumber: '#1001',
      lines: [{ lineNo: 1, sku: 'SHOE-1', quantity: 2 }],
    })
    await paper.until('the units are released', async () => (await count('order_line WHERE released = 2')) === 1)

    await paper.receive('depot', 'ship-1', aShipment(request?.requestId ?? '', 'S1', [[1, 2]]))
    await paper.until('the shop was told', () => paper.shop.shipmentsTold.length === 1)
    expect(paper.shop.shipmentsTold[0]?.document).toMatchObject({
      externalOrderId: '1001',
      lines: [{ externalLineId: '1001-1', quantity: 2 }],
      trackingNumbers: ['1ZS1'],
    })
    expect(await count('order_line WHERE shipped = 2 AND released = 0')).toBe(1)
    expect(await count(`stock_position WHERE node_id = 'north' AND on_hand = 3 AND allocated = 0`)).toBe(1)
    await paper.until('the shop knows what is left', () => paper.shop.availability.get('SHOE-1@north') === 3)
  })
})
