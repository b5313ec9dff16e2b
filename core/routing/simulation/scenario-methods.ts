/** Methods of a scenario's groups: made by the exact cover, in money of the scenario. */
import type { Method, MethodSource } from '../prices/method-program.ts'
import { coverOrder, NOBODY } from './order-cover.ts'
import { eachTaken, packagePrices } from './places.ts'
import type { DatedOrder } from './places.ts'
import type { KnownScenario } from './scenario.ts'

/** `nodes` names the node of each of the group's SKUs, or NOBODY. */
export type ScenarioMethod = Method & { readonly nodes: Int16Array }

/** What a method takes are units of positions and places of its group's day (places.ts). */
export function scenarioMethods(scenario: KnownScenario, groups: readonly DatedOrder[]): MethodSource<ScenarioMethod> {
  const nodeOfLine = new Int16Array(64)
  const stock = new Int32Array(scenario.stock.length)
  let lastLimits: Float64Array | undefined
  let lastPrices: Float64Array | undefined
  let tolls: Float64Array[] = []
  return {
    idle: (index) => {
      const group = groups[index]
      const lines = group?.skus.length ?? 0
      return {
        cost: scenario.unfulfilledFixed + (scenario.unfulfilledUnit[group?.destination ?? 0] ?? 0) * lines,
        positions: [],
        nodes: new Int16Array(lines).fill(NOBODY),
      }
    },
    best: (index, prices, limits) => {
      if (limits !== lastLimits || prices !== lastPrices) tolls = packagePrices(scenario, prices, limits)
      if (limits !== lastLimits)
        for (let position = 0; position < stock.length; position++)
          stock[position] = (limits[position] ?? 0) > 0 ? 1_000 : 0
      lastLimits = limits
      lastPrices = prices
      const group = groups[index]
      if (group === undefined) throw new Error(`there is no group ${index}`)
      const weighed = { stock, prices, packagePrices: tolls[group.day ?? 0] }
      const cost = coverOrder(scenario, group.destination, group.skus, weighed, nodeOfLine)
      const nodes = nodeOfLine.slice(0, group.skus.length)
      const positions: number[] = []
      let paid = 0
      eachTaken(scenario, group, nodes, (position) => {
        positions.push(position)
        paid += prices[position] ?? 0
      })
      return { cost: cost - paid, positions, nodes }
    },
  }
}
