/** Goods that came back, in the ledger: they wait in quality control, whoever they belong to, until somebody has looked at them. */
import { componentsOf, type Kits } from '#core/ledger/kits.ts'
import type { Product } from '#core/model/product.ts'
import type { Posting, StockState } from '#core/model/stock.ts'
import type { Instant } from '#core/model/time.ts'
import { resolveShortCases } from '#store/quarantine.ts'
import { lockBookPositions } from '#store/returned-goods.ts'
import { ensurePositions, positionKey, post, writePostings } from '#store/stock.ts'
import type { Unit } from '#store/unit.ts'

export type Units = { sku: string; components?: readonly { sku: string; quantity: number }[]; quantity: number }

/** Units of the ledger: a kit's components, or the SKU itself. */
export const ledgerUnits = (units: readonly Units[], kits?: Kits): { sku: string; quantity: number }[] => {
  const sums = new Map<string, number>()
  for (const each of units)
    for (const part of each.components ?? componentsOf(kits ?? new Map(), each.sku))
      sums.set(part.sku, (sums.get(part.sku) ?? 0) + part.quantity * each.quantity)
  return [...sums].map(([sku, quantity]) => ({ sku, quantity }))
}

/**
 * Books goods into quality control. A count that was taken after they came has them among what can be sold already: they are taken out
 * of that as far as nobody claims them; the rest is corrected by the next count.
 */
export async function bookIn(
  unit: Unit,
  bookId: string,
  units: readonly { sku: string; quantity: number }[],
  reference: string,
  receivedAt: Instant,
  from: 'customer' | 'transfer' = 'customer',
): Promise<void> {
  if (units.length === 0) return
  const names = units.map((each) => ({ sku: each.sku, nodeId: bookId }))
  await ensurePositions(unit, names)
  const positions = new Map((await lockBookPositions(unit, names)).map((each) => [positionKey(each), each]))
  await writePostings(
    unit,
    units.flatMap(({ sku, quantity }) => {
      const position = positions.get(positionKey({ sku, nodeId: bookId }))
      const counted = position?.asOf != null && position.asOf >= receivedAt
      const taken = counted ? Math.min(quantity, Math.max(0, position.available)) : 0
      const base = { sku, nodeId: bookId, cause: 'return', reference, effectiveAt: receivedAt }
      return [
        { ...base, from, to: 'qualityControl', quantity },
        { ...base, from: 'available', to: 'adjustment', quantity: taken, cause: 'feed' },
      ].filter((each) => each.quantity > 0) as Posting[]
    }),
  )
}

/** Takes goods out of quality control. The caller has looked whether they are there. */
export async function bookOut(
  unit: Unit,
  moves: readonly { sku: string; bookId: string; to: StockState; quantity: number; reference: string }[],
  now: Instant,
): Promise<void> {
  const postings = moves.map(
    ({ bookId, ...move }) =>
      ({ ...move, nodeId: bookId, from: 'qualityControl', cause: 'return', effectiveAt: now }) as Posting,
  )
  await ensurePositions(
    unit,
    postings.map((each) => ({ sku: each.sku, nodeId: each.nodeId })),
  )
  await resolveShortCases(unit, await post(unit, postings), 'returned units were restocked', now)
}

/** What rules read of a SKU; one without a product has no marks. */
export const goodsOf = (
  products: ReadonlyMap<string, Product>,
  sku: string,
): Pick<Product, 'sku' | 'tags' | 'attributes'> =>
  products.get(sku) ?? { sku: sku as Product['sku'], tags: [], attributes: {} }
