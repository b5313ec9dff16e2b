/** What is said about a played scenario: figures for each policy, and where two policies differ, order by order. */
import { NOBODY } from './order-cover.ts'
import type { Played } from './play.ts'
import type { KnownScenario, Scenario } from './scenario.ts'

/** Costs are in the scenario's unit. */
export type PolicyReport = {
  policy: string
  cost: number
  /** A lower bound on the cost of any policy; null where it is not known. */
  hindsightBound: number | null
  /** Cost ÷ bound: 1.01 is one per cent dearer than the best that anybody could have done knowing all orders. */
  ratio: number | null
  packagesPerOrder: number
  splitOrders: number
  unfilledOrders: number
  unfilledLines: number
  decisionMicrosP50: number
  decisionMicrosP99: number
  /** How often guidance was made anew, and the time that took, which no order waits for in a running hub. */
  refreshes: number
  refreshSeconds: number
  /** `fullDays`: days on which the node sent all the packages that it may. */
  nodes: { node: string; packages: number; units: number; fullDays: number }[]
}

export type OrderDifference = {
  /** Place among the scenario's orders, from 0. */
  order: number
  destination: string
  lines: { sku: string; nodes: [string | null, string | null] }[]
  costs: [number, number]
}

export function reportOf(scenario: KnownScenario, played: Played, hindsightBound: number | undefined): PolicyReport {
  const micros = played.decisionMicros.toSorted()
  return {
    policy: played.policy,
    cost: played.cost,
    hindsightBound: hindsightBound ?? null,
    ratio: hindsightBound === undefined || hindsightBound === 0 ? null : played.cost / hindsightBound,
    packagesPerOrder: played.packages / played.costs.length,
    splitOrders: played.splitOrders,
    unfilledOrders: played.unfilledOrders,
    unfilledLines: played.unfilledLines,
    decisionMicrosP50: percentile(micros, 0.5),
    decisionMicrosP99: percentile(micros, 0.99),
    refreshes: played.refreshes,
    refreshSeconds: played.refreshMs / 1_000,
    nodes: scenario.nodes.map(({ id }, node) => ({
      node: id,
      packages: played.nodePackages[node] ?? 0,
      units: played.nodeUnits[node] ?? 0,
      fullDays: played.nodeFullDays[node] ?? 0,
    })),
  }
}

/** Orders that two policies served from different nodes, in time order. */
export function differences(scenario: Scenario, a: Played, b: Played): OrderDifference[] {
  const found: OrderDifference[] = []
  const name = (node: number | undefined): string | null => scenario.nodes[node ?? NOBODY]?.id ?? null
  let first = 0
  scenario.orders.forEach((order, index) => {
    const from = first
    first += order.skus.length
    const differs = order.skus.some((_, line) => a.choices[from + line] !== b.choices[from + line])
    if (!differs) return
    found.push({
      order: index,
      destination: scenario.destinations[order.destination]?.id ?? '',
      lines: order.skus.map((sku, line) => ({
        sku: scenario.skus[sku] ?? '',
        nodes: [name(a.choices[from + line]), name(b.choices[from + line])],
      })),
      costs: [a.costs[index] ?? 0, b.costs[index] ?? 0],
    })
  })
  return found
}

/** Of values in rising order. */
export function percentile(sorted: Float64Array, share: number): number {
  return sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))] ?? 0
}
