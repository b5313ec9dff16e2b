import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { decodeRows } from './csv/cells.ts'
import { csvRows } from './csv/rows.ts'
import { RowsOfChunks } from './csv/rows-of-chunks.ts'
import { CsvSplitter } from './csv/splitter.ts'
import { ndjsonRows } from './json/rows.ts'
import { readRows } from './rows.ts'
import type { Row, RowReader } from './rows.ts'
import { xmlRows } from './xml/rows.ts'

const bytesOf = (text: string): Uint8Array => Buffer.from(text, 'utf8')

function readAll(reader: RowReader, chunks: readonly Uint8Array[]) {
  const batches = chunks.map((chunk) => (reader.stopped ? { rows: [], issues: [] } : reader.push(chunk)))
  if (!reader.stopped) batches.push(reader.end())
  const rows = batches.flatMap((batch) => batch.rows)
  return {
    cells: rows.map((row) => row.cells),
    places: rows.map((row) => reader.placeOf(row, 0)),
    issues: batches.flatMap((batch) => batch.issues),
    head: Object.fromEntries(reader.head),
    stopped: reader.stopped,
  }
}

const csv = () => csvRows({ required: ['sku', 'qty'], optional: ['node'], maxRowBytes: 40 })
const json = () => ndjsonRows({ fields: ['sku', 'stock.qty'], maxRowBytes: 60 })
const xml = () =>
  xmlRows({ record: 'Feed/Row', fields: ['@sku', 'Qty', 'At/@node', 'At/Bin', '.'], maxRecordChars: 300 })

const FILES: { name: string; reader: () => RowReader; text: string }[] = [
  {
    name: 'csv',
    reader: csv,
    text: '\uFEFFname,qty,sku\r\n"a ""b"",\r\n",5,00123\r\nö,6,X\r\n\r\nbad " quote,1,Y\r\nz,1\r\nlong,,'.concat(
      'x'.repeat(50),
      '\r\n"\nw",2,Z\r\n"open,3,V\r\n',
    ),
  },
  {
    name: 'ndjson',
    reader: json,
    text: `{"sku":"00123","stock":{"qty":5}}\r\n\n{"sku":"ö","stock":{"qty":1.50}}\n{"sku":"A"\n[1]\n{"sku":{"a":1}}\n{"sku":"${'x'.repeat(
      80,
    )}"}\n{"sku":null,"stock":3}`,
  },
  {
    name: 'xml',
    reader: xml,
    text: `<?xml version="1.0"?>\n<Feed asOf="2026"><!-- c --><Head><Mode>full</Mode></Head>\n<Row sku="00123"><Qty> 5</Qty><At node="ö">
<Bin>1&amp;<![CDATA[<2]]></Bin></At>own</Row><Row sku="B"><Qty>1</Qty><Qty>2</Qty></Row>\r\n<Row\n sku="C&#233;"/></Feed>`,
  },
]

test('a CSV feed gives the wanted columns as text, whatever their order, and places in the file', () => {
  const read = readAll(csv(), [bytesOf('node,name,qty,sku\nN1,a,5,00123\n"N,2",b,x,Z\n')])
  expect(read.cells).toEqual([
    ['00123', '5', 'N1'],
    ['Z', 'x', 'N,2'],
  ])
  expect(read.places[1]).toEqual({ path: 'row 3, column sku', byteOffset: 31, line: 3, column: 4 })
  expect(readAll(csv(), [bytesOf('sku,name\nA,b\n')])).toMatchObject({
    cells: [],
    stopped: true,
    issues: [{ code: 'csv.missing-column', subject: 'qty' }],
  })
})

test('an NDJSON feed gives the wanted keys; a bad line is refused alone, with its line', () => {
  const read = readAll(json(), [bytesOf(FILES[1]?.text ?? '')])
  expect(read.cells).toEqual([
    ['00123', '5'],
    ['ö', '1.50'],
    ['', ''],
  ])
  expect(read.issues.map((issue) => [issue.code, issue.place.line])).toEqual([
    ['json.syntax', 4],
    ['ndjson.object', 5],
    ['ndjson.value', 6],
    ['ndjson.row-too-long', 7],
  ])
})

