import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { ExternalOrderId, Gtin, hasGs1CheckDigit, NodeId, OrderId, Sku } from './ids.ts'

describe('a SKU', () => {
  test.each(['00123', '123', '0', 'A B', '12-34/5', 'Ä', '1e5'])('"%s" is kept as it came', (text) => {
    expect(Sku.parse(text)).toBe(text)
  })

  test.each(['', ' 123', '123 ', '123\n', 'x'.repeat(101)])('"%s" is refused', (text) => {
    expect(Sku.safeParse(text).success).toBe(false)
  })

  test('with a leading zero is another one than without', () => {
    expect(Sku.parse('00123')).not.toBe(Sku.parse('123'))
  })

  test('that is a number is refused: a number has lost its zeros already', () => {
    expect(Sku.safeParse(123).success).toBe(false)
  })
})

describe('a GTIN', () => {
  test.each([
    ['4006381333931', '04006381333931'],
    ['036000291452', '00036000291452'],
    ['96385074', '00000096385074'],
    ['10012345678902', '10012345678902'],
    ['00000096385074', '00000096385074'],
  ])('%s is kept as %s', (text, expected) => {
    expect(Gtin.parse(text)).toBe(expected)
  })

  test.each([
    ['4006381333930', 'a wrong check digit'],
    ['400638133393', 'a wrong check digit for twelve digits'],
    ['4006381', 'seven digits'],
    ['400638133393112', 'fifteen digits'],
    ['40063813339A1', 'a letter'],
    [' 4006381333931', 'a space'],
  ])('%s is refused: %s', (text) => {
    expect(Gtin.safeParse(text).success).toBe(false)
  })

  test('has one right check digit, and padding it with zeros keeps it right', () => {
    const body = fc.constantFrom(7, 11, 12, 13).chain((length) => fc.stringMatching(new RegExp(`^\\d{${length}}$`)))
    fc.assert(
      fc.property(body, (digits) => {
        const right = '0123456789'.split('').filter((check) => hasGs1CheckDigit(digits + check))
        expect(right).toHaveLength(1)
        expect(hasGs1CheckDigit((digits + (right[0] ?? '')).padStart(14, '0'))).toBe(true)
      }),
    )
  })

  test('with any one digit mistyped is refused', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 12 }), fc.integer({ min: 1, max: 9 }), (place, shift) => {
        const digits = '4006381333931'.split('')
        digits[place] = String((Number(digits[place]) + shift) % 10)
        expect(Gtin.safeParse(digits.join('')).success).toBe(false)
      }),
    )
  })
})

test.each([
  ['ord_0665CQ0M000000ABCDEFGH', true],
  ['ful_0665CQ0M000000ABCDEFGH', false],
  ['ord_', false],
  ['ord_a b', false],
  ['0665CQ0M', false],
])('"%s" as an order id of ours: %s', (text, valid) => {
  expect(OrderId.safeParse(text).success).toBe(valid)
})

test('a partner’s order name is kept to the letter, zeros, spaces and all', () => {
  for (const text of ['0001', ' 1', '#1001', 'gid://shopify/Order/1']) expect(ExternalOrderId.parse(text)).toBe(text)
  expect(ExternalOrderId.safeParse('').success).toBe(false)
})

test.each([
  ['paris-store', true],
  ['3pl', true],
  ['Paris', false],
  ['-paris', false],
  ['paris store', false],
])('"%s" as a name in the network: %s', (text, valid) => {
  expect(NodeId.safeParse(text).success).toBe(valid)
})
