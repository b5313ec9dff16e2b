import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { FulfillmentInstruction, FulfillmentResponse, ShipmentNotice } from '#core/model/fulfillment.ts'
import type { NodeId, Sku } from '#core/model/ids.ts'
import { OrderInput } from '#core/model/order.ts'
import { TillReturn } from '#core/model/return.ts'
import { StockFeed } from '#core/model/stock.ts'
import { coverage, runBack, runForward } from '../engine/index.ts'
import type { CrosswalkView } from '../engine/index.ts'
import { example, withoutTraces } from '../engine/golden.ts'
import { backAndThere, thereAndBack } from '../engine/laws.ts'
import { countsMap, readCounts } from './counts.ts'
import { answerMap, collectionMap, isOurs, lineNoOfUid, pickupMap, readPushed } from './pickup.ts'
import type { SquarePickup } from './pickup.ts'
import { readSale, returnMap, saleMap } from './sale.ts'
import type { SquareSale } from './sale.ts'

const given = (file: string) => example(import.meta.dirname, file)
const sale = () => given('sale.in.json') as Record<string, unknown> & { line_items: Record<string, unknown>[] }

const skus: Record<string, string> = { 'VAR-SHOE': 'SHOE-42', 'VAR-SHIRT': 'SHIRT' }
const crosswalk: CrosswalkView = {
  version: '1',
  skuOf: (code) => (Object.hasOwn(skus, code) ? (skus[code] as Sku) : undefined),
  partnerSkuOf: (sku) => Object.keys(skus).find((code) => skus[code] === sku) ?? sku,
  nodeOf: (code) => (code === 'L1' ? ('paris-store' as NodeId) : undefined),
  partnerNodeOf: (nodeId) => (nodeId === 'paris-store' ? 'L1' : undefined),
  code: () => undefined,
  partnerCode: () => undefined,
}
const context = { crosswalk, channelId: 'till' }

test('an exchange at the till reads as its golden sale and return; a typed-in amount is no goods', () => {
  expect(withoutTraces(readSale(sale(), context))).toEqual({ documents: given('sale.out.json'), refused: [] })
  for (const { kind, value } of given('sale.out.json') as { kind: string; value: unknown }[])
    expect((kind === 'order' ? OrderInput : TillReturn).parse(value)).toEqual(value)
})

test('an order that is open, or has nothing of the catalog, is of no interest', () => {
  expect(readSale({ ...sale(), state: 'OPEN' }, context)).toMatchObject({
    documents: [],
    ignored: expect.stringContaining('OPEN'),
  })
  const { returns: _, ...typed } = { ...sale(), line_items: [sale().line_items[1]] } as Record<string, unknown>
  expect(readSale(typed, context)).toMatchObject({ documents: [], ignored: 'it has no goods of the catalog' })
})

test('an unknown variation, an unknown store, half a unit and a connection without a channel are refused with place and cure', () => {
  const withLine = (line: object) => ({ ...sale(), line_items: [{ ...sale().line_items[0], ...line }], returns: [] })
  const issueOf = (order: Record<string, unknown>, by: object = context) =>
    readSale(order, by as never).refused[0]?.issues[0]
  expect(issueOf(withLine({ catalog_object_id: 'VAR-NEW' }))).toMatchObject({
    code: 'order.sku-unknown',
    class: 'crosswalk',
    subject: 'VAR-NEW',
    place: { path: '/line_items/0/catalog_object_id' },
  })
  expect(issueOf({ ...sale(), location_id: 'L9' })).toMatchObject({
    code: 'order.node-unknown',
    place: { path: '/location_id' },
  })
  expect(issueOf(withLine({ quantity: '0.5' }))).toMatchObject({
    code: 'map.whole-number',
    place: { path: '/line_items/0/quantity' },
  })
  expect(issueOf(sale(), { crosswalk })).toMatchObject({ code: 'square.channel', class: 'config' })
})

