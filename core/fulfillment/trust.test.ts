import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { instantFromEpochMs } from '../model/time.ts'
import { afterWord, FULL_TRUST, trustAt } from './trust.ts'
import type { Trust, Word } from './trust.ts'

const at = (day: number) => instantFromEpochMs(Date.UTC(2026, 10, 1) + day * 86_400_000)
const fresh: Trust = { score: FULL_TRUST, movedAt: at(0) }

test('refusals take trust, kept words and time give it back', () => {
  const once = afterWord(fresh, 'broken', at(0))
  expect(once.score).toBe(800)
  const twice = afterWord(once, 'broken', at(0))
  expect(twice.score).toBe(640)
  expect(afterWord(twice, 'kept', at(0)).score).toBe(676)
  expect(trustAt(twice, at(3))).toBe(820)
  expect(trustAt(twice, at(60))).toBe(1000)
})

test('whatever the history, the score stays between 0 and 1000, and a broken word never raises it', () => {
  const words = fc.array(fc.tuple(fc.constantFrom<Word>('kept', 'broken'), fc.nat({ max: 5 })), { maxLength: 60 })
  fc.assert(
    fc.property(words, (history) => {
      let trust = fresh
      let day = 0
      for (const [word, days] of history) {
        day += days
        const before = trustAt(trust, at(day))
        trust = afterWord(trust, word, at(day))
        expect(trust.score).toBeGreaterThanOrEqual(0)
        expect(trust.score).toBeLessThanOrEqual(FULL_TRUST)
        if (word === 'broken') expect(trust.score).toBeLessThanOrEqual(before)
        else expect(trust.score).toBeGreaterThanOrEqual(before)
      }
    }),
  )
})
