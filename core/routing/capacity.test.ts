import { expect, test } from 'vitest'
import { epochMsOf } from '../model/time.ts'
import type { Instant } from '../model/time.ts'
import { placesPerHorizon } from './capacity.ts'
import { aNode, type EVERY_DAY } from './test-kit.ts'

const at = (text: string): number => epochMsOf(text as Instant)
const HOURS = { open: '09:00', close: '18:00', cutOff: '15:00' }
const WORKDAYS = { mon: HOURS, tue: HOURS, wed: HOURS, thu: HOURS, fri: HOURS }

const DAY_MS = 86_400_000

// 2026-11-23 is a Monday.
test('a node has so many places as its next day with room has left, for the time until that day ends', () => {
  const node = aNode('store', { capacity: { packagesPerDay: 10 }, week: WORKDAYS })
  const taken = new Map([
    ['store/2026-11-23', 4],
    ['store/2026-11-24', 12],
    ['other/2026-11-25', 9],
  ])
  const placesAt = (text: string) => placesPerHorizon(node, at(text), DAY_MS, (slot) => taken.get(slot) ?? 0)
  expect(placesAt('2026-11-23T03:00:00Z')).toBe(6 * 2)
  expect(placesAt('2026-11-23T13:00:00Z')).toBe(6 * 12)
  // Tuesday is full: Wednesday's ten are for the 48 hours until its cut-off.
  expect(placesAt('2026-11-23T15:00:00.001Z')).toBeCloseTo(10 / 2)
  expect(placesAt('2026-11-27T15:00:00.001Z')).toBeCloseTo(10 / 3)
})

test('two waves of a day are one day of places, and a node without a limit of packages a day has no number', () => {
  const waves = [
    { by: '11:00', handOver: '12:00' },
    { by: '15:00', handOver: '17:00' },
  ]
  const week = { mon: { open: '09:00', close: '18:00', waves } } as unknown as typeof EVERY_DAY
  const node = aNode('store', { capacity: { packagesPerDay: 10 }, week })
  expect(placesPerHorizon(node, at('2026-11-23T03:00:00Z'), DAY_MS, () => 0)).toBe(20)
  const hourly = aNode('store', { capacity: { packagesPerHour: 10 } })
  expect(placesPerHorizon(hourly, at('2026-11-23T08:00:00Z'), DAY_MS, () => 0)).toBeUndefined()
})

test('a node that never opens, or sends nothing on any day, has no places', () => {
  const shut = aNode('store', { capacity: { packagesPerDay: 0 } })
  expect(placesPerHorizon(shut, at('2026-11-23T03:00:00Z'), DAY_MS, () => 0)).toBe(0)
  const node = aNode('store', { capacity: { packagesPerDay: 10 }, week: {} })
  expect(placesPerHorizon(node, at('2026-11-23T03:00:00Z'), DAY_MS, () => 0)).toBe(0)
})
