/**
 * Time. An Instant is UTC text with milliseconds (`2026-11-22T09:30:00.000Z`), read and normalised by Temporal.
 * Why text and not a Temporal object: instants travel through SQL, JSON, jobs and golden files all day; as text they sort,
 * compare and diff by themselves. Arithmetic goes through Temporal (docs/decisions/0004-instants-as-text.md).
 */
import { Temporal } from 'temporal-polyfill'
import { z } from 'zod'

const CANONICAL = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}\.\d{3}Z$/

const EVERY_MONTH = /^\d{4}-(?:0[1-9]|1[0-2])-(?:0[1-9]|1\d|2[0-8])T(?:[01]\d|2[0-3]):[0-5]\d:[0-5]\d\./

/** Any ISO 8601 instant with an offset → canonical text; undefined when it is none (a local time without offset is none). */
export function parseInstant(text: string): Instant | undefined {
  if (CANONICAL.test(text) && isRealDate(text)) return text as Instant
  try {
    const instant = Temporal.Instant.from(text).toString({ smallestUnit: 'millisecond' })
    // Years beyond 9999 have another form, and nothing here has business there.
    return CANONICAL.test(instant) ? (instant as Instant) : undefined
  } catch {
    return undefined
  }
}

export type Instant = string & z.$brand<'Instant'>

/** February the 30th parses as March the 2nd; only what comes back the same was a date. Most are days that every month has. */
function isRealDate(canonical: string): boolean {
  if (EVERY_MONTH.test(canonical)) return true
  const epochMs = Date.parse(canonical)
  return !Number.isNaN(epochMs) && new Date(epochMs).toISOString() === canonical
}

export const Instant = z
  .string()
  .max(64)
  .transform((text, context) => {
    const instant = parseInstant(text)
    if (instant !== undefined) return String(instant)
    context.addIssue({
      code: 'custom',
      message: 'must be an ISO 8601 instant with offset, such as 2026-11-22T09:30:00Z',
    })
    return z.NEVER
  })
  .brand<'Instant'>()

/** A calendar date without time or zone: `2026-11-22`. */
export const PlainDate = z.iso.date().brand<'PlainDate'>()
export type PlainDate = z.infer<typeof PlainDate>

/** A wall-clock time of day: `17:30`. */
export const TimeOfDay = z.string().regex(/^([01]\d|2[0-3]):[0-5]\d$/, 'must be a time of day such as 17:30')

/** An IANA time zone: `Europe/Paris`. */
export const TimeZone = z.string().refine(isTimeZone, 'must be an IANA time zone such as Europe/Paris')

function isTimeZone(name: string): boolean {
  try {
    Temporal.Instant.fromEpochMilliseconds(0).toZonedDateTimeISO(name)
    return true
  } catch {
    return false
  }
}

export const instantFromEpochMs = (epochMs: number): Instant => new Date(epochMs).toISOString() as Instant
export const epochMsOf = (instant: Instant): number => Date.parse(instant)
export const plusMs = (instant: Instant, ms: number): Instant => instantFromEpochMs(epochMsOf(instant) + ms)

export const zoned = (instant: Instant, timeZone: string): Temporal.ZonedDateTime =>
  Temporal.Instant.from(instant).toZonedDateTimeISO(timeZone)
export const fromZoned = (time: Temporal.ZonedDateTime): Instant => instantFromEpochMs(time.epochMilliseconds)

/** Instants are text in one form: the order of the text is the order in time. */
export const earliest = (instants: readonly Instant[]): Instant | undefined => instants.toSorted()[0]
export const latest = (instants: readonly Instant[]): Instant | undefined => instants.toSorted().at(-1)

export type WallClock = { year: number; month: number; day: number; hour: number; minute: number; second: number }

/** What clocks in a zone showed then → the instant; undefined for a date that is none. An hour that a clock change repeats is its first. */
export function fromWallClock(time: WallClock & { millisecond?: number }, timeZone: string): Instant | undefined {
  try {
    return fromZoned(Temporal.ZonedDateTime.from({ ...time, timeZone }, { overflow: 'reject' }))
  } catch {
    return undefined
  }
}
