/** The laws of progress: whatever a node says, however often and in whatever order, no unit is lost, doubled or invented. */
import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { step } from '../model/chart.ts'
import { negotiationChart } from '../model/charts.ts'
import { type FulfillmentRequest, FulfillmentResponse, REJECT_REASONS, ShipmentNotice } from '../model/fulfillment.ts'
import { Instant } from '../model/time.ts'
import { ask, type Purpose, wantBack } from './take-back.ts'
import { applyCancelResponse, takeUnsent } from './cancel-answer.ts'
import { applyResponse, applyShipment, type Progress } from './progress.ts'

const NOW = Instant.parse('2026-11-22T12:00:00Z')

type Word =
  | {
      kind: 'answer'
      lines: { line: number; rejected: number; reason: (typeof REJECT_REASONS)[number] }[]
      last: boolean
    }
  | { kind: 'shipment'; packages: { line: number; quantity: number }[][] }
  | { kind: 'cancelAnswer'; accepted: boolean; lines?: { line: number; quantity: number }[] | undefined }
  /** What the hub does in between. */
  | { kind: 'submit' }
  | { kind: 'askCancel' }
  | { kind: 'want'; line: number; units: number; purpose: Purpose }
  | { kind: 'withdraw' }
  /** An earlier word comes once more. */
  | { kind: 'again'; back: number }

const line = fc.nat(3)
const word: fc.Arbitrary<Word> = fc.oneof(
  {
    weight: 4,
    arbitrary: fc.record({
      kind: fc.constant('answer' as const),
      lines: fc.array(fc.record({ line, rejected: fc.nat(6), reason: fc.constantFrom(...REJECT_REASONS) }), {
        minLength: 1,
        maxLength: 3,
      }),
      // One answer in five is the node's last word.
      last: fc.nat(4).map((draw) => draw === 0),
    }),
  },
  {
    weight: 5,
    arbitrary: fc.record({
      kind: fc.constant('shipment' as const),
      packages: fc.array(
        fc.array(fc.record({ line, quantity: fc.integer({ min: 1, max: 5 }) }), { minLength: 1, maxLength: 3 }),
        { minLength: 1, maxLength: 2 },
      ),
    }),
  },
  {
    weight: 3,
    arbitrary: fc.record({
      kind: fc.constant('cancelAnswer' as const),
      accepted: fc.boolean(),
      lines: fc.option(fc.array(fc.record({ line, quantity: fc.nat(4) }), { maxLength: 2 }), { nil: undefined }),
    }),
  },
  {
    weight: 4,
    arbitrary: fc.record({
      kind: fc.constant('want' as const),
      line,
      units: fc.integer({ min: 1, max: 3 }),
      purpose: fc.constantFrom<Purpose>('cancel', 'recall'),
    }),
  },
  { weight: 3, arbitrary: fc.record({ kind: fc.constant('submit' as const) }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('askCancel' as const) }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('withdraw' as const) }) },
  { weight: 4, arbitrary: fc.record({ kind: fc.constant('again' as const), back: fc.nat(5) }) },
)

const requestOf = (units: readonly number[]): FulfillmentRequest => ({
  id: 'ful_1' as FulfillmentRequest['id'],
  orderId: 'ord_1' as FulfillmentRequest['orderId'],
  nodeId: 'north' as FulfillmentRequest['nodeId'],
  decisionId: 'dec_1' as FulfillmentRequest['decisionId'],
  method: 'ship',
  work: 'open',
  negotiation: 'unsubmitted',
  lines: units.map((requested, index) => ({
    lineNo: index + 1,
    sku: `S-${index + 1}` as FulfillmentRequest['lines'][number]['sku'],
    requested,
    outstanding: requested,
    rejected: 0,
    shipped: 0,
    cancelled: 0,
  })),
  createdAt: NOW,
  version: 1,
})

function answerOf(said: Extract<Word, { kind: 'answer' }>, request: FulfillmentRequest): FulfillmentResponse {
  const lines = said.lines.map((each) => {
    const lineNo = each.line + 1
    const requested = request.lines.find((line) => line.lineNo === lineNo)?.requested ?? 0
    return { lineNo, accepted: Math.max(0, requested - each.rejected), rejected: each.rejected, reason: each.reason }
  })
  const last = said.last ? { refusesRest: 'outOfStock' } : {}
  return FulfillmentResponse.parse({ requestId: request.id, answeredAt: NOW, lines, ...last })
}

