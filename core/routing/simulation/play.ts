/** Plays a scenario's orders through a policy, one at a time, and counts what it cost. Touches nothing. */
import { NOBODY } from './order-cover.ts'
import type { Policy } from './policies.ts'
import type { Scenario, ScenarioOrder } from './scenario.ts'
import { unitCostOf } from './scenario.ts'
import { ShownStock } from './shown-stock.ts'

/** What a policy made of a scenario. Costs are in the scenario's unit. */
export type Played = {
  readonly policy: string
  readonly cost: number
  readonly packages: number
  readonly lines: number
  /** Orders in more than one package. */
  readonly splitOrders: number
  readonly unfilledLines: number
  /** Orders with a line left out. */
  readonly unfilledOrders: number
  /** By node. */
  readonly nodePackages: Int32Array
  readonly nodeUnits: Int32Array
  /** Days on which it sent all the packages that it may. */
  readonly nodeFullDays: Int32Array
  /** By order: cost, and the node of every line, order after order. */
  readonly costs: Float64Array
  readonly choices: Int16Array
  readonly decisionMicros: Float64Array
  readonly refreshes: number
  readonly refreshMs: number
}

export type PlayTools = {
  /** Milliseconds from any beginning, as fine as the machine has them. */
  readonly nowMs: () => number
  readonly onProgress?: (done: number, of: number) => void
}

const PROGRESS_EVERY = 1_000

export function play(scenario: Scenario, policy: Policy, { nowMs, onProgress }: PlayTools): Played {
  const { orders, nodes, skus } = scenario
  const stock = new ShownStock(scenario)
  const choices = new Int16Array(orders.reduce((sum, order) => sum + order.skus.length, 0))
  const costs = new Float64Array(orders.length)
  const decisionMicros = new Float64Array(orders.length)
  const nodeOfLine = new Int16Array(64)
  const nodePackages = new Int32Array(nodes.length)
  const nodeUnits = new Int32Array(nodes.length)
  const nodeFullDays = new Int32Array(nodes.length)
  let [line, packages, splitOrders, unfilledLines, unfilledOrders, refreshes, refreshMs] = [0, 0, 0, 0, 0, 0, 0]
  orders.forEach((order, index) => {
    stock.begin(index)
    if (policy.refresh !== undefined) {
      const began = nowMs()
      if (policy.refresh(index, stock.lying, stock.today(index))) {
        refreshes++
        refreshMs += nowMs() - began
      }
    }
    const began = nowMs()
    policy.decide(order, stock.shown, nodeOfLine)
    decisionMicros[index] = (nowMs() - began) * 1_000
    costs[index] = orderCost(scenario, order, nodeOfLine)
    const before = packages
    let left = 0
    order.skus.forEach((sku, at) => {
      const node = nodeOfLine[at] ?? NOBODY
      choices[line++] = node
      if (node === NOBODY) {
        left++
        return
      }
      if (!stock.takeUnit(node, sku))
        throw new Error(
          `${policy.name} took a unit of ${skus[sku] ?? ''} that ${nodes[node]?.id ?? 'no node'} has not, or not today`,
        )
      nodeUnits[node] = (nodeUnits[node] ?? 0) + 1
    })
    order.skus.forEach((_sku, at) => {
      const node = nodeOfLine[at] ?? NOBODY
      if (node === NOBODY || nodeOfLine.indexOf(node) < at) return
      packages++
      nodePackages[node] = (nodePackages[node] ?? 0) + 1
      if (stock.sendPackage(node)) nodeFullDays[node] = (nodeFullDays[node] ?? 0) + 1
    })
    splitOrders += packages - before > 1 ? 1 : 0
    unfilledLines += left
    unfilledOrders += left > 0 ? 1 : 0
    if ((index + 1) % PROGRESS_EVERY === 0) onProgress?.(index + 1, orders.length)
  })
  return {
    policy: policy.name,
    cost: costs.reduce((sum, each) => sum + each, 0),
    packages,
    lines: choices.length,
    splitOrders,
    unfilledLines,
    unfilledOrders,
    nodePackages,
    nodeUnits,
    nodeFullDays,
    costs,
    choices,
    decisionMicros,
    refreshes,
    refreshMs,
  }
}

/** What an order costs with the given node for each line: `packageFixed` once a node, `unitCost` a line, and for what is left out. */
export function orderCost(scenario: Scenario, { destination, skus }: ScenarioOrder, nodeOfLine: Int16Array): number {
  let cost = 0
  let someLeft = false
  skus.forEach((sku, line) => {
    const node = nodeOfLine[line] ?? NOBODY
    if (node === NOBODY) {
      someLeft = true
      cost += scenario.unfulfilledUnit[destination] ?? 0
      return
    }
    if (nodeOfLine.indexOf(node) === line) cost += scenario.packageCost[destination * scenario.nodes.length + node] ?? 0
    cost += unitCostOf(scenario, destination, node, sku)
  })
  return someLeft ? cost + scenario.unfulfilledFixed : cost
}
