import { expect, test } from 'vitest'
import { FulfillmentInstruction } from '#core/model/fulfillment.ts'
import type { NodeId, Sku } from '#core/model/ids.ts'
import { StockFeed } from '#core/model/stock.ts'
import { coverage, runBack, runForward } from '../engine/index.ts'
import type { CrosswalkView } from '../engine/index.ts'
import { example, withoutTraces } from '../engine/golden.ts'
import { backAndThere, thereAndBack } from '../engine/laws.ts'
import { allocationMap } from './answers.ts'
import { readEvent } from './events.ts'
import { dateTime, isOurs, lineRefOf } from './leaves.ts'
import { orderMap } from './order.ts'
import type { ShipHeroOrder } from './order.ts'
import { readRecord } from './record.ts'
import { readInventoryUpdate, readStockRecords, stockMap } from './stock.ts'

type Loose = Record<string, unknown>
const given = (file: string) => example(import.meta.dirname, file)
const loose = (file: string) => given(file) as Loose

const crosswalk: CrosswalkView = {
  version: '1',
  skuOf: (code) => (code === 'FU2314R' ? 'SHOE-42' : code === '00042' ? code : undefined) as Sku | undefined,
  partnerSkuOf: (sku) => (sku === 'SHOE-42' ? 'FU2314R' : sku),
  nodeOf: (code) => (code === 'V2FyZWhvdXNlOjc2NzMz' ? ('reno' as NodeId) : undefined),
  partnerNodeOf: (nodeId) => (nodeId === 'reno' ? 'V2FyZWhvdXNlOjc2NzMz' : undefined),
  code: () => undefined,
  partnerCode: () => undefined,
}
const receivedAt = '2026-11-22T10:15:00.000Z'
const options = { receivedAt, backorders: 'reject' as const }

test('a request is written as its golden order, and read back but for what ShipHero has no field for', () => {
  const instruction = FulfillmentInstruction.parse(given('order.out.json'))
  expect(runBack(orderMap, instruction, { crosswalk })).toEqual({ ok: true, document: given('order.in.json') })
  const lines = instruction.lines.map((line) => (line.sku === 'SHOE-42' ? { ...line, partnerSku: 'FU2314R' } : line))
  const read = runForward(orderMap, given('order.in.json') as ShipHeroOrder, { crosswalk })
  expect(read.value).toEqual({ ...instruction, lines })
  expect(backAndThere(orderMap, given('order.in.json') as ShipHeroOrder, { crosswalk })).toBeUndefined()
  expect(coverage(orderMap, given('order.in.json'), FulfillmentInstruction)).toEqual({
    unread: [],
    // ShipHero knows kits by itself, and has no degrees and no pack groups.
    unset: [
      'shipTo.position.latitude',
      'shipTo.position.longitude',
      'packGroup',
      'lines.*.components.*.sku',
      'lines.*.components.*.quantity',
    ],
  })
})

test.each(['shipment-update', 'order-allocated', 'backorder', 'order-canceled'])(
  'the webhook %s reads as its golden documents',
  (name) => {
    const { drop: _, ...reading } = readEvent(given(`${name}.in.json`), options)
    expect(withoutTraces(reading)).toEqual({ documents: given(`${name}.out.json`), refused: [] })
  },
)

test('a shortage says what ShipHero is to leave out, unless what is short waits there', () => {
  expect(readEvent(given('backorder.in.json'), options).drop).toEqual({
    partner_order_id: 'ful_A1',
    lines: [{ partner_line_item_id: 'ful_A1.2.3', kept: 1 }],
  })
  expect(readEvent(given('backorder.in.json'), { ...options, backorders: 'wait' })).toMatchObject({
    documents: [],
    ignored: expect.stringContaining('waits'),
  })
})

test('a line that has fewer units since states the whole line all the same: what was refused stays refused', () => {
  const later = {
    ...loose('backorder.in.json'),
    line_items: [{ partner_line_item_id: 'ful_A1.2.3', quantity: 1, backorder_quantity: 0 }],
  }
  const { documents, drop } = readEvent(later, options)
  expect(documents[0]?.value).toMatchObject({ lines: [{ lineNo: 2, accepted: 1, rejected: 2 }] })
  expect(drop).toBeUndefined()
})

test('where there are no packages, the older fields beside them are what there is', () => {
  const { packages: _, ...legacy } = loose('shipment-update.in.json')
  expect(readEvent(legacy, options).documents[0]?.value).toMatchObject({
    carrier: 'old carrier',
    service: 'old method',
    packages: [
      {
        trackingNumber: '15619819718',
        trackingUrl: 'https://track.example/old',
        lines: [
          { lineNo: 2, quantity: 2 },
          { lineNo: 2, quantity: 1 },
          { lineNo: 5, quantity: 1 },
        ],
      },
    ],
  })
})

test('tests, other webhooks and other orders are of no interest, and what cannot be read is refused with its place', () => {
  const ignored = [
    { ...loose('shipment-update.in.json'), test: '1' },
    { webhook_type: 'Tote Cleared' },
    {},
    { ...loose('order-canceled.in.json'), partner_order_id: 'MO351' },
    { ...loose('backorder.in.json'), partner_order_id: 'MO351' },
    { ...loose('order-allocated.in.json'), line_items: [{ id: 5, partner_line_item_id: 'MO351-1', quantity: 1 }] },
  ]
  for (const event of ignored)
    expect(readEvent(event, options)).toMatchObject({
      documents: [],
      refused: [],
      ignored: expect.stringMatching(/./),
    })
  const half = {
    ...loose('backorder.in.json'),
    line_items: [{ id: 'ful_A1.2.3', quantity: 3, backorder_quantity: '1.5' }],
  }
  expect(readEvent(half, options).refused[0]?.issues[0]).toMatchObject({
    code: 'shiphero.backorder',
    place: { path: '/line_items/0/partner_line_item_id' },
  })
  for (const broken of [[], 5, { webhook_type: 'Shipment Update' }])
    expect(readEvent(broken, options).refused[0]?.issues[0]?.code).toBe('shiphero.event')
})

