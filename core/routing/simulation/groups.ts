/** Orders of a scenario by kind: what is ordered (a set of SKUs, repeats counted), whereto, and on which day where days matter. */
import type { DatedOrder } from './places.ts'

export type Groups = {
  /** SKUs are sorted: methods name the node of each in this order. */
  readonly list: readonly DatedOrder[]
  readonly indexOf: (order: DatedOrder) => number | undefined
  /** How often each group stands in a list of orders. */
  readonly count: (orders: readonly DatedOrder[]) => Float64Array
}

export function groupsOf(orders: readonly DatedOrder[]): Groups {
  const list: DatedOrder[] = []
  const byKey = new Map<string, number>()
  for (const order of orders) {
    const key = keyOf(order)
    if (byKey.has(key)) continue
    byKey.set(key, list.length)
    list.push({ ...order, skus: order.skus.toSorted(ascending) })
  }
  return {
    list,
    indexOf: (order) => byKey.get(keyOf(order)),
    count: (counted) => {
      const counts = new Float64Array(list.length)
      for (const order of counted) {
        const group = byKey.get(keyOf(order))
        if (group !== undefined) counts[group] = (counts[group] ?? 0) + 1
      }
      return counts
    },
  }
}

const keyOf = ({ destination, skus, day = 0 }: DatedOrder): string =>
  `${destination}:${skus.toSorted(ascending).join(',')}:${day}`

const ascending = (a: number, b: number): number => a - b
