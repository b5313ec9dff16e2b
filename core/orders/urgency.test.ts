import { expect, test } from 'vitest'
import type { Instant } from '../model/time.ts'
import { byUrgency, riskPercent, urgency } from './urgency.ts'

const now = '2026-11-22T12:00:00.000Z' as Instant
const at = (time: string): Instant => `2026-11-${time}:00.000Z` as Instant

test('the nearer the deadline, the higher the risk; what is late is certain', () => {
  const deadlines = [
    '22T11:59',
    '22T12:00',
    '22T15:59',
    '22T16:01',
    '23T12:00',
    '23T12:01',
    '25T12:00',
    '25T12:01',
  ].map(at)
  expect(deadlines.map((deadline) => riskPercent(deadline, now))).toEqual([100, 100, 90, 70, 70, 40, 40, 15])
})

test('a small order that is late stands below a large one that soon will be, and above one that has time', () => {
  const order = (id: string, valueMinor: number, deadline: Instant) => ({ id, valueMinor, deadline })
  const ranked = [
    order('time', 9_000, at('29T12:00')),
    order('late', 5_000, at('21T12:00')),
    order('soon', 9_000, at('22T14:00')),
    order('nothing', 0, at('21T12:00')),
  ].toSorted(byUrgency(now))
  expect(ranked.map((each) => each.id)).toEqual(['soon', 'late', 'time', 'nothing'])
  expect(ranked.map((each) => urgency(each, now))).toEqual([810_000, 500_000, 135_000, 100])
})

test('equals are told apart by deadline and id, so that a list is the same each time', () => {
  const each = ['c', 'a', 'b'].map((id) => ({ id, valueMinor: 100, deadline: at('21T12:00') }))
  const nearer = { id: 'd', valueMinor: 100, deadline: at('20T12:00') }
  expect([...each, nearer].toSorted(byUrgency(now)).map(({ id }) => id)).toEqual(['d', 'a', 'b', 'c'])
})
