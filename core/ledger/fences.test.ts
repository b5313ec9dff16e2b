import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { Segment } from '../model/stock-policy.ts'
import { freeFor, type FencedPosition, take } from './fences.ts'

const at = (available: number, fences: Record<string, number>, safetyStock = 0): FencedPosition => ({
  available,
  safetyStock,
  fences: new Map(Object.entries(fences)),
})
const closed = [Segment.parse({ id: 'web' }), Segment.parse({ id: 'wholesale' })]

describe('fenced units', () => {
  test('are free for their own segment and for nobody else', () => {
    const position = at(10, { wholesale: 4 }, 1)
    expect(freeFor(position, 'wholesale', closed)).toBe(9)
    expect(freeFor(position, 'web', closed)).toBe(5)
    expect(freeFor(position, undefined, closed)).toBe(5)
  })

  test('are drawn first by their own segment, and only then what nobody fenced', () => {
    const position = at(10, { wholesale: 4 })
    expect(take(position, 'wholesale', 6, closed)).toEqual([{ segment: 'wholesale', quantity: 4 }])
    expect(position).toEqual(at(4, { wholesale: 0 }))
  })

  test('that are open to another are drawn by it last', () => {
    const open = [Segment.parse({ id: 'web' }), Segment.parse({ id: 'wholesale', openTo: ['web', 'unsegmented'] })]
    const position = at(10, { wholesale: 4 })
    expect(take(position, 'web', 5, open)).toEqual([])
    expect(take(position, 'web', 3, open)).toEqual([{ segment: 'wholesale', quantity: 2 }])
    expect(take(position, undefined, 2, open)).toEqual([{ segment: 'wholesale', quantity: 2 }])
    expect(position).toEqual(at(0, { wholesale: 0 }))
  })

  test('a claim that may not have so many takes nothing', () => {
    const position = at(5, { wholesale: 4 })
    expect(take(position, 'web', 2, closed)).toBeUndefined()
    expect(position).toEqual(at(5, { wholesale: 4 }))
  })

  const names = ['web', 'wholesale', 'outlet'] as const
  const name = fc.constantFrom(...names)
  const position = fc.record({
    available: fc.integer({ min: -3, max: 30 }),
    safetyStock: fc.nat(5),
    fences: fc.dictionary(name, fc.nat(15)).map((each) => new Map(Object.entries(each))),
  })
  const openTo = fc.dictionary(name, fc.uniqueArray(fc.constantFrom(...names, 'unsegmented')))
  const claims = fc.array(
    fc.record({ by: fc.option(name, { nil: undefined }), quantity: fc.integer({ min: 1, max: 8 }) }),
    {
      maxLength: 12,
    },
  )

  test('whoever claims in whatever order, no fence is drawn on but by those it is open to, and no unit is given twice', () => {
    fc.assert(
      fc.property(position, openTo, claims, (start, open, all) => {
        const segments = names.map((id) =>
          Segment.parse({ id, openTo: (open[id] ?? []).filter((each) => each !== id) }),
        )
        const now: FencedPosition = { ...start, fences: new Map(start.fences) }
        for (const { by, quantity } of all) {
          const before = { ...now, fences: new Map(now.fences) }
          const draws = take(now, by, quantity, segments)
          if (draws === undefined) {
            expect(now).toEqual(before)
            expect(freeFor(before, by, segments)).toBeLessThan(quantity)
            continue
          }
          expect(now.available).toBe(before.available - quantity)
          expect(now.available).toBeGreaterThanOrEqual(now.safetyStock)
          for (const segment of names) {
            const drawn = (before.fences.get(segment) ?? 0) - (now.fences.get(segment) ?? 0)
            expect(drawn).toBe(
              draws.filter((each) => each.segment === segment).reduce((sum, each) => sum + each.quantity, 0),
            )
            const may = by === segment || (open[segment] ?? []).includes(by ?? 'unsegmented')
            if (!may) expect(drawn).toBe(0)
          }
          expect(draws.reduce((sum, each) => sum + each.quantity, 0)).toBeLessThanOrEqual(quantity)
        }
      }),
    )
  })
})
