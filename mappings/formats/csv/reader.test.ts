import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { readCsv, readCsvChunks, readCsvStream, record } from './reader.ts'
import type { CsvReadOptions } from './reader.ts'
import { writeCsv } from './writer.ts'

const bytesOf = (text: string): Uint8Array => Buffer.from(text, 'utf8')
const any: CsvReadOptions = { header: 'none' }
const stock: CsvReadOptions = { header: { required: ['sku', 'qty'] } }

const cellsOf = (text: string, options: CsvReadOptions = any): string[][] =>
  readCsv(bytesOf(text), options).rows.map((row) => row.cells)
const codesOf = (text: string, options: CsvReadOptions = any): string[] =>
  readCsv(bytesOf(text), options).issues.map((issue) => issue.code)

test('cells stay the text they are: leading zeros, blanks and exponents', () => {
  expect(cellsOf('sku,qty,zip\n00123, 5 ,01234\n1E5,0x1F,\n')).toEqual([
    ['sku', 'qty', 'zip'],
    ['00123', ' 5 ', '01234'],
    ['1E5', '0x1F', ''],
  ])
})

test('quotes hold delimiters, line breaks and doubled quotes', () => {
  expect(cellsOf('"a,b","c\r\nd","e ""f"""\r\n"",x,""\r\n')).toEqual([
    ['a,b', 'c\r\nd', 'e "f"'],
    ['', 'x', ''],
  ])
})

test('a byte-order mark, CRLF, LF and a missing last line end read alike', () => {
  expect(cellsOf('\uFEFFa,b\r\n1,2\r\n')).toEqual(cellsOf('a,b\n1,2'))
})

test('rows know their spreadsheet row, their line and their byte', () => {
  const text = '\uFEFFsku,qty\n\n"a\nö",1\nb,2\n'
  const { rows } = readCsv(bytesOf(text), stock)
  expect(rows.map(({ row, line, byteOffset }) => [row, line, byteOffset])).toEqual([
    [3, 3, 12],
    [4, 5, 21],
  ])
  expect(bytesOf(text).subarray(21)).toEqual(bytesOf('b,2\n'))
})

test('another delimiter may be declared', () => {
  expect(cellsOf('a;b,c\td\n', { header: 'none', delimiter: ';' })).toEqual([['a', 'b,c\td']])
  expect(() => readCsv(bytesOf('a'), { header: 'none', delimiter: '"' })).toThrow(RangeError)
})

test('a header must have the agreed columns, each once', () => {
  const read = (text: string, header: CsvReadOptions['header']) => readCsv(bytesOf(text), { header })
  expect(read('sku,price\nA,1\n', { required: ['sku', 'qty'] })).toMatchObject({
    rows: [],
    issues: [{ code: 'csv.missing-column', place: { path: 'row 1, column qty', line: 1 }, subject: 'qty' }],
  })
  expect(read('sku,qty,sku\nA,1,B\n', { required: ['sku', 'qty'] })).toMatchObject({
    rows: [],
    issues: [{ code: 'csv.duplicate-column', place: { column: 3 } }],
  })
  expect(read('sku,qty,x\nA,1,2\n', { required: ['sku'], optional: ['qty'] })).toMatchObject({
    rows: [],
    issues: [{ code: 'csv.unknown-column' }],
  })
  expect(read(' sku ,qty,,\nA,1,,\n', { required: ['sku'] })).toMatchObject({
    columns: ['sku', 'qty', '', ''],
    issues: [],
  })
  expect(read('', { required: [] })).toMatchObject({ issues: [{ code: 'csv.no-header' }] })
})

test('a row with too few or too many cells is an issue and its neighbours are read', () => {
  const file = readCsv(bytesOf('sku,qty\nA,1\nB\nC,3,4\nD,4\n'), stock)
  expect(file.rows.map((row) => row.cells[0])).toEqual(['A', 'D'])
  expect(file.issues).toMatchObject([
    { code: 'csv.cell-count', place: { path: 'row 3', line: 3, byteOffset: 12 } },
    { code: 'csv.cell-count', place: { path: 'row 4', line: 4, byteOffset: 14 } },
  ])
})

test.each([
  ['a quote in the middle of a cell', 'A,1\nB,2" disk\nC,3\n', 'row 2'],
  ['text behind a closing quote', 'A,1\n"B" x,2\nC,3\n', 'row 2'],
  ['a quote never closed', 'A,1\n"B,2\nC,3\n', 'row 2'],
  ['a NUL', 'A,1\nB,\0\nC,3\n', 'row 2'],
])('%s spoils its own row only', (_, text, path) => {
  const file = readCsv(bytesOf(text), any)
  expect(file.rows.map((row) => row.cells[0])).toEqual(['A', 'C'])
  expect(file.issues.map((issue) => issue.place.path)).toEqual([path])
})

test('a row beyond the cap is an issue and its neighbours are read', () => {
  const options: CsvReadOptions = { header: 'none', maxRowBytes: 100 }
  expect(cellsOf(`A,1\n${'x'.repeat(300)}\nC,3\n`, options)).toEqual([
    ['A', '1'],
    ['C', '3'],
  ])
  expect(codesOf(`A,1\n${'x'.repeat(300)}\nC,3\n`, options)).toEqual(['csv.row-too-long'])
  expect(codesOf(`A,1\n"${'x'.repeat(300)}\nC,3\n`, options)).toEqual(['csv.row-too-long'])
  const unclosed = `A,1\n"B,2\n${'C,3\n'.repeat(100)}`
  expect(readCsv(bytesOf(unclosed), options)).toMatchObject({
    issues: [{ code: 'csv.quote', place: { path: 'row 2' } }],
  })
  expect(cellsOf(unclosed, options)).toHaveLength(101)
})

