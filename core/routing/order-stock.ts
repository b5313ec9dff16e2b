/**
 * The stock that one order may use: the shared working copy, the units it holds itself, the fences that are open to it, and its kits
 * made of their components. Behaves like any snapshot; claims go through to the shared copy.
 */
import { componentsOf, type Kits } from '../ledger/kits.ts'
import { placesTaken } from './parcels.ts'
import { type StockSnapshot, UNKNOWN_STOCK } from './snapshot.ts'

/** Units only this order may use, by SKU of the ledger and node. Taken before the shared ones. */
export type OwnUnits = Map<string, Map<string, number>>

export function addOwn(own: OwnUnits, sku: string, nodeId: string, quantity: number): void {
  const at = own.get(sku) ?? new Map<string, number>()
  own.set(sku, at.set(nodeId, (at.get(nodeId) ?? 0) + quantity))
}

export function orderStock(
  shared: StockSnapshot,
  lines: readonly { sku: string; quantity: number }[],
  own: OwnUnits,
  kits: Kits,
): StockSnapshot {
  const hasKits = lines.some((line) => kits.has(line.sku))
  if (own.size === 0 && !hasKits) return shared
  const rows = new Map<string, Int32Array>()
  const rowOf = (sku: string): Int32Array => {
    const known = rows.get(sku)
    if (known !== undefined) return known
    const row = withOwn(shared, own.get(sku), shared.sellable(sku))
    rows.set(sku, row)
    return row
  }
  const offered = hasKits ? kitRows(lines, kits, rowOf) : undefined
  return {
    ...shared,
    sellable: (sku) => offered?.get(sku) ?? rowOf(sku),
    claim: (plan) =>
      shared.claim({
        ...plan,
        packages: plan.packages.map((each) => fromShared(each, own, kits)),
        places: placesTaken(plan),
      }),
  }
}

function withOwn(shared: StockSnapshot, own: Map<string, number> | undefined, row: Int32Array): Int32Array {
  if (own === undefined) return row
  const mine = row.slice()
  for (const [nodeId, units] of own) {
    const index = shared.nodes.indexById.get(nodeId)
    if (index !== undefined) mine[index] = (mine[index] === UNKNOWN_STOCK ? 0 : (mine[index] ?? 0)) + units
  }
  return mine
}

/**
 * What each SKU of the order can be served with, kit or not. Lines that share a component are netted: a later line sees only what
 * the earlier ones would leave, so that no plan can promise one unit to two lines.
 */
function kitRows(
  lines: readonly { sku: string; quantity: number }[],
  kits: Kits,
  rowOf: (sku: string) => Int32Array,
): Map<string, Int32Array> {
  const wanted = new Map<string, number>()
  for (const line of lines) wanted.set(line.sku, (wanted.get(line.sku) ?? 0) + line.quantity)
  const before = new Map<string, number>()
  const offered = new Map<string, Int32Array>()
  for (const [sku, quantity] of wanted) {
    const parts = componentsOf(kits, sku)
    offered.set(sku, kitRow(parts.map((part) => ({ ...part, row: rowOf(part.sku), taken: before.get(part.sku) ?? 0 }))))
    for (const part of parts) before.set(part.sku, (before.get(part.sku) ?? 0) + quantity * part.quantity)
  }
  return offered
}

function kitRow(parts: readonly { quantity: number; row: Int32Array; taken: number }[]): Int32Array {
  const width = parts[0]?.row.length ?? 0
  const kit = new Int32Array(width)
  for (let node = 0; node < width; node++) {
    let units = Number.POSITIVE_INFINITY
    for (const { row, quantity, taken } of parts) {
      const there = row[node] ?? UNKNOWN_STOCK
      units = Math.min(units, there === UNKNOWN_STOCK ? UNKNOWN_STOCK : Math.floor((there - taken) / quantity))
    }
    kit[node] = Math.max(units, UNKNOWN_STOCK)
  }
  return kit
}

type PlannedPackage = Parameters<StockSnapshot['claim']>[0]['packages'][number]

/** The package in SKUs of the ledger, without the units that the order holds itself. */
function fromShared(planned: PlannedPackage, own: OwnUnits, kits: Kits): PlannedPackage {
  const units = new Map<string, number>()
  for (const line of planned.lines)
    for (const part of componentsOf(kits, line.sku))
      units.set(part.sku, (units.get(part.sku) ?? 0) + line.quantity * part.quantity)
  const lines = [...units].flatMap(([sku, quantity]) => {
    const mine = own.get(sku)?.get(planned.nodeId) ?? 0
    const used = Math.min(mine, quantity)
    if (used > 0) own.get(sku)?.set(planned.nodeId, mine - used)
    return quantity > used
      ? [{ lineNo: 1, sku: sku as PlannedPackage['lines'][number]['sku'], quantity: quantity - used }]
      : []
  })
  return { ...planned, lines }
}

/** True when two lines of the order want units of one SKU of the ledger, so that netting may have kept a line back. */
export function sharesComponents(lines: readonly { sku: string }[], kits: Kits): boolean {
  const seen = new Set<string>()
  for (const sku of new Set(lines.map((line) => line.sku))) {
    for (const part of componentsOf(kits, sku)) {
      if (seen.has(part.sku)) return true
      seen.add(part.sku)
    }
  }
  return false
}
