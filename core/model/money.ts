/** Money is an integer of minor units with its currency. There is no float anywhere between the partner's text and ours. */
import { z } from 'zod'

export const CurrencyCode = z
  .string()
  .regex(/^[A-Z]{3}$/, 'must be an ISO 4217 code such as EUR')
  .brand<'CurrencyCode'>()
export type CurrencyCode = z.infer<typeof CurrencyCode>

export const MinorUnits = z.int()
export const Money = z.object({ minor: MinorUnits, currency: CurrencyCode })
export type Money = z.infer<typeof Money>

/** ISO 4217 currencies whose minor unit is not 1/100 (ISO 4217 list one, 2026). All others have two digits. */
const MINOR_DIGITS: Record<string, number> = {
  BIF: 0,
  CLP: 0,
  DJF: 0,
  GNF: 0,
  ISK: 0,
  JPY: 0,
  KMF: 0,
  KRW: 0,
  PYG: 0,
  RWF: 0,
  UGX: 0,
  VND: 0,
  VUV: 0,
  XAF: 0,
  XOF: 0,
  XPF: 0,
  BHD: 3,
  IQD: 3,
  JOD: 3,
  KWD: 3,
  LYD: 3,
  OMR: 3,
  TND: 3,
}

export function minorDigits(currency: string): number {
  return MINOR_DIGITS[currency] ?? 2
}

/** `"12.5"` EUR → 1250. Undefined when the text is no plain decimal or has more digits than the currency. */
export function parseDecimalMoney(text: string, currency: string): number | undefined {
  const match = /^(-?)(\d{1,13})(?:\.(\d{1,6}))?$/.exec(text)
  if (match?.[2] === undefined) return undefined
  const digits = minorDigits(currency)
  const decimals = match[3] ?? ''
  const fraction = decimals.length <= digits ? decimals : decimals.replace(/0+$/, '')
  if (fraction.length > digits) return undefined
  const minor = Number(match[2] + fraction.padEnd(digits, '0'))
  if (!Number.isSafeInteger(minor)) return undefined
  return match[1] === '-' && minor !== 0 ? -minor : minor
}

/** 1250 EUR → `"12.50"`, 1250 JPY → `"1250"`. */
export function formatDecimalMoney(minor: number, currency: string): string {
  const digits = minorDigits(currency)
  const sign = minor < 0 ? '-' : ''
  const text = String(Math.abs(minor)).padStart(digits + 1, '0')
  return digits === 0 ? sign + text : `${sign}${text.slice(0, -digits)}.${text.slice(-digits)}`
}
