import { afterEach, describe, expect, test } from 'vitest'
import { everyHub } from '../kit/backends.ts'
import { aFeed, anOrder, aShipment } from '../kit/builders.ts'
import { openPaperHub, type PaperHub } from '../kit/paper-hub.ts'
import { resume } from '../kit/operations.ts'

describe.each(everyHub)('when things go wrong on $name', (backend) => {
  let paper: PaperHub
  afterEach(async () => paper.stop())

  const rows = <R>(sql: string): Promise<R[]> => paper.hub.world.db.query<R>(sql)
  const count = async (from: string): Promise<number> =>
    (await rows<{ n: number }>(`SELECT count(*) AS n FROM ${from}`))[0]?.n ?? -1
  const stocked = async (units: [string, string, number][]): Promise<void> => {
    await paper.receive('depot', `feed-${units.join()}`, aFeed(units))
    await paper.until('the stock is known', async () => (await count('stock_position')) === units.length)
  }

  test('the same delivery, a hundred times at once, makes one order', async () => {
    paper = await openPaperHub(backend)
    await stocked([['SHOE-1', 'north', 5]])
    const order = anOrder('1001').line('SHOE-1', 1).document
    const answers = await Promise.all(Array.from({ length: 100 }, () => paper.receive('shop', 'delivery-1', order)))
    expect(answers.filter((answer) => answer.fresh)).toHaveLength(1)
    // The same order under another delivery id: known by its name and revision.
    await paper.receive('shop', 'delivery-2', order)
    await paper.until(
      'both deliveries are settled',
      async () => (await count(`envelope WHERE connection_id = 'shop' AND state IN ('applied', 'duplicate')`)) === 2,
    )
    expect(await count('sales_order')).toBe(1)
    await paper.until('one request', () => paper.nodes.requests.size === 1)
  })

  test('an answer that was lost on the way back is looked up, and nothing is sent twice', async () => {
    paper = await openPaperHub(backend)
    await stocked([['SHOE-1', 'north', 5]])
    paper.nodes.next.push({
      after: true,
      outcome: { kind: 'unknown', code: 'test.cut', message: 'the socket was cut' },
    })
    await paper.receive('shop', 'order-1', anOrder('1001').line('SHOE-1', 1).document)
    await paper.until(
      'it counts as sent',
      async () => (await count(`instruction WHERE kind = 'fulfillmentInstruction' AND state = 'sent'`)) === 1,
    )
    expect(paper.nodes).toMatchObject({ sends: 1, effects: 1, lookups: 1 })
  })

  test('a request that never arrived is found absent and sent again with the same bytes', async () => {
    paper = await openPaperHub(backend)
    await stocked([['SHOE-1', 'north', 5]])
    paper.nodes.next.push({
      after: false,
      outcome: { kind: 'unknown', code: 'test.cut', message: 'the socket was cut' },
    })
    await paper.receive('shop', 'order-1', anOrder('1001').line('SHOE-1', 1).document)
    await paper.until(
      'it counts as sent',
      async () => (await count(`instruction WHERE kind = 'fulfillmentInstruction' AND state = 'sent'`)) === 1,
    )
    expect(paper.nodes).toMatchObject({ sends: 2, effects: 1, lookups: 1 })
    expect(await count(`transmission WHERE port = 'fulfillment'`)).toBe(1)
  })

  test('a throttling or absent partner gets it later, and the first costs no attempt', async () => {
    paper = await openPaperHub(backend)
    await stocked([['SHOE-1', 'north', 5]])
    paper.nodes.next.push(
      { after: false, outcome: { kind: 'throttled', retryAfterMs: 100 } },
      {
        after: false,
        outcome: {
          kind: 'unavailable',
          fault: 'transient',
          code: 'test.refused',
          message: 'connection refused',
          retryAfterMs: 100,
        },
      },
    )
    await paper.receive('shop', 'order-1', anOrder('1001').line('SHOE-1', 1).document)
    await paper.until('it arrived', () => paper.nodes.effects === 1)
    await paper.until(
      'it counts as sent',
      async () =>
        (await count(`instruction WHERE kind = 'fulfillmentInstruction' AND state = 'sent' AND attempts = 2`)) === 1,
    )
  })

  test('a credential that is refused stops the connection once, and a resume lets the work go on', async () => {
    paper = await openPaperHub(backend)
    await stocked([['SHOE-1', 'north', 5]])
    paper.nodes.next.push({
      after: false,
      outcome: { kind: 'unavailable', fault: 'auth', code: 'test.401', message: 'the partner refused the key' },
    })
    await paper.receive('shop', 'order-1', anOrder('1001').line('SHOE-1', 1).document)
    await paper.until('the connection is broken', async () => (await count(`connection WHERE state = 'broken'`)) === 1)
    expect(await rows(`SELECT kind, subject FROM exception_case`)).toEqual([
      { kind: 'connectionBroken', subject: 'depot' },
    ])
    expect(paper.nodes.effects).toBe(0)
    await resume(paper.hub, 'depot')
    await paper.until('it arrived', () => paper.nodes.effects === 1)
  })

  test('a rejected line goes to the next node, never back, and to a person when no node is left', async () => {
    paper = await openPaperHub(backend)
    await stocked([
      ['SHOE-1', 'north', 5],
      ['SHOE-1', 'south', 5],
    ])
    await paper.receive('shop', 'order-1', anOrder('1001').line('SHOE-1', 2).document)
    await paper.until('north was asked', () => paper.nodes.requests.size === 1)
    const [first] = [...paper.nodes.requests.values()]
    const reject = (requestId: string) => ({
      kind: 'fulfillmentResponse',
      value: {
        requestId,
        answeredAt: '2026-11-22T10:00:00.000Z',
        lines: [{ lineNo: 1, accepted: 0, rejected: 2, reason: 'outOfStock' }],
      },
    })
    await paper.receive('depot', 'reject-1', reject(first?.requestId ?? ''))
    await paper.until('south was asked', () => paper.nodes.requests.size === 2)
    const second = [...paper.nodes.requests.values()][1]
    expect(second?.nodeId).toBe('south')
    expect(await rows(`SELECT available, allocated FROM stock_position WHERE node_id = 'north'`)).toEqual([
      { available: 3, allocated: 0 },
    ])
    await paper.receive('depot', 'reject-2', reject(second?.requestId ?? ''))
    await paper.until(
      'a person is asked',
      async () => (await count(`exception_case WHERE kind = 'unroutable' AND state = 'open'`)) === 1,
    )
    expect(paper.nodes.requests.size).toBe(2)
    expect(await count('order_line WHERE open = 2')).toBe(1)
  })

  test('an order without stock waits, and the feed that brings stock wakes it', async () => {
    paper = await openPaperHub(backend)
    await stocked([['SHOE-1', 'north', 0]])
    await paper.receive('shop', 'order-1', anOrder('1001').line('SHOE-1', 1).document)
    await paper.until('it is parked', async () => (await count(`sales_order WHERE routing = 'parked'`)) === 1)
    await paper.receive('depot', 'feed-2', aFeed([['SHOE-1', 'north', 3]], '2026-11-22T10:00:00.000Z'))
    await paper.until('it is sent', () => paper.nodes.requests.size === 1)
    expect(await count(`exception_case WHERE kind = 'unroutable' AND state = 'resolved'`)).toBe(1)
  })

  test('sixty orders for twenty units: twenty are served, none is oversold', async () => {
    paper = await openPaperHub(backend)
    await stocked([
      ['SHOE-1', 'north', 12],
      ['SHOE-1', 'south', 8],
    ])
    await Promise.all(
      Array.from({ length: 60 }, (_, i) =>
        paper.receive('shop', `order-${i}`, anOrder(String(i)).line('SHOE-1', 1).document),
      ),
    )
    await paper.until(
      'all are decided',
      async () => (await count(`sales_order WHERE routing IN ('none', 'parked')`)) === 60,
    )
    await paper.until('twenty were asked for', () => paper.nodes.requests.size === 20)
    expect(await rows('SELECT sum(available) AS available, sum(allocated) AS allocated FROM stock_position')).toEqual([
      { available: 0, allocated: 20 },
    ])
    expect(await count(`sales_order WHERE routing = 'parked'`)).toBe(40)
  })

  test('deleting every queue in mid-run loses nothing', async () => {
    paper = await openPaperHub(backend)
    await stocked([['SHOE-1', 'north', 500]])
    const received = Promise.all(
      Array.from({ length: 80 }, (_, i) =>
        paper.receive('shop', `order-${i}`, anOrder(String(i)).line('SHOE-1', 1).document),
      ),
    )
    for (let round = 0; round < 4; round++) {
      for (const queue of ['inbound', 'route', 'deliver-depot']) await paper.hub.world.pump.destroy(queue)
      await new Promise((resolve) => setTimeout(resolve, 60))
    }
    await received
    await paper.until('every request went out', () => paper.nodes.requests.size === 80)
    expect(paper.nodes.effects).toBe(80)
    await paper.until('and is known to have gone', async () => (await count('order_line WHERE released = 1')) === 80)
  })

  test('a document on which the connector throws waits in quarantine; its neighbours go on', async () => {
    paper = await openPaperHub(backend)
    await stocked([['SHOE-1', 'north', 5]])
    await Promise.all([
      paper.receive('shop', 'good-1', anOrder('1001').line('SHOE-1', 1).document),
      paper.receive('shop', 'bad', { kind: 'throw' }),
      paper.receive('shop', 'not-json', '{"kind": '),
      paper.receive('shop', 'good-2', anOrder('1002').line('SHOE-1', 1).document),
    ])
    await paper.until('the good ones are sent', () => paper.nodes.requests.size === 2)
    await paper.until(
      'the bad ones are set aside',
      async () => (await count(`envelope WHERE state = 'quarantined'`)) === 2,
    )
    expect(await rows('SELECT code, state FROM quarantine_item ORDER BY code')).toEqual([
      { code: 'bug', state: 'open' },
      { code: 'json.syntax', state: 'open' },
    ])
  })

  test('a shipment for a request of another partner is refused and kept', async () => {
    paper = await openPaperHub(backend)
    await stocked([['SHOE-1', 'north', 5]])
    await paper.receive('shop', 'order-1', anOrder('1001').line('SHOE-1', 1).document)
    await paper.until('the node was asked', () => paper.nodes.requests.size === 1)
    const [request] = [...paper.nodes.requests.values()]
    await paper.receive('shop', 'forged', aShipment(request?.requestId ?? '', 'S1', [[1, 1]]))
    await paper.until(
      'it waits in quarantine',
      async () => (await count(`quarantine_item WHERE code = 'fulfillment.request-unknown'`)) === 1,
    )
    expect(await count('shipment')).toBe(0)
  })

  test('a node that owes an answer becomes an exception case when its time is up', async () => {
    paper = await openPaperHub(backend)
    await stocked([['SHOE-1', 'north', 5]])
    await paper.receive('shop', 'order-1', anOrder('1001').line('SHOE-1', 1).document)
    await paper.until(
      'it counts as sent',
      async () => (await count(`fulfillment_request WHERE negotiation = 'submitted'`)) === 1,
    )
    paper.clock.aheadMs = 25 * 3_600_000
    await paper.until(
      'a person is told',
      async () => (await count(`exception_case WHERE kind = 'answerOverdue'`)) === 1,
    )
    const [request] = [...paper.nodes.requests.values()]
    await paper.receive('depot', 'ship', aShipment(request?.requestId ?? '', 'S1', [[1, 1]]))
    await paper.until(
      'the answer closes the case',
      async () => (await count(`exception_case WHERE kind = 'answerOverdue' AND state = 'resolved'`)) === 1,
    )
  })
})