test('a row that is not UTF-8 is an issue, unless latin-1 was declared', () => {
  const bytes = Buffer.concat([bytesOf('A,é\n'), Buffer.from('B,\xe9\n', 'latin1'), bytesOf('C,ö\n')])
  expect(readCsv(bytes, any)).toMatchObject({
    rows: [{ cells: ['A', 'é'] }, { cells: ['C', 'ö'] }],
    issues: [{ code: 'csv.encoding', place: { path: 'row 2' } }],
  })
  expect(readCsv(bytes, { header: 'none', fallback: 'latin1' }).rows.map((row) => row.cells[1])).toEqual([
    'é',
    'é',
    'ö',
  ])
  expect(codesOf('', any)).toEqual([])
  expect(readCsv(Buffer.from('\uFEFFa,b\n', 'utf16le'), any).issues).toMatchObject([
    { code: 'csv.encoding', place: { path: 'file' } },
  ])
})

test('cells by name cannot touch a prototype', () => {
  const row = record(['__proto__', 'constructor', 'sku'], ['x', 'y', 'A'])
  expect(Object.keys(row)).toEqual(['__proto__', 'constructor', 'sku'])
  expect(row['__proto__']).toBe('x')
})

const digest = (chunks: Iterable<Uint8Array>, options: CsvReadOptions): string =>
  Array.from(readCsvChunks(chunks, options), (event) => JSON.stringify(event)).join('\n')

test('a file cut in two at every byte, or fed byte by byte, reads the same', async () => {
  const text =
    '\uFEFFsku,"qty"\r\n"ö ""x"",\r\n",1\r\n\r\nB,"2"\nbad " quote,3\n"C" x,4\nD\nE,\0\n\xe9é,7\n"open,8\nF,9\n,\r'
  for (const options of [any, stock, { header: 'none', maxRowBytes: 12 } satisfies CsvReadOptions]) {
    const bytes = Buffer.concat([bytesOf(text), Buffer.from([0xe9, 10, 34, 65, 13])])
    const whole = digest([bytes], options)
    for (let at = 0; at <= bytes.length; at += 1)
      expect(digest([bytes.subarray(0, at), bytes.subarray(at)], options)).toBe(whole)
    const single = Array.from(bytes, (byte) => Uint8Array.of(byte))
    expect(digest(single, options)).toBe(whole)
    async function* arriving(): AsyncGenerator<Uint8Array> {
      for (const chunk of single) yield await Promise.resolve(chunk)
    }
    const events: string[] = []
    for await (const event of readCsvStream(arriving(), options)) events.push(JSON.stringify(event))
    expect(events.join('\n')).toBe(whole)
  }
})

test('any cutting of any bytes reads the same and never throws', () => {
  const text = fc.array(
    fc.constantFrom('"', '""', ',', '\n', '\r\n', '\r', 'a', 'ö', '\0', ' ', 'sku,qty\n', '\uFEFF'),
    { maxLength: 60 },
  )
  fc.assert(
    fc.property(
      text,
      fc.array(fc.nat(20), { maxLength: 10 }),
      fc.constantFrom(3, 10, 1000),
      (parts, cuts, maxRowBytes) => {
        const bytes = bytesOf(parts.join(''))
        const chunks: Uint8Array[] = []
        let from = 0
        for (const cut of cuts) {
          chunks.push(bytes.subarray(from, from + cut))
          from += cut
        }
        chunks.push(bytes.subarray(from))
        for (const options of [{ header: 'none', maxRowBytes } satisfies CsvReadOptions, stock])
          expect(digest(chunks, options)).toBe(digest([bytes], options))
      },
    ),
    { numRuns: 1_000 },
  )
})

test('what is written reads back as the same cells', () => {
  const cell = fc
    .oneof(
      fc.string({ unit: 'grapheme', maxLength: 8 }),
      fc.constantFrom('', '"', 'a,b', ' x ', '\r\n', '00123', '=1+1', ';', '\uFEFF'),
    )
    .filter((text) => !text.includes('\0'))
  const rows = fc.array(fc.array(cell, { minLength: 1, maxLength: 5 }), { maxLength: 8 })
  fc.assert(
    fc.property(
      rows,
      fc.constantFrom(',', ';', '\t', '|'),
      fc.constantFrom<'\r\n' | '\n'>('\r\n', '\n'),
      fc.boolean(),
      (cells, delimiter, lineEnd, byteOrderMark) => {
        const written = writeCsv(cells, { delimiter, lineEnd, byteOrderMark })
        if (!written.ok) throw new Error(JSON.stringify(written.issues))
        const file = readCsv(written.value, { header: 'none', delimiter })
        expect(file.issues).toEqual([])
        expect(file.rows.map((row) => row.cells)).toEqual(cells)
      },
    ),
    { numRuns: 500 },
  )
})

test('hostile files end quickly: one endless row, only quotes, only line breaks', () => {
  expect(codesOf('x'.repeat(5_000_000))).toEqual(['csv.row-too-long'])
  expect(codesOf(`"${'x'.repeat(5_000_000)}`)).toEqual(['csv.row-too-long'])
  expect(readCsv(bytesOf('"'.repeat(1_000_000)), any).rows.length).toBeLessThan(2)
  expect(readCsv(bytesOf('\n'.repeat(1_000_000)), any).rows).toEqual([])
  expect(readCsv(bytesOf('"\n'.repeat(100_000)), any).rows.length).toBeLessThan(100_001)
})
