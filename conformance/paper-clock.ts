/** The kit's own time: it stands until it is moved. */
import { epochMsOf, instantFromEpochMs, parseInstant, plusMs } from '#core/model/time.ts'
import type { Instant } from '#core/model/time.ts'
import type { Clock } from '#core/ports.ts'

export type PaperClock = Clock & { advance: (ms: number) => void; advanceTo: (at: Instant) => void }

/** A Sunday before the busiest week: every kit run begins here, so that it gives the same bytes each time. */
export const START = parseInstant('2026-11-22T09:00:00Z') as Instant

export function paperClock(): PaperClock {
  let nowMs = epochMsOf(START)
  return {
    now: () => instantFromEpochMs(nowMs),
    advance: (ms) => {
      nowMs += ms
    },
    advanceTo: (at) => {
      nowMs = Math.max(nowMs, epochMsOf(at))
    },
  }
}

/** A time of the kit's day, so many seconds after its start. */
export const atSecond = (seconds: number): Instant => plusMs(START, seconds * 1000)
