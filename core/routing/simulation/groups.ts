/** Orders of a scenario by kind: what is ordered (a set of SKUs, repeats counted) and whereto. */
import type { ScenarioOrder } from './scenario.ts'

export type Groups = {
  /** SKUs are sorted: methods name the node of each in this order. */
  readonly list: readonly ScenarioOrder[]
  readonly indexOf: (order: ScenarioOrder) => number | undefined
  /** How often each group stands in a list of orders. */
  readonly count: (orders: readonly ScenarioOrder[]) => Float64Array
}

export function groupsOf(orders: readonly ScenarioOrder[]): Groups {
  const list: ScenarioOrder[] = []
  const byKey = new Map<string, number>()
  for (const order of orders) {
    const key = keyOf(order)
    if (byKey.has(key)) continue
    byKey.set(key, list.length)
    list.push({ destination: order.destination, skus: order.skus.toSorted(ascending) })
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

const keyOf = ({ destination, skus }: ScenarioOrder): string => `${destination}:${skus.toSorted(ascending).join(',')}`

const ascending = (a: number, b: number): number => a - b
