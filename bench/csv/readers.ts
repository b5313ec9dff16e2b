/** What is measured of CSV: each reads the whole feed and says how many rows it saw. */
import { Readable } from 'node:stream'
import { parse } from 'csv-parse'
import { inferSchema, initParser, type Parser } from 'udsv'
import { csvRows } from '#mappings/formats/csv/rows.ts'
import { chunksOf } from '../kit/chunks.ts'

export const READERS = {
  ours: (bytes: Uint8Array): number => {
    const reader = csvRows({ required: ['sku', 'gtin', 'node', 'on_hand'] })
    let rows = 0
    for (const chunk of chunksOf(bytes)) rows += reader.push(chunk).rows.length
    return rows + reader.end().rows.length
  },
  /** As its documentation streams: text pieces into `chunk`, objects out. */
  udsv: (bytes: Uint8Array): number => {
    const decoder = new TextDecoder()
    let parser: Parser | undefined
    let rows = 0
    for (const chunk of chunksOf(bytes)) {
      const text = decoder.decode(chunk, { stream: true })
      parser ??= initParser(inferSchema(text))
      parser.chunk<Record<string, string>>(text, parser.stringObjs, () => {
        rows += 1
      })
    }
    parser?.end()
    return rows
  },
  csvParse: async (bytes: Uint8Array): Promise<number> => {
    let rows = 0
    for await (const _row of Readable.from(chunksOf(bytes)).pipe(parse({ columns: true }))) rows += 1
    return rows
  },
}

export type ReaderName = keyof typeof READERS
