/** `npm run bench -- csv`: stock feeds as CSV, read to rows of the wanted columns with their places, beside uDSV and csv-parse. */
import type { Bench } from '../bench.ts'
import { inTurn } from '../kit/own-process.ts'
import { ratio, rounded, table } from '../kit/table.ts'
import { wrongAtAnyCut } from './cuts.ts'
import { type File, feed, FILES } from './feed.ts'
import { type ReaderName, READERS } from './readers.ts'

const LIMIT = 0.7

export const csv: Bench = {
  name: 'csv',
  summary: 'CSV stock feeds to rows with places, beside uDSV and csv-parse; wrong results at any cut',
  run: async ({ runs }) => {
    const results = []
    for (const file of FILES) {
      const megabytes = feed(file).length / 1e6
      const names = Object.keys(READERS) as ReaderName[]
      const passed = await inTurn(new URL('task.ts', import.meta.url), names, (name) => [name, file], runs)
      const of = (name: ReaderName): number => (1000 * megabytes) / passed[name].milliseconds
      results.push({ file, ours: of('ours'), udsv: of('udsv'), csvParse: of('csvParse'), megabytes })
    }
    const cuts = wrongAtAnyCut()
    const json = { bench: 'csv', runs, unit: 'MB/s', limit: LIMIT, results, cuts }
    return { json, text: describe(results, cuts) }
  },
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
  ].join('\n')
}
