/**
 * Instants that PostgreSQL takes too. `Date.parse` reads `2026-02-30` and `24:00:00` as days that follow; the database refuses
 * them, and in a shared commit that would fail the neighbours. So they are refused here, by name.
 */
import { type Instant, parseInstant } from '#core/model/time.ts'

/** True for text that names one real moment between 1900 and 9999. */
export function isStorable(instant: string): boolean {
  const epochMs = Date.parse(instant)
  if (Number.isNaN(epochMs) || new Date(epochMs).toISOString() !== instant) return false
  return instant >= '1900' && instant < '9999'
}

export function storableInstant(text: string): Instant | undefined {
  const instant = parseInstant(text)
  return instant !== undefined && isStorable(instant) ? instant : undefined
}

export const STORABLE_CURE = 'Send a date that exists, between 1900 and 9999, such as 2026-11-22T09:30:00Z.'
