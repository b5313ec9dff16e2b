/** Leaves for how a partner spells dates and numbers. */
import type { Instant } from '#core/model/time.ts'
import { epochMsOf, fromWallClock, instantFromEpochMs, zoned } from '#core/model/time.ts'
import type { Leaf } from '../engine/index.ts'
import { decimalMoney, instant, isRefusal, refuse, wholeNumberText } from '../engine/index.ts'
import type { Profile } from './profile.ts'

export type Spelling = Pick<Profile, 'timeZone' | 'decimal' | 'thousands' | 'currency'>

const TOKENS = { YYYY: 'year', MM: 'month', DD: 'day', HH: 'hour', mm: 'minute', ss: 'second' } as const
type Token = keyof typeof TOKENS
const TOKEN = /YYYY|MM|DD|HH|mm|ss/g

/** `spec`: iso, unix, or a pattern; see DateSpec. */
export function dateLeaf(spec: string, timeZone: string): Leaf<string, Instant> {
  if (spec === 'iso') return { ...instant, write: (value) => value }
  return spec === 'unix' ? unixSeconds : patternLeaf(spec, timeZone)
}

const notUnix = refuse({ rule: 'must be seconds since 1970', cure: 'Send whole seconds.', code: 'map.date' })
const unixSeconds: Leaf<string, Instant> = {
  name: 'unix seconds',
  read: (raw) => (typeof raw === 'string' && /^\d{1,11}$/.test(raw) ? instantFromEpochMs(Number(raw) * 1000) : notUnix),
  write: (value) => String(Math.floor(epochMsOf(value) / 1000)),
}

function patternLeaf(pattern: string, timeZone: string): Leaf<string, Instant> {
  const tokens = pattern.match(TOKEN) as Token[]
  const literal = pattern.replace(/[.\-/]/g, '\\$&')
  const shape = new RegExp(`^${literal.replace(TOKEN, (token) => `(\\d{${token.length}})`)}$`)
  const wrong = refuse({ rule: `must be a date such as ${pattern}`, cure: `Send ${pattern}.`, code: 'map.date' })
  return {
    name: `date ${pattern}`,
    read: (raw) => {
      const match = typeof raw === 'string' ? shape.exec(raw) : null
      if (match === null) return wrong
      const time = { year: 0, month: 0, day: 0, hour: 0, minute: 0, second: 0 }
      for (const [index, token] of tokens.entries()) time[TOKENS[token]] = Number(match[index + 1])
      return fromWallClock(time, timeZone) ?? wrong
    },
    write: (value) => {
      const time = zoned(value, timeZone)
      return pattern.replace(TOKEN, (token) => String(time[TOKENS[token as Token]]).padStart(token.length, '0'))
    },
  }
}

const escaped = (mark: string): RegExp => new RegExp(mark.replace(/[.]/g, '\\.'), 'g')

/** The partner's marks out of the way: `1.234,00` → `1234.00`. */
function plain(raw: unknown, { decimal, thousands }: Spelling): unknown {
  if (typeof raw !== 'string') return raw
  const whole = thousands === '' ? raw : raw.replace(escaped(thousands), '')
  return decimal === '.' ? whole : whole.replace(decimal, '.')
}

export function unitsLeaf(min: number, spelling: Spelling): Leaf<string, number> {
  const leaf = wholeNumberText(min)
  return { ...leaf, read: (raw, scope) => leaf.read(plain(raw, spelling), scope) }
}

export function moneyLeaf(spelling: Spelling): Leaf<string, number> {
  const { currency, decimal } = spelling
  return {
    name: `amount in ${currency}`,
    read: (raw) => decimalMoney.read(plain(raw, spelling), { currency }),
    write: (value) => {
      const text = decimalMoney.write(value, { currency })
      return isRefusal(text) ? text : text.replace('.', decimal)
    },
  }
}

/** The time that a file's name holds somewhere, spelled so; undefined when it holds none. */
export function timeInName(name: string, spec: string, timeZone: string): Instant | undefined {
  if (spec === 'iso' || spec === 'unix') {
    const found = spec === 'unix' ? /(?<!\d)\d{9,11}(?!\d)/.exec(name)?.[0] : undefined
    return found === undefined ? undefined : instantFromEpochMs(Number(found) * 1000)
  }
  const shape = spec.replace(/[.\-/]/g, '\\$&').replace(TOKEN, (token) => `\\d{${token.length}}`)
  const found = new RegExp(`(?<!\\d)${shape}(?!\\d)`).exec(name)?.[0]
  const time = found === undefined ? undefined : patternLeaf(spec, timeZone).read(found, undefined)
  return typeof time === 'string' ? time : undefined
}
