/** The law of capture: whatever order and however often the revisions of an order arrive, the newest one decides. */
import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { countersAddUp, type LineCounters, type Order, OrderInput } from '../model/order.ts'
import { Instant, instantFromEpochMs } from '../model/time.ts'
import type { OrderChange } from '../model/order-change.ts'
import { amendTo } from './amend.ts'
import { type Capture, capture } from './capture.ts'
import { edited as editedByHand } from './edit.ts'
import { statedOf } from './stated.ts'

type Counter = Exclude<keyof LineCounters, 'refunded'>

const PLACED = Instant.parse('2026-11-22T09:00:00Z')
const NOW = Instant.parse('2026-11-22T18:00:00Z')
const newId = (prefix: string): string => `${prefix}_1`

type Edit =
  | { kind: 'quantity'; line: number; quantity: number }
  | { kind: 'cancelLine'; line: number; units: number }
  | { kind: 'addLine'; quantity: number }
  | { kind: 'address'; house: number }
  | { kind: 'method'; line: number; method: 'ship' | 'pickup' }
  | { kind: 'cancel' }

type Line = { quantity: number; cancelledQuantity: number; method: 'ship' | 'pickup' }
type Stated = { lines: Line[]; house: number; cancelledAt?: string }

const quantity = fc.integer({ min: 1, max: 9 })
const edit: fc.Arbitrary<Edit> = fc.oneof(
  { weight: 4, arbitrary: fc.record({ kind: fc.constant('quantity' as const), line: fc.nat(3), quantity }) },
  { weight: 3, arbitrary: fc.record({ kind: fc.constant('cancelLine' as const), line: fc.nat(3), units: fc.nat(9) }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('addLine' as const), quantity }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('address' as const), house: fc.nat(5) }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('cancel' as const) }) },
  {
    weight: 2,
    arbitrary: fc.record({
      kind: fc.constant('method' as const),
      line: fc.nat(3),
      method: fc.constantFrom('ship' as const, 'pickup' as const),
    }),
  },
)

/** What the channel says after an edit. A cancel is final there, as it is at every channel we know. */
function edited(before: Stated, change: Edit, minute: number): Stated {
  const lines = before.lines.map((line, index): Line => {
    const target = 'line' in change && index === change.line % before.lines.length
    if (!target) return line
    if (change.kind === 'method') return { ...line, method: change.method }
    if (change.kind === 'quantity')
      return {
        ...line,
        quantity: change.quantity,
        cancelledQuantity: Math.min(line.cancelledQuantity, change.quantity),
      }
    return { ...line, cancelledQuantity: Math.min(change.units, line.quantity) }
  })
  if (change.kind === 'addLine') lines.push({ quantity: change.quantity, cancelledQuantity: 0, method: 'ship' })
  return {
    lines,
    house: change.kind === 'address' ? change.house : before.house,
    ...(before.cancelledAt !== undefined
      ? { cancelledAt: before.cancelledAt }
      : change.kind === 'cancel'
        ? { cancelledAt: instantOf(minute) }
        : {}),
  }
}

const instantOf = (minute: number): string => instantFromEpochMs(Date.parse(PLACED) + minute * 60_000)

const documentOf = (stated: Stated, minute: number): OrderInput =>
  OrderInput.parse({
    channelId: 'web',
    externalId: '1001',
    revisedAt: instantOf(minute),
    placedAt: PLACED,
    currency: 'EUR',
    totalMinor: 0,
    shipTo: { line1: `${stated.house} Rue de Test`, city: 'Paris', country: 'FR' },
    ...(stated.cancelledAt === undefined ? {} : { cancelledAt: stated.cancelledAt }),
    lines: stated.lines.map((line, index) => ({
      externalId: `l${index}`,
      sku: `S-${index}`,
      unitPriceMinor: 100,
      ...line,
    })),
  })

