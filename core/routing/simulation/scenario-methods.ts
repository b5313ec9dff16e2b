/** Methods of a scenario's groups: made by the exact cover, in money of the scenario. */
import type { Method, MethodSource } from '../prices/method-program.ts'
import { coverOrder, NOBODY } from './order-cover.ts'
import type { KnownScenario, ScenarioOrder } from './scenario.ts'

/** `nodes` names the node of each of the group's SKUs, or NOBODY. */
export type ScenarioMethod = Method & { readonly nodes: Int16Array }

export function scenarioMethods(
  scenario: KnownScenario,
  groups: readonly ScenarioOrder[],
): MethodSource<ScenarioMethod> {
  const nodeOfLine = new Int16Array(64)
  const stock = new Int32Array(scenario.stock.length)
  let lastLimits: Float64Array | undefined
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
      if (limits !== lastLimits) {
        lastLimits = limits
        limits.forEach((limit, position) => (stock[position] = limit > 0 ? 1_000 : 0))
      }
      const group = groups[index]
      if (group === undefined) throw new Error(`there is no group ${index}`)
      const cost = coverOrder(scenario, group.destination, group.skus, { stock, prices }, nodeOfLine)
      const nodes = nodeOfLine.slice(0, group.skus.length)
      const positions: number[] = []
      let paid = 0
      nodes.forEach((node, line) => {
        if (node === NOBODY) return
        const position = node * scenario.skus.length + (group.skus[line] ?? 0)
        positions.push(position)
        paid += prices[position] ?? 0
      })
      return { cost: cost - paid, positions, nodes }
    },
  }
}
