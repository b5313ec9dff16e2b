/** Days and wall times of a place, as epoch milliseconds. Days are counted from 1970-01-01, a Thursday. */
import { Temporal } from 'temporal-polyfill'
import { WEEKDAYS } from '../model/node.ts'

const DAY_MS = 86_400_000

/** A wall time that the spring change skips is read one hour later, one that comes twice in autumn as the first. */
export const wallTimeMs = (day: number, time: string, timeZone: string): number =>
  Temporal.PlainDate.from(dateText(day)).toZonedDateTime({ timeZone, plainTime: Temporal.PlainTime.from(time) })
    .epochMilliseconds

export function localDay(atMs: number, timeZone: string): number {
  const local = Temporal.Instant.fromEpochMilliseconds(atMs).toZonedDateTimeISO(timeZone)
  return Date.UTC(local.year, local.month - 1, local.day) / DAY_MS
}

export const localHour = (atMs: number, timeZone: string): number =>
  Temporal.Instant.fromEpochMilliseconds(atMs).toZonedDateTimeISO(timeZone).hour

export const dateText = (day: number): string => new Date(day * DAY_MS).toISOString().slice(0, 10)

export const weekdayOf = (day: number): (typeof WEEKDAYS)[number] => WEEKDAYS[(((day + 3) % 7) + 7) % 7] ?? 'mon'
