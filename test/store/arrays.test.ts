import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { instantFromEpochMs } from '#core/model/time.ts'
import type { Database } from '#store/database.ts'
import { unnestRows } from '#store/rows.ts'
import { databases } from '../kit/backends.ts'

const COLUMNS = {
  text: 'text',
  whole: 'int4',
  large: 'int8',
  flag: 'bool',
  at: 'timestamptz',
  document: 'jsonb',
  bytes: 'bytea',
} as const

/** What PostgreSQL's text and jsonb can hold: any Unicode but NUL and halves of surrogate pairs. */
const text = fc.string({ unit: 'grapheme' }).filter((each) => !each.includes('\0') && each.isWellFormed())
const row = fc.record({
  text: fc.option(text),
  whole: fc.option(fc.integer()),
  large: fc.option(fc.maxSafeInteger()),
  flag: fc.option(fc.boolean()),
  at: fc.option(
    fc
      .integer({ min: Date.parse('0100-01-01T00:00:00Z'), max: Date.parse('9999-01-01T00:00:00Z') })
      .map(instantFromEpochMs),
  ),
  document: fc.option(fc.record({ a: text, 'b"\\': fc.array(fc.integer()), c: fc.option(text) })),
  bytes: fc.option(fc.uint8Array()),
})

describe.each(databases)('rows that travel as arrays to $name', (backend) => {
  let db: Database
  beforeAll(async () => void (db = await backend.database()))
  afterAll(() => db.close())

  const there = async (rows: readonly Record<keyof typeof COLUMNS, unknown>[]) => {
    const { from, parameters } = unnestRows(COLUMNS, rows)
    return (await db.query(`SELECT * FROM ${from}`, parameters)).map((each) => ({
      ...each,
      bytes: each['bytes'] === null ? null : [...(each['bytes'] as Uint8Array)],
    }))
  }

  test('arrive as they were, whatever is in them', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(row, { maxLength: 20 }), async (rows) => {
        const sent = rows.map((each) => ({ ...each, bytes: each.bytes === null ? null : [...each.bytes] }))
        expect(await there(rows)).toEqual(sent)
      }),
      { numRuns: 60 },
    )
  })

  test('json keeps the order in which fields were written', async () => {
    const { from, parameters } = unnestRows({ document: 'json' } as const, [
      { document: { Order: 1, SKU: 'é', At: [2] } },
    ])
    const [found] = await db.query<{ document: unknown }>(`SELECT * FROM ${from}`, parameters)
    expect(JSON.stringify(found?.document)).toBe('{"Order":1,"SKU":"é","At":[2]}')
  })

  test('undefined is NULL, and a number that is not whole is refused before it is sent', async () => {
    const none = { text: undefined, whole: undefined, large: undefined, flag: undefined, at: undefined }
    expect(await there([{ ...none, document: undefined, bytes: undefined }])).toMatchObject([{ text: null, at: null }])
    expect(() => unnestRows({ n: 'int4' } as const, [{ n: 2 ** 40 }])).toThrow(RangeError)
    expect(() => unnestRows({ n: 'int8' } as const, [{ n: 1.5 }])).toThrow(RangeError)
  })
})
