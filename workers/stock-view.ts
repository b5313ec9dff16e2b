/** Stock as claims are planned on it: one working copy for a batch, which each claimant sees through the eyes of its segment. */
import type { StockView } from '#core/ledger/cart.ts'
import { freeFor, type FencedPosition, take } from '#core/ledger/fences.ts'
import { loadFences } from '#store/claims.ts'
import { loadPositions, positionKey } from '#store/stock.ts'
import type { Unit } from '#store/unit.ts'
import type { Master } from './master.ts'

/** `locked`: nobody else moves these positions until the commit, so that what is planned is there. */
export async function stockViews(
  unit: Unit,
  master: Master,
  skus: readonly string[],
  locked: boolean,
): Promise<(segment: string | undefined) => StockView> {
  const rows = await loadPositions(unit, skus, locked)
  const fences = await loadFences(
    unit,
    rows.filter((row) => row.fenced > 0),
  )
  const positions = new Map<string, FencedPosition>(
    rows.map((row) => [
      positionKey(row),
      { available: row.available, safetyStock: row.safetyStock, fences: fences.get(positionKey(row)) ?? new Map() },
    ]),
  )
  const { segments } = master.stockPolicy
  return (segment) => ({
    free: (sku, nodeId) => {
      const position = positions.get(positionKey({ sku, nodeId }))
      return position === undefined ? 0 : freeFor(position, segment, segments)
    },
    take: (sku, nodeId, quantity) => {
      const position = positions.get(positionKey({ sku, nodeId }))
      if (position === undefined) return () => undefined
      const before = { ...position, fences: new Map(position.fences) }
      take(position, segment, quantity, segments)
      return () => Object.assign(position, before)
    },
  })
}

/** A wish sees no end of stock, and takes none. */
export const ENDLESS_STOCK: StockView = { free: () => Number.MAX_SAFE_INTEGER, take: () => () => undefined }
