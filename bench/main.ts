/** `npm run bench -- <name>`: each figure beside its limit or its peer, in the same run. */
import { parseArgs } from 'node:util'
import type { Bench } from './bench.ts'
import { commit } from './commit/main.ts'
import { cover } from './cover/main.ts'
import { csv } from './csv/main.ts'
import { edi } from './edi/main.ts'
import { mapping } from './mapping/main.ts'
import { neighbor } from './neighbor/main.ts'
import { places } from './places/main.ts'
import { promise } from './promise/main.ts'
import { routing } from './routing/main.ts'
import { skeleton } from './skeleton/main.ts'
import { availability } from './stock/availability.ts'
import { feeds } from './stock/feeds.ts'
import { stock } from './stock/main.ts'
import { xml } from './xml/main.ts'

const BENCHES: Bench[] = [
  skeleton,
  routing,
  cover,
  commit,
  promise,
  places,
  stock,
  feeds,
  availability,
  edi,
  mapping,
  csv,
  xml,
  neighbor,
]

const width = Math.max(...BENCHES.map((bench) => bench.name.length))
const HELP = `usage: npm run bench -- <name> [options]

${BENCHES.map((bench) => `  ${bench.name.padEnd(width)}  ${bench.summary}`).join('\n')}

  --json            one JSON object instead of the table
  --runs R          runs of each figure; the median is shown (default 3)
  --full            the long form of a benchmark that has one (edi; routing: ship from store at full size)
  --orders N        orders of one run (skeleton, stock, commit; default 2000)
  --rows N          rows of a stock feed (feeds; default 200000)
  --positions N     stock positions (stock, availability: default 100000; commit: 1000000)
  --instances I, --sequences S, --seed N
                    generated scenarios of each family (routing; default 3, 1, 1; places: so many seeds from N on)
  --scenarios FOLDER
                    measure the scenario files of a folder besides (routing)

PGlite is always measured; DATABASE_URL adds PostgreSQL, REDIS_URL adds PostgreSQL with the queue in Redis. MEDUSA names a folder with
Medusa's inventory module, to be measured beside ours (stock; bench/stock/medusa.ts).`

const OPTIONS = {
  json: { type: 'boolean' },
  full: { type: 'boolean' },
  runs: { type: 'string' },
  orders: { type: 'string' },
  rows: { type: 'string' },
  positions: { type: 'string' },
  instances: { type: 'string' },
  sequences: { type: 'string' },
  seed: { type: 'string' },
  scenarios: { type: 'string' },
  help: { type: 'boolean', short: 'h' },
} as const

async function main(args: string[]): Promise<number> {
  const { values, positionals } = parseArgs({ args, allowPositionals: true, options: OPTIONS })
  const bench = BENCHES.find((each) => each.name === positionals[0])
  if (bench === undefined || values.help === true) {
    process.stdout.write(`${HELP}\n`)
    return values.help === true ? 0 : 2
  }
  const { json, text } = await bench.run({
    runs: Number(values.runs ?? 3),
    orders: Number(values.orders ?? 2_000),
    rows: Number(values.rows ?? 200_000),
    ...(values.positions === undefined ? {} : { positions: Number(values.positions) }),
    full: values.full === true,
    instances: Number(values.instances ?? 3),
    sequences: Number(values.sequences ?? 1),
    seed: Number(values.seed ?? 1),
    scenarios: values.scenarios,
  })
  process.stdout.write(values.json === true ? `${JSON.stringify(json)}\n` : `${text}\n`)
  return 0
}

try {
  process.exitCode = await main(process.argv.slice(2))
} catch (error) {
  process.stderr.write(`bench: ${error instanceof Error ? (error.stack ?? error.message) : 'it failed'}\n`)
  process.exitCode = 1
}
