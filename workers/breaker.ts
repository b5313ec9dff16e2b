/**
 * Whether a partner is there. After some failures in a row nobody sends to it any more but one now and then, to see whether it is back:
 * what waits keeps its attempts, so an hour without an answer costs no document and nobody's evening. Pure but for what it remembers.
 */
import type { Outcome } from '#core/outcome.ts'

/** Transmissions in a row that got no answer. */
export const FAILURES_TO_OPEN = 5
const FIRST_PAUSE_MS = 5_000
const LONGEST_PAUSE_MS = 60_000

export type Room =
  | { kind: 'all' }
  /** One transmission, to see whether it is back; whatever else waits is looked at again after `pauseMs`. */
  | { kind: 'one'; pauseMs: number }
  | { kind: 'none'; untilMs: number }

export type Breaker = {
  room: (nowMs: number) => Room
  /** What became of a transmission, in the order in which they ended. */
  note: (outcome: Outcome, nowMs: number) => void
  /** Since when nothing has been answered; undefined while the partner is there. */
  awaySinceMs: () => number | undefined
  /** Somebody else watches over it now: when work is sent again, it begins from nothing. */
  forget: () => void
}

/** No answer at all, or one that says nothing. Whoever refuses, or asks to wait, is there. */
const isSilence = (outcome: Outcome): boolean =>
  outcome.kind === 'unknown' || (outcome.kind === 'unavailable' && outcome.fault === 'transient')

/** The breakers of a process: it works a connection's queue alone, so what it remembers is the connection's. */
export function createBreakers(): { of: (connectionId: string) => Breaker } {
  const breakers = new Map<string, Breaker>()
  return {
    of: (connectionId) => {
      const known = breakers.get(connectionId) ?? createBreaker()
      breakers.set(connectionId, known)
      return known
    },
  }
}

export function createBreaker(): Breaker {
  let failures = 0
  let probes = 0
  let firstMs: number | undefined
  let untilMs = 0
  const isOpen = (): boolean => failures >= FAILURES_TO_OPEN
  const pauseMs = (): number => Math.min(LONGEST_PAUSE_MS, FIRST_PAUSE_MS * 2 ** Math.min(probes, 10))
  const forget = (): void => {
    failures = 0
    probes = 0
    firstMs = undefined
  }
  return {
    forget,
    room: (nowMs) => {
      if (!isOpen()) return { kind: 'all' }
      if (nowMs < untilMs) return { kind: 'none', untilMs }
      return { kind: 'one', pauseMs: pauseMs() }
    },
    note: (outcome, nowMs) => {
      if (!isSilence(outcome)) return forget()
      firstMs ??= nowMs
      if (isOpen()) probes += 1
      failures += 1
      if (isOpen()) untilMs = nowMs + pauseMs()
    },
    awaySinceMs: () => (isOpen() ? firstMs : undefined),
  }
}
