import { Temporal } from 'temporal-polyfill'
import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { NodeCalendar } from '../model/node.ts'
import { nextHandOver } from './handover.ts'

const NINE_TO_SIX = { open: '09:00', close: '18:00', cutOff: '15:00' }
const WEEKDAYS = { mon: NINE_TO_SIX, tue: NINE_TO_SIX, wed: NINE_TO_SIX, thu: NINE_TO_SIX, fri: NINE_TO_SIX }
const DAILY = { ...WEEKDAYS, sat: NINE_TO_SIX, sun: NINE_TO_SIX }
const night = { open: '22:00', close: '02:00' }

type Row = {
  name: string
  calendar: Partial<Record<keyof NodeCalendar, unknown>>
  days?: number
  from: string
  at: string
  cutOff?: string
}

// Times without a zone letter are local, so that a row reads like the shop's own door sign. 2026-11-23 is a Monday.
const ROWS: Row[] = [
  { name: 'before opening', calendar: {}, from: '2026-11-23T06:00', at: '2026-11-23T18:00' },
  { name: 'the minute before the cut-off', calendar: {}, from: '2026-11-23T14:59', at: '2026-11-23T18:00' },
  {
    name: 'the cut-off itself',
    calendar: {},
    from: '2026-11-23T15:00',
    at: '2026-11-23T18:00',
    cutOff: '2026-11-23T15:00',
  },
  {
    name: 'the minute after the cut-off',
    calendar: {},
    from: '2026-11-23T15:01',
    at: '2026-11-24T18:00',
    cutOff: '2026-11-24T15:00',
  },
  { name: 'Friday after the cut-off waits for Monday', calendar: {}, from: '2026-11-27T15:01', at: '2026-11-30T18:00' },
  { name: 'a weekend waits for Monday', calendar: {}, from: '2026-11-28T10:00', at: '2026-11-30T18:00' },
  {
    name: 'a closed day is passed over',
    calendar: { closed: ['2026-11-24'] },
    from: '2026-11-23T16:00',
    at: '2026-11-25T18:00',
  },
  {
    name: 'work begun before a closed day',
    calendar: { closed: ['2026-11-24'] },
    days: 1,
    from: '2026-11-23T10:00',
    at: '2026-11-25T18:00',
  },
  { name: 'processing days are open days', calendar: {}, days: 3, from: '2026-11-26T10:00', at: '2026-12-01T18:00' },
  {
    name: 'Christmas closed for two weeks',
    calendar: { closed: datesFrom('2026-12-21', 14) },
    days: 1,
    from: '2026-12-18T16:00',
    at: '2027-01-05T18:00',
  },
  {
    name: 'no cut-off: closing time',
    calendar: { week: { mon: { open: '09:00', close: '18:00' } } },
    from: '2026-11-23T18:00',
    at: '2026-11-23T18:00',
  },
  {
    name: 'no cut-off, a minute late, one open day a week',
    calendar: { week: { mon: { open: '09:00', close: '18:00' } } },
    from: '2026-11-23T18:01',
    at: '2026-11-30T18:00',
  },
  {
    name: 'one open day a week and five days of work',
    calendar: { week: { mon: NINE_TO_SIX } },
    days: 5,
    from: '2026-11-23T10:00',
    at: '2026-12-28T18:00',
  },
  {
    name: 'a cut-off after closing counts as closing',
    calendar: { week: { mon: { open: '09:00', close: '12:00', cutOff: '13:00' } } },
    from: '2026-11-23T12:30',
    at: '2026-11-30T12:00',
  },
  {
    name: 'a night shift is still open past midnight',
    calendar: { week: { mon: night } },
    from: '2026-11-24T01:30',
    at: '2026-11-24T02:00',
  },
  {
    name: 'a night shift is over',
    calendar: { week: { mon: night } },
    from: '2026-11-24T02:01',
    at: '2026-12-01T02:00',
  },
  {
    name: 'closing at midnight',
    calendar: { week: { mon: { open: '09:00', close: '00:00' } } },
    from: '2026-11-23T23:59',
    at: '2026-11-24T00:00',
  },
  { name: 'spring: the night before', calendar: { week: DAILY }, from: '2026-03-28T23:30', at: '2026-03-29T18:00' },
  {
    name: 'spring: across the missing hour',
    calendar: { week: DAILY },
    days: 1,
    from: '2026-03-28T10:00',
    at: '2026-03-29T18:00',
  },
  {
    name: 'spring: a closing time that does not exist is an hour later',
    calendar: { week: { sun: { open: '00:30', close: '02:30' } } },
    from: '2026-03-29T00:40',
    at: '2026-03-29T03:30',
  },
  {
    name: 'autumn: across the doubled hour',
    calendar: { week: DAILY },
    days: 1,
    from: '2026-10-24T10:00',
    at: '2026-10-25T18:00',
  },
  {
    name: 'autumn: the first of two',
    calendar: { week: { sun: { open: '00:30', close: '02:30' } } },
    from: '2026-10-25T00:40',
    at: '2026-10-25T02:30',
  },
  {
    name: 'New York spring',
    calendar: { week: DAILY, timeZone: 'America/New_York' },
    from: '2026-03-08T14:59',
    at: '2026-03-08T18:00',
  },
  {
    name: 'New York autumn, minute after',
    calendar: { week: DAILY, timeZone: 'America/New_York' },
    from: '2026-11-01T15:01',
    at: '2026-11-02T18:00',
  },
  {
    name: 'Kathmandu, 5:45 ahead',
    calendar: { week: DAILY, timeZone: 'Asia/Kathmandu' },
    from: '2026-11-23T15:00',
    at: '2026-11-23T18:00',
  },
  {
    name: 'Lord Howe, half an hour of summer time',
    calendar: { week: DAILY, timeZone: 'Australia/Lord_Howe' },
    days: 1,
    from: '2026-10-03T10:00',
    at: '2026-10-04T18:00',
  },
  {
    name: 'Apia, across the date line',
    calendar: { week: DAILY, timeZone: 'Pacific/Apia' },
    from: '2026-11-23T15:01',
    at: '2026-11-24T18:00',
  },
  { name: 'leap day', calendar: { week: DAILY }, days: 1, from: '2028-02-28T10:00', at: '2028-02-29T18:00' },
]