test('a pickup order is written as its golden order and read back', () => {
  const instruction = FulfillmentInstruction.parse(given('pickup.out.json'))
  expect(runBack(pickupMap, instruction, context)).toEqual({ ok: true, document: given('pickup.in.json') })
  expect(runForward(pickupMap, given('pickup.in.json') as SquarePickup, context).value).toEqual(instruction)
  const written = runBack(
    pickupMap,
    { ...instruction, shipTo: { name: 'Jeanne', line1: '', city: '', country: 'FR', phone: '+33 1' } },
    context,
  )
  expect(written).toMatchObject({
    document: { fulfillments: [{ pickup_details: { recipient: { display_name: 'Jeanne', phone_number: '+33 1' } } }] },
  })
})

test('counts read as their golden feed: what waits for collection is there, other states and places are not, less than nothing is nothing', () => {
  const golden = { documents: [{ kind: 'stock', part: '', value: given('counts.out.json') }], refused: [] }
  expect(withoutTraces(readCounts(given('counts.in.json'), context))).toEqual(golden)
  expect(StockFeed.parse(given('counts.out.json'))).toEqual(given('counts.out.json'))
  const half = {
    as_of: '2026-11-22T10:00:00Z',
    open_pickups: [],
    counts: [{ catalog_object_id: 'VAR-SHOE', location_id: 'L1', state: 'IN_STOCK', quantity: '1.5' }],
  }
  expect(readCounts(half, context).refused[0]?.issues[0]).toMatchObject({ code: 'map.whole-number', value: '1.5' })
  expect(readCounts({ counts: 1 }, context).refused[0]?.issues[0]?.code).toBe('square.counts')
})

const pushed = (state: string, more: object = {}) => ({
  reference_id: 'ful_1',
  updated_at: '2026-11-22T12:00:00Z',
  fulfillments: [{ uid: 'f1', type: 'PICKUP', state, pickup_details: more }],
  line_items: [{ uid: 'line-2', quantity: '2' }],
})

test.each([
  ['PROPOSED', [], []],
  ['RESERVED', ['fulfillmentResponse'], [{ lineNo: 2, accepted: 2, rejected: 0 }]],
  ['PREPARED', ['fulfillmentResponse'], [{ lineNo: 2, accepted: 2, rejected: 0 }]],
  ['CANCELED', ['cancelResponse', 'fulfillmentResponse'], [{ lineNo: 2, accepted: 0, rejected: 2, reason: 'other' }]],
  ['FAILED', ['fulfillmentResponse'], [{ lineNo: 2, accepted: 0, rejected: 2, reason: 'other' }]],
])('a pickup that is %s reads as %j', (state, kinds, lines) => {
  const { documents, refused, ignored } = readPushed(pushed(state))
  expect(refused).toEqual([])
  expect(documents.map(({ kind }) => kind)).toEqual(kinds)
  if (kinds.length === 0) expect(ignored).toContain('PROPOSED')
  else expect(documents.at(-1)?.value).toMatchObject({ requestId: 'ful_1', lines })
})

test('a pickup that is COMPLETED is a hand-over, named by its fulfillment, at the time it was collected', () => {
  const read = readPushed(pushed('COMPLETED', { picked_up_at: '2026-11-22T11:55:00Z' }))
  expect(read.documents.map(({ kind, value }) => [kind, value])).toEqual([
    [
      'shipment',
      {
        requestId: 'ful_1',
        externalId: 'f1',
        shippedAt: '2026-11-22T11:55:00.000Z',
        service: 'pickup',
        packages: [{ lines: [{ lineNo: 2, quantity: 2 }] }],
      },
    ],
  ])
  const strange = { ...pushed('COMPLETED'), line_items: [{ uid: 'gift', quantity: '1' }] }
  expect(readPushed(strange).refused[0]?.issues[0]?.code).toBe('square.line-uid')
  expect(readPushed({}).refused[0]?.issues[0]?.code).toBe('square.pushed')
})

test('orders of the hub are known by their reference, and its lines by their uid', () => {
  expect(['ful_1', 'ful_01J-x', '#1001', '', undefined].map(isOurs)).toEqual([true, true, false, false, false])
  expect(['line-2', 'line-', 'x', 3].map(lineNoOfUid)).toEqual([2, undefined, undefined, undefined])
})