/** The revisions of one order, oldest first. */
const history = fc
  .tuple(fc.array(quantity, { minLength: 1, maxLength: 3 }), fc.array(edit, { maxLength: 6 }))
  .map(([quantities, edits]) => {
    let stated: Stated = {
      lines: quantities.map((each) => ({ quantity: each, cancelledQuantity: 0, method: 'ship' })),
      house: 1,
    }
    const documents = [documentOf(stated, 0)]
    for (const [index, change] of edits.entries()) {
      stated = edited(stated, change, index + 1)
      documents.push(documentOf(stated, index + 1))
    }
    return documents
  })

/** The same revisions in any order, some of them several times, each at least once. */
const deliveries = history.chain((documents) =>
  fc.tuple(
    fc.constant(documents),
    fc
      .array(fc.constantFrom(...documents), { maxLength: 6 })
      .chain((again) => fc.shuffledSubarray([...documents, ...again], { minLength: documents.length + again.length })),
  ),
)

const wantedUnits = (c: LineCounters): number => c.open + c.backordered + c.allocated + c.released + c.shipped

/** What the channel wants of each line, and what the hub still means to deliver of it. */
const wantedByLine = (order: Order): Record<string, number> =>
  Object.fromEntries(order.lines.map((line) => [line.externalId, wantedUnits(line.counters)]))

function applied(existing: Order | undefined, input: OrderInput): { order: Order; captured: Capture } {
  const captured = capture(input, existing, newId, NOW)
  if (captured.kind === 'created' || captured.kind === 'amended') return { order: captured.order, captured }
  return { order: existing ?? expect.fail(`the first one was ${captured.kind}`), captured }
}

test('any order of arrival, with any repeats, ends as the newest revision alone', () => {
  fc.assert(
    fc.property(deliveries, ([documents, arrivals]) => {
      let order: Order | undefined
      for (const arrival of arrivals) order = applied(order, arrival).order
      const newest = documents.at(-1) ?? expect.fail('no revision')
      const alone = applied(undefined, newest).order
      expect(order === undefined ? {} : wantedByLine(order)).toEqual(wantedByLine(alone))
      const methods = (of: Order) => Object.fromEntries(of.lines.map((line) => [line.externalId, line.method]))
      expect(order === undefined ? {} : methods(order)).toEqual(methods(alone))
      for (const line of order?.lines ?? []) {
        expect(countersAddUp(line.counters)).toBe(true)
        // Whatever is not wanted any more is cancelled, to the unit.
        expect(line.counters.cancelled).toBe(line.counters.ordered - wantedUnits(line.counters))
      }
      expect(order).toMatchObject({ revisedAt: newest.revisedAt, shipTo: newest.shipTo })
      expect(order?.cancelledAt).toBe(newest.cancelledAt)
    }),
    { numRuns: 2_000 },
  )
})

test('the newest one, repeated after everything else, is a duplicate', () => {
  fc.assert(
    fc.property(deliveries, ([documents, arrivals]) => {
      let order: Order | undefined
      for (const arrival of arrivals) order = applied(order, arrival).order
      const newest = documents.at(-1) ?? expect.fail('no revision')
      expect(capture(newest, order, newId, NOW)).toEqual({ kind: 'duplicate' })
      for (const older of documents.slice(0, -1))
        expect(capture(older, order, newId, NOW)).toMatchObject({ kind: 'superseded' })
    }),
  )
})

/** Work goes on between the revisions: some open units of each line go to a node, some of those leave. */
const workSteps = fc.array(
  fc.record({
    from: fc.constantFrom('open', 'allocated', 'released', 'backordered'),
    to: fc.constantFrom('backordered', 'allocated', 'released', 'shipped'),
    units: fc.nat(4),
  }),
  { maxLength: 4 },
)
type WorkStep = { from: string; to: string; units: number }
const LEGAL = new Set([
  'open>backordered',
  'open>allocated',
  'backordered>allocated',
  'allocated>released',
  'released>shipped',
])

function worked(order: Order, steps: readonly WorkStep[]): Order {
  const lines = order.lines.map((line) => {
    const counters = { ...line.counters }
    for (const { from, to, units } of steps) {
      if (!LEGAL.has(`${from}>${to}`)) continue
      const moved = Math.min(units, counters[from as Counter])
      counters[from as Counter] -= moved
      counters[to as Counter] += moved
    }
    return { ...line, counters }
  })
  return { ...order, lines }
}