test('an order that is polled reads as what its webhooks would have told', () => {
  const { drop, ...reading } = readRecord(given('record.in.json'), options)
  expect(withoutTraces(reading)).toEqual({ documents: given('record.out.json'), refused: [] })
  expect(drop?.lines).toEqual([{ partner_line_item_id: 'ful_A1.2.3', kept: 2 }])
  const canceled = { ...loose('record.in.json'), fulfillment_status: 'canceled' }
  expect(readRecord(canceled, options).documents.map(({ kind }) => kind)).toEqual([
    'shipment',
    'cancelResponse',
    'fulfillmentResponse',
  ])
  const fresh = { ...loose('record.in.json'), shipments: [], line_items: { edges: [] } }
  expect(readRecord(fresh, options)).toMatchObject({ documents: [], ignored: expect.stringContaining('nothing') })
  const line = { id: 'TGluZUl0ZW06MQ==', partner_line_item_id: 'ful_A1.2.3', quantity: 3, quantity_allocated: 2 }
  const taken = { ...fresh, line_items: { edges: [{ node: { ...line, backorder_quantity: 1 } }] } }
  expect(readRecord(taken, options).documents[0]?.value).toMatchObject({ lines: [{ accepted: 2, rejected: 1 }] })
  expect(readRecord(taken, { ...options, backorders: 'wait' }).documents[0]?.value).toMatchObject({
    lines: [{ accepted: 3, rejected: 0 }],
  })
  expect(readRecord({}, options).refused[0]?.issues[0]?.code).toBe('shiphero.order-record')
})

test('figures are counted as the connection counts them; other warehouses are ShipHero’s own affair', () => {
  const golden = given('stock.out.json') as StockFeed
  expect(StockFeed.parse(golden)).toEqual(golden)
  const update = (counted: 'onHand' | 'inventory') =>
    readInventoryUpdate(given('inventory-update.in.json'), { crosswalk, receivedAt, counted })
  const records = (counted: 'onHand' | 'inventory') => readStockRecords(given('stock.in.json'), { crosswalk, counted })
  for (const reading of [update('onHand'), records('onHand')])
    expect(withoutTraces(reading)).toEqual({ documents: [{ kind: 'stock', part: '', value: golden }], refused: [] })
  // 48 on hand − 20 allocated + 10 sell ahead − 25 reserve.
  for (const reading of [update('inventory'), records('inventory')])
    expect(reading.documents[0]?.value.rows).toEqual([{ sku: 'SHOE-42', nodeId: 'reno', onHand: 13 }])
  expect(coverage(stockMap, {}, StockFeed)).toEqual({ unread: [], unset: [] })
})

test('less than nothing is nothing, half a unit is refused, and so is a product that the hub does not know', () => {
  const place = 'V2FyZWhvdXNlOjc2NzMz'
  const read = (...rows: Loose[]) =>
    readStockRecords(
      { mode: 'delta', as_of: receivedAt, warehouse_products: rows.map((row) => ({ warehouse_id: place, ...row })) },
      { crosswalk, counted: 'onHand' },
    )
  expect(read({ sku: '00042', on_hand: 2, reserve_inventory: 5 }).documents[0]?.value.rows[0]?.onHand).toBe(0)
  const { documents, refused } = read(
    { sku: '00042', on_hand: '1.5' },
    { sku: 'NEW', on_hand: 1 },
    { sku: '00042', on_hand: 4 },
  )
  expect(documents[0]?.value.rows).toHaveLength(1)
  expect(read({ sku: '00042', on_hand: -1 }).refused[0]?.issues[0]?.code).toBe('map.whole-number')
  expect(refused.flatMap(({ issues }) => issues.map(({ code }) => code))).toEqual([
    'map.whole-number',
    'stock.sku-unknown',
  ])
  expect(readStockRecords({}, { crosswalk, counted: 'onHand' }).refused[0]?.issues[0]?.code).toBe('shiphero.stock')
})

test('law: an allocation that is written is read back the same', () => {
  const response = {
    requestId: 'ful_A1',
    answeredAt: receivedAt,
    lines: [{ lineNo: 3, accepted: 2, rejected: 0 }],
  }
  expect(thereAndBack(allocationMap, response as never, {})).toBeUndefined()
})

test('lines and orders of the hub are known by their ids, and times without a zone are UTC', () => {
  expect(lineRefOf('ful_01-x.2.3')).toEqual({ requestId: 'ful_01-x', lineNo: 2, asked: 3 })
  for (const other of ['ful_1.0.3', 'ful_1.2', 'MO351-301706334', 5, null]) expect(lineRefOf(other)).toBeUndefined()
  expect(['ful_1', 'MO351', '', null].map(isOurs)).toEqual([true, false, false, false])
  expect(dateTime.read('2026-11-22 09:15:02', {})).toBe('2026-11-22T09:15:02.000Z')
  expect(dateTime.read('2026-11-22T10:15:02+01:00', {})).toBe('2026-11-22T09:15:02.000Z')
  for (const wrong of ['2026-11-22', '22/11/2026 09:15:02', '2026-02-30 09:15:02', 5])
    expect(dateTime.read(wrong, {})).toMatchObject({ detail: { code: 'shiphero.date-time' } })
})
