/** The rules sold today, and the exact cheapest choice: what a policy of one's own is compared with. */
import { haversineKm } from './geography.ts'
import { coverOrder, NOBODY } from './order-cover.ts'
import type { KnownScenario, ScenarioOrder } from './scenario.ts'
import type { Today } from './shown-stock.ts'

/** Decides orders one at a time and for good. Made from what may be known; never shown an order before its turn. */
export type Policy = {
  readonly name: string
  /** Writes the node of each line, or NOBODY, into `nodeOfLine`. `stock` is at `node × skus + sku`; the player takes from it. */
  readonly decide: (order: ScenarioOrder, stock: Int32Array, nodeOfLine: Int16Array) => void
  /**
   * Work in the background of decisions: called before each order, timed apart, with all stock that lies there, shown today or not.
   * Returns true when prices were made anew.
   */
  readonly refresh?: (ordersSeen: number, stock: Int32Array, today: Today) => boolean
  /** Frees what the policy holds outside the language's heap. */
  readonly close?: () => void
}

/** Each line from the nearest node that has it. */
export function nearest(scenario: KnownScenario): Policy {
  const ranks = scenario.destinations.map((to) => {
    const km = scenario.nodes.map((from) => haversineKm(from, to))
    return km.map((_, node) => node).sort((a, b) => (km[a] ?? 0) - (km[b] ?? 0))
  })
  return { name: 'nearest', decide: lineByLine(scenario, (destination) => ranks[destination] ?? []) }
}

/** Each line from the first node, in the order of the file, that has it: an ordered list of locations, as shop systems keep. */
export function priorityList(scenario: KnownScenario): Policy {
  const inOrder = scenario.nodes.map((_, node) => node)
  return { name: 'priority-list', decide: lineByLine(scenario, () => inOrder) }
}

/** As few packages as can be, then the least distance. */
export function fewestPackages(scenario: KnownScenario): Policy {
  const lanes = scenario.destinations.length * scenario.nodes.length
  const distances: KnownScenario = {
    ...scenario,
    // Farther than once around the earth for every line: a package more is never worth the way it saves.
    packageCost: new Float64Array(lanes).fill(1e7),
    unitCost: Float64Array.from(scenario.destinations.flatMap((to) => scenario.nodes.map((at) => haversineKm(at, to)))),
    kgCost: undefined,
    unfulfilledUnit: new Float64Array(scenario.destinations.length).fill(1e9),
    unfulfilledFixed: 0,
  }
  return { ...cheapest(distances), name: 'fewest-packages' }
}

/** The least money for this order, whatever it does to the next. */
export function cheapest(scenario: KnownScenario): Policy {
  return {
    name: 'cheapest',
    decide: ({ destination, skus }, stock, nodeOfLine) =>
      void coverOrder(scenario, destination, skus, { stock }, nodeOfLine),
  }
}

function lineByLine(scenario: KnownScenario, ranked: (destination: number) => readonly number[]): Policy['decide'] {
  return ({ destination, skus }, stock, nodeOfLine) => {
    const ranks = ranked(destination)
    skus.forEach((sku, line) => {
      const has = (node: number): boolean => {
        let units = stock[node * scenario.skus.length + sku] ?? 0
        for (let before = 0; before < line; before++) if (skus[before] === sku && nodeOfLine[before] === node) units--
        return units > 0
      }
      nodeOfLine[line] = ranks.find((node) => has(node)) ?? NOBODY
    })
  }
}
