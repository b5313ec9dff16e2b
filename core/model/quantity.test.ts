import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { MAX_QUANTITY, parseWholeNumber, PositiveQuantity, Quantity } from './quantity.ts'

describe('a quantity in text', () => {
  test.each([
    ['12', 12],
    ['12.00', 12],
    ['12.', 12],
    ['0', 0],
    ['007', 7],
    ['+3', 3],
    ['-4', -4],
    ['-4.000', -4],
  ])('%s is %i', (text, expected) => {
    expect(parseWholeNumber(text)).toBe(expected)
  })

  test.each(['2.5', '2.0001', '1,000', '1e3', '', ' 2', '2 ', '0x2', 'two', '12345678901', '2.0000000', '٢', '--2'])(
    '"%s" is refused',
    (text) => {
      expect(parseWholeNumber(text)).toBeUndefined()
    },
  )

  test('is an integer or refused, whatever the text', () => {
    fc.assert(
      fc.property(fc.oneof(fc.string(), fc.double().map(String), fc.integer().map(String)), (text) => {
        const read = parseWholeNumber(text)
        expect(read === undefined || Number.isSafeInteger(read)).toBe(true)
      }),
    )
  })

  test('of ten digits or fewer is read as it was written', () => {
    fc.assert(
      fc.property(fc.integer({ min: -999_999_999, max: 999_999_999 }), (units) => {
        expect(parseWholeNumber(String(units))).toBe(units)
      }),
    )
  })
})

test.each([2.5, -1, MAX_QUANTITY + 1, Number.NaN, '2', null])('%s is no quantity', (value) => {
  expect(Quantity.safeParse(value).success).toBe(false)
})

test('nothing is a quantity, but nothing to order', () => {
  expect(Quantity.parse(0)).toBe(0)
  expect(PositiveQuantity.safeParse(0).success).toBe(false)
  expect(Quantity.parse(MAX_QUANTITY)).toBe(MAX_QUANTITY)
})
