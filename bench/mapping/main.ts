/** `npm run bench -- mapping`: an 850-like JSON order to the canonical order by field map, beside JSONata; and 850 files to orders. */
import jsonata from 'jsonata'
import type { Trace } from '#core/model/trace.ts'
import { OrderInput } from '#core/model/order.ts'
import { FulfillmentInstruction } from '#core/model/fulfillment.ts'
import { runForward } from '#mappings/engine/index.ts'
import { readX12Interchanges } from '#mappings/formats/x12/envelope.ts'
import { restOrderMap } from '#mappings/shopify/order.ts'
import { x12Maps } from '#mappings/x12/sets.ts'
import type { Bench } from '../bench.ts'
import { figureOf, peakMegabytes, sideBySide } from '../kit/side-by-side.ts'
import { ratio, rounded, table } from '../kit/table.ts'
import { context, EXPRESSION, orderOf, purchaseOrders } from './documents.ts'

const LIMIT = 10
const SIZES = [5, 200] as const
const MEGABYTES = 20

export const mapping: Bench = {
  name: 'mapping',
  summary: 'field maps with provenance and validation beside JSONata; 20 MB of 850s to validated canonical orders',
  run: async ({ runs }) => {
    const results = []
    for (const lines of SIZES) results.push(await measure(lines, runs))
    const bytes = purchaseOrders(MEGABYTES * 1e6)
    const purchase = await sideBySide([{ name: '850', amount: bytes.length / 1e6, run: () => readOrders(bytes) }], runs)
    const megabytesPerSecond = figureOf(purchase, '850')
    const orders = readOrders(bytes)
    const seconds = bytes.length / 1e6 / megabytesPerSecond
    const json = {
      bench: 'mapping',
      runs,
      limit: LIMIT,
      results,
      purchaseOrders: { orders, megabytes: bytes.length / 1e6, seconds },
    }
    return { json, text: describe(results, orders, seconds, bytes.length / 1e6) }
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

/** Every order parsed, mapped and checked by the canonical schema. */
function readOrders(bytes: Uint8Array): number {
  const maps = x12Maps()
  let orders = 0
  for (const { groups } of readX12Interchanges(bytes).interchanges)
    for (const set of groups.flatMap((group) => group.sets)) {
      const [document] = maps.readOrder(set, context).documents
      FulfillmentInstruction.parse(document?.value)
      orders += 1
    }
  return orders
}

type Result = Awaited<ReturnType<typeof measure>>

function describe(results: readonly Result[], orders: number, seconds: number, megabytes: number): string {
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
    `${rounded(orders)} orders in ${rounded(megabytes)} MB of 850s: parsed, mapped and checked by zod in ${seconds.toFixed(2)} s (aim: about 1 s on a quiet core).`,
    `Peak memory of the whole run ${rounded(peakMegabytes())} MB.`,
  ].join('\n')
}
