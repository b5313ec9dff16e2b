/** Decisions that leave units without stock look again before anyone waits: what came in since they read it wakes nobody later. */
import { componentsOf, type Kits } from '#core/ledger/kits.ts'
import type { FulfillmentRequest } from '#core/model/fulfillment.ts'
import { lockAsWaiter } from '#store/rises.ts'
import { loadPositions, positionKey, type PositionRow } from '#store/stock.ts'
import type { Unit } from '#store/unit.ts'

export type Looked = {
  /** The positions that the decisions were made on. */
  seen: readonly PositionRow[]
  /** Units that this commit has claimed of them. */
  claimed: readonly { sku: string; nodeId: string; quantity: number }[]
  /** Of decisions that do not stand: what they took in planning is there still. */
  dropped: readonly FulfillmentRequest[]
}

/** Of `skus` (components of kits, where they are kits), those of which more is there than the decisions took into account. */
export async function risenSince(
  unit: Unit,
  kits: Kits,
  skus: readonly string[],
  { seen, claimed, dropped }: Looked,
): Promise<Set<string>> {
  const parts = new Set(skus.flatMap((sku) => componentsOf(kits, sku).map((part) => part.sku)))
  if (parts.size === 0) return new Set()
  await lockAsWaiter(unit)
  const left = new Map(seen.map((row) => [positionKey(row), sellable(row)]))
  for (const claim of claimed) left.set(positionKey(claim), (left.get(positionKey(claim)) ?? 0) - claim.quantity)
  const risen = (await loadPositions(unit, [...parts])).filter(
    (row) => sellable(row) > Math.max(0, left.get(positionKey(row)) ?? 0),
  )
  const free = dropped.flatMap((request) => request.lines.flatMap((line) => componentsOf(kits, line.sku)))
  return new Set([...risen, ...free].map((each) => each.sku).filter((sku) => parts.has(sku)))
}

const sellable = (row: PositionRow): number => row.available - row.safetyStock
