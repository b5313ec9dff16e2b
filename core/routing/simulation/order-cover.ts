/**
 * The exact cheapest way to serve one order of a scenario: which node sends which line, or nobody. The same optimum as
 * core/routing/cover.ts (a test compares them), kept apart because it is asked for millions of times in the hindsight bound
 * and allocates nothing: costs are one fixed part a package and one part a line, and every line is one unit.
 */
import type { KnownScenario } from './scenario.ts'
import { unitCostOf } from './scenario.ts'

/** Longer orders are served line by line (see coverLong): 3^lines steps are too many. */
export const EXACT_LINES = 12
const SUBSETS = 2 ** EXACT_LINES
/** The node of a line that nobody serves. */
export const NOBODY = -1

const packageBest = new Float64Array(SUBSETS)
const packageNode = new Int32Array(SUBSETS)
const planBest = new Float64Array(SUBSETS)
const planFirst = new Int32Array(SUBSETS)
const subsetCost = new Float64Array(SUBSETS)
const lineCost = new Float64Array(64)
const lowestBit = Int32Array.from({ length: SUBSETS }, (_, subset) => 31 - Math.clz32(subset & -subset))

/** What a cover weighs besides money: units that can be had and what they are worth, both at `node × skus + sku`. */
export type Weighed = {
  readonly stock: Int32Array
  /** Added to the cost of a unit; undefined for money alone. */
  readonly prices?: Float64Array | undefined
  /** Added to a package, by node: what a place of the day is worth. */
  readonly packagePrices?: Float64Array | undefined
}

/**
 * Writes the node of each line into `nodeOfLine` and returns the plan's cost with its prices. Of equal plans the one from
 * earlier nodes.
 */
export function coverOrder(
  scenario: KnownScenario,
  destination: number,
  skus: readonly number[],
  weighed: Weighed,
  nodeOfLine: Int16Array,
): number {
  if (skus.length === 1) return coverSingle(scenario, destination, skus[0] ?? 0, weighed, nodeOfLine)
  if (skus.length > EXACT_LINES) return coverLong(scenario, destination, skus, weighed, nodeOfLine)
  if (hasRepeats(skus)) return coverRepeats(scenario, destination, skus, weighed, nodeOfLine)
  const full = 2 ** skus.length - 1
  offerNobody(scenario, destination, skus.length, full)
  for (let node = 0; node < scenario.nodes.length; node++) {
    const mask = priceLines(scenario, destination, node, skus, weighed)
    if (mask === 0) continue
    subsetCost[0] = fixedCost(scenario, destination, node, weighed)
    for (let subset = mask & -mask; subset !== 0; subset = (subset - mask) & mask) {
      const cost = (subsetCost[subset & (subset - 1)] ?? 0) + (lineCost[lowestBit[subset] ?? 0] ?? 0)
      subsetCost[subset] = cost
      if (cost >= (packageBest[subset] ?? 0)) continue
      packageBest[subset] = cost
      packageNode[subset] = node
    }
  }
  return joinPackages(full, nodeOfLine)
}

function coverSingle(
  scenario: KnownScenario,
  destination: number,
  sku: number,
  weighed: Weighed,
  nodeOfLine: Int16Array,
): number {
  const { stock, prices } = weighed
  const nodes = scenario.nodes.length
  const skus = scenario.skus.length
  let best = scenario.unfulfilledFixed + (scenario.unfulfilledUnit[destination] ?? 0)
  nodeOfLine[0] = NOBODY
  for (let node = 0; node < nodes; node++) {
    const position = node * skus + sku
    if ((stock[position] ?? 0) <= 0) continue
    const price = prices === undefined ? 0 : (prices[position] ?? 0)
    const cost = fixedCost(scenario, destination, node, weighed) + unitCostOf(scenario, destination, node, sku) + price
    if (cost >= best) continue
    best = cost
    nodeOfLine[0] = node
  }
  return best
}

