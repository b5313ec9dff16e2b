/** `npm run bench -- mapping`: an 850-like JSON order to the canonical order by field map, beside JSONata; and 850 files to orders. */
import type { Bench } from '../bench.ts'
import { inTurn } from '../kit/own-process.ts'
import { ratio, rounded, table } from '../kit/table.ts'
import { TASK_NAMES, type TaskName } from './tasks.ts'

const LIMIT = 10
const SIZES = [5, 200] as const
const MEGABYTES = 20

export const mapping: Bench = {
  name: 'mapping',
  summary: 'field maps with provenance and validation beside JSONata; 20 MB of 850s to validated canonical orders',
  run: async ({ runs }) => {
    const results = []
    for (const lines of SIZES) results.push(await measure(lines, runs))
    const { orders, seconds } = await purchaseOrders(runs)
    const json = {
      bench: 'mapping',
      runs,
      limit: LIMIT,
      results,
      purchaseOrders: { orders, megabytes: MEGABYTES, seconds },
    }
    return { json, text: describe(results, orders, seconds) }
  },
}

/** Orders a second, medians. */
type Figures = { lines: number } & Record<TaskName, number>

async function measure(lines: number, runs: number): Promise<Figures> {
  const passed = await inTurn(new URL('task.ts', import.meta.url), TASK_NAMES, (name) => [name, String(lines)], runs)
  const speeds = Object.fromEntries(
    TASK_NAMES.map((name) => [name, (1000 * passed[name].count) / passed[name].milliseconds]),
  )
  return { lines, ...(speeds as Record<TaskName, number>) }
}

/** A file of 850s to orders. */
async function purchaseOrders(runs: number): Promise<{ orders: number; seconds: number }> {
  const task = new URL('orders-task.ts', import.meta.url)
  const { orders } = await inTurn(task, ['orders'], () => [String(MEGABYTES * 1e6)], runs)
  return { orders: orders.count, seconds: orders.milliseconds / 1000 }
}

function describe(results: readonly Figures[], orders: number, seconds: number): string {
  const rows = results.map((each) => [
    `${each.lines} lines`,
    rounded(each.map),
    rounded(each.traced),
    rounded(each.checked),
    rounded(each.jsonata),
    `${ratio(each.traced, each.jsonata)} (≥ ${LIMIT} ×)`,
    ratio(each.checked, each.jsonata),
  ])
  return [
    table(
      ['orders a second', 'map', 'map, traced', 'and zod again', 'JSONata', 'traced ÷ JSONata', 'with zod ÷'],
      rows,
    ),
    '',
    'A map’s leaves are as strict as the canonical schema, so its result is validated; "and zod again" checks it a second time.',
    `${rounded(orders)} orders in ${MEGABYTES} MB of 850s: parsed, mapped and checked by zod in ${seconds.toFixed(2)} s (aim: about 1 s on a quiet core).`,
  ].join('\n')
}
