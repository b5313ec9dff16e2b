/** `npm run bench -- csv`: stock feeds as CSV, read to rows of the wanted columns with their places, beside uDSV and csv-parse. */
import { Readable } from 'node:stream'
import { parse } from 'csv-parse'
import { inferSchema, initParser, type Parser } from 'udsv'
import { csvRows } from '#mappings/formats/csv/rows.ts'
import type { Bench } from '../bench.ts'
import { chunksOf, type Contender, figureOf, peakMegabytes, sideBySide } from '../kit/side-by-side.ts'
import { ratio, rounded, table } from '../kit/table.ts'
import { wrongAtAnyCut } from './cuts.ts'
import { feed, ROWS } from './feed.ts'

const FILES = ['plain', 'quoted'] as const
type File = (typeof FILES)[number]
const LIMIT = 0.7

export const csv: Bench = {
  name: 'csv',
  summary: 'CSV stock feeds to rows with places, beside uDSV and csv-parse; wrong results at any cut',
  run: async ({ runs }) => {
    const results = []
    for (const file of FILES) {
      const bytes = feed(file)
      const figures = await sideBySide(contenders(file, bytes), runs)
      const of = (name: string): number => figureOf(figures, `${name} ${file}`)
      results.push({
        file,
        ours: of('ours'),
        udsv: of('udsv'),
        csvParse: of('csv-parse'),
        megabytes: bytes.length / 1e6,
      })
    }
    const cuts = wrongAtAnyCut()
    const json = { bench: 'csv', runs, unit: 'MB/s', limit: LIMIT, results, cuts, peakMegabytes: peakMegabytes() }
    return { json, text: describe(results, cuts) }
  },
}

function contenders(file: File, bytes: Uint8Array): Contender[] {
  const amount = bytes.length / 1e6
  const demand = (rows: number): void => {
    if (rows !== ROWS) throw new Error(`${ROWS} rows were expected, ${rows} came`)
  }
  return [
    { name: `ours ${file}`, amount, run: () => demand(ours(bytes)) },
    { name: `udsv ${file}`, amount, run: () => demand(udsv(bytes)) },
    { name: `csv-parse ${file}`, amount, run: async () => demand(await csvParse(bytes)) },
  ]
}

function ours(bytes: Uint8Array): number {
  const reader = csvRows({ required: ['sku', 'gtin', 'node', 'on_hand'] })
  let rows = 0
  for (const chunk of chunksOf(bytes)) rows += reader.push(chunk).rows.length
  return rows + reader.end().rows.length
}

/** As its documentation streams: text pieces into `chunk`, objects out. */
function udsv(bytes: Uint8Array): number {
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
}

async function csvParse(bytes: Uint8Array): Promise<number> {
  let rows = 0
  for await (const _row of Readable.from(chunksOf(bytes)).pipe(parse({ columns: true }))) rows += 1
  return rows
}

type Result = { file: File; ours: number; udsv: number; csvParse: number; megabytes: number }

function describe(results: readonly Result[], cuts: ReturnType<typeof wrongAtAnyCut>): string {
  const rows = results.map((each) => [
    `${each.file} (${rounded(each.megabytes)} MB)`,
    rounded(each.ours),
    rounded(each.udsv),
    rounded(each.csvParse),
    `${ratio(each.ours, each.udsv)} (≥ ${LIMIT} ×)`,
    ratio(each.ours, each.csvParse),
  ])
  return [
    table(['MB/s, streaming', 'ours', 'uDSV', 'csv-parse', '÷ uDSV', '÷ csv-parse'], rows),
    '',
    `Wrong at a cut of a quoted file in two: ours ${cuts.ours} of ${cuts.of} (limit 0), uDSV ${cuts.udsv} of ${cuts.of}.`,
    `Peak memory of the whole run ${rounded(peakMegabytes())} MB.`,
  ].join('\n')
}
