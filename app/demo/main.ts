/** `npm run demo`: a day of orders through the whole hub, over real protocols, checked against the partners' own books. */
import { parseArgs } from 'node:util'
import { failureMessage } from '../failure.ts'
import { readSettings, SettingsError } from '../settings.ts'
import { checkBooks } from './checks.ts'
import { ordersOfTheDay, unitsWanted } from './day.ts'
import { waitForEvening } from './evening.ts'
import { playDay } from './play.ts'
import { createProgress } from './progress.ts'
import { seededRandom } from './random.ts'
import { makeReport, printReport } from './report.ts'
import { type CameBack, goodsComeBack } from './second-thoughts.ts'
import { setStage } from './stage.ts'
import { openingStock } from './stock.ts'

const HELP = `Plays a day of orders through the hub over HTTP, SFTP and EDI, and checks every book.

usage: npm run demo -- [--orders N] [--seed S] [--json] [--keep]

  --orders N   orders of the day, besides the two of the story (default 200)
  --seed S     another day; the same seed plays the same orders (default 1)
  --json       print one JSON object instead of the report
  --keep       leave hub and partners running, with the API address printed; Ctrl-C ends them

DATABASE_URL and REDIS_URL move it to real servers; it makes a database of its own there and takes it away again.`

class Mistake extends Error {}

function readOptions(args: string[]) {
  let values
  try {
    ;({ values } = parseArgs({
      args,
      options: {
        orders: { type: 'string' },
        seed: { type: 'string' },
        json: { type: 'boolean' },
        keep: { type: 'boolean' },
        help: { type: 'boolean', short: 'h' },
      },
    }))
  } catch (error) {
    throw new Mistake(`${error instanceof Error ? error.message : 'the arguments cannot be read'}\n\n${HELP}`)
  }
  return {
    ...values,
    orders: wholeNumber('--orders', values.orders ?? '200', 1, 100_000),
    seed: wholeNumber('--seed', values.seed ?? '1', 0, 2 ** 32 - 1),
  }
}

function wholeNumber(name: string, text: string, min: number, max: number): number {
  const value = Number(text)
  if (!/^\d+$/.test(text) || value < min || value > max)
    throw new Mistake(`${name} must be a whole number from ${min} to ${max}, not "${text}"`)
  return value
}

async function main(): Promise<number> {
  const options = readOptions(process.argv.slice(2))
  if (options.help === true) {
    process.stdout.write(`${HELP}\n`)
    return 0
  }
  const settings = readSettings({ CROSSDOCK_LOG: 'silent', ...process.env })
  const print = (line: string): void => void process.stdout.write(`${line}\n`)
  const progress = createProgress(options.json === true ? undefined : process.stderr)
  const random = seededRandom(options.seed)
  const orders = ordersOfTheDay(options.orders, random)
  const opening = openingStock(unitsWanted(orders))

  progress.say('starting the hub and its partners')
  const stage = await setStage(settings, opening, random)
  try {
    const began = performance.now()
    const played = await playDay(stage, orders, opening, (placed) =>
      progress.say(`${placed} of ${orders.length} orders placed`),
    )
    // The two orders of the story are played on top: the two pairs of shoes, and the unknown SKU.
    let cameBack: CameBack[] = []
    await waitForEvening(
      stage,
      orders.length + 2,
      (now) =>
        progress.say(
          `${now.orders} orders; ${now.documentsUnread} documents to read, ${now.waiting} orders to route, ${now.instructionsOpen} instructions to send, ${now.requestsOpen} requests with nodes`,
        ),
      async () => {
        cameBack = await goodsComeBack(stage)
      },
    )
    const seconds = (performance.now() - began) / 1000
    const report = await makeReport(stage, played, await checkBooks(stage, played, cameBack), {
      seed: options.seed,
      seconds,
    })
    progress.end()
    if (options.json === true) print(JSON.stringify(report, null, 2))
    else printReport(report, print)
    if (options.keep === true)
      await keepRunning(stage.server.url, stage.apiKey, options.json === true ? process.stderr : process.stdout)
    return report.ok ? 0 : 1
  } finally {
    progress.end()
    await stage.close()
  }
}

async function keepRunning(url: string, apiKey: string, out: NodeJS.WritableStream): Promise<void> {
  out.write(
    `\nThe hub runs at ${url}. Try:\n  curl -H 'authorization: Bearer ${apiKey}' '${url}/v1/orders?limit=3'\nCtrl-C ends it.\n`,
  )
  await new Promise<void>((resolve) => {
    for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => resolve())
  })
}

try {
  process.exitCode = await main()
} catch (error) {
  const mistake = error instanceof Mistake || error instanceof SettingsError
  const message = failureMessage(error)
  process.stderr.write(`demo: ${message}\n`)
  if (!mistake && error instanceof Error && message === error.message) process.stderr.write(`${error.stack ?? ''}\n`)
  process.exitCode = mistake ? 2 : 1
}
