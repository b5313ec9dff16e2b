/** X12 dates and times: CCYYMMDD (or YYMMDD) and HHMM[SS[DD]], in UTC unless the document says otherwise. */
import type { Instant } from '#core/model/time.ts'
import { parseInstant } from '#core/model/time.ts'
import type { Refusal } from '../engine/index.ts'
import { refuse } from '../engine/index.ts'

export const dateOf = (at: Instant): string => at.slice(0, 10).replaceAll('-', '')
/** HHMMSS. */
export const timeOf = (at: Instant): string => at.slice(11, 19).replaceAll(':', '')

/** Hours from UTC of X12 time codes (data element 623) that name one; zones with a daylight rule need a place and are not here. */
const UTC = '+00:00'
const OFFSETS: Record<string, string> = {
  UT: UTC,
  GM: UTC,
  ES: '-05:00',
  ED: '-04:00',
  CS: '-06:00',
  CD: '-05:00',
  MS: '-07:00',
  MD: '-06:00',
  PS: '-08:00',
  PD: '-07:00',
}

/** `endOfDay`: a date without a time is a promise, and kept until the day is over. */
export function instantOf(date: unknown, time?: unknown, zone?: unknown, endOfDay = false): Instant | Refusal {
  const day = typeof date === 'string' ? /^(\d{2})?(\d{2})(\d{2})(\d{2})$/.exec(date) : null
  const clock =
    time === undefined ? [] : typeof time === 'string' ? /^(\d{2})(\d{2})(\d{2})?(\d{2})?$/.exec(time) : null
  if (day === null || clock === null) return NOT_A_TIME
  const [, century = '20', year, month, dayOfMonth] = day
  const [, hour, minute, second = '00'] = clock
  const text = hour === undefined ? (endOfDay ? '23:59:59' : '00:00:00') : `${hour}:${minute}:${second}`
  const offset = (typeof zone === 'string' ? OFFSETS[zone] : undefined) ?? UTC
  // In canonical form already where it is UTC, which is read without calendar arithmetic.
  const end = offset === UTC ? '.000Z' : offset
  return parseInstant(`${century}${year}-${month}-${dayOfMonth}T${text}${end}`) ?? NOT_A_TIME
}

const NOT_A_TIME = refuse({
  rule: 'must be a date CCYYMMDD, with a time HHMM or HHMMSS',
  cure: 'Send the date as CCYYMMDD.',
  code: 'x12.date',
})
