/** Documents made from a zod schema, for the laws of maps: every shape that the schema allows, within what partners' fields can hold. */
import * as fc from 'fast-check'
import { z } from 'zod'

/** Texts that some schema or other asks for; each schema takes those that fit it. */
const TEXTS = [
  'ful_A1B2',
  'ord_C3D4',
  'env_E5',
  'north',
  'south',
  'SKU-1',
  '00123',
  'EUR',
  'USD',
  'FR',
  'US',
  '2026-11-22',
  '2027-02-28',
  'https://example.org/parcel/1',
  'rma_01',
]
const INSTANTS = ['2026-11-22T09:15:02.000Z', '2024-02-29T23:59:59.000Z', '2026-12-31T00:00:00.000Z']

const words = fc.stringMatching(/^[A-Z0-9][A-Za-z0-9-]{0,8}$/)

export function documentsOf(schema: z.ZodType): fc.Arbitrary<unknown> {
  if (schema instanceof z.ZodOptional) return fc.option(documentsOf(schema.unwrap() as z.ZodType), { nil: undefined })
  if (schema instanceof z.ZodDefault) return documentsOf(schema.unwrap() as z.ZodType)
  if (schema instanceof z.ZodArray) {
    const { minimum } = z.toJSONSchema(schema, { unrepresentable: 'any', io: 'input' }) as { minimum?: number }
    const inner = documentsOf(schema.element as z.ZodType)
    return fc.array(inner, { minLength: schema.safeParse([]).success ? (minimum ?? 0) : 1, maxLength: 4 })
  }
  if (schema instanceof z.ZodObject) {
    const fields = Object.entries(schema.shape).map(([key, field]) => [key, documentsOf(field as z.ZodType)] as const)
    return fc
      .record(Object.fromEntries(fields))
      .map((made) => Object.fromEntries(Object.entries(made).filter(([, value]) => value !== undefined)))
  }
  if (schema instanceof z.ZodEnum) return fc.constantFrom(...(schema.options as string[]))
  if (schema instanceof z.ZodLiteral) return fc.constantFrom(...schema.values)
  if (schema instanceof z.ZodBoolean) return fc.boolean()
  if (schema instanceof z.ZodNumber) return numbersOf(schema)
  return textsOf(schema)
}

function numbersOf(schema: z.ZodNumber): fc.Arbitrary<number> {
  const minimum = Math.max(schema.minValue ?? -1000, -1000)
  return fc.integer({ min: minimum, max: Math.min(schema.maxValue ?? 1000, 1000) })
}

function textsOf(schema: z.ZodType): fc.Arbitrary<unknown> {
  const fits = (text: string): boolean => schema.safeParse(text).success
  if (fits(INSTANTS[0] ?? '') && !fits('word')) return fc.constantFrom(...INSTANTS)
  const known = TEXTS.filter(fits)
  if (fits('Word-1') && fits('A') && fits('9z')) return words
  if (known.length === 0) throw new Error('the test knows no text for this schema')
  return fc.constantFrom(...known)
}
