import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import {
  epochMsOf,
  fromZoned,
  Instant,
  instantFromEpochMs,
  parseInstant,
  PlainDate,
  plusMs,
  TimeOfDay,
  TimeZone,
  zoned,
} from './time.ts'

describe('an instant', () => {
  test.each([
    ['2026-11-22T09:30:00Z', '2026-11-22T09:30:00.000Z'],
    ['2026-11-22T09:30:00.000Z', '2026-11-22T09:30:00.000Z'],
    ['2026-11-22T09:30:00.5Z', '2026-11-22T09:30:00.500Z'],
    ['2026-11-22T09:30:00,5Z', '2026-11-22T09:30:00.500Z'],
    ['2026-11-22T10:30:00+01:00', '2026-11-22T09:30:00.000Z'],
    ['2026-11-22T04:30:00-0500', '2026-11-22T09:30:00.000Z'],
    ['2026-11-22T15:00:00+05:30', '2026-11-22T09:30:00.000Z'],
    ['2026-11-22T09:30+00', '2026-11-22T09:30:00.000Z'],
    ['20261122T093000Z', '2026-11-22T09:30:00.000Z'],
    ['2026-11-22 09:30:00Z', '2026-11-22T09:30:00.000Z'],
    // The offset carries it into the next year.
    ['2026-12-31T23:30:00-01:00', '2027-01-01T00:30:00.000Z'],
    // More digits than milliseconds are cut, not rounded into a later second.
    ['2026-11-22T09:30:59.999999999Z', '2026-11-22T09:30:59.999Z'],
    // A leap day where there is one.
    ['2028-02-29T00:00:00Z', '2028-02-29T00:00:00.000Z'],
    // UTC had this leap second; Temporal takes it as the last second there is.
    ['2016-12-31T23:59:60Z', '2016-12-31T23:59:59.000Z'],
    ['2016-12-31T23:59:60.000Z', '2016-12-31T23:59:59.000Z'],
  ])('%s is %s', (text, expected) => {
    expect(parseInstant(text)).toBe(expected)
  })

  test.each([
    ['2026-02-30T00:00:00Z', 'a day that month does not have'],
    ['2026-02-30T00:00:00.000Z', 'a day that month does not have, in canonical form'],
    ['2026-02-29T00:00:00.000Z', 'a leap day in a common year'],
    ['2026-13-01T00:00:00Z', 'a thirteenth month'],
    ['2026-11-22T24:00:00Z', 'an hour 24'],
    ['2026-11-22T24:00:00.000Z', 'an hour 24, in canonical form'],
    ['2026-11-22T09:60:00Z', 'a minute 60'],
    ['2026-11-22T09:30:61Z', 'a second 61'],
    ['2026-11-22T09:30:00', 'a local time without offset'],
    ['2026-11-22', 'a date alone'],
    ['2026-11-22T09:30:00+25:00', 'an offset of more than a day'],
    ['1764000000', 'a number of seconds'],
    ['Sun, 22 Nov 2026 09:30:00 GMT', 'an HTTP date'],
    ['', 'nothing'],
    [' 2026-11-22T09:30:00Z', 'a leading space'],
  ])('%s is refused: %s', (text) => {
    expect(parseInstant(text)).toBeUndefined()
    expect(Instant.safeParse(text).success).toBe(false)
  })

  test('read from any form is canonical, and canonical text is left as it is', () => {
    const offset = fc.integer({ min: -14 * 60, max: 14 * 60 })
    const moment = fc.integer({ min: 0, max: 4_102_444_800_000 })
    fc.assert(
      fc.property(moment, offset, (epochMs, minutes) => {
        const local = new Date(epochMs + minutes * 60_000).toISOString().slice(0, -1)
        const sign = minutes < 0 ? '-' : '+'
        const pad = (n: number): string => String(n).padStart(2, '0')
        const text = `${local}${sign}${pad(Math.floor(Math.abs(minutes) / 60))}:${pad(Math.abs(minutes) % 60)}`
        const read = parseInstant(text)
        expect(read).toBe(new Date(epochMs).toISOString())
        expect(parseInstant(read ?? '')).toBe(read)
      }),
    )
  })

  test('sorts as text in the order of time', () => {
    const moment = fc.integer({ min: 0, max: 4_102_444_800_000 })
    fc.assert(
      fc.property(moment, moment, (a, b) => {
        expect(instantFromEpochMs(a) < instantFromEpochMs(b)).toBe(a < b)
        expect(epochMsOf(plusMs(instantFromEpochMs(a), b))).toBe(a + b)
      }),
    )
  })

  test('in a zone and back is itself, also in the hour that comes twice', () => {
    for (const text of ['2026-10-25T00:30:00.000Z', '2026-10-25T01:30:00.000Z', '2026-03-29T01:00:00.000Z']) {
      const instant = Instant.parse(text)
      expect(fromZoned(zoned(instant, 'Europe/Paris'))).toBe(instant)
    }
    expect(zoned(Instant.parse('2026-10-25T00:30:00Z'), 'Europe/Paris').hour).toBe(2)
    expect(zoned(Instant.parse('2026-10-25T01:30:00Z'), 'Europe/Paris').hour).toBe(2)
  })

  test('that is refused says what one looks like', () => {
    const refused = Instant.safeParse('tomorrow')
    expect(refused.error?.issues[0]?.message).toBe(
      'must be an ISO 8601 instant with offset, such as 2026-11-22T09:30:00Z',
    )
  })
})

test.each([
  ['2026-11-22', true],
  ['2028-02-29', true],
  ['2026-02-30', false],
  ['2026-2-3', false],
  ['22.11.2026', false],
])('%s as a calendar date: %s', (text, valid) => {
  expect(PlainDate.safeParse(text).success).toBe(valid)
})

test.each([
  ['00:00', true],
  ['23:59', true],
  ['24:00', false],
  ['9:30', false],
  ['09:60', false],
])('%s as a time of day: %s', (text, valid) => {
  expect(TimeOfDay.safeParse(text).success).toBe(valid)
})

test.each([
  ['Europe/Paris', true],
  ['UTC', true],
  ['Mars/Olympus', false],
  ['', false],
])('"%s" as a time zone: %s', (name, valid) => {
  expect(TimeZone.safeParse(name).success).toBe(valid)
})