test('an XML feed gives attributes and texts of its records, what stands above them, and one bad record alone', () => {
  const read = readAll(xml(), [bytesOf(FILES[2]?.text ?? '')])
  expect(read.cells).toEqual([
    ['00123', ' 5', 'ö', '1&<2', 'own'],
    ['Cé', '', '', '', ''],
  ])
  expect(read.head).toEqual({ '@asOf': '2026', 'Head/Mode': 'full' })
  expect(read.places[1]).toEqual({ path: '/Feed/Row[3]/@sku', line: 5 })
  expect(read.issues).toMatchObject([{ code: 'xml.undeclared-list', subject: 'Qty', place: { path: '/Feed/Row[2]' } }])
})

test.each([
  ['a DOCTYPE', '<!DOCTYPE Feed [<!ENTITY a "b">]><Feed><Row sku="A"/></Feed>', 'xml.doctype'],
  ['an unknown entity', '<Feed><Row sku="&a;"/></Feed>', 'xml.syntax'],
  ['a tag that is not closed', '<Feed><Row sku="A"></Feed>', 'xml.syntax'],
  ['a document that was cut off', '<Feed><Row sku="A"/>', 'xml.syntax'],
  ['another root', '<Food><Row sku="A"/></Food>', 'xml.root'],
  ['a record without end', `<Feed><Row sku="${'x'.repeat(400)}"/></Feed>`, 'xml.record-too-large'],
  ['elements too deep', `<Feed>${'<a>'.repeat(40)}${'</a>'.repeat(40)}</Feed>`, 'xml.too-deep'],
  ['UTF-16', '\uFEFF<\0F\0', 'xml.syntax'],
  ['an encoding nobody agreed on', '<?xml version="1.0" encoding="EBCDIC"?><Feed/>', 'xml.encoding'],
])('%s stops an XML feed with one issue', (_, text, code) => {
  const read = readAll(xml(), [bytesOf(text)])
  expect(read.issues.map((issue) => issue.code)).toEqual([code])
})

test('bytes that are not the declared encoding stop an XML feed behind its good records', () => {
  const bytes = Buffer.concat([
    bytesOf('<Feed><Row sku="A"/><Row sku="'),
    Buffer.from([0xe9, 0x22]),
    bytesOf('/></Feed>'),
  ])
  expect(readAll(xml(), [bytes])).toMatchObject({
    cells: [['A', '', '', '', '']],
    issues: [{ code: 'xml.encoding', place: { byteOffset: 30 } }],
  })
})

test.each(FILES)('$name: a file cut in two at every byte, or fed byte by byte, reads the same', ({ reader, text }) => {
  const bytes = bytesOf(text)
  const whole = readAll(reader(), [bytes])
  for (let at = 0; at <= bytes.length; at += 1)
    expect(readAll(reader(), [bytes.subarray(0, at), bytes.subarray(at)]), `cut at ${at}`).toEqual(whole)
  expect(
    readAll(
      reader(),
      Array.from(bytes, (byte) => Uint8Array.of(byte)),
    ),
  ).toEqual(whole)
})

test.each(FILES)('$name: mutated files cut anywhere read the same and never throw', ({ reader, text }) => {
  const whole = bytesOf(text)
  const mutation = fc.record({ at: fc.nat(whole.length - 1), byte: fc.nat(255) })
  fc.assert(
    fc.property(fc.array(mutation, { maxLength: 3 }), fc.nat(whole.length), (mutations, cut) => {
      const bytes = Uint8Array.from(whole)
      for (const { at, byte } of mutations) bytes[at] = byte
      expect(readAll(reader(), [bytes.subarray(0, cut), bytes.subarray(cut)])).toEqual(readAll(reader(), [bytes]))
    }),
    { numRuns: 1_000 },
  )
})

