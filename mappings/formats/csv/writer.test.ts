import { expect, test } from 'vitest'
import { csvLine, writeCsv } from './writer.ts'
import type { CsvWriteOptions } from './writer.ts'

function written(rows: readonly (readonly string[])[], options: CsvWriteOptions = {}): string {
  const result = writeCsv(rows, options)
  if (!result.ok) throw new Error(JSON.stringify(result.issues))
  return Buffer.from(result.value).toString('utf8')
}

test('cells are quoted where they must be and nowhere else', () => {
  expect(written([['a', 'b,c', 'd"e', 'f\ng', ' h', '00123']], { header: ['1', '2', '3', '4', '5', '6'] })).toBe(
    '1,2,3,4,5,6\r\na,"b,c","d""e","f\ng"," h",00123\r\n',
  )
})

test('a row of one empty cell is no blank line', () => {
  expect(csvLine([''])).toBe('""\r\n')
  expect(csvLine(['', ''])).toBe(',\r\n')
})

test('with the guard no cell begins like a formula, without it values stay as they are', () => {
  for (const cell of ['=1+1', '+1', '-1', '@SUM(A1)', '\t=1', '\r=1']) {
    const guarded = csvLine([cell], { guardFormulas: true, lineEnd: '\n' })
    expect(/^"?'/.test(guarded)).toBe(true)
    expect(csvLine([cell]).includes("'")).toBe(false)
  }
  expect(csvLine(['a=b', '5'], { guardFormulas: true })).toBe('a=b,5\r\n')
})

test('text that UTF-8 cannot hold is refused, not replaced', () => {
  expect(writeCsv([['ok'], ['a', 'b\ud83d']])).toMatchObject({
    ok: false,
    issues: [{ code: 'csv.write.text', place: { path: 'row 2, column 2' } }],
  })
})
