import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { CancelResponse, FulfillmentInstruction, FulfillmentResponse, ShipmentNotice } from '#core/model/fulfillment.ts'
import type { FulfillmentRequestId, NodeId, Sku } from '#core/model/ids.ts'
import { REJECT_REASONS } from '#core/model/fulfillment.ts'
import { StockFeed } from '#core/model/stock.ts'
import type { Instant } from '#core/model/time.ts'
import { coverage, runBack, runForward } from '../engine/index.ts'
import { example, exampleText, withoutTraces } from '../engine/golden.ts'
import { backAndThere, thereAndBack } from '../engine/laws.ts'
import { context } from './crosswalk.test-data.ts'
import { answerMap, cancelAnswerMap, collectionMap, isCollection, readEvents, shipmentMap } from './events.ts'
import { requestMap } from './request.ts'
import type { ErpRequest } from './request.ts'
import { readStockCsv } from './stock-csv.ts'
import { readStockXml } from './stock-xml.ts'
import { csvStockMap, jsonStockMap, readStock, xmlStockMap } from './stock.ts'
import type { JsonStockFeed } from './stock.ts'

const given = (file: string) => example(import.meta.dirname, file)
const bytes = (text: string) => new TextEncoder().encode(text)
const csvMeta = { mode: 'full', 'as-of': '2026-11-22T06:00:00+01:00', 'absent-means-zero': 'true' }

test('the JSON, the CSV and the XML stock feed read as the same golden feed', () => {
  const golden = { documents: [{ kind: 'stock', part: '', value: given('stock.out.json') }], refused: [] }
  expect(withoutTraces(readStock(jsonStockMap, given('stock.in.json'), context))).toEqual(golden)
  const csv = readStockCsv(bytes(exampleText(import.meta.dirname, 'stock.in.csv')), csvMeta, context)
  expect(withoutTraces(csv)).toEqual(golden)
  const xml = readStockXml(bytes(exampleText(import.meta.dirname, 'stock.in.xml')), context)
  expect(withoutTraces(xml)).toEqual(golden)
  expect(StockFeed.parse(given('stock.out.json'))).toEqual(given('stock.out.json'))
  expect(backAndThere(jsonStockMap, given('stock.in.json') as JsonStockFeed, context)).toBeUndefined()
})

test('bad rows of a CSV feed are refused alone, each by row and column, and nothing absent is set to zero', () => {
  const text =
    'sku,node,on_hand,note\nERP-00042,W1,1,\nNEW,W1,2,\nSHIRT,MOON,3,\nSHIRT,W1,1E5,\nSHIRT,W1\nSHIRT,S7,4,last\n'
  const reading = readStockCsv(bytes(text), csvMeta, context)
  expect(reading.documents[0]?.value.absentMeansZero).toBe(false)
  expect(reading.documents[0]?.value.rows).toEqual([
    { sku: 'SHOE-42', nodeId: 'paris-warehouse', onHand: 1 },
    { sku: 'SHIRT', nodeId: 'lyon-store', onHand: 4 },
  ])
  expect(
    reading.refused.map(({ part, issues }) => [part, issues[0]?.code, issues[0]?.place.path, issues[0]?.subject]),
  ).toEqual([
    ['row 3', 'stock.sku-unknown', 'row 3, column sku', 'NEW'],
    ['row 4', 'stock.node-unknown', 'row 4, column node', 'MOON'],
    ['row 5', 'map.whole-number', 'row 5, column on_hand', undefined],
    ['row 6', 'csv.cell-count', 'row 6', undefined],
  ])
  expect(reading.refused[0]?.issues[0]?.place).toMatchObject({ line: 3, column: 1, byteOffset: 38 })
})

test('bad rows of an XML feed are refused alone, each by element, attribute and line; one row is a list', () => {
  const feed = (rows: string) => bytes(`<StockFeed mode="delta" asOf="2026-11-22T06:00:00Z">${rows}\n</StockFeed>`)
  const one = readStockXml(feed('<Row sku="SHIRT" node="W1" onHand="07"/>'), context)
  expect(one.documents[0]?.value.rows).toEqual([{ sku: 'SHIRT', nodeId: 'paris-warehouse', onHand: 7 }])
  const two = readStockXml(feed('<Row sku="SHIRT" node="W1" onHand="1"/>\n<Row sku="NEW" node="W1"/>'), context)
  expect(two.documents[0]?.value.rows).toHaveLength(1)
  expect(two.refused[0]?.issues.map(({ code, place }) => [code, place.path, place.line])).toEqual([
    ['stock.sku-unknown', '/StockFeed/Row[2]/@sku', 2],
    ['map.missing', '/StockFeed/Row[2]/@onHand', 2],
  ])
  expect(readStockXml(bytes('<Feed/>'), context).refused[0]?.issues[0]?.code).toBe('erp.xml-root')
  expect(readStockXml(bytes('<StockFeed>'), context).refused[0]?.issues[0]?.code).toBe('xml.syntax')
})

