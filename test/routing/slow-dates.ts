/**
 * Promise dates the slow way, to hold the router's against: walks through time in quarters of an hour and asks Intl what the
 * clocks on the wall say. Shares no code with core/routing. Wall times must be quarters, and must exist on their day.
 */
import type { NodeCalendar } from '#core/model/node.ts'
import type { RateCard } from '#core/model/rate-card.ts'

const QUARTER_MS = 15 * 60_000
const DAY_MS = 96 * QUARTER_MS
const WEEKDAYS = ['sun', 'mon', 'tue', 'wed', 'thu', 'fri', 'sat'] as const

const formats = new Map<string, Intl.DateTimeFormat>()

/** `2026-11-23 14:30`, as a clock in the zone shows it. */
export function wallClock(atMs: number, timeZone: string): string {
  const format =
    formats.get(timeZone) ??
    new Intl.DateTimeFormat('sv-SE', { timeZone, dateStyle: 'short', timeStyle: 'short', hourCycle: 'h23' })
  formats.set(timeZone, format)
  return format.format(atMs)
}

/** The first moment at which the clock shows this. */
export function momentOf(date: string, time: string, timeZone: string): number {
  const wanted = `${date} ${time}`
  const noon = Date.parse(`${date}T12:00:00Z`)
  for (let at = noon - 1.5 * DAY_MS; at <= noon + 1.5 * DAY_MS; at += QUARTER_MS)
    if (wallClock(at, timeZone) === wanted) return at
  throw new Error(`${wanted} does not exist in ${timeZone}`)
}

const dateOf = (atMs: number, timeZone: string): string => wallClock(atMs, timeZone).slice(0, 10)
const nextDate = (date: string): string => new Date(Date.parse(`${date}T00:00:00Z`) + DAY_MS).toISOString().slice(0, 10)
const weekdayOf = (date: string) => WEEKDAYS[new Date(`${date}T00:00:00Z`).getUTCDay()] ?? 'mon'

/** For calendars that open and close on one day. */
export function slowHandOver(calendar: NodeCalendar, processingDays: number, arrivesMs: number): number {
  const { timeZone } = calendar
  const isOpen = (date: string): boolean =>
    calendar.week[weekdayOf(date)] !== undefined && !calendar.closed.some((closed) => closed === date)
  for (let date = dateOf(arrivesMs, timeZone); ; date = nextDate(date)) {
    const hours = calendar.week[weekdayOf(date)]
    if (!isOpen(date) || hours === undefined) continue
    const waves = hours.waves ?? [{ by: hours.cutOff ?? hours.close, handOver: hours.close }]
    const wave = waves.findIndex((each) => momentOf(date, each.by, timeZone) >= arrivesMs)
    if (wave < 0) continue
    for (let left = processingDays; left > 0;) {
      date = nextDate(date)
      if (isOpen(date)) left--
    }
    const last = calendar.week[weekdayOf(date)]
    return momentOf(date, last?.waves?.[wave]?.handOver ?? last?.close ?? '', timeZone)
  }
}

export function slowDelivery(
  card: RateCard,
  transitDays: number,
  handOverMs: number,
  fromZone: string,
  toZone: string,
): number {
  let date = dateOf(handOverMs, fromZone)
  while (!card.collects.includes(weekdayOf(date)) || card.noCollection.some((each) => each === date))
    date = nextDate(date)
  const delivers = (each: string): boolean =>
    card.delivers.includes(weekdayOf(each)) && !card.noDelivery.some((none) => none === each)
  for (let left = transitDays; left > 0;) {
    date = nextDate(date)
    if (delivers(date)) left--
  }
  while (!delivers(date) || momentOf(date, card.deliveredBy, toZone) < handOverMs) date = nextDate(date)
  return momentOf(date, card.deliveredBy, toZone)
}
