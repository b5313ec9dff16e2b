/** Whether one value has the form its element demands. */
import type { ElementRule } from './types.ts'

export type ValueFault =
  | 'too-short'
  | 'too-long'
  | 'bad-character'
  | 'bad-number'
  | 'bad-code'
  | 'bad-date'
  | 'bad-time'

/** Undefined: it fits. `decimalMark` is '.' in X12 and what UNA says in EDIFACT. */
export function valueFault(value: string, rule: ElementRule, decimalMark: string): ValueFault | undefined {
  const { min, max, kind } = rule
  if (kind === 'text' || kind === 'code' || kind === 'alpha') {
    if (value.length > max) return 'too-long'
    if (value.length < min) return 'too-short'
    if (rule.codes !== undefined && !rule.codes.has(value)) return 'bad-code'
    if (kind === 'alpha' && /\d/.test(value)) return 'bad-character'
    return hasControlCharacter(value) ? 'bad-character' : undefined
  }
  if (kind === 'integer' || kind === 'decimal') return numberFault(value, rule, decimalMark)
  return kind === 'date' ? dateFault(value, min, max) : timeFault(value, min, max)
}

function hasControlCharacter(value: string): boolean {
  for (let i = 0; i < value.length; i += 1) if (value.charCodeAt(i) < 32) return true
  return false
}

function numberFault(value: string, { kind, min, max, codes }: ElementRule, mark: string): ValueFault | undefined {
  let digits = 0
  let marks = 0
  for (let i = 0; i < value.length; i += 1) {
    const code = value.charCodeAt(i)
    if (code >= 48 && code <= 57) digits += 1
    else if (code === 45 && i === 0) continue
    // ISO 9735 lets readers take both marks; X12 has the point only.
    else if (kind === 'decimal' && (code === 46 || (mark === ',' && code === 44)) && marks === 0) marks += 1
    else return 'bad-number'
  }
  if (digits === 0) return 'bad-number'
  if (digits > max) return 'too-long'
  if (digits < min) return 'too-short'
  return codes === undefined || codes.has(value) ? undefined : 'bad-code'
}

const isDigits = (value: string): boolean => {
  for (let i = 0; i < value.length; i += 1) {
    const code = value.charCodeAt(i)
    if (code < 48 || code > 57) return false
  }
  return value !== ''
}

/** YYMMDD or CCYYMMDD. */
function dateFault(value: string, min: number, max: number): ValueFault | undefined {
  if (value.length > max) return 'too-long'
  if (value.length < min) return 'too-short'
  return isDate(value) ? undefined : 'bad-date'
}

/** HHMM, HHMMSS, with tenths or hundredths. */
function timeFault(value: string, min: number, max: number): ValueFault | undefined {
  if (value.length > max) return 'too-long'
  if (value.length < min) return 'too-short'
  return isTime(value) ? undefined : 'bad-time'
}

const MONTH_DAYS = [31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31]

export function isDate(value: string): boolean {
  if ((value.length !== 6 && value.length !== 8) || !isDigits(value)) return false
  const month = Number(value.slice(-4, -2))
  const day = Number(value.slice(-2))
  if (day < 1 || day > (MONTH_DAYS[month - 1] ?? 0)) return false
  const year = Number(value.slice(0, -4))
  return month !== 2 || day < 29 || value.length === 6 || (year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0))
}

export function isTime(value: string): boolean {
  if (value.length < 4 || value.length > 8 || value.length === 5 || !isDigits(value)) return false
  return Number(value.slice(0, 2)) < 24 && Number(value.slice(2, 4)) < 60 && Number(value.slice(4, 6) || '0') < 60
}
