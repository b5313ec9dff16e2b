import { expect, test } from 'vitest'
import type { Outcome } from '#core/outcome.ts'
import { createBreaker, FAILURES_TO_OPEN } from './breaker.ts'

const SILENT: Outcome = { kind: 'unavailable', fault: 'transient', code: 'x', message: 'no answer' }
const opened = () => {
  const breaker = createBreaker()
  for (let n = 0; n < FAILURES_TO_OPEN; n++) breaker.note(SILENT, 1_000)
  return breaker
}

test('a few failures are no reason to stop; a row of them is', () => {
  const breaker = createBreaker()
  for (let n = 1; n < FAILURES_TO_OPEN; n++) {
    breaker.note(SILENT, 0)
    expect(breaker.room(0)).toEqual({ kind: 'all' })
  }
  breaker.note({ kind: 'unknown', code: 'x', message: 'lost' }, 0)
  expect(breaker.room(0)).toEqual({ kind: 'none', untilMs: 5_000 })
  expect(breaker.awaySinceMs()).toBe(0)
})

test.each<Outcome>([
  { kind: 'accepted' },
  { kind: 'duplicate' },
  { kind: 'throttled', retryAfterMs: 1 },
  { kind: 'rejected', issues: [] },
  { kind: 'unavailable', fault: 'auth', code: 'x', message: 'who are you' },
])('$kind is an answer: whoever gives it is there', (answer) => {
  const breaker = opened()
  breaker.note(answer, 6_000)
  expect(breaker.room(6_000)).toEqual({ kind: 'all' })
  expect(breaker.awaySinceMs()).toBeUndefined()
  // The next row begins from nothing.
  breaker.note(SILENT, 6_000)
  expect(breaker.room(6_000)).toEqual({ kind: 'all' })
})

test('one goes now and then, and the pauses grow to a minute', () => {
  const breaker = opened()
  const pauses: number[] = []
  let nowMs = 1_000
  for (let probe = 0; probe < 6; probe++) {
    const room = breaker.room(nowMs)
    if (room.kind !== 'none') throw new Error('it must wait')
    pauses.push(room.untilMs - nowMs)
    nowMs = room.untilMs
    expect(breaker.room(nowMs)).toMatchObject({ kind: 'one' })
    breaker.note(SILENT, nowMs)
  }
  expect(pauses).toEqual([5_000, 10_000, 20_000, 40_000, 60_000, 60_000])
  expect(breaker.awaySinceMs()).toBe(1_000)
})
