/** `npm run bench -- mapping`: an 850-like JSON order to the canonical order by field map, beside JSONata; and 850 files to orders. */
import jsonata from 'jsonata'
import type { Trace } from '#core/model/trace.ts'
import { OrderInput } from '#core/model/order.ts'
import { runForward } from '#mappings/engine/index.ts'
import { restOrderMap } from '#mappings/shopify/order.ts'
import type { Bench } from '../bench.ts'
import { figureOf, sideBySide } from '../kit/side-by-side.ts'
import { median } from '../kit/measure.ts'
import { ownProcess } from '../kit/own-process.ts'
import { ratio, rounded, table } from '../kit/table.ts'
import { context, EXPRESSION, orderOf } from './documents.ts'

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

async function measure(lines: number, runs: number) {
  const documents = Math.ceil(2_000 / lines)
  const order = orderOf(lines)
  const compiled = jsonata(EXPRESSION)
  const check = (done: unknown): void => {
    if (!(done as { lines: unknown[] }).lines || (done as { lines: unknown[] }).lines.length !== lines)
      throw new Error('a line is missing')
  }
  const repeated = (name: string, count: number, one: () => unknown) => ({
    name,
    amount: count,
    run: async () => {
      for (let i = 0; i < count; i += 1) check(await one())
    },
  })
  const figures = await sideBySide(
    [
      repeated('map', documents * 10, () => runForward(restOrderMap, order, context).value),
      repeated('map, traced', documents * 4, () => {
        const result = runForward(restOrderMap, order, context)
        told(result.trace())
        return result.value
      }),
      repeated('map, traced, zod', documents * 4, () => {
        const result = runForward(restOrderMap, order, context)
        told(result.trace())
        return OrderInput.parse(result.value)
      }),
      repeated('jsonata', documents, () => compiled.evaluate(order)),
    ],
    runs,
  )
  const of = (name: string): number => figureOf(figures, name)
  return { lines, map: of('map'), traced: of('map, traced'), checked: of('map, traced, zod'), jsonata: of('jsonata') }
}

/** Every value with the pointers to and from it, as the store keeps them. */
function told({ origins }: Trace): void {
  let length = 0
  for (const { target, source } of origins) length += target.length + source.length
  if (length === 0) throw new Error('nothing says where it came from')
}

/** A file of 850s to orders; one run more than is counted. */
async function purchaseOrders(runs: number): Promise<{ orders: number; seconds: number }> {
  const child = ownProcess(new URL('orders-task.ts', import.meta.url), [String(MEGABYTES * 1e6)])
  try {
    const { count } = await child.pass()
    const seconds: number[] = []
    for (let run = 0; run < runs; run += 1) seconds.push((await child.pass()).milliseconds / 1000)
    return { orders: count, seconds: median(seconds) }
  } finally {
    child.end()
  }
}

type Result = Awaited<ReturnType<typeof measure>>

function describe(results: readonly Result[], orders: number, seconds: number): string {
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