const instants = fc
  .date({ min: new Date('2000-01-01'), max: new Date('2099-12-31'), noInvalidDate: true })
  .map((date) => date.toISOString())
const units = fc.integer({ min: 1, max: 999 })
const soldLines = fc.array(
  fc.record({
    sku: fc.constantFrom('SHOE-42', 'SHIRT'),
    quantity: units,
    unitPriceMinor: fc.integer({ min: -5000, max: 500_000 }),
  }),
  { minLength: 1, maxLength: 4 },
)

test('law: sales, returns, pickups, answers and collections, written and read again, are the same', () => {
  fc.assert(
    fc.property(soldLines, instants, instants, fc.boolean(), (lines, revisedAt, placedAt, refused) => {
      const order = OrderInput.parse({
        channelId: 'till',
        externalId: 'SQ1',
        revisedAt,
        placedAt,
        currency: 'EUR',
        totalMinor: 5,
        lines: lines.map((line, i) => ({
          ...line,
          externalId: `u${i}`,
          handedOver: line.quantity,
          method: 'pickup',
          nodeId: 'paris-store',
        })),
      })
      expect(thereAndBack(saleMap, order, context)).toBeUndefined()
      const back = TillReturn.parse({
        channelId: 'till',
        externalId: 'SQ2',
        nodeId: 'paris-store',
        returnedAt: revisedAt,
        lines: lines.map(({ sku, quantity }) => ({ sku, quantity })),
      })
      expect(thereAndBack(returnMap, back, context)).toBeUndefined()
      const instruction = FulfillmentInstruction.parse({
        requestId: 'ful_1',
        orderId: 'ord_1',
        orderNumber: '#1',
        placedAt,
        nodeId: 'paris-store',
        method: 'pickup',
        neededBy: revisedAt,
        lines: lines.map((line, i) => ({
          ...line,
          lineNo: i + 1,
          partnerSku: crosswalk.partnerSkuOf(line.sku as Sku),
          currency: 'EUR',
        })),
      })
      expect(thereAndBack(pickupMap, instruction, context)).toBeUndefined()
      const answer = FulfillmentResponse.parse({
        requestId: 'ful_1',
        answeredAt: revisedAt,
        lines: lines.map(({ quantity }, i) => ({
          lineNo: i + 1,
          accepted: refused ? 0 : quantity,
          rejected: refused ? quantity : 0,
          ...(refused ? { reason: 'other' } : {}),
        })),
      })
      expect(thereAndBack(answerMap, answer, context)).toBeUndefined()
      const notice = ShipmentNotice.parse({
        requestId: 'ful_1',
        externalId: 'f1',
        shippedAt: revisedAt,
        service: 'pickup',
        packages: [{ lines: lines.map(({ quantity }, i) => ({ lineNo: i + 1, quantity })) }],
      })
      expect(thereAndBack(collectionMap, notice, context)).toBeUndefined()
    }),
    { numRuns: 50 },
  )
  expect(backAndThere(pickupMap, given('pickup.in.json') as SquarePickup, context)).toBeUndefined()
  expect(backAndThere(saleMap, sale() as unknown as SquareSale, context)).toBeUndefined()
})

test('what Square tells beside is known by name, and every canonical field that it can tell has a source', () => {
  expect(coverage(saleMap, sale(), OrderInput).unread).toEqual([
    'closed_at',
    'source.name',
    'line_items.*.variation_name',
    'line_items.*.item_type',
    'returns.*.uid',
    'returns.*.source_order_id',
    'returns.*.return_line_items.*.uid',
    'returns.*.return_line_items.*.source_line_item_uid',
    'returns.*.return_line_items.*.catalog_object_id',
    'returns.*.return_line_items.*.quantity',
  ])
  expect(coverage(returnMap, {}, TillReturn).unset).toEqual([])
  expect(coverage(countsMap, {}, StockFeed).unset).toEqual([])
  expect(coverage(pickupMap, given('pickup.in.json'), FulfillmentInstruction)).toMatchObject({ unread: [] })
})
