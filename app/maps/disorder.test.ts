/** Documents of one purchase order, as X12 files, in every order: the same end, or a case with a name. */
import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { applyCancelResponse } from '#core/fulfillment/cancel-answer.ts'
import { applyResponse, applyShipment } from '#core/fulfillment/progress.ts'
import type { Progress } from '#core/fulfillment/progress.ts'
import type {
  CancelResponse,
  FulfillmentRequest,
  FulfillmentResponse,
  ShipmentNotice,
} from '#core/model/fulfillment.ts'
import { Instant } from '#core/model/time.ts'
import { findMap } from './catalogue.ts'
import type { MapContext } from './entry.ts'

const itself = (code: string) => code as never
const context: MapContext = {
  receivedAt: '2026-11-22T10:15:00.000Z',
  crosswalk: {
    version: '1',
    skuOf: itself,
    partnerSkuOf: itself,
    nodeOf: itself,
    partnerNodeOf: itself,
    code: () => undefined,
    partnerCode: () => undefined,
  },
}
const REQUEST = 'ful_0190a7c2'

type Said = { set: string; value: unknown }
/** Over the wire: written as a file, and read from it. */
function overTheWire({ set, value }: Said): { kind: string; value: unknown } {
  const entry = findMap(`x12 ${set}`)
  const bytes = entry?.write?.(value, context)
  if (bytes?.ok !== true) throw new Error(JSON.stringify(bytes))
  const read = entry?.read?.(bytes.value, context)
  const [document] = read?.documents ?? []
  if (document === undefined) throw new Error(JSON.stringify(read?.refused))
  return document
}

const requestOf = (units: readonly number[]): FulfillmentRequest => ({
  id: REQUEST as FulfillmentRequest['id'],
  orderId: 'ord_1' as FulfillmentRequest['orderId'],
  nodeId: 'nord' as FulfillmentRequest['nodeId'],
  decisionId: 'dec_1' as FulfillmentRequest['decisionId'],
  method: 'dropShip',
  work: 'open',
  negotiation: 'cancelRequested',
  lines: units.map((requested, i) => ({
    lineNo: i + 1,
    sku: `S-${i + 1}` as FulfillmentRequest['lines'][number]['sku'],
    requested,
    outstanding: requested,
    rejected: 0,
    shipped: 0,
    cancelled: 0,
  })),
  createdAt: Instant.parse('2026-11-22T09:00:00Z'),
  version: 1,
})

function applied(request: FulfillmentRequest, document: { kind: string; value: unknown }): Progress {
  if (document.kind === 'shipment') return applyShipment(request, document.value as ShipmentNotice)
  if (document.kind === 'cancelResponse') return applyCancelResponse(request, document.value as CancelResponse)
  return applyResponse(request, document.value as FulfillmentResponse)
}

function endOf(units: readonly number[], documents: readonly { kind: string; value: unknown }[]) {
  let request = requestOf(units)
  const cases: string[] = []
  for (const document of documents) {
    const progress = applied(request, document)
    cases.push(...progress.cases.map((each) => each.kind))
    request = { ...request, work: progress.work, negotiation: progress.negotiation, lines: progress.lines }
  }
  const counters = request.lines.map(({ outstanding, rejected, shipped, cancelled }) => [
    outstanding,
    rejected,
    shipped,
    cancelled,
  ])
  return { counters, work: request.work, cases: cases.toSorted() }
}

function permutations<T>(list: readonly T[]): T[][] {
  if (list.length <= 1) return [[...list]]
  return list.flatMap((each, i) => permutations(list.toSpliced(i, 1)).map((rest) => [each, ...rest]))
}

const answer = (lines: { lineNo: number; accepted: number; rejected: number }[]): Said['value'] => ({
  requestId: REQUEST,
  answeredAt: context.receivedAt,
  lines: lines.map((line) => ({ ...line, ...(line.rejected > 0 ? { reason: 'outOfStock' } : {}) })),
})
const shipment = (externalId: string, lines: { lineNo: number; quantity: number }[]): Said['value'] => ({
  requestId: REQUEST,
  externalId,
  shippedAt: '2026-11-23T15:45:00.000Z',
  packages: [{ lines }],
})

test('855, two 856, 870 and a refusing 865 of one order end alike in all 120 orders of arrival', () => {
  const documents = [
    {
      set: '855',
      value: answer([
        { lineNo: 1, accepted: 5, rejected: 0 },
        { lineNo: 2, accepted: 1, rejected: 2 },
      ]),
    },
    { set: '856', value: shipment('A', [{ lineNo: 1, quantity: 3 }]) },
    {
      set: '856',
      value: shipment('B', [
        { lineNo: 1, quantity: 2 },
        { lineNo: 2, quantity: 1 },
      ]),
    },
    { set: '870', value: answer([{ lineNo: 1, accepted: 5, rejected: 0 }]) },
    { set: '865', value: { requestId: REQUEST, answeredAt: context.receivedAt, accepted: false, reason: 'packed' } },
  ].map(overTheWire)
  const ends = new Set(permutations(documents).map((order) => JSON.stringify(endOf([5, 3], order).counters)))
  expect([...ends]).toEqual(['[[0,0,5,0],[0,2,1,0]]'])
})

test('whatever a supplier says of an order, in whatever order: the same end, or a case that names the contradiction', () => {
  const units = fc.tuple(fc.integer({ min: 1, max: 4 }), fc.integer({ min: 1, max: 4 }))
  const said = units.chain(([one, two]) =>
    fc.record({
      units: fc.constant([one, two]),
      rejected: fc.tuple(fc.nat(one), fc.nat(two)),
      shipped: fc.array(fc.tuple(fc.constantFrom(1, 2), fc.integer({ min: 1, max: 4 })), {
        minLength: 1,
        maxLength: 2,
      }),
      order: fc.shuffledSubarray([0, 1, 2, 3], { minLength: 4 }),
    }),
  )
  fc.assert(
    fc.property(said, ({ units: asked, rejected, shipped, order }) => {
      const lines = asked.map((requested, i) => ({
        lineNo: i + 1,
        accepted: requested - (rejected[i] ?? 0),
        rejected: rejected[i] ?? 0,
      }))
      const documents: (Said | undefined)[] = [
        { set: '855', value: answer(lines) },
        ...[0, 1].map((i) => {
          const [lineNo = 1, quantity = 1] = shipped[i] ?? []
          return shipped[i] === undefined ? undefined : { set: '856', value: shipment(`S${i}`, [{ lineNo, quantity }]) }
        }),
        { set: '870', value: answer(lines.filter((line) => line.rejected === 0 || line.accepted === 0)) },
      ]
      const read = documents.map((each) =>
        each === undefined || (each.set === '870' && lines.every((l) => l.rejected > 0 && l.accepted > 0))
          ? undefined
          : overTheWire(each),
      )
      const inOrder = endOf(
        asked,
        read.filter((each) => each !== undefined),
      )
      const shuffled = endOf(
        asked,
        order.map((i) => read[i]).filter((each) => each !== undefined),
      )
      const named = [...inOrder.cases, ...shuffled.cases]
      if (named.length === 0) expect(shuffled).toEqual(inOrder)
      else expect(named.every((kind) => kind === 'unexpectedShipment')).toBe(true)
    }),
    { numRuns: 150 },
  )
})
