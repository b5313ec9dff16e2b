import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import type { ReturnLine } from './lines.ts'
import { matchReceipt } from './receive.ts'

const line = (returnId: string, lineNo: number, sku: string, expected: number, missing = 0): ReturnLine => ({
  returnId,
  lineNo,
  orderLineNo: lineNo,
  sku,
  reason: 'unwanted',
  terms: {
    name: 'all',
    refundAt: 'inspected',
    refundShipping: 'never',
    restockingFeeBasisPoints: 0,
    paidBy: 'customer',
    labelFeeMinor: 0,
  },
  shippedBySupplier: false,
  quantity: expected + missing,
  expected,
  missing,
  received: 0,
  ungraded: 0,
  blocked: 0,
  disposed: 0,
  denied: 0,
  settled: 0,
})
const parcel = (...lines: [sku: string | undefined, quantity: number][]) => ({
  lines: lines.map(([sku, quantity]) => ({ ...(sku === undefined ? {} : { sku: sku as never }), item: 'x', quantity })),
})

test('units still expected are served before those given up, and the rest is left for a person', () => {
  const { taken, unmatched } = matchReceipt(
    [line('a', 1, 'SHOE', 1, 1), line('b', 1, 'SHOE', 1)],
    parcel(['SHOE', 4], [undefined, 2], ['BOX', 1]),
  )
  expect(taken).toEqual([
    { returnId: 'a', lineNo: 1, index: 0, quantity: 1, late: 0 },
    { returnId: 'b', lineNo: 1, index: 0, quantity: 1, late: 0 },
    { returnId: 'a', lineNo: 1, index: 0, quantity: 1, late: 1 },
  ])
  expect(unmatched).toEqual([
    { index: 0, quantity: 1 },
    { index: 1, quantity: 2 },
    { index: 2, quantity: 1 },
  ])
})

const skus = fc.constantFrom('SHOE', 'BOX', 'SOCK')
const numbered = fc.array(
  fc
    .array(fc.tuple(skus, fc.integer({ min: 1, max: 4 })), { minLength: 1, maxLength: 4 })
    .map((lines) => parcel(...lines)),
  { maxLength: 6 },
)
const lines = fc
  .array(fc.tuple(skus, fc.nat(5), fc.nat(3)), { minLength: 1, maxLength: 5 })
  .map((all) => all.map(([sku, expected, missing], index) => line(`r${index % 2}`, index + 1, sku, expected, missing)))

/** As the hub does it: a receipt's number is taken once. */
function play(start: ReturnLine[], told: { number: number; parcel: ReturnType<typeof parcel> }[]) {
  const seen = new Set<number>()
  const left = new Map<string, number>()
  let state = start
  for (const each of told) {
    if (seen.has(each.number)) continue
    seen.add(each.number)
    const received = matchReceipt(state, each.parcel)
    state = received.lines
    for (const { index, quantity } of received.unmatched) {
      const sku = each.parcel.lines[index]?.sku ?? ''
      left.set(sku, (left.get(sku) ?? 0) + quantity)
    }
  }
  return { state, left: [...left].sort(([a], [b]) => a.localeCompare(b)) }
}

test('law: receipts in any order, told any number of times, end in the same counters', () => {
  fc.assert(
    fc.property(lines, numbered, fc.infiniteStream(fc.nat()), (start, parcels, dice) => {
      const told = parcels.map((each, number) => ({ number, parcel: each }))
      const again = [...told, ...told.filter(() => (dice.next().value ?? 0) % 2 === 0)]
      const shuffled = again
        .map((each) => ({ each, at: dice.next().value ?? 0 }))
        .sort((a, b) => a.at - b.at)
        .map(({ each }) => each)
      expect(play(start, shuffled)).toEqual(play(start, told))
    }),
  )
})

test('law: no unit is made or lost by a receipt', () => {
  fc.assert(
    fc.property(lines, numbered, (start, parcels) => {
      for (const each of parcels) {
        const { lines: after, taken, unmatched } = matchReceipt(start, each)
        const said = each.lines.reduce((sum, one) => sum + one.quantity, 0)
        expect([...taken, ...unmatched].reduce((sum, one) => sum + one.quantity, 0)).toBe(said)
        for (const one of after) {
          expect(one.expected + one.missing + one.received).toBe(one.quantity)
          expect(Math.min(one.expected, one.missing, one.received)).toBeGreaterThanOrEqual(0)
        }
      }
    }),
  )
})
