/**
 * When a node hands goods over: to the carrier, to the supplier's driver, or across the counter.
 *
 * Work that arrives up to a cut-off is begun then, later work at the next one. Processing takes the given number of further
 * open days. The goods are handed over when the cut-off's wave leaves; without waves, by closing time: the only moment the
 * calendar vouches for. A day whose closing time is not after its opening time closes after midnight; the hours of
 * two days must not overlap.
 */
import type { NodeCalendar } from '../model/node.ts'
import type { WEEKDAYS } from '../model/node.ts'
import { dateText, localDay, wallTimeMs, weekdayOf } from './local-days.ts'

/** `atMs`: the hand-over; it stays the same for all work that arrives up to `cutOffMs`. Both epoch milliseconds. */
export type HandOver = { atMs: number; cutOffMs: number }

type DayHours = NonNullable<NodeCalendar['week'][(typeof WEEKDAYS)[number]]>

/** The next hand-over for work that arrives at `fromMs`; undefined when the calendar has no open day to come. */
export function nextHandOver(calendar: NodeCalendar, processingDays: number, fromMs: number): HandOver | undefined {
  const { timeZone } = calendar
  // Every week has an open weekday or the calendar has none, and each closed date can spoil one week's at most.
  const lastDay = localDay(fromMs, timeZone) + 7 * (processingDays + calendar.closed.length + 2)
  // The day before may still be open, past midnight.
  let day = localDay(fromMs, timeZone) - 1
  let wave = -1
  let cutOffMs = Number.NEGATIVE_INFINITY
  for (; day <= lastDay; day++) {
    const hours = hoursOf(calendar, day)
    if (hours === undefined) continue
    const cutOffs = cutOffsOf(day, hours, timeZone)
    wave = cutOffs.findIndex((each) => each >= fromMs)
    cutOffMs = cutOffs[wave] ?? Number.NEGATIVE_INFINITY
    if (wave >= 0) break
  }
  if (cutOffMs < fromMs) return undefined
  for (let left = processingDays; left > 0 && day <= lastDay;) {
    day++
    if (hoursOf(calendar, day) !== undefined) left--
  }
  const hours = hoursOf(calendar, day)
  return hours === undefined ? undefined : { atMs: leavesAt(day, hours, wave, timeZone), cutOffMs }
}

function hoursOf(calendar: NodeCalendar, day: number): DayHours | undefined {
  const hours = calendar.week[weekdayOf(day)]
  if (hours === undefined) return undefined
  const date = dateText(day)
  return calendar.closed.some((closed) => closed === date) ? undefined : hours
}

const closeOf = (day: number, hours: DayHours, timeZone: string): number =>
  wallTimeMs(hours.close > hours.open ? day : day + 1, hours.close, timeZone)

/** A cut-off after closing time would promise work nobody is there to do, so closing time ends the day's intake. */
function cutOffsOf(day: number, hours: DayHours, timeZone: string): number[] {
  const closeMs = closeOf(day, hours, timeZone)
  const times = hours.waves?.map((wave) => wave.by) ?? (hours.cutOff === undefined ? [] : [hours.cutOff])
  if (times.length === 0) return [closeMs]
  return times.map((time) => Math.min(closeMs, wallTimeMs(dayOf(day, hours, time), time, timeZone)))
}

/** Processing that ends on a day with fewer waves leaves with its last. */
function leavesAt(day: number, hours: DayHours, wave: number, timeZone: string): number {
  const leaves = hours.waves?.[Math.min(wave, hours.waves.length - 1)]?.handOver
  return leaves === undefined ? closeOf(day, hours, timeZone) : wallTimeMs(dayOf(day, hours, leaves), leaves, timeZone)
}

/** A time before opening, on a day that closes after midnight, lies in the small hours of the next. */
const dayOf = (day: number, hours: DayHours, time: string): number =>
  hours.close <= hours.open && time < hours.open ? day + 1 : day
