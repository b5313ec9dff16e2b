import { describe, expect, test } from 'vitest'
import { type FulfillmentRequest, FulfillmentResponse, ShipmentNotice } from '../model/fulfillment.ts'
import { Instant } from '../model/time.ts'
import { applyCancelResponse, withdraw } from './cancel-answer.ts'
import { applyResponse, applyShipment, type Progress } from './progress.ts'

const NOON = Instant.parse('2026-11-22T12:00:00Z')
const LATER = Instant.parse('2026-11-23T12:00:00Z')

const request = (units: number[], more: Partial<FulfillmentRequest> = {}): FulfillmentRequest => ({
  id: 'ful_1' as FulfillmentRequest['id'],
  orderId: 'ord_1' as FulfillmentRequest['orderId'],
  nodeId: 'north' as FulfillmentRequest['nodeId'],
  decisionId: 'dec_1' as FulfillmentRequest['decisionId'],
  method: 'ship',
  work: 'open',
  negotiation: 'submitted',
  lines: units.map((requested, index) => ({
    lineNo: index + 1,
    sku: `SHOE-${index + 1}` as FulfillmentRequest['lines'][number]['sku'],
    requested,
    outstanding: requested,
    rejected: 0,
    shipped: 0,
    cancelled: 0,
  })),
  createdAt: NOON,
  answerDueAt: LATER,
  version: 1,
  ...more,
})

type Answer = { lineNo: number; accepted: number; rejected: number; reason?: string; expectedShipAt?: string }
const says = (...lines: Answer[]): FulfillmentResponse =>
  FulfillmentResponse.parse({ requestId: 'ful_1', answeredAt: NOON, lines })

const shipped = (...lines: [lineNo: number, quantity: number][]): ShipmentNotice =>
  ShipmentNotice.parse({
    requestId: 'ful_1',
    externalId: 'S1',
    shippedAt: NOON,
    carrier: 'UPSN',
    packages: [{ trackingNumber: '1Z1', lines: lines.map(([lineNo, quantity]) => ({ lineNo, quantity })) }],
  })

const after = (before: FulfillmentRequest, progress: Progress): FulfillmentRequest => ({
  ...before,
  work: progress.work,
  negotiation: progress.negotiation,
  lines: progress.lines,
})

const NOTHING = { moves: [], postings: [], cases: [], facts: [], shipped: [], reroute: false }

describe('an acceptance', () => {
  test('moves nothing but the negotiation, and the node now owes what it promised', () => {
    const progress = applyResponse(request([3]), says({ lineNo: 1, accepted: 3, rejected: 0, expectedShipAt: LATER }))
    expect(progress).toMatchObject({
      negotiation: 'accepted',
      work: 'open',
      moves: [],
      postings: [],
      reroute: false,
      answerDueAt: LATER,
      facts: [{ kind: 'accepted', data: { nodeId: 'north', expectedShipAt: LATER } }],
    })
  })

  test('that comes after the goods have all left changes nothing', () => {
    const done = request([2], { work: 'closed', negotiation: 'submitted' })
    done.lines = done.lines.map((line) => ({ ...line, outstanding: 0, shipped: 2 }))
    const late = applyResponse(done, says({ lineNo: 1, accepted: 2, rejected: 0, expectedShipAt: LATER }))
    expect(late).toMatchObject({ ...NOTHING, work: 'closed' })
    expect(late.answerDueAt).toBeUndefined()
  })
})

