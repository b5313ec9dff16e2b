import { expect, test } from 'vitest'
import { NodeCalendar } from '#core/model/node.ts'
import { RateCard } from '#core/model/rate-card.ts'
import { deliveryMs } from '#core/routing/delivery.ts'
import { nextHandOver } from '#core/routing/handover.ts'
import { golden } from '../golden/golden.ts'
import { momentOf, slowDelivery, slowHandOver } from './slow-dates.ts'

const ZONES = [
  'Europe/Berlin',
  'Europe/London',
  'Europe/Lisbon',
  'Europe/Helsinki',
  'Europe/Istanbul',
  'America/New_York',
  'America/Chicago',
  'America/Denver',
  'America/Phoenix',
  'America/Los_Angeles',
  'America/St_Johns',
  'America/Sao_Paulo',
  'America/Santiago',
  'Asia/Kolkata',
  'Asia/Kathmandu',
  'Asia/Tokyo',
  'Australia/Sydney',
  'Australia/Lord_Howe',
  'Pacific/Auckland',
  'Pacific/Apia',
]
/** Days on which clocks change in some of the zones, and the days before. */
const DATES = ['2026-03-06', '2026-03-27', '2026-10-23', '2026-10-30', '2026-11-23']

const DAY = { open: '09:00', close: '18:00', cutOff: '15:00' }
const WEEK = { mon: DAY, tue: DAY, wed: DAY, thu: DAY, fri: DAY }
const WAVES = {
  open: '08:00',
  close: '20:00',
  waves: [
    { by: '10:00', handOver: '12:00' },
    { by: '14:00', handOver: '16:30' },
    { by: '17:00', handOver: '19:00' },
  ],
}
const CALENDARS = {
  weekdays: { week: WEEK, closed: ['2026-12-25', '2026-12-28'] },
  waves: { week: { ...WEEK, mon: WAVES, fri: WAVES, sat: WAVES } },
}

const CARDS = {
  standard: {},
  saturday: {
    collects: ['mon', 'tue', 'wed', 'thu', 'fri', 'sat'],
    delivers: ['mon', 'tue', 'wed', 'thu', 'fri', 'sat'],
  },
  'same-day': { deliveredBy: '21:00' },
  blackout: { noCollection: ['2026-11-23'], noDelivery: ['2026-11-25', '2026-11-26', '2026-12-25'] },
}
const cardOf = (name: keyof typeof CARDS): RateCard =>
  RateCard.parse({
    id: name,
    carrier: 'post',
    service: name,
    currency: 'EUR',
    zones: [{ zone: 'all', transitDays: 1 }],
    breaks: [{ upToGrams: 1000, minor: { all: 500 } }],
    ...CARDS[name],
  })

type Case = {
  from: string
  to: string
  atMs: number
  calendar: keyof typeof CALENDARS
  processingDays: number
  card: keyof typeof CARDS
  transitDays: number
}

/** A minute before and after the cut-off in each zone and on each day; then lanes between zones, waves, holidays. */
function cases(): Case[] {
  const base = { calendar: 'weekdays', processingDays: 0, card: 'standard', transitDays: 1 } as const
  const cutOffs = ZONES.flatMap((zone) =>
    DATES.flatMap((date) =>
      [-60_000, 60_000].map((off) => ({ ...base, from: zone, to: zone, atMs: momentOf(date, '15:00', zone) + off })),
    ),
  )
  const lanes = ZONES.map((from, index): Case => {
    const to = ZONES[(index * 7 + 3) % ZONES.length] ?? from
    const card = (['standard', 'saturday', 'same-day', 'blackout'] as const)[index % 4] ?? 'standard'
    const date = DATES[index % DATES.length] ?? ''
    const atMs = momentOf(date, '09:30', from)
    return { from, to, atMs, calendar: 'waves', processingDays: index % 3, card, transitDays: index % 5 }
  })
  const waves = ['09:45', '10:00', '10:15', '13:45', '14:15', '17:00', '17:15'].flatMap((time) =>
    (['standard', 'same-day'] as const).map((card): Case => {
      const atMs = momentOf('2026-11-23', time, 'Europe/Berlin')
      const zones = { from: 'Europe/Berlin', to: 'America/Los_Angeles' }
      return { ...zones, atMs, calendar: 'waves', processingDays: 0, card, transitDays: card === 'same-day' ? 0 : 2 }
    }),
  )
  const christmas = ['2026-12-23', '2026-12-24', '2026-12-25', '2026-12-26'].map((date): Case => {
    const zones = { from: 'Europe/London', to: 'Australia/Sydney' }
    const atMs = momentOf(date, '14:00', 'Europe/London')
    return { ...zones, atMs, calendar: 'weekdays', processingDays: 1, card: 'blackout', transitDays: 3 }
  })
  return [...cutOffs, ...lanes, ...waves, ...christmas]
}

