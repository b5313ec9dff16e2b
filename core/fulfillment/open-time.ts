/** Time that passes only while a node is open: how partners count the hours that they have for an answer. */
import type { NodeCalendar } from '../model/node.ts'
import { epochMsOf, type Instant, instantFromEpochMs } from '../model/time.ts'
import { dateText, localDay, wallTimeMs, weekdayOf } from '../routing/local-days.ts'

/** Beyond this many days without enough open hours the node is as good as closed for ever. */
const MAX_DAYS = 400

/**
 * The instant at which `minutes` of open time have passed since `from`. A day's hours are the wall clock's: a day that is an hour longer
 * or shorter for the change of clocks counts as it is. Undefined when the node does not open for so long within 400 days.
 */
export function plusOpenMinutes(calendar: NodeCalendar, from: Instant, minutes: number): Instant | undefined {
  const fromMs = epochMsOf(from)
  let leftMs = minutes * 60_000
  const first = localDay(fromMs, calendar.timeZone)
  for (let day = first; day < first + MAX_DAYS; day++) {
    const hours = calendar.week[weekdayOf(day)]
    if (hours === undefined || (calendar.closed as readonly string[]).includes(dateText(day))) continue
    const openMs = Math.max(fromMs, wallTimeMs(day, hours.open, calendar.timeZone))
    const closeMs = wallTimeMs(day, hours.close, calendar.timeZone)
    if (closeMs <= openMs) continue
    if (leftMs <= closeMs - openMs) return instantFromEpochMs(openMs + leftMs)
    leftMs -= closeMs - openMs
  }
  return undefined
}
