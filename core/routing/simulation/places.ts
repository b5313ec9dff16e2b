/**
 * Places of packages: a node with a limit has so many a day. They run short as units of stock do and are priced like them, so both lie
 * in one row of numbers: the units of each position first, then, if any node has a limit, the places of each node, day by day.
 */
import { NOBODY } from './order-cover.ts'
import type { KnownScenario, Scenario, ScenarioOrder } from './scenario.ts'

/** `day` says whose places it needs, of the days that the row has; left out: the first. */
export type DatedOrder = ScenarioOrder & { readonly day?: number }

/** Places of a node without a limit: an order takes one at most, and there are never so many orders. */
const ENDLESS = 1e9

/** Length of a row for so many days. */
export const rowLength = ({ packagesPerDay, stock, nodes }: KnownScenario, days: number): number =>
  stock.length + (packagesPerDay === undefined ? 0 : days * nodes.length)

/** Where a place of a node on a day lies in a row. */
export const placeOf = ({ stock, nodes }: KnownScenario, day: number, node: number): number =>
  stock.length + day * nodes.length + node

/** What there is: units as in `stock`, and `places(node, day)`, which is below zero for no limit. */
export function limitsRow(
  scenario: KnownScenario,
  stock: Int32Array,
  days: number,
  places: (node: number, day: number) => number,
): Float64Array {
  const row = new Float64Array(rowLength(scenario, days))
  row.set(stock)
  for (let place = stock.length; place < row.length; place++) {
    const at = place - stock.length
    const left = places(at % scenario.nodes.length, Math.floor(at / scenario.nodes.length))
    row[place] = left < 0 ? ENDLESS : left
  }
  return row
}

/** The orders of a scenario with their days, and all that there was for them. */
export function hindsightOf(scenario: Scenario): { orders: readonly DatedOrder[]; limits: Float64Array } {
  const { orders, stock, packagesPerDay, dayStarts } = scenario
  const limits = limitsRow(scenario, stock, dayStarts.length, (node) => packagesPerDay?.[node] ?? -1)
  if (packagesPerDay === undefined) return { orders, limits }
  let day = 0
  const dated = orders.map((order, index): DatedOrder => {
    if (dayStarts[day + 1] === index) day++
    return { ...order, day }
  })
  return { orders: dated, limits }
}

/**
 * What a package from each node costs besides money, day by day, as `coverOrder` takes it; endless where there is no place, so
 * that none is sent. Empty without limits.
 */
export function packagePrices(scenario: KnownScenario, prices: Float64Array, limits: Float64Array): Float64Array[] {
  const { stock, nodes } = scenario
  return Array.from({ length: (limits.length - stock.length) / nodes.length }, (_, day) =>
    Float64Array.from(nodes, (_node, node) => {
      const place = placeOf(scenario, day, node)
      return (limits[place] ?? 0) > 0 ? (prices[place] ?? 0) : Number.POSITIVE_INFINITY
    }),
  )
}

/** Names, by its place in the row, all that an order takes: a unit a line that is served, a place a package. */
export function eachTaken(
  scenario: KnownScenario,
  { skus, day = 0 }: DatedOrder,
  nodeOfLine: Int16Array,
  take: (at: number) => void,
): void {
  for (let line = 0; line < skus.length; line++) {
    const node = nodeOfLine[line] ?? NOBODY
    if (node === NOBODY) continue
    take(node * scenario.skus.length + (skus[line] ?? 0))
    if (scenario.packagesPerDay !== undefined && nodeOfLine.indexOf(node) === line) take(placeOf(scenario, day, node))
  }
}
