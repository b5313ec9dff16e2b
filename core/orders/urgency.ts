/**
 * What a person should look at first: the money that waits, weighed by how near its promise is to being broken. A heuristic of ours,
 * in one table, so that everyone can see why one thing stands above another.
 */
import { epochMsOf, type Instant } from '../model/time.ts'

const HOUR_MS = 3_600_000

/** Up to so many hours before the deadline, the risk in percent. First match wins; what is late is certain. */
const RISK_BY_HOURS_LEFT: readonly (readonly [hoursLeft: number, riskPercent: number])[] = [
  [0, 100],
  [4, 90],
  [24, 70],
  [72, 40],
]
const FAR_AWAY_PERCENT = 15

export function riskPercent(deadline: Instant, now: Instant): number {
  const hoursLeft = (epochMsOf(deadline) - epochMsOf(now)) / HOUR_MS
  return RISK_BY_HOURS_LEFT.find(([hours]) => hoursLeft <= hours)?.[1] ?? FAR_AWAY_PERCENT
}

export type Waiting = {
  /** Minor units of the order's own currency: the hub knows no exchange rates. */
  valueMinor: number
  deadline: Instant
}

/** Percent of a minor unit. What has no value of its own counts as one unit, so that time alone ranks it. */
export const urgency = ({ valueMinor, deadline }: Waiting, now: Instant): number =>
  Math.max(valueMinor, 1) * riskPercent(deadline, now)

/** The most urgent first; among equals the nearest deadline, then the id, so that pages do not overlap. */
export const byUrgency =
  (now: Instant) =>
  (left: Waiting & { id: string }, right: Waiting & { id: string }): number =>
    urgency(right, now) - urgency(left, now) ||
    epochMsOf(left.deadline) - epochMsOf(right.deadline) ||
    (left.id < right.id ? -1 : 1)
