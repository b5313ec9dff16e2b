import fc from 'fast-check'
import { expect, test } from 'vitest'
import { coverExactly } from '../cover.ts'
import { sellableAt } from '../problem.ts'
import type { Problem } from '../problem.ts'
import type { Sku } from '../../model/ids.ts'
import { coverOrder, EXACT_LINES, NOBODY } from './order-cover.ts'
import type { Weighed } from './order-cover.ts'
import { aScenario } from './test-kit.ts'
import type { KnownScenario } from './scenario.ts'
import { unitCostOf } from './scenario.ts'

const instances = fc.record({
  nodes: fc.integer({ min: 1, max: 5 }),
  lines: fc.array(fc.integer({ min: 0, max: 6 }), { minLength: 1, maxLength: 4 }),
  costs: fc.array(fc.integer({ min: 0, max: 50 }), { minLength: 12, maxLength: 12 }),
  stock: fc.array(fc.integer({ min: 0, max: 2 }), { minLength: 35, maxLength: 35 }),
  prices: fc.array(fc.integer({ min: 0, max: 30 }), { minLength: 35, maxLength: 35 }),
  /** Endless: the node has no place left. */
  packagePrices: fc.array(fc.constantFrom(0, 7, 30, Number.POSITIVE_INFINITY), { minLength: 5, maxLength: 5 }),
  unfulfilledFixed: fc.constantFrom(0, 25),
  unfulfilledUnit: fc.constantFrom(20, 500),
})

type Instance = Omit<
  typeof instances extends fc.Arbitrary<infer T> ? T : never,
  'unfulfilledFixed' | 'unfulfilledUnit'
> & {
  unfulfilledFixed: number
  unfulfilledUnit: number
}

const scenarioFor = ({ nodes, costs, stock, unfulfilledFixed, unfulfilledUnit }: Instance) =>
  aScenario({
    packageFixed: costs.slice(0, nodes),
    unitCost: [costs.slice(6, 6 + nodes)],
    stock: Array.from({ length: nodes }, (_, node) => stock.slice(node * 7, node * 7 + 7)),
    unfulfilledUnit,
    unfulfilledFixed,
  })

const ascending = (a: number, b: number): number => a - b

test('the cover is the best of all ways to serve the order, repeated SKUs and prices of units and places included', () => {
  fc.assert(
    fc.property(instances, (instance) => {
      const scenario = scenarioFor(instance)
      const prices = Float64Array.from(instance.prices)
      const nodes = new Int16Array(64)
      const packagePrices = Float64Array.from(instance.packagePrices)
      const weighed = { stock: scenario.stock, prices, packagePrices }
      const cost = coverOrder(scenario, 0, instance.lines, weighed, nodes)
      expect(cost).toBe(bruteForce(scenario, instance.lines, weighed))
      expect(costOf(scenario, instance.lines, [...nodes.subarray(0, instance.lines.length)], weighed)).toBe(cost)
    }),
    { numRuns: 400 },
  )
})

test('where every line can be served, the cover costs what the general one of core/routing/cover.ts does', () => {
  fc.assert(
    fc.property(instances, (instance) => {
      const skus = [...new Set(instance.lines)].toSorted(ascending)
      const scenario = scenarioFor({ ...instance, unfulfilledUnit: 1_000_000, unfulfilledFixed: 0 })
      const served = skus.filter((sku) => scenario.nodes.some((_, node) => (scenario.stock[node * 7 + sku] ?? 0) > 0))
      fc.pre(served.length > 0)
      const problem = problemOf(scenario, served)
      const general = coverExactly(problem)
      const packages = new Set(general.assignments.map((each) => each.column))
      const money =
        [...packages].reduce((sum, column) => sum + (problem.columns.fixedCost[column] ?? 0), 0) +
        general.assignments.reduce(
          (sum, each) => sum + unitCostOf(scenario, 0, problem.columns.node[each.column] ?? 0, served[each.line] ?? 0),
          0,
        )
      expect(coverOrder(scenario, 0, served, { stock: scenario.stock }, new Int16Array(64))).toBe(money)
    }),
    { numRuns: 1_000 },
  )
})

test('an order too long for the exact cover is served without giving a unit twice', () => {
  const lines = Array.from({ length: EXACT_LINES + 8 }, (_, line) => line % 7)
  const scenario = aScenario({
    packageFixed: [10, 10],
    unitCost: [[1, 2]],
    stock: [
      [1, 2, 3, 0, 1, 1, 9],
      [1, 1, 1, 1, 1, 1, 1],
    ],
  })
  const nodes = new Int16Array(64)
  const cost = coverOrder(scenario, 0, lines, { stock: scenario.stock }, nodes)
  const chosen = [...nodes.subarray(0, lines.length)]
  expect(costOf(scenario, lines, chosen, { stock: scenario.stock })).toBe(cost)
  expect(chosen.filter((node) => node !== NOBODY)).toHaveLength(15)
})

function bruteForce(scenario: KnownScenario, lines: readonly number[], weighed: Weighed): number {
  let best = Number.POSITIVE_INFINITY
  const choose = (chosen: number[]): void => {
    if (chosen.length === lines.length) {
      best = Math.min(best, costOf(scenario, lines, chosen, weighed))
      return
    }
    for (let node = NOBODY; node < scenario.nodes.length; node++) choose([...chosen, node])
  }
  choose([])
  return best
}

/** Infinity for a choice that takes more than there is. */
function costOf(
  scenario: KnownScenario,
  lines: readonly number[],
  chosen: readonly number[],
  { stock, prices, packagePrices }: Weighed,
): number {
  const left = stock.slice()
  let cost = 0
  chosen.forEach((node, line) => {
    const sku = lines[line] ?? 0
    if (node === NOBODY) {
      cost += scenario.unfulfilledUnit[0] ?? 0
      return
    }
    const position = node * scenario.skus.length + sku
    if ((left[position] ?? 0) <= 0) cost = Number.POSITIVE_INFINITY
    left[position] = (left[position] ?? 0) - 1
    cost += unitCostOf(scenario, 0, node, sku) + (prices?.[position] ?? 0)
  })
  const packages = new Set(chosen.filter((node) => node !== NOBODY))
  for (const node of packages) cost += (scenario.packageCost[node] ?? 0) + (packagePrices?.[node] ?? 0)
  return chosen.includes(NOBODY) ? cost + scenario.unfulfilledFixed : cost
}

function problemOf(scenario: KnownScenario, skus: readonly number[]): Problem {
  const count = scenario.nodes.length
  const lines = skus.map((sku) => ({
    sku: String(sku) as Sku,
    quantity: 1,
    splittable: false,
    sellable: Int32Array.from(scenario.nodes, (_, node) => scenario.stock[node * scenario.skus.length + sku] ?? 0),
  }))
  const problem: Problem = {
    lines,
    columns: {
      count,
      node: Int32Array.from({ length: count }, (_, node) => node),
      service: new Uint8Array(count),
      mask: Int32Array.from({ length: count }, (_, node) =>
        lines.reduce((mask, line, index) => ((line.sellable[node] ?? 0) > 0 ? mask | (1 << index) : mask), 0),
      ),
      fixedCost: scenario.packageCost.slice(0, count),
      unitCost: Float64Array.from({ length: count * skus.length }, (_, at) =>
        unitCostOf(scenario, 0, Math.floor(at / skus.length), skus[at % skus.length] ?? 0),
      ),
      handOverMs: new Float64Array(count),
    },
    serves: (c, l) => sellableAt(problem, c, l) > 0,
    maxPackages: Number.POSITIVE_INFINITY,
    completeOrNothing: false,
  }
  return problem
}