/** Lines nobody serves are like one more package: a fixed part once, and a part a line. */
function offerNobody(scenario: KnownScenario, destination: number, lines: number, full: number): void {
  const unit = scenario.unfulfilledUnit[destination] ?? 0
  packageBest[0] = scenario.unfulfilledFixed
  for (let subset = 1; subset <= full; subset++) {
    packageBest[subset] = (packageBest[subset & (subset - 1)] ?? 0) + unit
    packageNode[subset] = NOBODY
  }
  for (let line = 0; line < lines; line++) lineCost[line] = unit
}

/** Writes what each line costs from the node, and returns which lines it can serve, one bit a line. */
function priceLines(
  scenario: KnownScenario,
  destination: number,
  node: number,
  skus: readonly number[],
  { stock, prices }: Weighed,
): number {
  const row = node * scenario.skus.length
  let mask = 0
  for (let line = 0; line < skus.length; line++) {
    const sku = skus[line] ?? 0
    if ((stock[row + sku] ?? 0) <= 0) continue
    mask |= 1 << line
    lineCost[line] =
      unitCostOf(scenario, destination, node, sku) + (prices === undefined ? 0 : (prices[row + sku] ?? 0))
  }
  return mask
}

const fixedCost = (scenario: KnownScenario, destination: number, node: number, { packagePrices }: Weighed): number =>
  (scenario.packageCost[destination * scenario.nodes.length + node] ?? 0) +
  (packagePrices === undefined ? 0 : (packagePrices[node] ?? 0))

/** The best way to make up the order from the best packages: each plan has one package with its lowest line. */
function joinPackages(full: number, nodeOfLine: Int16Array): number {
  planBest[0] = 0
  for (let subset = 1; subset <= full; subset++) {
    const low = subset & -subset
    const rest = subset ^ low
    let best = Number.POSITIVE_INFINITY
    let first = subset
    for (let others = rest; ; others = (others - 1) & rest) {
      const cost = (packageBest[others | low] ?? 0) + (planBest[rest ^ others] ?? 0)
      if (cost < best) {
        best = cost
        first = others | low
      }
      if (others === 0) break
    }
    planBest[subset] = best
    planFirst[subset] = first
  }
  for (let left = full; left !== 0;) {
    const first = planFirst[left] ?? left
    const node = packageNode[first] ?? NOBODY
    for (let bits = first; bits !== 0; bits &= bits - 1) nodeOfLine[lowestBit[bits] ?? 0] = node
    left ^= first
  }
  return planBest[full] ?? 0
}

function hasRepeats(skus: readonly number[]): boolean {
  for (let line = 1; line < skus.length; line++) if (skus.indexOf(skus[line] ?? 0) < line) return true
  return false
}

/**
 * Where a SKU stands twice, a node may have fewer units than lines: the nodes are taken one after another, each with at most
 * one package, and every subset of the lines that are left is tried. Nodes × 3^lines steps.
 */
