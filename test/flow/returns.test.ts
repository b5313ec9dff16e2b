import { afterEach, describe, expect, test } from 'vitest'
import { DEFAULT_RETURN_POLICY, ReturnPolicy } from '#core/model/return-policy.ts'
import { ReturnReceipt, ReturnRequest } from '#core/model/return.ts'
import { activateReturnPolicy } from '#store/return-policy.ts'
import { loadReturns, type StoredReturn } from '#store/returns.ts'
import { handleOverdueReturns } from '#workers/returns/lapse.ts'
import { type ReturnActions, returnActions } from '#workers/returns/actions.ts'
import { databases } from '../kit/backends.ts'
import { openStockDesk, type StockDesk } from '../kit/stock-desk.ts'

const DAY_MS = 86_400_000

describe.each(databases)('returns on $name', (backend) => {
  let desk: StockDesk
  let returns: ReturnActions
  afterEach(async () => {
    const broken = await desk.broken()
    await desk.stop()
    expect(broken).toEqual([])
  })

  /** An order of these lines, shipped whole from north; the answer is its id. */
  const shipped = async (
    lines: [sku: string, quantity: number][],
    policy: Record<string, unknown> = {},
    stock: [sku: string, nodeId: string, onHand: number][] = [
      ['SHOE', 'north', 9],
      ['BOX', 'north', 9],
    ],
  ): Promise<string> => {
    desk = await openStockDesk(backend)
    returns = returnActions(desk.hub.world)
    const document = ReturnPolicy.parse({ ...DEFAULT_RETURN_POLICY, version: 'test', ...policy })
    await desk.hub.world.commit((unit) => activateReturnPolicy(unit, document, 'test', desk.now()))
    await desk.feed(stock)
    const id = await desk.order({ id: '1', lines, more: { totalMinor: 9_000, shippingMinor: 500 } })
    await desk.route()
    for (const request of await desk.requests()) await desk.ship(request)
    desk.pass(DAY_MS)
    return id
  }
  const ask = async (orderId: string, lines: [lineNo: number, quantity: number][], more: object = {}) => {
    const request = ReturnRequest.parse({
      orderId,
      requestedAt: desk.now(),
      lines: lines.map(([lineNo, quantity]) => ({ lineNo, quantity, reason: 'unwanted' })),
      ...more,
    })
    return returns.request(request, 'api:test')
  }
  const asked = async (...of: Parameters<typeof ask>): Promise<string> => {
    const answer = await ask(...of)
    if (answer.kind !== 'done') throw new Error(JSON.stringify(answer))
    return answer.returnId
  }
  const arrives = (receiptNumber: string, references: string[], lines: object[], more: object = {}) =>
    returns.receive(
      ReturnReceipt.parse({ receiptNumber, nodeId: 'north', receivedAt: desk.now(), references, lines, ...more }),
      'api:test',
    )
  const goods = (sku: string, quantity: number, condition?: string) => ({
    sku,
    item: sku,
    quantity,
    ...(condition === undefined ? {} : { condition }),
  })
  const look = (
    id: string,
    inspectionNumber: string,
    findings: [lineNo: number, quantity: number, condition: string][],
  ) =>
    returns.inspect(
      id,
      {
        inspectionNumber,
        inspectedAt: desk.now(),
        findings: findings.map(([lineNo, quantity, condition]) => ({
          lineNo,
          quantity,
          condition: condition as never,
        })),
      },
      'api:test',
    )
  const current = async (id: string): Promise<StoredReturn> => {
    const [ret] = await loadReturns(desk.hub.world.db, { ids: [id] })
    if (ret === undefined) throw new Error(`no return ${id}`)
    return ret
  }
  const cases = async (): Promise<string[]> =>
    (await desk.rows<{ kind: string }>(`SELECT kind FROM exception_case WHERE state = 'open' ORDER BY id`)).map(
      (row) => row.kind,
    )
  const onHand = async (sku: string, nodeId = 'north') => {
    const [row] = await desk.rows(
      'SELECT available, damaged, quality_control AS "qualityControl" FROM stock_position WHERE sku = $1 AND node_id = $2',
      [sku, nodeId],
    )
    return row
  }
  const refunds = (): Promise<{ id: string; state: string; amountMinor: number }[]> =>
    desk.rows('SELECT id, state, amount_minor AS "amountMinor" FROM refund ORDER BY id')

  test('comes in short and is graded: one unit is for sale again, one is scrap, and only what was looked at is paid', async () => {
    const order = await shipped([['SHOE', 3]])
    const id = await asked(order, [[1, 3]])
    expect(await current(id)).toMatchObject({ custody: 'advised', nodeId: 'north' })
    await returns.label(id, { carrier: 'UPSN', trackingNumber: '1Z-R' }, 'api:test')
    await returns.sent(id, desk.now(), 'api:test')
    await arrives('R-1', ['1Z-R'], [goods('SHOE', 2)])
    expect(await arrives('R-1', ['1Z-R'], [goods('SHOE', 2)])).toMatchObject({ repeated: true })
    expect(await onHand('SHOE')).toEqual({ available: 6, damaged: 0, qualityControl: 2 })
    expect(await look(id, 'I-1', [[1, 3, 'asNew']])).toMatchObject({ kind: 'refused' })
    await look(id, 'I-1', [
      [1, 1, 'asNew'],
      [1, 1, 'damaged'],
    ])
    await look(id, 'I-1', [[1, 1, 'asNew']])
    expect(await onHand('SHOE')).toEqual({ available: 7, damaged: 0, qualityControl: 0 })
    expect((await current(id)).lines[0]).toMatchObject({ expected: 1, received: 2, disposed: 2, settled: 2 })
    // The channel has no way to be told: a person pays and says so.
    const [refund] = await refunds()
    expect(refund).toMatchObject({ state: 'pending', amountMinor: 1_000 })
    await returns.refund(refund?.id ?? '', { do: 'confirm', reference: 'till 7' }, 'api:test')
    desk.pass(40 * DAY_MS)
    await handleOverdueReturns(desk.hub.world)
    expect(await current(id)).toMatchObject({ custody: 'closed', lines: [{ missing: 1, expected: 0 }] })
    expect(await cases()).toEqual([])
    // What comes after the end still lands where somebody sees it.
    await arrives('R-2', [id], [goods('SHOE', 1)])
    expect(await cases()).toEqual(['returnUnmatched'])
  })

  test('no unit is returned twice, whoever asks, and what was never shipped cannot come back', async () => {
    const order = await shipped([['SHOE', 2]])
    const id = await asked(order, [[1, 1]], { externalId: 'shop-1' })
    expect(await ask(order, [[1, 1]], { externalId: 'shop-1' })).toEqual({ kind: 'done', returnId: id, repeated: true })
    expect(await ask(order, [[1, 2]])).toMatchObject({ kind: 'refused' })
    expect(await ask(order, [[2, 1]])).toMatchObject({ kind: 'refused' })
    await expect(desk.rows('UPDATE order_line SET coming_back = 3')).rejects.toThrow('order_line_after_shipping')
    expect(await returns.decline(id, 'too late', 'api:test')).toMatchObject({ kind: 'refused' })
  })

  test('goods nobody expected wait in quality control until a person says whose they are', async () => {
    const order = await shipped([['SHOE', 2]])
    await arrives(
      'B-1',
      ['#1', '1'],
      [goods('SHOE', 1, 'asNew'), { item: 'a grey thing', quantity: 1 }, goods('BOX', 1)],
    )
    expect(await cases()).toEqual(['returnUnmatched', 'returnUnmatched', 'returnUnmatched'])
    expect(await onHand('SHOE')).toEqual({ available: 7, damaged: 0, qualityControl: 1 })
    const [receipt] = await desk.rows<{ id: string }>('SELECT id FROM return_receipt')
    const line = (lineNo: number) => ({ receiptId: receipt?.id ?? '', lineNo })
    const matched = await returns.match(
      { ...line(1), to: { orderId: order, orderLineNo: 1, reason: 'unwanted' } },
      'api:test',
    )
    expect(matched).toMatchObject({ kind: 'done' })
    expect(await onHand('SHOE')).toEqual({ available: 8, damaged: 0, qualityControl: 0 })
    expect(
      await returns.match({ ...line(2), to: { orderId: order, orderLineNo: 1, reason: 'unwanted' } }, 'api:test'),
    ).toMatchObject({ kind: 'refused' })
    await returns.match(
      { ...line(2), sku: 'SHOE', to: { orderId: order, orderLineNo: 1, reason: 'other' } },
      'api:test',
    )
    expect(await onHand('SHOE')).toEqual({ available: 8, damaged: 0, qualityControl: 1 })
    await returns.clear({ ...line(3), as: 'scrap', reason: 'not from us' }, 'api:test')
    expect(await onHand('BOX')).toEqual({ available: 9, damaged: 0, qualityControl: 0 })
    expect((await cases()).filter((kind) => kind === 'returnUnmatched')).toEqual([])
  })

  test('a restock goes to the book that keeps the goods, or is blocked until a person names one', async () => {
    const order = await shipped([['SHOE', 1]])
    const id = await asked(order, [[1, 1]])
    await arrives('S-1', [id], [goods('SHOE', 1, 'asNew')], { nodeId: 'south' })
    expect(await cases()).toContain('restockBlocked')
    expect(await onHand('SHOE', 'south')).toEqual({ available: 0, damaged: 0, qualityControl: 1 })
    await returns.dispose({ returnId: id, lineNo: 1, disposition: 'restock', bookId: 'north' }, 'api:test')
    expect(await onHand('SHOE', 'south')).toEqual({ available: 0, damaged: 0, qualityControl: 0 })
    expect(await onHand('SHOE')).toEqual({ available: 9, damaged: 0, qualityControl: 0 })
  })

  test('restocked units go first to the backorder that waits for them', async () => {
    const order = await shipped([['SHOE', 1]], {}, [['SHOE', 'north', 1]])
    await desk.policy({
      rules: [],
      backorders: [{ name: 'all', capUnits: 5, onlyAgainstSupply: false }],
    })
    await desk.order({ id: '2', lines: [['SHOE', 1]] })
    await desk.route()
    expect((await desk.counters('2'))[0]).toMatchObject({ backordered: 1 })
    const id = await asked(order, [[1, 1]])
    await arrives('W-1', [id], [goods('SHOE', 1, 'asNew')])
    await desk.route()
    expect((await desk.counters('2'))[0]).toMatchObject({ backordered: 0, working: 1 })
  })

  test('an exchange reserves the new item, then agrees; it leaves when the goods are here, and nothing is paid', async () => {
    const order = await shipped([['SHOE', 1]])
    const exchange = { kind: 'exchange', exchange: [{ sku: 'BOX', quantity: 10, unitPriceMinor: 50 }] }
    const short = await asked(order, [[1, 1]], exchange)
    expect(await current(short)).toMatchObject({ custody: 'requested', exchangeOrderId: null })
    expect(await cases()).toEqual(['returnNeedsPerson'])
    await returns.decline(short, 'not enough boxes', 'api:test')
    expect(
      await ask(order, [[1, 1]], { kind: 'exchange', exchange: [{ sku: 'BOX', quantity: 1, unitPriceMinor: 501 }] }),
    ).toMatchObject({
      kind: 'refused',
    })
    const id = await asked(order, [[1, 1]], {
      kind: 'exchange',
      exchange: [{ sku: 'BOX', quantity: 1, unitPriceMinor: 500 }],
    })
    const { exchangeOrderId, custody } = await current(id)
    expect(custody).toBe('advised')
    await desk.route()
    expect(await desk.position('BOX')).toMatchObject({ available: 8, reserved: 1, allocated: 0 })
    await arrives('X-1', [id], [goods('SHOE', 1, 'asNew')])
    await desk.route()
    const [request] = await desk.requests()
    expect(request?.lines).toMatchObject([{ sku: 'BOX', outstanding: 1 }])
    if (request !== undefined) await desk.ship(request)
    expect(await current(id)).toMatchObject({ custody: 'closed', exchangeOrderId, creditMinor: 0 })
    expect(await refunds()).toEqual([])
  })

  test('a label that nobody used frees the exchange, and money paid early for goods that never come is a case', async () => {
    const rules = [{ name: 'trust', refundAt: 'authorised', refundShipping: 'prorated' }]
    const order = await shipped([['SHOE', 2]], { rules })
    await asked(order, [[1, 1]])
    expect(await refunds()).toMatchObject([{ amountMinor: 750 }])
    await asked(order, [[1, 1]], { kind: 'exchange', exchange: [{ sku: 'BOX', quantity: 1, unitPriceMinor: 500 }] })
    expect(await desk.position('BOX')).toMatchObject({ reserved: 1 })
    desk.pass(31 * DAY_MS)
    await handleOverdueReturns(desk.hub.world)
    await desk.expire()
    expect(await desk.position('BOX')).toMatchObject({ available: 9, reserved: 0 })
    expect(await cases()).toContain('returnOverdue')
    // The customer finds it after all: it counts where it belongs.
    const ids = await desk.rows<{ id: string }>('SELECT id FROM customer_return ORDER BY id')
    await arrives('L-1', [ids[0]?.id ?? ''], [goods('SHOE', 1, 'asNew')])
    expect((await current(ids[0]?.id ?? '')).lines[0]).toMatchObject({ missing: 0, received: 1, disposed: 1 })
  })

  test('a web order is brought to a store: one book, one refund, however often the till says so', async () => {
    const order = await shipped([['SET', 1]])
    await desk.feed([
      ['SHOE', 'south', 1],
      ['BOX', 'south', 1],
    ])
    const brought = {
      nodeId: 'south',
      receiptNumber: 'till-1',
      orderId: order,
      broughtAt: desk.now(),
      lines: [{ lineNo: 1, quantity: 1, reason: 'unwanted' as const, condition: 'asNew' as const }],
    }
    const first = await returns.inStore(brought, 'api:till')
    expect(await returns.inStore(brought, 'api:till')).toEqual({ ...first, repeated: true })
    expect(await returns.inStore({ ...brought, receiptNumber: 'till-2' }, 'api:till')).toMatchObject({
      kind: 'refused',
    })
    expect(await onHand('SHOE', 'south')).toEqual({ available: 3, damaged: 0, qualityControl: 0 })
    expect(await onHand('BOX', 'south')).toEqual({ available: 2, damaged: 0, qualityControl: 0 })
    expect(await refunds()).toMatchObject([{ amountMinor: 500 }])
  })
})
