/**
 * Can a basket be served? Lines that need one component are netted together: two kits never count one unit twice. A kit is put
 * together at one node; its line may be split over nodes.
 */
import type { KitComponent } from '../model/product.ts'

export type BasketLine = {
  sku: string
  quantity: number
  /** What one unit takes out of stock: for a plain SKU one unit of itself. */
  components: readonly KitComponent[]
}

export type BasketNode = {
  nodeId: string
  /** Sellable units by SKU; absent is none. */
  sellable: ReadonlyMap<string, number>
  /** SKUs of lines that a rule keeps from being sold here. */
  refused: ReadonlySet<string>
}

export type Shortage = { sku: string; needed: number; available: number }

export type BasketAnswer = {
  /** Each node alone. */
  nodes: { nodeId: string; servable: boolean; short: Shortage[] }[]
  /** All nodes together, and one way to do it. `proven` is false when the search was cut off before it found a way. */
  network: { servable: boolean; proven: boolean; parts: { nodeId: string; sku: string; quantity: number }[] }
}

/** Steps of the search before it is cut off: baskets of few kits end far below. */
const MAX_STEPS = 50_000

export function serveBasket(lines: readonly BasketLine[], nodes: readonly BasketNode[]): BasketAnswer {
  return { nodes: nodes.map((node) => serveAlone(lines, node)), network: serveTogether(lines, nodes) }
}

function serveAlone(lines: readonly BasketLine[], node: BasketNode): BasketAnswer['nodes'][number] {
  const needed = new Map<string, number>()
  for (const line of lines)
    for (const component of line.components)
      needed.set(component.sku, (needed.get(component.sku) ?? 0) + component.quantity * line.quantity)
  const short = [...needed].flatMap(([sku, units]): Shortage[] => {
    const available = node.sellable.get(sku) ?? 0
    return available >= units ? [] : [{ sku, needed: units, available }]
  })
  for (const line of lines)
    if (node.refused.has(line.sku) && !short.some((each) => each.sku === line.sku))
      short.push({ sku: line.sku, needed: line.quantity, available: 0 })
  return { nodeId: node.nodeId, servable: short.length === 0, short }
}

type Stock = { node: BasketNode; left: Map<string, number> }
type Part = BasketAnswer['network']['parts'][number]

function serveTogether(lines: readonly BasketLine[], nodes: readonly BasketNode[]): BasketAnswer['network'] {
  const stocks = nodes.map((node): Stock => ({ node, left: new Map(node.sellable) }))
  // Kits first, largest first: what they leave is enough for plain SKUs or is not, wherever it lies.
  const ordered = [...lines].sort((a, b) => b.components.length - a.components.length || b.quantity - a.quantity)
  const search = { steps: 0, parts: [] as Part[] }
  const servable = place(ordered, 0, ordered[0]?.quantity ?? 0, stocks, 0, search)
  return {
    servable,
    proven: servable || search.steps < MAX_STEPS,
    parts: servable ? search.parts.map((part) => ({ ...part })) : [],
  }
}

/** Puts the rest of line `index` on the nodes from `from` on, then the lines after it; undoes what led nowhere. */
function place(
  lines: readonly BasketLine[],
  index: number,
  rest: number,
  stocks: readonly Stock[],
  from: number,
  search: { steps: number; parts: Part[] },
): boolean {
  const line = lines[index]
  if (line === undefined) return true
  if (rest === 0) return place(lines, index + 1, lines[index + 1]?.quantity ?? 0, stocks, 0, search)
  // No way of sharing it out helps when all nodes together have too little.
  let most = 0
  for (let i = from; i < stocks.length && most < rest; i++) most += capacity(line, stocks[i] as Stock)
  if (most < rest) return false
  const stock = stocks[from] as Stock
  const max = Math.min(rest, capacity(line, stock))
  // A line that shares nothing with those after it is as well served by the first nodes as by any others.
  const least = sharesWithLater(lines, index) ? 0 : max
  for (let units = max; units >= least; units--) {
    if (++search.steps > MAX_STEPS) return false
    take(line, stock, units)
    if (units > 0) search.parts.push({ nodeId: stock.node.nodeId, sku: line.sku, quantity: units })
    if (place(lines, index, rest - units, stocks, from + 1, search)) return true
    if (units > 0) search.parts.pop()
    take(line, stock, -units)
  }
  return false
}

function capacity(line: BasketLine, { node, left }: Stock): number {
  if (node.refused.has(line.sku)) return 0
  return Math.max(
    0,
    Math.min(...line.components.map(({ sku, quantity }) => Math.floor((left.get(sku) ?? 0) / quantity))),
  )
}

function take(line: BasketLine, { left }: Stock, units: number): void {
  for (const { sku, quantity } of line.components) left.set(sku, (left.get(sku) ?? 0) - units * quantity)
}

const sharesWithLater = (lines: readonly BasketLine[], index: number): boolean => {
  const own = new Set(lines[index]?.components.map((component) => component.sku))
  return lines.slice(index + 1).some((later) => later.components.some((component) => own.has(component.sku)))
}
