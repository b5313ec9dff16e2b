import fc from 'fast-check'
import { expect, test } from 'vitest'
import { NodeCalendar } from '../model/node.ts'
import { epochMsOf, instantFromEpochMs, Instant } from '../model/time.ts'
import { plusOpenMinutes } from './open-time.ts'

const office = NodeCalendar.parse({
  timeZone: 'Europe/Paris',
  week: Object.fromEntries(['mon', 'tue', 'wed', 'thu', 'fri'].map((day) => [day, { open: '09:00', close: '17:00' }])),
  closed: ['2026-12-25'],
})
const after = (from: string, minutes: number): string | undefined =>
  plusOpenMinutes(office, Instant.parse(from), minutes)

test.each([
  ['in the morning of the same day', '2026-11-23T09:00:00.000Z', 120, '2026-11-23T11:00:00.000Z'],
  ['to the minute in which it closes', '2026-11-23T15:00:00.000Z', 60, '2026-11-23T16:00:00.000Z'],
  ['over night', '2026-11-23T15:30:00.000Z', 60, '2026-11-24T08:30:00.000Z'],
  ['asked before it opens', '2026-11-23T03:00:00.000Z', 30, '2026-11-23T08:30:00.000Z'],
  ['over a weekend', '2026-11-27T15:30:00.000Z', 60, '2026-11-30T08:30:00.000Z'],
  ['over a holiday before a weekend', '2026-12-24T15:30:00.000Z', 60, '2026-12-28T08:30:00.000Z'],
  ['over the change to summer time', '2026-03-27T15:30:00.000Z', 60, '2026-03-30T07:30:00.000Z'],
  ['over the change to winter time', '2026-10-23T14:30:00.000Z', 60, '2026-10-26T08:30:00.000Z'],
  ['for three days of eight hours', '2026-11-23T08:00:00.000Z', 24 * 60, '2026-11-25T16:00:00.000Z'],
])('%s', (_, from, minutes, until) => {
  expect(after(from, minutes)).toBe(until)
})

test('a node that never opens has no such time', () => {
  const never = NodeCalendar.parse({ timeZone: 'Europe/Paris', week: {} })
  expect(plusOpenMinutes(never, Instant.parse('2026-11-23T09:00:00.000Z'), 1)).toBeUndefined()
})

test('it never ends before the same time by the clock, is open when it ends, and two waits add up to one', () => {
  const minutes = fc.integer({ min: 1, max: 5_000 })
  const start = fc.integer({ min: Date.parse('2026-01-01T00:00:00Z'), max: Date.parse('2027-12-31T00:00:00Z') })
  fc.assert(
    fc.property(start, minutes, minutes, (ms, one, other) => {
      const from = instantFromEpochMs(ms - (ms % 60_000))
      const first = plusOpenMinutes(office, from, one)
      if (first === undefined) throw new Error('the office opens')
      expect(epochMsOf(first) - epochMsOf(from)).toBeGreaterThanOrEqual(one * 60_000)
      expect(plusOpenMinutes(office, first, other)).toBe(plusOpenMinutes(office, from, one + other))
    }),
    { numRuns: 300 },
  )
})
