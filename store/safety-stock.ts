/** Safety stock of new and counted positions, by the rules that hold. */
import { ruleBook, type StockMaster } from '#core/ledger/rule-book.ts'
import type { Instant } from '#core/model/time.ts'
import { loadRuledProducts, plainProduct } from './available.ts'
import type { Queryable } from './database.ts'

/** Looks at products only if a rule does. */
export async function safetyStockFor(
  db: Queryable,
  { stockPolicy, nodes }: StockMaster,
  skus: readonly string[],
  now: Instant,
): Promise<(nodeId: string, sku: string) => number> {
  const products = await loadRuledProducts(db, stockPolicy, skus)
  const book = ruleBook(stockPolicy, undefined, now)
  return (nodeId, sku) => {
    const node = nodes.get(nodeId)
    return node === undefined ? 0 : book.of(products.get(sku) ?? plainProduct(sku)).at(node).safetyStock
  }
}