const noticeOf = (said: Extract<Word, { kind: 'shipment' }>, request: FulfillmentRequest): ShipmentNotice =>
  ShipmentNotice.parse({
    requestId: request.id,
    externalId: 'S1',
    shippedAt: NOW,
    packages: said.packages.map((lines) => ({
      lines: lines.map((each) => ({ lineNo: each.line + 1, quantity: each.quantity })),
    })),
  })

/** Undefined where the hub only moves the negotiation on. */
function progressOf(request: FulfillmentRequest, said: Word): Progress | undefined {
  if (said.kind === 'answer') return applyResponse(request, answerOf(said, request))
  if (said.kind === 'shipment') return applyShipment(request, noticeOf(said, request))
  if (said.kind === 'cancelAnswer')
    return applyCancelResponse(request, {
      requestId: request.id,
      answeredAt: NOW,
      accepted: said.accepted,
      ...(said.lines === undefined
        ? {}
        : { lines: said.lines.map((each) => ({ lineNo: each.line + 1, quantity: each.quantity })) }),
    })
  if (said.kind === 'withdraw') return request.negotiation === 'unsubmitted' ? takeUnsent(request, NOW) : undefined
  return undefined
}

function negotiated(request: FulfillmentRequest, said: Word): FulfillmentRequest {
  if (said.kind === 'want') return wantBack([request], said.line + 1, said.units, said.purpose).changed[0] ?? request
  if (said.kind === 'askCancel') return ask(request, 'changed')?.request ?? request
  if (said.kind !== 'submit') return request
  const moved = step(negotiationChart, request.negotiation, said.kind)
  return moved.ok ? { ...request, negotiation: moved.state } : request
}

const sum = (numbers: readonly number[]): number => numbers.reduce((total, each) => total + each, 0)
const outstanding = (request: Pick<FulfillmentRequest, 'lines'>): number =>
  sum(request.lines.map((each) => each.outstanding))

/** The counters, moves and postings of one step agree, line by line. */
function holdsTogether(request: FulfillmentRequest, progress: Progress): void {
  for (const [index, after] of progress.lines.entries()) {
    const before = request.lines[index] ?? expect.fail('a line appeared')
    expect(after.outstanding + after.rejected + after.shipped + after.cancelled).toBe(after.requested)
    expect(after.requested).toBe(before.requested)
    expect(Math.min(after.outstanding, after.rejected, after.shipped, after.cancelled)).toBeGreaterThanOrEqual(0)
    // What has happened to a unit is not undone.
    expect(after.rejected).toBeGreaterThanOrEqual(before.rejected)
    expect(after.shipped).toBeGreaterThanOrEqual(before.shipped)
    expect(after.cancelled).toBeGreaterThanOrEqual(before.cancelled)
    const moved = (to: string): number =>
      sum(progress.moves.filter((move) => move.lineNo === after.lineNo && move.to === to).map((move) => move.quantity))
    expect(moved('open') + moved('cancelled')).toBe(
      after.rejected - before.rejected + after.cancelled - before.cancelled,
    )
    // What is not wanted any more is never routed again, and what is wanted back is still there to be given.
    const { back } = after
    if (back !== undefined) {
      expect(back.cancel + back.recall).toBeLessThanOrEqual(after.outstanding)
      expect(back.asked).toBeLessThanOrEqual(back.cancel + back.recall)
      expect(Math.min(back.cancel, back.recall, back.asked, back.refused)).toBeGreaterThanOrEqual(0)
    }
    expect(moved('shipped')).toBe(after.shipped - before.shipped)
    const posted = progress.postings.filter((each) => each.sku === after.sku)
    expect(sum(posted.map((each) => each.quantity))).toBe(before.outstanding - after.outstanding)
    expect(sum(posted.filter((each) => each.to === 'customer').map((each) => each.quantity))).toBe(moved('shipped'))
  }
  expect(progress.lines).toHaveLength(request.lines.length)
  expect(progress.moves.every((move) => move.quantity > 0)).toBe(true)
  expect(new Set(progress.moves.map((move) => move.from)).size).toBeLessThanOrEqual(1)
  expect(progress.postings.every((each) => each.from === 'allocated' && each.quantity > 0)).toBe(true)
  expect(progress.reroute).toBe(progress.moves.some((move) => move.to === 'open'))
}

