/** What is measured of field maps: each turns the order over and over and says how many orders it made. */
import jsonata from 'jsonata'
import { OrderInput } from '#core/model/order.ts'
import type { Trace } from '#core/model/trace.ts'
import { runForward } from '#mappings/engine/index.ts'
import { restOrderMap } from '#mappings/shopify/order.ts'
import { context, EXPRESSION, type orderOf } from './documents.ts'

type Order = ReturnType<typeof orderOf>

const mapped = (order: Order) => runForward(restOrderMap, order, context)
const traced = (order: Order) => {
  const result = mapped(order)
  told(result.trace())
  return result.value
}

/** Each makes one order. */
const MAKERS = {
  map: () => (order: Order) => mapped(order).value,
  traced: () => traced,
  checked: () => (order: Order) => OrderInput.parse(traced(order)),
  jsonata: () => {
    const compiled = jsonata(EXPRESSION)
    return (order: Order) => compiled.evaluate(order) as Promise<unknown>
  },
}

export type TaskName = keyof typeof MAKERS
export const TASK_NAMES = Object.keys(MAKERS) as TaskName[]

/** Orders made in one pass: so many lines in all. */
const documentsOf = (lines: number): number => Math.ceil(2_000 / lines)

export function task(name: TaskName, order: Order, lines: number): () => Promise<number> {
  const make: (order: Order) => unknown = MAKERS[name]()
  return async () => {
    for (let i = 0; i < documentsOf(lines); i += 1) {
      const made = await make(order)
      if ((made as { lines?: unknown[] }).lines?.length !== lines) throw new Error('a line is missing')
    }
    return documentsOf(lines)
  }
}

/** Every value with the pointers to and from it, as the store keeps them. */
function told({ origins }: Trace): void {
  let length = 0
  for (const { target, source } of origins) length += target.length + source.length
  if (length === 0) throw new Error('nothing says where it came from')
}