describe('a rejection', () => {
  test.each([
    ['outOfStock', 'adjustment'],
    ['damaged', 'damaged'],
    ['capacity', 'available'],
    ['other', 'available'],
  ])('for %s gives the units back to the order and moves the stock to %s', (reason, to) => {
    const progress = applyResponse(request([3]), says({ lineNo: 1, accepted: 0, rejected: 3, reason }))
    expect(progress).toMatchObject({
      work: 'cancelled',
      negotiation: 'rejected',
      moves: [{ lineNo: 1, quantity: 3, from: 'released', to: 'open' }],
      postings: [{ sku: 'SHOE-1', nodeId: 'north', from: 'allocated', to, quantity: 3, cause: 'shortPick' }],
      reroute: true,
      answerDueAt: null,
    })
  })

  test('of some units leaves the others with the node', () => {
    const progress = applyResponse(request([3, 1]), says({ lineNo: 1, accepted: 2, rejected: 1, reason: 'outOfStock' }))
    expect(progress).toMatchObject({
      work: 'open',
      negotiation: 'accepted',
      moves: [{ lineNo: 1, quantity: 1, to: 'open' }],
      lines: [
        { outstanding: 2, rejected: 1 },
        { outstanding: 1, rejected: 0 },
      ],
      facts: [{ kind: 'rejected' }, { kind: 'accepted' }],
    })
  })

  test('of the rest, after some units left, ends the work as incomplete', () => {
    const rest = after(request([3]), applyShipment(request([3]), shipped([1, 2])))
    const progress = applyResponse(rest, says({ lineNo: 1, accepted: 2, rejected: 1 }))
    expect(progress).toMatchObject({ work: 'incomplete', lines: [{ outstanding: 0, shipped: 2, rejected: 1 }] })
  })

  test('of whatever is left, told with what was shipped, needs no count of it and reaches lines that are not named', () => {
    const last = {
      ...says({ lineNo: 1, accepted: 2, rejected: 0, reason: 'damaged' }),
      refusesRest: 'outOfStock' as const,
    }
    const some = after(request([3, 1]), applyShipment(request([3, 1]), shipped([1, 2])))
    const progress = applyResponse(some, last)
    expect(progress).toMatchObject({
      work: 'incomplete',
      moves: [
        { lineNo: 1, quantity: 1, to: 'open' },
        { lineNo: 2, quantity: 1, to: 'open' },
      ],
      postings: [
        { sku: 'SHOE-1', to: 'damaged', quantity: 1 },
        { sku: 'SHOE-2', to: 'adjustment', quantity: 1 },
      ],
      reroute: true,
      answerDueAt: null,
    })
    expect(applyResponse(after(some, progress), last)).toMatchObject(NOTHING)
    const all = after(request([2]), applyShipment(request([2]), shipped([1, 2])))
    expect(applyResponse(all, last)).toMatchObject({ ...NOTHING, work: 'closed' })
  })

  test('that is repeated refuses nothing more and tells nothing more', () => {
    const answer = says({ lineNo: 1, accepted: 0, rejected: 3 })
    const once = after(request([3]), applyResponse(request([3]), answer))
    expect(applyResponse(once, answer)).toMatchObject({ ...NOTHING, work: 'cancelled', negotiation: 'rejected' })
  })

  test('by a later answer that raises it refuses only the difference', () => {
    const first = says({ lineNo: 1, accepted: 2, rejected: 1 })
    const once = after(request([3]), applyResponse(request([3]), first))
    const second = applyResponse(once, says({ lineNo: 1, accepted: 1, rejected: 2 }))
    expect(second.moves).toEqual([{ lineNo: 1, quantity: 1, from: 'released', to: 'open' }])
  })

  test('before we know that the request arrived takes the units from where they stand', () => {
    const unsent = request([1], { negotiation: 'unsubmitted' })
    expect(applyResponse(unsent, says({ lineNo: 1, accepted: 0, rejected: 1 })).moves).toMatchObject([
      { from: 'allocated', to: 'open' },
    ])
  })

  test('of a line that was never asked for is no rejection', () => {
    expect(applyResponse(request([1]), says({ lineNo: 9, accepted: 0, rejected: 4 }))).toMatchObject({
      moves: [],
      postings: [],
      reroute: false,
    })
  })
})

