/** What a stock policy would change, before it is activated: the same function that answers the API, asked under both policies. */
import { type AvailabilityDifference, type PolicyPreview, previewBook } from '#core/ledger/policy-preview.ts'
import { changedNodes } from '#core/ledger/rule-change.ts'
import { drawableSegments, type RuledChannel, ruleBook } from '#core/ledger/rule-book.ts'
import type { StockPolicy } from '#core/model/stock-policy.ts'
import type { Instant } from '#core/model/time.ts'
import { availabilityOf, loadRuledProducts, plainProduct, type SkuAvailability } from './available.ts'
import { type BalancesBySku, loadBalances } from './balances.ts'
import type { Queryable } from './database.ts'
import { nextSkus, type RulesMaster } from './stock-rules.ts'

/** Every channel's answers under both policies are held for one slice. */
const SLICE_POSITIONS = 5_000

/**
 * Goes over all positions in slices and writes nothing. `at` is the moment that both policies are asked about: dated rules speak or are
 * silent then; the stock is today's. `progress` hears how many SKUs were looked at.
 */
export async function previewPolicy(
  db: Queryable,
  master: RulesMaster,
  next: StockPolicy,
  at: Instant,
  progress: (skus: number) => void = () => undefined,
): Promise<PolicyPreview> {
  const before = { policy: master.stockPolicy, at }
  const after = { policy: next, at }
  const nodes = [...master.nodes.values()]
  const channels: (RuledChannel | undefined)[] =
    master.channels.size === 0 ? [undefined] : [...master.channels.values()]
  const changed = changedNodes(before, after, [...master.channels.values()], nodes)
  const otherSegments = JSON.stringify(before.policy.segments) !== JSON.stringify(next.segments)
  // Kits follow their components.
  const plain = { ...master, kits: new Map() }
  const preview = previewBook(before.policy, next)
  let seen = 0
  for (let cursor = ''; ;) {
    const skus = await nextSkus(db, cursor, SLICE_POSITIONS)
    const last = skus.at(-1)
    if (last === undefined) return preview.done()
    cursor = last
    const products = new Map([
      ...(await loadRuledProducts(db, before.policy, skus)),
      ...(await loadRuledProducts(db, next, skus)),
    ])
    const fenced = new Set(otherSegments ? await fencedSkus(db, skus) : [])
    const touched = skus.filter((sku) => fenced.has(sku) || changed(products.get(sku) ?? plainProduct(sku)).length > 0)
    const byChannel = []
    for (const channel of touched.length === 0 ? [] : channels) {
      const ask = { skus: touched, nodeIds: nodes.map((node) => node.id), channel, now: at }
      const under = async (policy: StockPolicy) =>
        loadBalances(db, { of: { skus: touched }, segments: drawableSegments(policy, channel) })
      const was = availabilityOf(
        plain,
        products,
        withSafetyStock(await under(before.policy), before, products, master),
        ask,
      )
      const balances = withSafetyStock(await under(next), after, products, master)
      const will = availabilityOf({ ...plain, stockPolicy: next }, products, balances, ask)
      byChannel.push({ channel, was, will })
    }
    for (const [index, sku] of touched.entries()) {
      const product = products.get(sku) ?? plainProduct(sku)
      preview.add(
        sku,
        byChannel.map(({ channel, was, will }) => ({
          channelId: channel?.id,
          differences: differencesOf(was[index], will[index], (nodeId) => {
            const node = master.nodes.get(nodeId)
            return { product, at, ...(node ? { node } : {}), ...(channel ? { channel } : {}) }
          }),
        })),
      )
    }
    seen += skus.length
    progress(seen)
  }
}

/** The same positions under both policies. */
function differencesOf(
  was: SkuAvailability | undefined,
  will: SkuAvailability | undefined,
  subjectAt: (nodeId: string) => AvailabilityDifference['subject'],
): AvailabilityDifference[] {
  return (was?.positions ?? []).flatMap((position, index) => {
    const then = will?.positions[index]
    if (position.kit || then === undefined || then.kit) return []
    return [{ subject: subjectAt(position.nodeId), was: position, will: then }]
  })
}

/** Safety stock as the rules would write it into the positions. */
function withSafetyStock(
  balances: BalancesBySku,
  rules: { policy: StockPolicy; at: Instant },
  products: ReadonlyMap<string, ReturnType<typeof plainProduct>>,
  master: RulesMaster,
): BalancesBySku {
  const book = ruleBook(rules.policy, undefined, rules.at)
  for (const [sku, positions] of balances) {
    const said = book.of(products.get(sku) ?? plainProduct(sku))
    for (const [nodeId, position] of positions) {
      const node = master.nodes.get(nodeId)
      if (node !== undefined) position.safetyStock = said.at(node).safetyStock
    }
  }
  return balances
}

async function fencedSkus(db: Queryable, skus: readonly string[]): Promise<string[]> {
  const rows = await db.query<{ sku: string }>('SELECT DISTINCT sku FROM stock_fence WHERE sku = ANY($1::text[])', [
    skus,
  ])
  return rows.map((row) => row.sku)
}