/** As if nothing were ever clean: each row judged byte by byte. */
function carefully(bytes: Uint8Array, maxRowBytes: number): unknown[] {
  const seen: unknown[] = []
  const options = { delimiter: ',', fallback: 'none' as const }
  const splitter = new CsvSplitter(
    {
      rows: (rows, places) => {
        for (const row of decodeRows(rows, places, options))
          seen.push('issue' in row ? row.issue : [row.cells, row.place.row, row.place.line, row.place.byteOffset])
      },
      issue: (issue) => void seen.push(issue),
    },
    { delimiter: 44, maxRowBytes },
  )
  splitter.push(bytes)
  splitter.end()
  return seen
}

function quickly(chunks: readonly Uint8Array[], maxRowBytes: number): unknown[] {
  const seen: unknown[] = []
  const rows = new RowsOfChunks(
    { delimiter: ',', fallback: 'none', maxRowBytes },
    { row: (...row) => void seen.push(row), issue: (issue) => void seen.push(issue) },
  )
  for (const chunk of chunks) rows.push(chunk)
  rows.end()
  return seen
}

test('law: the quick way over CSV and the careful one agree, row by row and place by place', () => {
  const parts = fc.array(
    fc.constantFrom('"', '""', '","', '"\n"', ',', '\n', '\r\n', '\r', 'a', 'ö', '\0', ' ', '"a,b"', '\n1,2\n'),
    { maxLength: 40 },
  )
  fc.assert(
    fc.property(parts, fc.nat(60), fc.constantFrom(3, 10, 1000), (text, cut, maxRowBytes) => {
      const bytes = bytesOf(text.join(''))
      const expected = carefully(bytes, maxRowBytes)
      expect(quickly([bytes], maxRowBytes)).toEqual(expected)
      expect(quickly([bytes.subarray(0, cut), bytes.subarray(cut)], maxRowBytes)).toEqual(expected)
    }),
    { numRuns: 3_000 },
  )
})

test('batches are small, and a stopped reader ends the reading', async () => {
  const line = 'SKU-0000001,5\n'
  async function* chunks(): AsyncGenerator<Uint8Array> {
    yield bytesOf('sku,qty\n')
    for (let i = 0; i < 20; i += 1) yield await Promise.resolve(bytesOf(line.repeat(20_000)))
  }
  let rows = 0
  let most = 0
  for await (const batch of readRows(chunks(), csv())) {
    rows += batch.rows.length
    most = Math.max(most, batch.rows.length)
  }
  expect(rows).toBe(400_000)
  expect(most).toBeLessThan(5_000)
  let asked = 0
  function* endless(): Generator<Uint8Array> {
    for (;;) {
      asked += 1
      yield bytesOf('name,qty\n1,2\n')
    }
  }
  const batches = []
  for await (const batch of readRows(endless(), csv())) batches.push(batch)
  expect(batches).toHaveLength(1)
  expect(asked).toBe(1)
})

test('hostile feeds end quickly: endless rows, records, text, quotes and line feeds', () => {
  const piece = bytesOf('x'.repeat(65_536))
  for (const reader of [csv(), json(), xml()]) {
    const issues: string[] = []
    const feed = (chunk: Uint8Array): void => {
      if (!reader.stopped) issues.push(...reader.push(chunk).issues.map((issue) => issue.code))
    }
    feed(bytesOf(reader.fields.includes('@sku') ? '<Feed><Row>' : reader.fields.includes('qty') ? 'sku,qty\n' : ''))
    for (let i = 0; i < 100; i += 1) feed(piece)
    expect(issues).toHaveLength(1)
  }
  const rows: Row[] = []
  const quotes = csvRows({ required: ['sku'] })
  rows.push(...quotes.push(bytesOf(`sku\n${'"a\n'.repeat(100_000)}`)).rows)
  const wide = csvRows({ required: ['sku'] })
  rows.push(...wide.push(bytesOf(`sku\n${`${'"",'.repeat(20_000)}""\n`.repeat(20)}`)).rows)
  expect(rows).toEqual([])
})