describe('a shipment', () => {
  test('of everything ends the work and asks for nothing more', () => {
    expect(applyShipment(request([2]), shipped([1, 2]))).toMatchObject({
      work: 'closed',
      answerDueAt: null,
      moves: [{ lineNo: 1, quantity: 2, from: 'released', to: 'shipped' }],
      postings: [{ from: 'allocated', to: 'customer', quantity: 2, cause: 'ship' }],
      shipped: [{ lineNo: 1, quantity: 2 }],
      facts: [{ kind: 'shipped', data: { carrier: 'UPSN', tracking: ['1Z1'] } }],
    })
  })

  test('of a part leaves the rest outstanding', () => {
    const progress = applyShipment(request([3]), shipped([1, 1]))
    expect(progress).toMatchObject({ work: 'inProgress', lines: [{ outstanding: 2, shipped: 1 }] })
    expect(progress.answerDueAt).toBeUndefined()
  })

  test('of a line spread over packages counts once', () => {
    const notice = shipped([1, 1], [1, 1])
    expect(applyShipment(request([2]), notice).shipped).toEqual([{ lineNo: 1, quantity: 2 }])
  })

  test('of more than was asked ships what was asked; the surplus is a case', () => {
    expect(applyShipment(request([2]), shipped([1, 5]))).toMatchObject({
      lines: [{ outstanding: 0, shipped: 2 }],
      moves: [{ quantity: 2 }],
      cases: [{ kind: 'unexpectedShipment', detail: 'the node shipped 3 more of SHOE-1 than was outstanding' }],
    })
  })

  test('of a line that was never asked for is a case and ships nothing', () => {
    expect(applyShipment(request([2]), shipped([7, 1]))).toMatchObject({
      shipped: [],
      moves: [],
      facts: [],
      cases: [{ kind: 'unexpectedShipment' }],
    })
  })

  test('is believed before any acceptance, and also after a refused cancel', () => {
    for (const negotiation of ['unsubmitted', 'submitted', 'cancelRequested', 'cancelRejected'] as const)
      expect(applyShipment(request([2], { negotiation }), shipped([1, 2]))).toMatchObject({ work: 'closed' })
  })

  test('of what was cancelled is a case: the goods have left all the same', () => {
    const asked = request([2], { negotiation: 'cancelRequested' })
    const granted = after(asked, applyCancelResponse(asked, { requestId: asked.id, answeredAt: NOON, accepted: true }))
    expect(applyShipment(granted, shipped([1, 2]))).toMatchObject({
      work: 'cancelled',
      moves: [],
      cases: [{ kind: 'unexpectedShipment', detail: 'the node shipped 2 more of SHOE-1 than was outstanding' }],
    })
  })
})

describe('the answer to a cancel', () => {
  const asked = request([2], { negotiation: 'cancelRequested' })
  const answer = (accepted: boolean) => ({ requestId: asked.id, answeredAt: NOON, accepted })

  test('that grants it cancels the units and frees the stock', () => {
    expect(applyCancelResponse(asked, answer(true))).toMatchObject({
      work: 'cancelled',
      negotiation: 'cancelAccepted',
      moves: [{ lineNo: 1, quantity: 2, from: 'released', to: 'cancelled' }],
      postings: [{ from: 'allocated', to: 'available', quantity: 2, cause: 'cancel' }],
      answerDueAt: null,
    })
  })

  test('that refuses it opens a case and lets the goods go', () => {
    expect(applyCancelResponse(asked, answer(false))).toMatchObject({
      negotiation: 'cancelRejected',
      moves: [],
      cases: [{ kind: 'cancelTooLate' }],
    })
  })

  test('that answers line by line gives up what it agrees to, and at most what was asked', () => {
    const three = request([2, 4, 5], { negotiation: 'cancelRequested' })
    const lineAnswers = [
      { lineNo: 1, agreed: false },
      { lineNo: 2, agreed: true, remaining: 3 },
    ]
    const progress = applyCancelResponse(three, { ...answer(true), requestId: three.id, lineAnswers })
    // The third line is not named: it goes as the whole does.
    expect(progress.moves).toEqual([
      { lineNo: 2, quantity: 1, from: 'released', to: 'cancelled' },
      { lineNo: 3, quantity: 5, from: 'released', to: 'cancelled' },
    ])
    expect(progress.cases).toMatchObject([
      { kind: 'cancelTooLate', detail: expect.stringContaining('2 of line 1, 3 of line 2') },
    ])
  })

  test('that nobody asked for changes nothing', () => {
    for (const accepted of [true, false])
      expect(applyCancelResponse(request([2]), answer(accepted))).toMatchObject({
        ...NOTHING,
        negotiation: 'submitted',
      })
  })

  test('that comes when everything has left cancels nothing and says so nowhere', () => {
    const gone = after(asked, applyShipment(asked, shipped([1, 2])))
    expect(applyCancelResponse(gone, answer(true))).toMatchObject({ ...NOTHING, work: 'closed' })
  })
})

test('a request that its node was never told of is withdrawn whole; one that it was told of is not', () => {
  expect(withdraw(request([2], { negotiation: 'unsubmitted' }), NOON)).toMatchObject({
    work: 'cancelled',
    negotiation: 'cancelAccepted',
    moves: [{ from: 'allocated', to: 'cancelled', quantity: 2 }],
  })
  expect(withdraw(request([2]), NOON)).toBeUndefined()
})
