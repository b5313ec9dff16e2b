import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { context } from './crosswalk.test-data.ts'
import { readStockCsv } from './stock-csv.ts'
import { readStockRows, StockRows } from './stock-rows.ts'
import type { StockFormat } from './stock-rows.ts'
import { readStockXml } from './stock-xml.ts'

const AS_OF = '2026-11-22T06:00:00Z'
const META = { mode: 'full', 'as-of': AS_OF, 'absent-means-zero': 'true' }

const code = fc.constantFrom('ERP-00042', 'SHIRT', 'NEW-1', '00042')
const place = fc.constantFrom('W1', 'S7', 'MOON')
const units = fc.oneof(fc.nat({ max: 99 }).map(String), fc.constantFrom('', '-1', '2.5', '3.00', '1e3', '12345678901'))
const rows = fc.array(fc.record({ code, place, units }), { maxLength: 12 })
type Sent = { code: string; place: string; units: string }[]

const WRITTEN: Record<StockFormat, (sent: Sent) => string> = {
  csv: (sent) => `sku,node,on_hand\n${sent.map((row) => `${row.code},${row.place},${row.units}\n`).join('')}`,
  ndjson: (sent) =>
    sent.map((row) => `${JSON.stringify({ sku: row.code, node: row.place, onHand: row.units })}\n`).join(''),
  xml: (sent) =>
    `<StockFeed mode="full" asOf="${AS_OF}" absentMeansZero="true">${sent
      .map((row) => `<Row sku="${row.code}" node="${row.place}" onHand="${row.units}"/>`)
      .join('\n')}</StockFeed>`,
}

/** Refusals without what only one of two readers knows: columns, and how it names the part. */
const faults = (refused: { issues: { code: string; place: { path: string }; value?: string; subject?: string }[] }[]) =>
  refused
    .flatMap(({ issues }) =>
      issues.map(({ code, place: { path }, value, subject }) => ({ code, path, value, subject })),
    )
    .sort((a, b) => `${a.path}${a.code}`.localeCompare(`${b.path}${b.code}`))

describe('reading row by row', () => {
  test.each([
    ['csv', (bytes: Uint8Array) => readStockCsv(bytes, META, context)],
    ['xml', (bytes: Uint8Array) => readStockXml(bytes, context)],
  ] as const)('%s finds the rows and the faults that reading whole finds', (format, readWhole) => {
    fc.assert(
      fc.property(rows, (sent) => {
        const bytes = Buffer.from(WRITTEN[format](sent))
        const byRow = readStockRows(bytes, format, format === 'csv' ? META : {}, context)
        const whole = readWhole(bytes)
        expect(byRow.documents.map((each) => each.value)).toEqual(whole.documents.map((each) => each.value))
        expect(faults(byRow.refused)).toEqual(faults(whole.refused))
      }),
    )
  })

  test.each(['csv', 'ndjson', 'xml'] as const)('%s cut anywhere gives the same rows, faults and head', (format) => {
    fc.assert(
      fc.property(rows, fc.array(fc.nat({ max: 400 }), { maxLength: 8 }), (sent, cuts) => {
        const bytes = Buffer.from(WRITTEN[format](sent))
        const read = (edges: number[]) => {
          const reader = new StockRows(format, format === 'xml' ? {} : META, context)
          const batches = edges.map((end, i) => reader.push(bytes.subarray(edges[i - 1] ?? 0, end)))
          batches.push(reader.end())
          return {
            rows: batches.flatMap((batch) => batch.rows),
            refused: batches.flatMap((batch) => batch.refused),
            head: reader.head(),
          }
        }
        const edges = [...cuts.filter((cut) => cut < bytes.length).sort((a, b) => a - b), bytes.length]
        expect(read(edges)).toEqual(read([bytes.length]))
      }),
    )
  })

  test('the time of a file without a header is its first row’s, and a row of another time is refused', () => {
    const csv = 'sku,node,on_hand,as_of\nSHIRT,W1,1,2026-11-22T06:00:00Z\nSHIRT,S7,2,2026-11-22T07:00:00Z\n'
    const { documents, refused } = readStockRows(Buffer.from(csv), 'csv', {}, context)
    expect(documents).toMatchObject([
      { value: { mode: 'full', asOf: '2026-11-22T06:00:00.000Z', rows: [{ onHand: 1 }] } },
    ])
    expect(faults(refused)).toMatchObject([{ code: 'stock.as-of-differs', path: 'row 3, column as_of' }])
  })

  test.each([
    ['csv', 'sku,node\nSHIRT,W1\n', 'csv.missing-column'],
    ['csv', 'sku,node,on_hand\nSHIRT,W1,1\n', 'map.missing'],
    ['xml', '<StockFeed mode="full"><Row sku="SHIRT" node="W1" onHand="1"/></StockFeed>', 'map.missing'],
    ['xml', `<StockFeed mode="all" asOf="${AS_OF}"/>`, 'map.code'],
    ['xml', `<StockFeed mode="full" asOf="${AS_OF}"><Row sku="SHIRT" node="W1" onHand="1"/>`, 'xml.syntax'],
  ] as const)('%s of which nothing can be trusted is refused whole: %s', (format, content, fault) => {
    const { documents, refused } = readStockRows(Buffer.from(content), format, {}, context)
    expect(documents).toEqual([])
    expect(refused.flatMap(({ issues }) => issues.map((issue) => issue.code))).toEqual([fault])
  })

  test('a row names its place in the words of its document', () => {
    const placeIn = (format: StockFormat) => new StockRows(format, META, context).placeOf(7)
    expect(['csv', 'ndjson', 'xml'].map((format) => placeIn(format as StockFormat))).toEqual([
      'row 7',
      'line 7',
      '/StockFeed/Row[7]',
    ])
  })
})
