/** What the domain asks of the world. Handed in by app/ (real) and by tests (fixed), never reached for. */
import type { Instant } from './model/time.ts'

export type Clock = { now: () => Instant }

/** Fresh identifiers: a prefix and text that sorts by age (docs/decisions/0005-ids.md). */
export type IdSource = { next: (prefix: string) => string }

export type Random = { next: () => number }

/** A log that takes facts, not sentences with data in them. `fields` never hold secrets or personal data. */
export type Log = {
  debug: (message: string, fields?: Record<string, unknown>) => void
  info: (message: string, fields?: Record<string, unknown>) => void
  warn: (message: string, fields?: Record<string, unknown>) => void
  error: (message: string, fields?: Record<string, unknown>) => void
}
