/** The leaves that most maps need. Each is as strict as the canonical schema it feeds, so a mapped value needs no second check. */
import { formatDecimalMoney, parseDecimalMoney } from '#core/model/money.ts'
import { MAX_QUANTITY, parseWholeNumber } from '#core/model/quantity.ts'
import { parseInstant } from '#core/model/time.ts'
import type { Instant } from '#core/model/time.ts'
import { refuse } from './leaf.ts'
import type { Leaf, Refusal } from './leaf.ts'

/** Text of at most `max` characters, kept exactly: no trimming, no lost zeros. `Value` may be a branded text. */
export function text<Value extends string = string>(max: number): Leaf<string, Value> {
  const name = `text up to ${max}`
  const wrong = refuse({ rule: `must be ${name} characters`, cure: `Send ${name} characters.`, code: 'map.text' })
  const check = (value: unknown): Value | Refusal =>
    typeof value === 'string' && value.length <= max ? (value as Value) : wrong
  return { name, read: check, write: check }
}

/** Names that people read: cut to `max` characters rather than refused. Never for ids, codes or addresses. */
export function clippedText(max: number): Leaf<string, string> {
  const strict = text(max)
  return {
    name: `text, cut to ${max}`,
    read: (raw, scope) => strict.read(typeof raw === 'string' ? raw.slice(0, max) : raw, scope),
    write: strict.write,
  }
}

/** Text that must match a pattern; for canonical types that have one (country codes, ids, slugs). */
export function pattern<Value extends string = string>(name: string, shape: RegExp): Leaf<string, Value> {
  const wrong = refuse({ rule: `must be ${name}`, cure: `Send ${name}.`, code: 'map.pattern' })
  const check = (value: unknown): Value | Refusal =>
    typeof value === 'string' && shape.test(value) ? (value as Value) : wrong
  return { name, read: check, write: check }
}

export const countryCode = pattern('an ISO 3166-1 code such as DE', /^[A-Z]{2}$/)

/** A whole number inside a range; takes `3`, `"3"` and `"3.00"`, never `2.5`. Written as a JSON number. */
export function wholeNumber(min = 0, max = MAX_QUANTITY): Leaf<number, number> {
  const read = readWholeNumber(min, max)
  return { name: `whole number ${min} to ${max}`, read, write: read }
}

/** The same written as text, for CSV, XML and EDI. */
export function wholeNumberText(min = 0, max = MAX_QUANTITY): Leaf<string, number> {
  const read = readWholeNumber(min, max)
  return {
    name: `whole number ${min} to ${max}`,
    read,
    write: (value) => {
      const checked = read(value)
      return typeof checked === 'number' ? String(checked) : checked
    },
  }
}

function readWholeNumber(min: number, max: number): (raw: unknown) => number | Refusal {
  return (raw) => {
    const value = typeof raw === 'string' ? parseWholeNumber(raw) : raw
    if (typeof value === 'number' && Number.isInteger(value) && value >= min && value <= max) return value + 0
    return refuse({
      rule: `must be a whole number from ${min} to ${max}`,
      cure: 'Send a whole number of units.',
      code: 'map.whole-number',
    })
  }
}

/**
 * Decimal text such as `"12.50"` ↔ integer minor units of the document's currency. The scope knows the currency, because
 * `"1250"` is 1,250.00 EUR and 1,250 JPY.
 */
export const decimalMoney: Leaf<string, number, { currency: string }> = {
  name: 'decimal money',
  read: (raw, { currency }) => {
    const minor = typeof raw === 'string' ? parseDecimalMoney(raw, currency) : undefined
    if (minor !== undefined) return minor
    return refuse({
      rule: `must be a decimal amount that ${currency} can express`,
      cure: 'Send a decimal point, no thousands marks, and no more decimals than the currency has.',
      code: 'map.money',
    })
  },
  write: (value, { currency }) => formatDecimalMoney(value, currency),
}

/** Integer minor units as they are. */
export const minorUnits = wholeNumber(Number.MIN_SAFE_INTEGER, Number.MAX_SAFE_INTEGER)

const notAnInstant = refuse({
  rule: 'must be an ISO 8601 instant with offset',
  cure: 'Send an instant such as 2026-11-22T09:30:00Z.',
  code: 'map.instant',
})

const PLAIN_INSTANT =
  /^(\d{4}-(?:0[1-9]|1[0-2])-(?:0[1-9]|1\d|2[0-8])T)([01]\d|2[0-3]):([0-5]\d)(:[0-5]\d)(?:Z|([+-])([01]\d|2[0-3]):([0-5]\d))$/

/**
 * The everyday case by hand, because every order has several and calendar arithmetic is slow: whole seconds, a day every month
 * has, and an offset that does not move the date. Undefined for all others.
 */
function plainInstant(raw: string): Instant | undefined {
  const match = PLAIN_INSTANT.exec(raw)
  if (match === null) return undefined
  const [, date = '', hour = '', minute = '', seconds = '', sign, offsetHour = '0', offsetMinute = '0'] = match
  if (sign === undefined) return `${date}${hour}:${minute}${seconds}.000Z` as Instant
  const offset = Number(offsetHour) * 60 + Number(offsetMinute)
  const utc = Number(hour) * 60 + Number(minute) - (sign === '-' ? -offset : offset)
  if (utc < 0 || utc >= 24 * 60) return undefined
  return `${date}${twoDigits(Math.floor(utc / 60))}:${twoDigits(utc % 60)}${seconds}.000Z` as Instant
}

const twoDigits = (value: number): string => (value < 10 ? `0${value}` : String(value))

/** Any ISO 8601 instant with an offset ↔ canonical UTC text. */
export const instant: Leaf<string, Instant> = {
  name: 'instant',
  read: (raw) => {
    if (typeof raw !== 'string' || raw.length > 64) return notAnInstant
    // An offset in place of Z makes parseInstant take Temporal's way, which knows that no month has 31 February.
    return plainInstant(raw) ?? parseInstant(raw.replace(/Z$/, '+00:00')) ?? notAnInstant
  },
  write: (value) => value,
}

/** A closed code list, one partner code for each canonical word. An unlisted code is refused, never passed through. */
export function enumTable<Value extends string>(name: string, codes: Record<string, Value>): Leaf<string, Value> {
  const words = new Map(Object.entries(codes))
  const back = new Map<Value, string>()
  // The first code of a word is the one written; later ones are only read.
  for (const [code, word] of words) if (!back.has(word)) back.set(word, code)
  const wrong = refuse({
    rule: `must be a ${name}: ${[...words.keys()].join(', ')}`,
    cure: `Send a listed ${name}, or extend the table in the map.`,
    code: 'map.code',
  })
  return {
    name,
    codes: [...words.keys()],
    read: (raw) => (typeof raw === 'string' ? (words.get(raw) ?? wrong) : wrong),
    write: (value) => back.get(value) ?? wrong,
  }
}

/** JSON true or false; text partners' `true`, `1`, `Y` are read too. */
export const flag: Leaf<boolean, boolean> = {
  name: 'true or false',
  read: (raw) => {
    if (typeof raw === 'boolean') return raw
    if (raw === 'true' || raw === '1' || raw === 'Y') return true
    if (raw === 'false' || raw === '0' || raw === 'N') return false
    return refuse({ rule: 'must be true or false', cure: 'Send true or false.', code: 'map.flag' })
  },
  write: (value) => value,
}