const iso = (ms: number | undefined): string => (ms === undefined ? 'never' : new Date(ms).toISOString().slice(0, 16))
const calendarOf = (each: Case): NodeCalendar =>
  NodeCalendar.parse({ ...CALENDARS[each.calendar], timeZone: each.from })

const rowOf = (each: Case, handOver: number | undefined, delivered: number | undefined): string =>
  [
    iso(each.atMs),
    each.from,
    `${each.calendar}+${each.processingDays}`,
    `hands over ${iso(handOver)}`,
    `${each.card}+${each.transitDays}`,
    each.to,
    `there ${iso(delivered)}`,
  ].join(' | ')

const routed = (each: Case): string => {
  const handOver = nextHandOver(calendarOf(each), each.processingDays, each.atMs)?.atMs ?? Number.NaN
  return rowOf(each, handOver, deliveryMs(cardOf(each.card), each.transitDays, handOver, each.from, each.to))
}

const walked = (each: Case): string => {
  const handOver = slowHandOver(calendarOf(each), each.processingDays, each.atMs)
  return rowOf(each, handOver, slowDelivery(cardOf(each.card), each.transitDays, handOver, each.from, each.to))
}

test('238 promise dates in 20 zones are those of the golden table, which walking through time found', () => {
  const all = cases()
  expect(all).toHaveLength(238)
  const table = `${all.map(walked).join('\n')}\n`
  expect(table).toBe(golden('promise-dates.txt', table))
  expect(`${all.map(routed).join('\n')}\n`).toBe(table)
})

// Worked out by hand with a calendar on the table. Local times; the last column is where the customer is.
test.each([
  [
    'Friday before the cut-off, one day: Monday',
    '2026-11-27',
    '14:00',
    'Europe/Berlin',
    'standard',
    1,
    '2026-11-30',
    '18:00',
    'Europe/Berlin',
  ],
  [
    'Friday after the cut-off, one day: Tuesday',
    '2026-11-27',
    '15:15',
    'Europe/Berlin',
    'standard',
    1,
    '2026-12-01',
    '18:00',
    'Europe/Berlin',
  ],
  ['Saturday delivery', '2026-11-27', '14:00', 'Europe/Berlin', 'saturday', 1, '2026-11-28', '18:00', 'Europe/Berlin'],
  [
    'the night clocks go back in Berlin',
    '2026-10-23',
    '14:00',
    'Europe/Berlin',
    'standard',
    1,
    '2026-10-26',
    '18:00',
    'Europe/Berlin',
  ],
  [
    'the night clocks go forward in New York',
    '2026-03-06',
    '14:00',
    'America/New_York',
    'standard',
    1,
    '2026-03-09',
    '18:00',
    'America/New_York',
  ],
  [
    'no collection on Monday, none delivered on Wednesday and Thursday',
    '2026-11-23',
    '10:00',
    'Europe/Berlin',
    'blackout',
    1,
    '2026-11-27',
    '18:00',
    'Europe/Berlin',
  ],
  ['same day', '2026-11-23', '10:00', 'Europe/Berlin', 'same-day', 0, '2026-11-23', '21:00', 'Europe/Berlin'],
  [
    'same day to a place that is hours ahead is past there: next day',
    '2026-11-23',
    '14:00',
    'America/New_York',
    'same-day',
    0,
    '2026-11-24',
    '21:00',
    'Asia/Tokyo',
  ],
] as const)('%s', (_name, date, time, from, card, transitDays, day, hour, to) => {
  const calendar = NodeCalendar.parse({ ...CALENDARS.weekdays, timeZone: from })
  const handOver = nextHandOver(calendar, 0, momentOf(date, time, from))?.atMs ?? Number.NaN
  expect(iso(deliveryMs(cardOf(card), transitDays, handOver, from, to))).toBe(iso(momentOf(day, hour, to)))
})
