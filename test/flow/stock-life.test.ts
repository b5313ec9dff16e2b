import { afterEach, describe, expect, test } from 'vitest'
import { databases } from '../kit/backends.ts'
import { openStockDesk, type StockDesk } from '../kit/stock-desk.ts'

const DAY_MS = 86_400_000

describe.each(databases)('stock on $name', (backend) => {
  let desk: StockDesk
  const open = async (more: { channels?: unknown[] } = {}): Promise<StockDesk> =>
    (desk = await openStockDesk(backend, more))
  afterEach(async () => {
    const broken = await desk.broken()
    await desk.stop()
    expect(broken).toEqual([])
  })

  const kinds = async (externalId: string): Promise<string[]> =>
    (
      await desk.rows<{ kind: string }>(
        'SELECT f.kind FROM fact f JOIN sales_order o ON o.id = f.order_id WHERE o.external_id = $1 ORDER BY f.id',
        [externalId],
      )
    ).map((row) => row.kind)

  test('a cart holds its units until its time is up; asking again keeps it alive and changes nothing', async () => {
    await open()
    await desk.feed([['SHOE', 'north', 3]])
    expect(await desk.cart('c1', [['SHOE', 2]])).toMatchObject({ kind: 'held', changed: true })
    expect(await desk.cart('c1', [['SHOE', 2]])).toMatchObject({ kind: 'held', changed: false })
    expect(await desk.position('SHOE')).toMatchObject({ available: 1, reserved: 2, onHand: 3 })
    expect(await desk.cart('c2', [['SHOE', 2]])).toEqual({
      kind: 'insufficient',
      lines: [{ sku: 'SHOE', wanted: 2, available: 1 }],
    })
    desk.pass(800_000)
    await desk.cart('c1', [['SHOE', 2]])
    desk.pass(800_000)
    await desk.expire()
    expect(await desk.position('SHOE')).toMatchObject({ available: 1, reserved: 2 })
    desk.pass(100_001)
    await desk.expire()
    expect(await desk.position('SHOE')).toMatchObject({ available: 3, reserved: 0 })
  })

  test('a cart that wants less gives back the difference, not the line', async () => {
    await open()
    await desk.feed([['SHOE', 'north', 5]])
    await desk.cart('c1', [['SHOE', 4]])
    await desk.cart('c1', [['SHOE', 1]])
    expect(await desk.position('SHOE')).toMatchObject({ available: 4, reserved: 1 })
    await desk.cart('c1', [])
    expect(await desk.position('SHOE')).toMatchObject({ available: 5, reserved: 0 })
  })

  test('an advisory wish claims nothing and ends by its time', async () => {
    await open()
    await desk.feed([['SHOE', 'north', 1]])
    expect(await desk.cart('c1', [['SHOE', 7]], { binding: 'advisory' })).toMatchObject({ kind: 'held' })
    expect(await desk.position('SHOE')).toMatchObject({ available: 1, reserved: 0 })
    desk.pass(900_001)
    await desk.expire()
    expect(await desk.rows(`SELECT state FROM reservation`)).toEqual([{ state: 'expired' }])
  })

  test('an order takes its cart over: the units it held are the ones it gets, and the rest is free', async () => {
    await open()
    await desk.feed([['SHOE', 'south', 3]])
    await desk.cart('c1', [['SHOE', 3]])
    await desk.order({ id: '1', lines: [['SHOE', 2]], more: { cartKey: 'c1' } })
    await desk.route()
    expect(await desk.position('SHOE', 'south')).toMatchObject({ available: 1, reserved: 0, allocated: 2 })
    expect(await desk.cart('c1', [['SHOE', 1]])).toMatchObject({ kind: 'held' })
  })

  test('a held order keeps its cart’s units beyond their time, until it is cancelled', async () => {
    await open()
    await desk.feed([['SHOE', 'north', 2]])
    await desk.cart('c1', [['SHOE', 2]])
    const holds = [{ kind: 'payment', reason: 'not paid' }]
    await desk.order({ id: '1', lines: [['SHOE', 2]], more: { cartKey: 'c1', holds } })
    expect(await desk.cart('c1', [['SHOE', 1]])).toMatchObject({ kind: 'ordered' })
    desk.pass(10 * DAY_MS)
    await desk.expire()
    expect(await desk.position('SHOE')).toMatchObject({ available: 0, reserved: 2 })
    await desk.order({ id: '1', lines: [['SHOE', 2]], cancelled: true })
    expect(await desk.position('SHOE')).toMatchObject({ available: 2, reserved: 0 })
  })

  test('a revision that only changes the price touches no reservation; one that wants fewer gives back those', async () => {
    await open()
    await desk.feed([['SHOE', 'north', 4]])
    await desk.cart('c1', [['SHOE', 4]])
    const more = { cartKey: 'c1', holds: [{ kind: 'payment', reason: 'not paid' }] }
    await desk.order({ id: '1', lines: [['SHOE', 4]], more })
    const before = await desk.rows('SELECT id, quantity, state FROM reservation')
    const postings = await desk.rows('SELECT count(*) AS n FROM stock_posting')
    desk.pass(1_000)
    await desk.order({ id: '1', lines: [['SHOE', 4]], more: { ...more, totalMinor: 1 } })
    expect(await desk.rows('SELECT id, quantity, state FROM reservation')).toEqual(before)
    expect(await desk.rows('SELECT count(*) AS n FROM stock_posting')).toEqual(postings)
    desk.pass(1_000)
    await desk.order({ id: '1', lines: [['SHOE', 4, 3]], more })
    expect(await desk.position('SHOE')).toMatchObject({ available: 3, reserved: 1 })
  })

  test('held units move to another node at both ends at once, or not at all', async () => {
    await open()
    await desk.feed([
      ['SHOE', 'north', 2],
      ['SHOE', 'south', 1],
    ])
    await desk.cart('c1', [['SHOE', 2, 'north']])
    const move = { channelId: 'web', cartKey: 'c1', sku: 'SHOE', fromNodeId: 'north', toNodeId: 'south', actor: 'test' }
    expect(await desk.stock.transferHeld({ ...move, quantity: 2 })).toBe('south has not 2 of SHOE to give')
    expect(await desk.position('SHOE')).toMatchObject({ available: 0, reserved: 2 })
    expect(await desk.stock.transferHeld({ ...move, quantity: 1 })).toBeUndefined()
    expect(await desk.position('SHOE')).toMatchObject({ available: 1, reserved: 1 })
    expect(await desk.position('SHOE', 'south')).toMatchObject({ available: 0, reserved: 1 })
  })

  test('a kit is sold of its components, shipped and short picked by them', async () => {
    await open()
    await desk.feed([
      ['SHOE', 'north', 7],
      ['BOX', 'north', 3],
    ])
    await desk.order({ id: '1', lines: [['SET', 3]] })
    await desk.route()
    expect(await desk.position('SHOE')).toMatchObject({ available: 1, allocated: 6 })
    expect(await desk.position('BOX')).toMatchObject({ available: 0, allocated: 3 })
    const [request] = await desk.requests()
    if (request === undefined) throw new Error('no node was asked')
    await desk.ship(request, [[1, 1]])
    expect(await desk.position('SHOE')).toMatchObject({ allocated: 4, onHand: 5 })
    await desk.reject(request, 1, 1)
    expect(await desk.position('SHOE')).toMatchObject({ available: 3, allocated: 2, onHand: 5 })
    await desk.ship(request, [[1, 1]])
    expect(await desk.position('BOX')).toMatchObject({ available: 1, allocated: 0, onHand: 1 })
  })

  test('two lines that share a component never get one unit twice, and each gets what it can', async () => {
    await open()
    await desk.feed([
      ['SHOE', 'north', 2],
      ['BOX', 'north', 1],
      ['SHOE', 'south', 1],
    ])
    await desk.order({
      id: '1',
      lines: [
        ['SET', 1],
        ['SHOE', 1],
      ],
    })
    await desk.route()
    expect(await desk.counters('1')).toMatchObject([{ working: 1 }, { working: 1 }])
    expect(await desk.position('SHOE')).toMatchObject({ available: 0, allocated: 2 })
    expect(await desk.position('SHOE', 'south')).toMatchObject({ available: 0, allocated: 1 })
  })

  const backorders = (more: object = {}) => desk.policy({ backorders: [{ name: 'all', capUnits: 5, ...more }] })

  test('what no node has waits for a supply with its date, and gets the units when they come', async () => {
    await open()
    await desk.feed([['SHOE', 'north', 1]])
    await backorders()
    const stated = await desk.supply({ quantity: 10, expectedAt: '2026-11-25T09:00:00Z' })
    expect(await desk.position('SHOE')).toMatchObject({ incoming: 10, onHand: 1 })
    await desk.order({ id: '1', lines: [['SHOE', 3]] })
    await desk.route()
    expect(await desk.counters('1')).toMatchObject([{ working: 1, backordered: 2, open: 0 }])
    expect(await desk.rows('SELECT waiting, promised_at FROM backorder')).toEqual([
      { waiting: 2, promised_at: '2026-11-25T09:00:00.000Z' },
    ])
    const id = stated.supplies[0]?.id ?? ''
    const receipt = { reference: 'R-1', quantity: 4, receivedAt: desk.now() }
    await desk.stock.receiveUnits(id, receipt, 'api:test')
    expect(await desk.stock.receiveUnits(id, receipt, 'api:test')).toMatchObject({ repeated: true })
    expect(await desk.position('SHOE')).toMatchObject({ available: 2, reserved: 2, incoming: 6 })
    await desk.route()
    expect(await desk.counters('1')).toMatchObject([{ working: 3, backordered: 0 }])
    expect(await desk.position('SHOE')).toMatchObject({ available: 2, reserved: 0, allocated: 3 })
    expect(await kinds('1')).toEqual(['captured', 'backordered', 'routed', 'backorderReleased', 'routed'])
  })

  test('a cap is never passed, and what is beyond it is parked for a person', async () => {
    await open()
    await backorders({ onlyAgainstSupply: false })
    await Promise.all(['1', '2', '3', '4'].map((id) => desk.order({ id, lines: [['SHOE', 2]] })))
    await desk.route()
    expect(await desk.rows('SELECT sum(waiting) AS n FROM backorder')).toEqual([{ n: 5 }])
    expect(await desk.rows(`SELECT count(*) AS n FROM exception_case WHERE kind = 'unroutable'`)).toEqual([{ n: 2 }])
  })

  test('stock that comes in goes to those who waited before anyone who comes later', async () => {
    await open()
    await backorders({ onlyAgainstSupply: false })
    await desk.order({ id: 'early', lines: [['SHOE', 2]] })
    await desk.route()
    desk.pass(1_000)
    await desk.order({ id: 'late', lines: [['SHOE', 2]] })
    await desk.feed([['SHOE', 'north', 3]])
    await desk.route()
    expect(await desk.counters('early')).toMatchObject([{ working: 2, backordered: 0 }])
    expect(await desk.counters('late')).toMatchObject([{ working: 1, backordered: 1 }])
  })

  test('by priority the highest is served first, whenever it came', async () => {
    await open()
    await backorders({ onlyAgainstSupply: false, releaseBy: 'priority' })
    await desk.order({ id: 'early', lines: [['SHOE', 2]] })
    desk.pass(1_000)
    await desk.order({ id: 'vip', lines: [['SHOE', 2]], more: { priority: 9 } })
    await desk.route()
    await desk.feed([['SHOE', 'north', 3]])
    await desk.route()
    expect(await desk.counters('vip')).toMatchObject([{ working: 2 }])
    expect(await desk.counters('early')).toMatchObject([{ working: 1, backordered: 1 }])
  })

  test('a preorder waits for its day, although the units are there', async () => {
    await open()
    await backorders({ releaseFrom: '2026-12-01T00:00:00Z' })
    await desk.supply({ quantity: 5, expectedAt: '2026-11-28T00:00:00Z' })
    await desk.order({ id: '1', lines: [['SHOE', 2]] })
    await desk.route()
    expect(await desk.rows('SELECT kind, promised_at FROM backorder')).toEqual([
      { kind: 'preorder', promised_at: '2026-12-01T00:00:00.000Z' },
    ])
    await desk.feed([['SHOE', 'north', 5]])
    await desk.route()
    expect(await desk.counters('1')).toMatchObject([{ backordered: 2, working: 0 }])
    desk.pass(10 * DAY_MS)
    await desk.feed([['SHOE', 'north', 6]])
    await desk.route()
    expect(await desk.counters('1')).toMatchObject([{ backordered: 0, working: 2 }])
  })

  test('a supply that slips lists every order it breaks, gives it to a person and tells the new date', async () => {
    await open()
    await backorders()
    await desk.supply({ quantity: 4, expectedAt: '2026-11-25T00:00:00Z' })
    await desk.order({ id: '1', lines: [['SHOE', 2]] })
    await desk.order({ id: '2', lines: [['SHOE', 2]] })
    await desk.route()
    const slipped = await desk.supply({ quantity: 2, expectedAt: '2026-11-30T00:00:00Z' })
    expect(slipped.broken).toMatchObject([
      { quantity: 2, promisedAt: '2026-11-25T00:00:00.000Z', expectedAt: '2026-11-30T00:00:00.000Z' },
      { quantity: 2, promisedAt: '2026-11-25T00:00:00.000Z', expectedAt: null },
    ])
    expect(await desk.rows(`SELECT count(*) AS n FROM exception_case WHERE kind = 'promiseSlipped'`)).toEqual([
      { n: 2 },
    ])
    expect(await kinds('1')).toContain('promiseSlipped')
    expect((await desk.supply({ quantity: 2, expectedAt: '2026-11-30T00:00:00Z' })).broken).toEqual([])
  })

  test('an order that gives up backordered units frees the cap and the supply', async () => {
    await open()
    await backorders()
    await desk.supply({ quantity: 3, expectedAt: '2026-11-25T00:00:00Z' })
    await desk.order({ id: '1', lines: [['SHOE', 3]] })
    await desk.route()
    desk.pass(1_000)
    await desk.order({ id: '1', lines: [['SHOE', 3, 2]] })
    expect(await desk.counters('1')).toMatchObject([{ backordered: 1, cancelled: 2 }])
    expect(await desk.rows('SELECT pegged FROM supply')).toEqual([{ pegged: 1 }])
    expect(await desk.rows('SELECT waiting FROM backorder_count')).toEqual([{ waiting: 1 }])
  })

  test('an ASN takes units of its purchase order over, so that they are not expected twice', async () => {
    await open()
    await desk.supply({ quantity: 10 })
    await desk.supply({ kind: 'asn', reference: 'ASN-1', purchaseOrder: 'PO-1', quantity: 4 })
    expect(await desk.position('SHOE')).toMatchObject({ incoming: 10 })
    const asn = await desk.supply({ kind: 'asn', reference: 'ASN-1', purchaseOrder: 'PO-1', quantity: 6 })
    expect(await desk.position('SHOE')).toMatchObject({ incoming: 10 })
    await desk.stock.receiveUnits(
      asn.supplies[0]?.id ?? '',
      { reference: 'R', quantity: 6, receivedAt: desk.now() },
      'api',
    )
    expect(await desk.position('SHOE')).toMatchObject({ incoming: 4, available: 6 })
  })

  test('a transfer leaves one node and is on its way to the other, and nothing is lost between', async () => {
    await open()
    await desk.feed([['SHOE', 'north', 5]])
    const { supplies } = await desk.supply({
      kind: 'transfer',
      reference: 'T-1',
      nodeId: 'south',
      fromNodeId: 'north',
      quantity: 4,
    })
    const id = supplies[0]?.id ?? ''
    const at = desk.now()
    expect(await desk.stock.dispatchSupply(id, { quantity: 9, at }, 'api')).toMatchObject({ kind: 'refused' })
    await desk.stock.dispatchSupply(id, { quantity: 3, at }, 'api')
    expect(await desk.position('SHOE')).toMatchObject({ available: 2, onHand: 2 })
    expect(await desk.position('SHOE', 'south')).toMatchObject({ inTransit: 3, onHand: 0 })
    expect(await desk.stock.receiveUnits(id, { reference: 'R', quantity: 4, receivedAt: at }, 'api')).toMatchObject({
      kind: 'refused',
      reason: 'only 3 units of the transfer are on their way; dispatch the others first',
    })
    await desk.stock.receiveUnits(id, { reference: 'R', quantity: 3, receivedAt: at }, 'api')
    expect(await desk.position('SHOE', 'south')).toMatchObject({ inTransit: 0, available: 3, onHand: 3 })
  })

  test('goods that came in before the last count are not counted twice when the receipt comes late', async () => {
    await open()
    const { supplies } = await desk.supply({ quantity: 5 })
    const unloaded = desk.now()
    desk.pass(60_000)
    await desk.feed([['SHOE', 'north', 5]])
    await desk.stock.receiveUnits(supplies[0]?.id ?? '', { reference: 'R', quantity: 5, receivedAt: unloaded }, 'api')
    expect(await desk.position('SHOE')).toMatchObject({ onHand: 5, incoming: 0 })
  })

  test('a cancelled order’s units wake the order that was parked for want of them', async () => {
    await open()
    await desk.feed([['SHOE', 'north', 1]])
    await desk.order({ id: '1', lines: [['SHOE', 1]] })
    await desk.route()
    await desk.order({ id: '2', lines: [['SHOE', 1]] })
    await desk.route()
    expect(await desk.counters('2')).toMatchObject([{ open: 1 }])
    const [request] = await desk.requests()
    await desk.reject(request ?? { id: '', nodeId: '', lines: [] }, 1, 1, 'closed')
    await desk.route()
    expect(await desk.counters('2')).toMatchObject([{ working: 1 }])
  })

  test('what one segment fenced is drawn by its channel alone, and comes back to the fence with a cancel', async () => {
    await open({
      channels: [
        { id: 'web', name: 'Web', currency: 'EUR' },
        { id: 'b2b', name: 'B2B', currency: 'EUR', segment: 'wholesale' },
      ],
    })
    await desk.policy({ segments: [{ id: 'wholesale' }] })
    await desk.feed([['SHOE', 'north', 5]])
    await desk.rows(`INSERT INTO stock_fence VALUES ('SHOE', 'north', 'wholesale', 3)`)
    await desk.rows(`UPDATE stock_position SET fenced = 3 WHERE sku = 'SHOE' AND node_id = 'north'`)
    await desk.order({ id: 'w', lines: [['SHOE', 3]] })
    await desk.route()
    expect(await desk.counters('w')).toMatchObject([{ working: 2, open: 1 }])
    await desk.order({ id: 'b', lines: [['SHOE', 2]], channelId: 'b2b' })
    await desk.route()
    expect(await desk.counters('b')).toMatchObject([{ working: 2 }])
    expect(await desk.position('SHOE')).toMatchObject({ available: 1, fenced: 1, allocated: 4 })
    const requests = await desk.requests()
    const mine = requests.find((each) => each.lines[0]?.outstanding === 2 && each !== requests[0])
    await desk.reject(mine ?? { id: '', nodeId: '', lines: [] }, 1, 2, 'closed')
    expect(await desk.position('SHOE')).toMatchObject({ available: 3, fenced: 3 })
    await desk.order({ id: 'w', lines: [['SHOE', 3]], cancelled: true })
  })

  test('found, damaged and written-off units move by hand, claimed ones never', async () => {
    await open()
    await desk.feed([['SHOE', 'north', 3]])
    await desk.cart('c1', [['SHOE', 2]])
    const move = { sku: 'SHOE' as never, nodeId: 'north' as never, reference: 'count 7' }
    const by = (
      from: 'available' | 'damaged' | 'adjustment',
      to: 'damaged' | 'adjustment' | 'available',
      quantity: number,
    ) => desk.stock.moveUnits({ ...move, from, to, quantity: quantity }, 'api:ann')
    expect(await by('available', 'damaged', 2)).toBe('north has 1 of SHOE in available')
    expect(await by('available', 'damaged', 1)).toBeUndefined()
    expect(await by('damaged', 'adjustment', 1)).toBeUndefined()
    expect(await by('adjustment', 'available', 4)).toBeUndefined()
    expect(await desk.position('SHOE')).toMatchObject({ available: 4, reserved: 2, damaged: 0, onHand: 6 })
    const movements = await desk.rows(`SELECT actor, reference FROM stock_posting WHERE cause = 'movement'`)
    expect(movements).toEqual(Array.from({ length: 3 }, () => ({ actor: 'api:ann', reference: 'count 7' })))
  })
})
