/** Small scenarios for tests: given costs and stock, everything else is plain. */
import type { Random } from '../../ports.ts'
import { parseScenario, SCENARIO_FORMAT } from './scenario.ts'
import type { Scenario, ScenarioFile } from './scenario.ts'

export type Asked = {
  packageFixed: number[]
  /** By destination, then node. */
  unitCost: number[][]
  /** By node, then SKU. */
  stock: number[][]
  unfulfilledUnit?: number
  unfulfilledFixed?: number
  history?: [number, number[]][]
  orders?: [number, number[]][]
  /** By node; undefined for no limit. */
  packagesPerDay?: (number | undefined)[]
  dayStarts?: number[]
  historyDayStarts?: number[]
}

export function aScenarioFile(asked: Asked): ScenarioFile {
  return {
    format: SCENARIO_FORMAT,
    name: 'a scenario',
    costUnit: '',
    nodes: asked.packageFixed.map((packageFixed, node) => ({
      id: `n${node}`,
      lat: node,
      lon: 0,
      packageFixed,
      packagesPerDay: asked.packagesPerDay?.[node],
    })),
    destinations: asked.unitCost.map((unitCost, index) => ({
      id: `d${index}`,
      lat: index,
      lon: 1,
      unitCost,
      unfulfilledUnit: asked.unfulfilledUnit ?? 1_000,
    })),
    unfulfilledFixed: asked.unfulfilledFixed ?? 0,
    skus: (asked.stock[0] ?? []).map((_, sku) => `s${sku}`),
    stock: asked.stock,
    history: asked.history ?? [],
    orders: asked.orders ?? [[0, [0]]],
    dayStarts: asked.dayStarts,
    historyDayStarts: asked.historyDayStarts,
  }
}

export function aScenario(asked: Asked): Scenario {
  const result = parseScenario(aScenarioFile(asked))
  if (!result.ok) throw new Error(result.issues.map((each) => `${each.place.path} ${each.rule}`).join('; '))
  return result.value
}

/** Three nodes, two destinations, six SKUs, eight kinds of order and stock that just does not suffice. */
export function aBusyScenario(random: Random, orders: number): Scenario {
  const kinds = [[0], [1], [2, 3], [0, 4], [1, 2, 5], [3], [4, 5], [0, 1, 2]]
  const period = (): [number, number[]][] =>
    Array.from({ length: orders }, () => [
      Math.floor(random.next() * 2),
      kinds[Math.floor(random.next() * kinds.length)] ?? [0],
    ])
  return aScenario({
    packageFixed: [100, 110, 120],
    unitCost: [
      [10, 40, 70],
      [60, 35, 15],
    ],
    stock: [0, 1, 2].map((node) =>
      Array.from({ length: 6 }, (_, sku) =>
        (node + sku) % 4 === 0 ? 0 : Math.round(orders * (0.05 + 0.08 * random.next())),
      ),
    ),
    history: period(),
    orders: period(),
  })
}
