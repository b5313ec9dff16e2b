import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { CurrencyCode, formatDecimalMoney, minorDigits, MinorUnits, Money, parseDecimalMoney } from './money.ts'

const currency = fc.constantFrom('EUR', 'USD', 'JPY', 'KRW', 'BHD', 'TND', 'CHF')
const minor = fc.integer({ min: -999_999_999_999, max: 999_999_999_999 })

describe('a decimal amount', () => {
  test.each([
    ['12.5', 'EUR', 1250],
    ['12.50', 'EUR', 1250],
    ['12.500000', 'EUR', 1250],
    ['12', 'EUR', 1200],
    ['0', 'EUR', 0],
    ['0.01', 'EUR', 1],
    ['000.10', 'EUR', 10],
    ['-3.07', 'EUR', -307],
    ['1250', 'JPY', 1250],
    ['1250.00', 'JPY', 1250],
    ['1.234', 'BHD', 1234],
    ['1.1', 'TND', 1100],
    // 0.1 + 0.2 and 1.005 are what floats get wrong.
    ['0.30', 'USD', 30],
    ['1.005', 'KWD', 1005],
    ['90071992547.4', 'EUR', 9_007_199_254_740],
  ])('%s %s is %i minor units', (text, code, expected) => {
    expect(parseDecimalMoney(text, code)).toBe(expected)
  })

  test.each([
    ['12.505', 'EUR', 'more digits than the currency has'],
    ['1250.5', 'JPY', 'a fraction of a currency without one'],
    ['12,50', 'EUR', 'a decimal comma'],
    ['1,250.00', 'EUR', 'a thousands mark'],
    ['1e3', 'EUR', 'an exponent'],
    ['+5', 'EUR', 'a plus sign'],
    ['.5', 'EUR', 'no digit before the point'],
    ['5.', 'EUR', 'no digit after the point'],
    ['', 'EUR', 'nothing'],
    [' 5', 'EUR', 'a space'],
    ['5\n', 'EUR', 'a line end'],
    ['NaN', 'EUR', 'no number'],
    ['0x10', 'EUR', 'a hexadecimal'],
    ['٥', 'EUR', 'a digit of another script'],
    ['9999999999999.99', 'BHD', 'too large for a safe integer'],
  ])('%s %s is refused: %s', (text, code) => {
    expect(parseDecimalMoney(text, code)).toBeUndefined()
  })

  test('minus nothing is nothing, not minus zero', () => {
    expect(Object.is(parseDecimalMoney('-0.00', 'EUR'), 0)).toBe(true)
  })

  test('written out and read again is the same amount, in every currency', () => {
    fc.assert(
      fc.property(minor, currency, (amount, code) => {
        expect(parseDecimalMoney(formatDecimalMoney(amount, code), code)).toBe(amount)
      }),
    )
  })

  test('is written with exactly the digits of its currency', () => {
    fc.assert(
      fc.property(minor, currency, (amount, code) => {
        const digits = minorDigits(code)
        expect(formatDecimalMoney(amount, code)).toMatch(
          digits === 0 ? /^-?\d+$/ : new RegExp(String.raw`^-?\d+\.\d{${digits}}$`),
        )
      }),
    )
  })

  test('read from any text is an integer or refused, never a float', () => {
    fc.assert(
      fc.property(
        fc.oneof(fc.string(), fc.double().map(String), fc.stringMatching(/^-?\d{1,15}\.\d{1,8}$/)),
        (text) => {
          const read = parseDecimalMoney(text, 'EUR')
          expect(read === undefined || Number.isSafeInteger(read)).toBe(true)
        },
      ),
    )
  })

  test('sums as integers where floats drift', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 0, max: 99_999 }), { maxLength: 50 }), (amounts) => {
        const read = amounts.map((amount) => parseDecimalMoney(formatDecimalMoney(amount, 'EUR'), 'EUR') ?? Number.NaN)
        expect(read.reduce((sum, amount) => sum + amount, 0)).toBe(amounts.reduce((sum, amount) => sum + amount, 0))
      }),
    )
  })
})

test.each([0.5, 12.34, Number.NaN, Number.POSITIVE_INFINITY, 2 ** 53, '12'])(
  '%s is no amount of minor units',
  (value) => {
    expect(MinorUnits.safeParse(value).success).toBe(false)
  },
)

test.each(['eur', 'EURO', 'E1R', '', ' EUR'])('"%s" is no currency', (code) => {
  expect(CurrencyCode.safeParse(code).success).toBe(false)
})

test('money without a currency is no money', () => {
  expect(Money.safeParse({ minor: 5 }).success).toBe(false)
  expect(Money.parse({ minor: -5, currency: 'EUR' })).toEqual({ minor: -5, currency: 'EUR' })
})
