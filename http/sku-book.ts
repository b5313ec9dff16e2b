/** Which SKUs the hub knows. Products are never deleted, so a SKU once seen stays known and needs no second question. */
import type { Database } from '#store/database.ts'

export type SkuBook = {
  /** Those of `skus` that no product has. */
  unknownOf: (skus: readonly string[]) => Promise<string[]>
}

/** About 100 MB of names; past it the book starts over. */
const MAX_KNOWN = 1_000_000

export function createSkuBook(db: Database): SkuBook {
  const known = new Set<string>()
  return {
    unknownOf: async (skus) => {
      const asked = [...new Set(skus)].filter((sku) => !known.has(sku))
      if (asked.length === 0) return []
      const rows = await db.query<{ sku: string }>('SELECT sku FROM product WHERE sku = ANY($1::text[])', [asked])
      if (known.size > MAX_KNOWN) known.clear()
      for (const row of rows) known.add(row.sku)
      return asked.filter((sku) => !known.has(sku))
    },
  }
}