/** Work is open as long as units are outstanding, and says by its end what became of them. */
function endsRight(request: FulfillmentRequest, progress: Progress): void {
  const ended = !['open', 'inProgress'].includes(progress.work)
  expect(ended).toBe(outstanding(progress) === 0)
  if (!ended) return
  const shipped = sum(progress.lines.map((each) => each.shipped))
  const requested = sum(progress.lines.map((each) => each.requested))
  expect(progress.work).toBe(shipped === requested ? 'closed' : shipped > 0 ? 'incomplete' : 'cancelled')
  // Whoever has nothing left to do owes no answer.
  if (outstanding(request) > 0) expect(progress.answerDueAt).toBeNull()
  else expect(progress.answerDueAt ?? null).toBeNull()
}

const units = fc.array(fc.integer({ min: 1, max: 4 }), { minLength: 1, maxLength: 3 })

test('every step keeps the counters, the order’s moves and the stock’s postings together', () => {
  fc.assert(
    fc.property(units, fc.array(word, { maxLength: 14 }), (requested, words) => {
      let request = requestOf(requested)
      const heard: Word[] = []
      for (const said of words) {
        const meant = said.kind === 'again' ? (heard.at(-1 - said.back) ?? { kind: 'submit' as const }) : said
        heard.push(meant)
        const progress = progressOf(request, meant)
        if (progress === undefined) {
          request = negotiated(request, meant)
          continue
        }
        holdsTogether(request, progress)
        endsRight(request, progress)
        request = { ...request, work: progress.work, negotiation: progress.negotiation, lines: progress.lines }
      }
    }),
    { numRuns: 5_000 },
  )
})

test('an answer that is repeated at once adds nothing', () => {
  fc.assert(
    fc.property(units, fc.array(word, { maxLength: 6 }), word, (requested, words, last) => {
      let request = negotiated(requestOf(requested), { kind: 'submit' })
      for (const said of [...words, last]) {
        const progress = progressOf(request, said)
        if (progress === undefined) request = negotiated(request, said)
        else request = { ...request, work: progress.work, negotiation: progress.negotiation, lines: progress.lines }
      }
      // A repeated shipment is told by its name (store/fulfillment.ts), not by its content: two parcels may look alike.
      const again = last.kind === 'shipment' ? undefined : progressOf(request, last)
      if (again === undefined) return
      expect(again).toMatchObject({ moves: [], postings: [], facts: [], cases: [], shipped: [], reroute: false })
      expect(again.lines).toEqual(request.lines)
      expect([again.work, again.negotiation]).toEqual([request.work, request.negotiation])
    }),
    { numRuns: 2_000 },
  )
})

test('answers that state whole lines end alike, whatever order they come in', () => {
  const statement = fc.record({ line: fc.nat(2), rejected: fc.nat(4) })
  const both = fc
    .array(statement, { minLength: 1, maxLength: 6 })
    .chain((list) => fc.tuple(fc.constant(list), fc.shuffledSubarray(list, { minLength: list.length })))
  fc.assert(
    fc.property(units, both, (requested, [inOrder, shuffled]) => {
      const rejectedAfter = (statements: typeof inOrder): number[] => {
        let request = negotiated(requestOf(requested), { kind: 'submit' })
        for (const each of statements) {
          const said = { kind: 'answer' as const, lines: [{ ...each, reason: 'other' as const }], last: false }
          const progress = applyResponse(request, answerOf(said, request))
          request = { ...request, work: progress.work, negotiation: progress.negotiation, lines: progress.lines }
        }
        return request.lines.map((each) => each.rejected)
      }
      expect(rejectedAfter(shuffled)).toEqual(rejectedAfter(inOrder))
    }),
  )
})
