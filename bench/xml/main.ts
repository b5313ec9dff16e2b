/** `npm run bench -- xml`: a large XML stock feed to rows, beside bare saxes and fast-xml-parser's whole tree. */
import type { Bench } from '../bench.ts'
import { inTurn } from '../kit/own-process.ts'
import { ratio, rounded, table } from '../kit/table.ts'
import { feed, type ReaderName, READERS, type Shape, SHAPES } from './tasks.ts'

const LIMIT = 0.8

export const xml: Bench = {
  name: 'xml',
  summary: 'XML stock feeds to rows with places, beside bare saxes and fast-xml-parser',
  run: async ({ runs }) => {
    const results: Result[] = []
    for (const shape of SHAPES) {
      const megabytes = feed(shape).length / 1e6
      results.push({ shape, megabytes, ...(await measure(shape, megabytes, runs)) })
    }
    return { json: { bench: 'xml', runs, unit: 'MB/s', limit: LIMIT, results }, text: describe(results) }
  },
}

/** MB/s, medians. */
type Figures = Record<ReaderName, number>

async function measure(shape: Shape, megabytes: number, runs: number): Promise<Figures> {
  const names = Object.keys(READERS) as ReaderName[]
  const passed = await inTurn(new URL('task.ts', import.meta.url), names, (name) => [name, shape], runs)
  return Object.fromEntries(names.map((name) => [name, (1000 * megabytes) / passed[name].milliseconds])) as Figures
}

type Result = { shape: Shape; megabytes: number } & Figures

function describe(results: readonly Result[]): string {
  const rows = results.map((each) => [
    `${each.shape} (${rounded(each.megabytes)} MB)`,
    rounded(each.ours),
    rounded(each.saxes),
    rounded(each.tree),
    `${ratio(each.ours, each.saxes)} (≥ ${LIMIT} ×)`,
    ratio(each.ours, each.tree),
  ])
  return table(['MB/s', 'ours, rows', 'saxes, bare events', 'fast-xml-parser, tree', '÷ saxes', '÷ tree'], rows)
}
