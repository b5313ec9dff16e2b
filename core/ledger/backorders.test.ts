import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { Instant } from '../model/time.ts'
import { allot, inOrder, peg, type Waiting } from './backorders.ts'

const day = (n: number): Instant => `2026-11-${String(n).padStart(2, '0')}T00:00:00.000Z` as Instant
const waits = (id: string, quantity: number, placed = 1, priority = 0): Waiting => ({
  id,
  quantity,
  priority,
  placedAt: day(placed),
})

describe('units that come in', () => {
  test('go to whoever waits longest, first come first served', () => {
    expect(allot(5, [waits('b', 4, 2), waits('a', 3, 1)], 'fifo')).toEqual(
      new Map([
        ['a', 3],
        ['b', 2],
      ]),
    )
  })

  test('go to the highest priority first, and among equals to whoever waits longest', () => {
    const waiting = [waits('a', 3, 1), waits('vip', 2, 9, 10), waits('b', 3, 2)]
    expect(allot(4, waiting, 'priority')).toEqual(
      new Map([
        ['vip', 2],
        ['a', 2],
      ]),
    )
  })

  test('are shared by what is waited for, the odd unit to the largest remainder', () => {
    const waiting = [waits('a', 6, 1), waits('b', 3, 2), waits('c', 1, 3)]
    expect(allot(5, waiting, 'fairShare')).toEqual(
      new Map([
        ['a', 3],
        ['b', 2],
      ]),
    )
  })

  const waiting = fc
    .array(
      fc.record({
        quantity: fc.integer({ min: 1, max: 50 }),
        priority: fc.nat(3),
        placed: fc.integer({ min: 1, max: 28 }),
      }),
      { maxLength: 12 },
    )
    .map((all) => all.map((each, i) => waits(`w${i}`, each.quantity, each.placed, each.priority)))

  test.each(['fifo', 'priority', 'fairShare'] as const)(
    'by %s: as many as there are, never more than anybody wants',
    (by) => {
      fc.assert(
        fc.property(fc.integer({ min: -5, max: 300 }), waiting, (units, all) => {
          const given = allot(units, all, by)
          const wanted = all.reduce((sum, each) => sum + each.quantity, 0)
          expect([...given.values()].reduce((sum, each) => sum + each, 0)).toBe(Math.min(Math.max(0, units), wanted))
          for (const each of all) expect(given.get(each.id) ?? 0).toBeLessThanOrEqual(each.quantity)
        }),
      )
    },
  )

  test('a fair share never differs from the exact one by a whole unit', () => {
    fc.assert(
      fc.property(fc.nat(300), waiting, (units, all) => {
        const given = allot(units, all, 'fairShare')
        const wanted = all.reduce((sum, each) => sum + each.quantity, 0)
        const share = Math.min(units, wanted) / Math.max(1, wanted)
        for (const each of all) expect(Math.abs((given.get(each.id) ?? 0) - each.quantity * share)).toBeLessThan(1)
      }),
    )
  })
})

describe('supplies', () => {
  const supply = (id: string, units: number, expected: number) => ({ id, units, expectedAt: day(expected) })

  test('are laid under the waiting units in the order they come, and say when each is complete', () => {
    const { pegged, completedBy } = peg([supply('late', 10, 20), supply('soon', 4, 5)], [waits('a', 3), waits('b', 3)])
    expect(pegged).toEqual(
      new Map([
        ['soon', 4],
        ['late', 2],
      ]),
    )
    expect([...completedBy].map(([id, each]) => [id, each.id])).toEqual([
      ['a', 'soon'],
      ['b', 'late'],
    ])
  })

  test('that do not reach far enough leave the last without a date', () => {
    const { pegged, completedBy } = peg([supply('soon', 4, 5)], [waits('a', 3), waits('b', 3)])
    expect(pegged).toEqual(new Map([['soon', 4]]))
    expect([...completedBy.keys()]).toEqual(['a'])
  })

  test('never promise more units than they bring', () => {
    const supplies = fc
      .array(fc.record({ units: fc.nat(20), expected: fc.integer({ min: 1, max: 28 }) }), { maxLength: 6 })
      .map((all) => all.map((each, i) => supply(`s${i}`, each.units, each.expected)))
    const waiting = fc
      .array(fc.integer({ min: 1, max: 15 }), { maxLength: 8 })
      .map((all) => all.map((quantity, i) => waits(`w${i}`, quantity, i + 1)))
    fc.assert(
      fc.property(supplies, waiting, (all, who) => {
        const { pegged, completedBy } = peg(all, inOrder(who, 'fifo'))
        for (const each of all) expect(pegged.get(each.id) ?? 0).toBeLessThanOrEqual(each.units)
        const total = all.reduce((sum, each) => sum + each.units, 0)
        const wanted = who.reduce((sum, each) => sum + each.quantity, 0)
        expect([...pegged.values()].reduce((sum, each) => sum + each, 0)).toBe(Math.min(total, wanted))
        // Whoever is served earlier is complete no later.
        const dates = inOrder(who, 'fifo').map((each) => completedBy.get(each.id)?.expectedAt ?? '9999')
        expect(dates).toEqual([...dates].sort())
      }),
    )
  })
})