test('units with nodes are never taken back in silence: what is not wanted is named, to the unit', () => {
  fc.assert(
    fc.property(history, fc.array(workSteps, { minLength: 7, maxLength: 7 }), (documents, work) => {
      let order: Order | undefined
      for (const [index, input] of documents.entries()) {
        const before = order
        const { order: after, captured } = applied(order, input)
        const negotiate = captured.kind === 'amended' ? captured.toNegotiate : []
        for (const line of after.lines) {
          const was = before?.lines.find((each) => each.externalId === line.externalId)?.counters
          const c = line.counters
          expect(countersAddUp(c)).toBe(true)
          expect(Math.min(...Object.values(c as Record<Counter, number>))).toBeGreaterThanOrEqual(0)
          expect([c.allocated, c.released, c.shipped]).toEqual([
            was?.allocated ?? 0,
            was?.released ?? 0,
            was?.shipped ?? 0,
          ])
          const stated = input.lines.find((each) => each.externalId === line.externalId)
          const wanted =
            after.cancelledAt === undefined && stated !== undefined ? stated.quantity - stated.cancelledQuantity : 0
          const named = negotiate.find((each) => each.lineNo === line.lineNo)?.quantity ?? 0
          const tooMany = Math.max(0, wantedUnits(c) - wanted)
          // Nothing undecided is left while too much is in work; and all that can be asked back is asked back.
          if (tooMany > 0) expect([c.open, c.backordered]).toEqual([0, 0])
          expect(named).toBe(Math.min(tooMany, c.allocated + c.released))
          expect(wantedUnits(c)).toBeGreaterThanOrEqual(wanted)
        }
        order = worked(after, work[index] ?? [])
      }
    }),
    { numRuns: 2_000 },
  )
})

const handChange: fc.Arbitrary<OrderChange> = fc.oneof(
  fc.record({ do: fc.constant('setQuantity' as const), lineNo: fc.integer({ min: 1, max: 3 }), quantity: fc.nat(9) }),
  fc.record({
    do: fc.constant('setMethod' as const),
    lineNo: fc.integer({ min: 1, max: 3 }),
    method: fc.constantFrom('ship' as const, 'pickup' as const),
  }),
  fc.constant({ do: 'setAddress' as const, shipTo: { line1: '7 Quai Neuf', city: 'Lyon', country: 'FR' } }),
)

test('a channel that repeats itself undoes no edit made here; what it says anew counts again', () => {
  fc.assert(
    fc.property(history, fc.array(handChange, { minLength: 1, maxLength: 3 }), (documents, changes) => {
      const newest = documents.at(-1) ?? expect.fail('no revision')
      const order = applied(undefined, newest).order
      const wanted = editedByHand(order, changes, () => 0)
      if (!wanted.ok) return
      const made = amendTo(order, wanted.input, (line) => wanted.touched.has(line.externalId))
      const mine: Order = { ...made.order, stated: statedOf(order, () => 0) }
      const later = { ...newest, revisedAt: Instant.parse('2026-11-22T17:00:00Z') }
      const repeated = applied(mine, later)
      expect(wantedByLine(repeated.order)).toEqual(wantedByLine(mine))
      expect(repeated.order.lines.map((line) => line.method)).toEqual(mine.lines.map((line) => line.method))
      expect(repeated.order.shipTo).toEqual(mine.shipTo)
      expect(repeated.captured).toMatchObject({ kind: 'amended', facts: [], toNegotiate: [], recalls: [] })
      // One line anew: that line is the channel's again, the others keep what was done here.
      const [first, ...rest] = newest.lines
      if (first === undefined) return
      const raised = { ...first, quantity: first.quantity + 5, cancelledQuantity: 0 }
      const anew = applied(repeated.order, { ...later, revisedAt: NOW, lines: [raised, ...rest] }).order
      expect(wantedByLine(anew)).toEqual({ ...wantedByLine(mine), [first.externalId]: first.quantity + 5 })
    }),
    { numRuns: 1_000 },
  )
})