test('a CSV feed may state its time in a column, the same in every row, and is full by default', () => {
  const text = [
    'sku,node,on_hand,as_of',
    'SHIRT,W1,3,2026-11-22T05:00:00Z',
    'SHIRT,S7,4,2026-11-21T05:00:00Z',
    'ERP-00042,W1,5,2026-11-22T05:00:00Z',
  ].join('\r\n')
  const reading = readStockCsv(bytes(text), {}, context)
  expect(reading.documents[0]?.value).toMatchObject({ mode: 'full', asOf: '2026-11-22T05:00:00.000Z' })
  expect(reading.documents[0]?.value.rows.map((row) => row.onHand)).toEqual([3, 5])
  expect(reading.refused).toMatchObject([
    { part: 'row 3', issues: [{ code: 'stock.as-of-differs', place: { path: 'row 3, column as_of' } }] },
  ])
})

test('a CSV feed without its columns or its mode is refused whole', () => {
  expect(readStockCsv(bytes('sku,qty\nA,1\n'), csvMeta, context).refused).toMatchObject([{ part: '' }])
  const reading = readStockCsv(bytes('sku,node,on_hand\n'), { mode: 'all' }, context)
  expect(reading.documents).toEqual([])
  expect(reading.refused[0]?.issues.map((issue) => issue.place.path)).toEqual(['header mode', 'header as-of'])
})

const instants = fc
  .date({ min: new Date('2000-01-01'), max: new Date('2099-12-31'), noInvalidDate: true })
  .map((date) => date.toISOString() as Instant)
const feeds: fc.Arbitrary<StockFeed> = fc.record({
  mode: fc.constantFrom('full', 'delta'),
  asOf: instants,
  absentMeansZero: fc.boolean(),
  rows: fc.array(
    fc.record({
      sku: fc.constantFrom('SHOE-42', 'SHIRT').map((sku) => sku as Sku),
      nodeId: fc.constantFrom('paris-warehouse', 'lyon-store').map((node) => node as NodeId),
      onHand: fc.nat(1_000_000_000),
    }),
  ),
})

test('law: a feed written in any spelling and read again is the same', () => {
  fc.assert(
    fc.property(feeds, (feed) => {
      expect(thereAndBack(jsonStockMap, feed, context)).toBeUndefined()
      expect(thereAndBack(csvStockMap, feed, context)).toBeUndefined()
      expect(thereAndBack(xmlStockMap, feed, context)).toBeUndefined()
    }),
  )
})

test('a request is written as its golden JSON and read back', () => {
  const instruction = FulfillmentInstruction.parse(given('request.out.json'))
  expect(runBack(requestMap, instruction, context)).toEqual({ ok: true, document: given('request.in.json') })
  expect(runForward(requestMap, given('request.in.json') as ErpRequest, context).value).toEqual(instruction)
})

test('a request line the crosswalk does not know is an issue on its way in', () => {
  const request = given('request.in.json') as ErpRequest
  request.lines = request.lines.map((line) => ({ ...line, hubSku: 'NEW' }))
  expect(runForward(requestMap, request, context).issues[0]).toMatchObject({
    code: 'request.sku-unknown',
    place: { path: '/lines/0/sku' },
  })
})

test('every event reads as its golden document', () => {
  expect(withoutTraces(readEvents(given('events.in.json'), context))).toEqual({
    documents: given('events.out.json'),
    refused: [],
  })
  const [first] = (given('events.in.json') as { events: unknown[] }).events
  expect(readEvents(first, context).documents).toHaveLength(1)
})

test('an event of no known type, or one that contradicts itself, is refused alone', () => {
  const { events } = given('events.in.json') as { events: Record<string, unknown>[] }
  const wrong = [{ type: 'constructor' }, { ...events[0], type: 'request.rejected' }, null, { ...events[1], lines: [] }]
  const reading = readEvents({ events: [...wrong, events[5]] }, context)
  expect(reading.documents.map((document) => document.part)).toEqual(['/events/4'])
  expect(reading.refused.map(({ part, issues }) => [part, issues[0]?.code, issues[0]?.place.path])).toEqual([
    ['/events/0', 'erp.event-type', '/events/0/type'],
    ['/events/1', 'answer.contradiction', '/events/1/type'],
    ['/events/2', 'erp.event-type', '/events/2/type'],
    ['/events/3', 'map.list-short', '/events/3/lines'],
  ])
})

