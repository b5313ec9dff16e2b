/** Slow data as it stood at a past moment, from what store/note-past.ts wrote down. */
import type { RuledChannel, StockMaster } from '#core/ledger/rule-book.ts'
import type { Channel } from '#core/model/channel.ts'
import type { Node } from '#core/model/node.ts'
import type { KitComponent, Product } from '#core/model/product.ts'
import type { Instant } from '#core/model/time.ts'
import type { Queryable } from './database.ts'
import { stockPolicyAt } from './stock-policy.ts'

type Kind = 'channel' | 'node' | 'product'

/** Documents that were another at that moment, by subject; null: there was none. */
async function documentsThen<D>(
  db: Queryable,
  kind: Kind,
  knownAt: Instant,
  subjects?: readonly string[],
): Promise<Map<string, D | null>> {
  const rows = await db.query<{ subject: string; document: D | null }>(
    `SELECT DISTINCT ON (subject) subject, document FROM master_past
     WHERE kind = $1 AND until > $2::timestamptz AND ($3::text[] IS NULL OR subject = ANY($3::text[])) ORDER BY subject, until, id`,
    [kind, knownAt, subjects ?? null],
  )
  return new Map(rows.map((row) => [row.subject, row.document]))
}

/** The policy in force at that moment, nodes, and the kits among the SKUs. What came into being since is there too, without stock. */
export async function stockMasterAt(
  db: Queryable,
  now: StockMaster,
  knownAt: Instant,
  skus: readonly string[],
): Promise<StockMaster> {
  const nodes = new Map(now.nodes)
  for (const [id, node] of await documentsThen<Node>(db, 'node', knownAt)) if (node !== null) nodes.set(id, node)
  const kits = new Map(now.kits)
  for (const [sku, product] of await documentsThen<Product>(db, 'product', knownAt, skus)) {
    if (product?.components === undefined) kits.delete(sku)
    else kits.set(sku, product.components satisfies readonly KitComponent[])
  }
  return { stockPolicy: await stockPolicyAt(db, knownAt), nodes, kits }
}

export async function channelAt(db: Queryable, channel: RuledChannel, knownAt: Instant): Promise<RuledChannel> {
  return (await documentsThen<Channel>(db, 'channel', knownAt, [channel.id])).get(channel.id) ?? channel
}

/** Products that rules read, as they were. */
export async function productsThen(
  db: Queryable,
  knownAt: Instant,
  skus: readonly string[],
): Promise<Map<string, Product>> {
  const known = await documentsThen<Product>(db, 'product', knownAt, skus)
  return new Map([...known].flatMap(([sku, product]) => (product === null ? [] : [[sku, product] as const])))
}