test.each(ROWS)('hand-over: $name', ({ calendar, days, from, at, cutOff }) => {
  const full = NodeCalendar.parse({ timeZone: 'Europe/Berlin', week: WEEKDAYS, ...calendar })
  const ms = (local: string) => Temporal.PlainDateTime.from(local).toZonedDateTime(full.timeZone).epochMilliseconds
  const handOver = nextHandOver(full, days ?? 0, ms(from))
  expect(handOver?.atMs).toBe(ms(at))
  if (cutOff !== undefined) expect(handOver?.cutOffMs).toBe(ms(cutOff))
})

test('the spring change shortens the wait by an hour, the autumn change lengthens it', () => {
  const full = NodeCalendar.parse({ timeZone: 'Europe/Berlin', week: DAILY })
  const at = (from: string) => new Date(nextHandOver(full, 1, Date.parse(from))?.atMs ?? 0).toISOString()
  expect(at('2026-03-28T09:00:00Z')).toBe('2026-03-29T16:00:00.000Z')
  expect(at('2026-10-24T08:00:00Z')).toBe('2026-10-25T17:00:00.000Z')
})

test('a week without an open day never hands over', () => {
  expect(nextHandOver(NodeCalendar.parse({ timeZone: 'UTC', week: {} }), 0, 0)).toBeUndefined()
})

test('a hand-over lies after the work came, never moves earlier for later work, and holds until its cut-off', () => {
  const hours = fc.constantFrom(
    { open: '08:30', close: '18:00' },
    { open: '08:30', close: '00:00' },
    { open: '12:00', close: '13:00' },
    { open: '22:00', close: '02:30' },
  )
  const calendars = fc.record({
    timeZone: fc.constantFrom('UTC', 'Europe/Berlin', 'America/New_York', 'Australia/Lord_Howe'),
    week: fc.record({ mon: hours, wed: hours, sat: hours, sun: hours }, { requiredKeys: ['wed'] }),
    closed: fc.subarray(datesFrom('2026-03-01', 60)),
  })
  const from = fc.integer({ min: Date.parse('2026-02-20T00:00Z'), max: Date.parse('2026-05-10T00:00Z') })
  fc.assert(
    fc.property(
      calendars,
      fc.nat({ max: 5 }),
      from,
      fc.nat({ max: 200 * 3_600_000 }),
      (calendar, days, fromMs, later) => {
        const full = NodeCalendar.parse(calendar)
        const first = nextHandOver(full, days, fromMs)
        const second = nextHandOver(full, days, fromMs + later)
        if (first === undefined || second === undefined) throw new Error('the calendar opens every Wednesday')
        expect(first.atMs).toBeGreaterThanOrEqual(fromMs)
        expect(first.cutOffMs).toBeGreaterThanOrEqual(fromMs)
        expect(second.atMs).toBeGreaterThanOrEqual(first.atMs)
        expect(nextHandOver(full, days, first.cutOffMs)).toEqual(first)
      },
    ),
    { numRuns: 1000 },
  )
})

function datesFrom(first: string, count: number): string[] {
  const start = Temporal.PlainDate.from(first)
  return Array.from({ length: count }, (_, days) => start.add({ days }).toString())
}
