import { expect, test } from 'vitest'
import { FulfillmentInstruction } from '#core/model/fulfillment.ts'
import type { NodeId, Sku } from '#core/model/ids.ts'
import { StockFeed } from '#core/model/stock.ts'
import { coverage, runBack, runForward } from '../engine/index.ts'
import type { CrosswalkView } from '../engine/index.ts'
import { example, withoutTraces } from '../engine/golden.ts'
import { backAndThere } from '../engine/laws.ts'
import { readOrderRecord } from './answers.ts'
import type { OrderRecord } from './answers.ts'
import { dateTime } from './leaves.ts'
import { lineNosOf, orderMap, originText } from './order.ts'
import type { OdooOrder } from './order.ts'
import { readStockRecords, stockMap } from './stock.ts'

const given = (file: string) => example(import.meta.dirname, file)
const record = () => given('record.in.json') as OrderRecord

const crosswalk: CrosswalkView = {
  version: '1',
  skuOf: (code) => (code === 'FURN-42' ? 'SHOE-42' : code === 'SHIRT' ? code : undefined) as Sku | undefined,
  partnerSkuOf: (sku) => (sku === 'SHOE-42' ? 'FURN-42' : sku),
  nodeOf: (code) => (code === 'W1' ? ('paris-warehouse' as NodeId) : undefined),
  partnerNodeOf: (nodeId) => (nodeId === 'paris-warehouse' ? 'W1' : undefined),
  code: () => undefined,
  partnerCode: () => undefined,
}
const context = { crosswalk }

test('a request is written as its golden sales order, and read back but for what Odoo has no field for', () => {
  const instruction = FulfillmentInstruction.parse(given('order.out.json'))
  expect(runBack(orderMap, instruction, context)).toEqual({ ok: true, document: given('order.in.json') })
  const { placedAt: _, ...kept } = instruction
  const lines = kept.lines.map((line) => (line.sku === 'SHOE-42' ? { ...line, partnerSku: 'FURN-42' } : line))
  expect(runForward(orderMap, given('order.in.json') as OdooOrder, context).value).toEqual({ ...kept, lines })
  expect(backAndThere(orderMap, given('order.in.json') as OdooOrder, context)).toBeUndefined()
  expect(coverage(orderMap, given('order.in.json'), FulfillmentInstruction)).toEqual({
    unread: [],
    // Odoo dates an order when it is confirmed, and has no service levels, pack groups or degrees; a kit is a bill of materials of its own there.
    unset: [
      'placedAt',
      'shipTo.position.latitude',
      'shipTo.position.longitude',
      'shippingService',
      'packGroup',
      'lines.*.components.*.sku',
      'lines.*.components.*.quantity',
    ],
  })
})

test('the Source Document tells which of Odoo’s lines is which of the hub’s', () => {
  expect(originText(given('order.in.json') as OdooOrder)).toBe('#1001 ship [2,5]')
  expect(lineNosOf('#1001 ship [2,5]')).toEqual([2, 5])
  for (const other of ['S00012', '', false, '[a]', '[1,2] by phone']) expect(lineNosOf(other)).toBeUndefined()
})

test('an order with its deliveries reads as its golden documents; a gift that Odoo added is nobody’s line', () => {
  expect(withoutTraces(readOrderRecord(record()))).toEqual({ documents: given('record.out.json'), refused: [] })
})

test('a delivery still to come refuses nothing, and a quotation says nothing', () => {
  const [done, rest] = record().pickings
  const open = { ...record(), pickings: [done, { ...rest, state: 'assigned' }] }
  expect(readOrderRecord(open).documents.at(-1)?.value).toMatchObject({
    lines: [
      { accepted: 2, rejected: 0 },
      { accepted: 1, rejected: 0 },
    ],
  })
  const quotation = { ...record(), order: { ...record().order, state: 'draft' } }
  expect(readOrderRecord(quotation)).toMatchObject({
    documents: [],
    refused: [],
    ignored: expect.stringContaining('draft'),
  })
})

test('an order cancelled in Odoo is a cancel answer, and a refusal of what had not left', () => {
  const cancelled = { ...record(), order: { ...record().order, state: 'cancel' } }
  const { documents } = readOrderRecord(cancelled)
  expect(documents.map(({ kind }) => kind)).toEqual(['shipment', 'cancelResponse', 'fulfillmentResponse'])
  expect(documents[1]?.value).toMatchObject({ accepted: true })
  expect(documents[2]?.value).toMatchObject({ lines: [{ rejected: 0 }, { rejected: 1, reason: 'other' }] })
})

test('half a unit, a strange record and a Source Document that was changed are refused with their places', () => {
  const { moves, ...rest } = record()
  const half = { ...rest, moves: moves.map((move) => ({ ...move, quantity: 0.5 })) }
  expect(readOrderRecord(half).refused[0]).toMatchObject({
    part: '/pickings/0',
    issues: [{ code: 'map.whole-number', place: { path: '/pickings/0/packages/0/lines/0/quantity' } }],
  })
  expect(readOrderRecord({ order: {} }).refused[0]?.issues[0]?.code).toBe('odoo.order-record')
  const renamed = { ...record(), order: { ...record().order, origin: 'by phone' } }
  expect(readOrderRecord(renamed).refused[0]?.issues[0]?.place.path).toBe('/order/origin')
})

test('quants are summed up by warehouse, and a product without any is stated as zero', () => {
  const reading = readStockRecords(given('stock.in.json'), context)
  const golden = { documents: [{ kind: 'stock', part: '', value: given('stock.out.json') }], refused: [] }
  expect(withoutTraces(reading)).toEqual(golden)
  expect(StockFeed.parse(given('stock.out.json'))).toEqual(given('stock.out.json'))
  expect(coverage(stockMap, {}, StockFeed)).toEqual({ unread: [], unset: [] })
})

test('a product that the hub does not know is refused alone', () => {
  const stock = given('stock.in.json') as { products: { id: number; default_code: string | false }[] }
  stock.products.push({ id: 4, default_code: 'NEW' })
  const reading = readStockRecords(stock, context)
  expect(reading.documents[0]?.value.rows).toHaveLength(2)
  expect(reading.refused[0]?.issues).toMatchObject([{ code: 'stock.sku-unknown', subject: 'NEW' }])
  expect(readStockRecords({ quants: 1 }, context).refused[0]?.issues[0]?.code).toBe('odoo.stock-records')
})

test('Odoo’s date and time is UTC in whole seconds, and nothing else is one', () => {
  expect(dateTime.read('2026-11-22 09:15:02', {})).toBe('2026-11-22T09:15:02.000Z')
  expect(dateTime.read('2026-11-22 09:15:02.123456', {})).toBe('2026-11-22T09:15:02.000Z')
  for (const wrong of [false, '2026-11-22', '2026-11-22T09:15:02Z', '2026-02-30 09:15:02', 5])
    expect(dateTime.read(wrong, {})).toMatchObject({ detail: { code: 'odoo.date-time' } })
})
