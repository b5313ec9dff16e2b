import { expect, test } from 'vitest'
import { GoodsReceipts, SupplyStatement } from '#core/model/stock.ts'
import type { Instant } from '#core/model/time.ts'
import { example, exampleText, withoutTraces } from '../engine/golden.ts'
import { backAndThere } from '../engine/laws.ts'
import { context as tables } from './crosswalk.test-data.ts'
import { readReceiptsCsv, readSuppliesCsv } from './supplies-csv.ts'
import { jsonReceiptMap, jsonSupplyMap, readReceipts, readSupplies } from './supplies.ts'

const given = (file: string) => example(import.meta.dirname, file)
const text = (file: string) => new TextEncoder().encode(exampleText(import.meta.dirname, file))
const context = { ...tables, receivedAt: '2026-11-22T09:00:00.000Z' as Instant }

test('JSON and CSV state the same supplies', () => {
  const golden = { documents: [{ kind: 'supplies', part: '', value: given('supplies.out.json') }], refused: [] }
  expect(withoutTraces(readSupplies(jsonSupplyMap, given('supplies.in.json'), context))).toEqual(golden)
  const csv = readSuppliesCsv(text('supplies.in.csv'), { 'as-of': '2026-11-22T06:00:00+01:00' }, context)
  expect(withoutTraces(csv)).toEqual(golden)
  expect(SupplyStatement.parse(given('supplies.out.json'))).toEqual(given('supplies.out.json'))
  expect(backAndThere(jsonSupplyMap, given('supplies.in.json') as never, context)).toBeUndefined()
})

test('JSON and CSV tell the same receipts', () => {
  const golden = { documents: [{ kind: 'receipts', part: '', value: given('receipts.out.json') }], refused: [] }
  expect(withoutTraces(readReceipts(jsonReceiptMap, given('receipts.in.json'), context))).toEqual(golden)
  expect(withoutTraces(readReceiptsCsv(text('receipts.in.csv'), context))).toEqual(golden)
  expect(GoodsReceipts.parse(given('receipts.out.json'))).toEqual(given('receipts.out.json'))
  expect(backAndThere(jsonReceiptMap, given('receipts.in.json') as never, context)).toBeUndefined()
})

test('a statement without a time is one of its arrival', () => {
  const reading = readSupplies(jsonSupplyMap, { supplies: [] }, context)
  expect(reading.documents[0]?.value.statedAt).toBe(context.receivedAt)
})

test('bad rows are refused alone, each by row and column', () => {
  const rows = [
    'reference,sku,node,quantity,expected_at,kind,from_node,purchase_order',
    'A,NEW,W1,1,2026-12-01T00:00:00Z,,,',
    'B,SHIRT,W1,many,2026-12-01T00:00:00Z,,,',
    'C,SHIRT,W1,1,tomorrow,,,',
    'D,SHIRT,W1,1,2026-12-01T00:00:00Z,transfer,,',
    'E,SHIRT,W1,1,2026-12-01T00:00:00Z,,,PO-1',
    'F,SHIRT,W1,1,2026-12-01T00:00:00Z,,,',
    '',
  ]
  const reading = readSuppliesCsv(new TextEncoder().encode(rows.join('\n')), {}, context)
  expect(reading.documents[0]?.value.supplies.map((each) => each.reference)).toEqual(['F'])
  expect(reading.refused.map(({ part, issues }) => [part, issues[0]?.code, issues[0]?.place.path])).toEqual([
    ['row 2', 'supply.sku-unknown', 'row 2, column sku'],
    ['row 3', 'map.whole-number', 'row 3, column quantity'],
    ['row 4', 'map.instant', 'row 4, column expected_at'],
    ['row 5', 'supply.from-node', 'row 5, column from_node'],
    ['row 6', 'supply.purchase-order', 'row 6, column purchase_order'],
  ])
})