test('whatever JSON comes, reading never throws', () => {
  fc.assert(
    fc.property(
      fc.jsonValue(),
      fc.constantFrom('request.partial', 'shipment.created', 'cancel.answered'),
      (value, type) => {
        readEvents(value, context)
        readEvents({ type, requestId: 'ful_1', lines: value, packages: value, at: value }, context)
        readStock(jsonStockMap, { mode: 'full', rows: value }, context)
      },
    ),
  )
})

const requestIds = fc.constantFrom('ful_1', 'ful_2').map((id) => id as FulfillmentRequestId)
const count = fc.nat(1000)
const answers: fc.Arbitrary<FulfillmentResponse> = fc.record({
  requestId: requestIds,
  answeredAt: instants,
  lines: fc.array(
    fc.record(
      {
        lineNo: fc.integer({ min: 1, max: 99 }),
        accepted: count,
        rejected: count,
        reason: fc.constantFrom(...REJECT_REASONS),
        expectedShipAt: instants,
      },
      { requiredKeys: ['lineNo', 'accepted', 'rejected'] },
    ),
    { minLength: 1, maxLength: 4 },
  ),
})
const packageLines = fc.array(
  fc.record({ lineNo: fc.integer({ min: 1, max: 99 }), quantity: fc.integer({ min: 1, max: 99 }) }),
  {
    minLength: 1,
    maxLength: 3,
  },
)
const notices = fc.record(
  {
    requestId: requestIds,
    externalId: fc.string({ minLength: 1, maxLength: 100 }),
    shippedAt: instants,
    carrier: fc.string({ minLength: 1, maxLength: 50 }),
    service: fc.constantFrom('pickup', 'express'),
    packages: fc.array(
      fc.record(
        {
          lines: packageLines,
          trackingNumber: fc.string({ minLength: 1, maxLength: 40 }),
          trackingUrl: fc.webUrl(),
          weightGrams: count,
        },
        { requiredKeys: ['lines'] },
      ),
      { minLength: 1, maxLength: 3 },
    ),
  },
  { requiredKeys: ['requestId', 'externalId', 'shippedAt', 'packages'] },
)

test('law: answers, shipments, collections and cancel answers, written and read again, are the same', () => {
  fc.assert(
    fc.property(answers, notices, fc.boolean(), (answer, made, accepted) => {
      expect(thereAndBack(answerMap, FulfillmentResponse.parse(answer), context)).toBeUndefined()
      const notice = ShipmentNotice.parse(made)
      if (!isCollection(notice)) expect(thereAndBack(shipmentMap, notice, context)).toBeUndefined()
      const { requestId, externalId, shippedAt, packages } = notice
      const collected = { requestId, externalId, shippedAt, service: 'pickup', packages }
      expect(thereAndBack(collectionMap, collected, context)).toBeUndefined()
      expect(thereAndBack(cancelAnswerMap, { requestId, answeredAt: shippedAt, accepted }, context)).toBeUndefined()
    }),
  )
})

test('every field of these formats is read, and every canonical field has a source', () => {
  const { events } = given('events.in.json') as { events: unknown[] }
  const none = { unread: [], unset: [] }
  // The feed's own counter: the time it is true at decides, not its number.
  expect(coverage(jsonStockMap, given('stock.in.json'), StockFeed)).toEqual({ unread: ['sequence'], unset: [] })
  expect(coverage(requestMap, given('request.in.json'), FulfillmentInstruction)).toEqual(none)
  // An ERP counts what it refuses; only warehouses that tell what they shipped speak of a rest.
  expect(coverage(answerMap, events[0], FulfillmentResponse)).toEqual({ ...none, unset: ['refusesRest'] })
  expect(coverage(shipmentMap, events[3], ShipmentNotice)).toEqual(none)
  // An ERP takes out a request whole or not at all.
  expect(coverage(cancelAnswerMap, events[5], CancelResponse)).toEqual({
    ...none,
    unset: [
      'lines.*.lineNo',
      'lines.*.quantity',
      'lineAnswers.*.lineNo',
      'lineAnswers.*.agreed',
      'lineAnswers.*.remaining',
    ],
  })
  expect(coverage(collectionMap, events[4], ShipmentNotice).unread).toEqual([])
})