function coverRepeats(
  scenario: KnownScenario,
  destination: number,
  skus: readonly number[],
  weighed: Weighed,
  nodeOfLine: Int16Array,
): number {
  const full = 2 ** skus.length - 1
  const twins = skus.map((sku) => skus.reduce((mask, other, line) => (other === sku ? mask | (1 << line) : mask), 0))
  offerNobody(scenario, destination, skus.length, full)
  planBest.set(packageBest.subarray(0, full + 1))
  planBest[0] = 0
  const taken: { node: number; subsets: Int32Array }[] = []
  for (let node = 0; node < scenario.nodes.length; node++) {
    const mask = priceLines(scenario, destination, node, skus, weighed)
    if (mask === 0) continue
    const has = skus.map((sku) => weighed.stock[node * scenario.skus.length + sku] ?? 0)
    const fits = (subset: number): boolean =>
      twins.every((mask, line) => bitCount(subset & mask) <= Math.max(has[line] ?? 0, 0))
    subsetCost[0] = fixedCost(scenario, destination, node, weighed)
    for (let subset = 1; subset <= full; subset++) {
      const without = subsetCost[subset & (subset - 1)] ?? 0
      subsetCost[subset] = without + (lineCost[lowestBit[subset] ?? 0] ?? 0)
    }
    const subsets = new Int32Array(full + 1)
    // Downwards, so that a plan never holds two packages of this node.
    for (let lines = full; lines > 0; lines--) {
      let best = planBest[lines] ?? 0
      for (let subset = lines & mask; subset > 0; subset = (subset - 1) & lines & mask) {
        const cost = (planBest[lines ^ subset] ?? 0) + (subsetCost[subset] ?? 0)
        if (cost >= best || !fits(subset)) continue
        best = cost
        subsets[lines] = subset
      }
      planBest[lines] = best
    }
    taken.push({ node, subsets })
  }
  nodeOfLine.fill(NOBODY, 0, skus.length)
  let left = full
  for (const { node, subsets } of taken.reverse()) {
    const subset = subsets[left] ?? 0
    for (let bits = subset; bits !== 0; bits &= bits - 1) nodeOfLine[lowestBit[bits] ?? 0] = node
    left ^= subset
  }
  return planBest[full] ?? 0
}

function bitCount(mask: number): number {
  let bits = 0
  for (let left = mask; left !== 0; left &= left - 1) bits++
  return bits
}

/**
 * Orders too long for the exact cover: again and again the package with the least cost a line over the lines that are left,
 * until nobody's price is lower. Not exact.
 */
function coverLong(
  scenario: KnownScenario,
  destination: number,
  skus: readonly number[],
  weighed: Weighed,
  nodeOfLine: Int16Array,
): number {
  const left = new Set(skus.keys())
  // A node that sends a package sends all it can: asked again, it would promise its units twice.
  const asked = new Set<number>()
  let cost = 0
  nodeOfLine.fill(NOBODY, 0, skus.length)
  const nobodyUnit = scenario.unfulfilledUnit[destination] ?? 0
  while (left.size > 0) {
    let best = { rate: Number.POSITIVE_INFINITY, cost: 0, node: NOBODY, lines: [] as number[] }
    for (let node = 0; node < scenario.nodes.length; node++) {
      if (asked.has(node)) continue
      const lines = linesFrom(scenario, node, skus, left, weighed)
      const fixed = fixedCost(scenario, destination, node, weighed)
      const unit = (line: number): number => weighedUnit(scenario, destination, node, skus[line] ?? 0, weighed)
      const total = lines.reduce((sum, line) => sum + unit(line), fixed)
      if (lines.length > 0 && total / lines.length < best.rate)
        best = { rate: total / lines.length, cost: total, node, lines }
    }
    if (best.rate >= nobodyUnit + scenario.unfulfilledFixed / left.size) break
    cost += best.cost
    asked.add(best.node)
    for (const line of best.lines) {
      nodeOfLine[line] = best.node
      left.delete(line)
    }
  }
  return left.size === 0 ? cost : cost + scenario.unfulfilledFixed + nobodyUnit * left.size
}

function linesFrom(
  scenario: KnownScenario,
  node: number,
  skus: readonly number[],
  left: ReadonlySet<number>,
  { stock }: Weighed,
): number[] {
  const taken = new Map<number, number>()
  return [...left].filter((line) => {
    const sku = skus[line] ?? 0
    const before = taken.get(sku) ?? 0
    if ((stock[node * scenario.skus.length + sku] ?? 0) <= before) return false
    taken.set(sku, before + 1)
    return true
  })
}

const weighedUnit = (
  scenario: KnownScenario,
  destination: number,
  node: number,
  sku: number,
  { prices }: Weighed,
): number =>
  unitCostOf(scenario, destination, node, sku) +
  (prices === undefined ? 0 : (prices[node * scenario.skus.length + sku] ?? 0))
