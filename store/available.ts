/** Availability of SKUs at nodes for a channel: balances out of the store, rules and arithmetic out of the core. */
import { type Available, availableOf, isKnown } from '#core/ledger/available.ts'
import { type KitAvailable, kitAvailable } from '#core/ledger/kit-available.ts'
import {
  drawableSegments,
  type ProductRules,
  readsProducts,
  type RuledChannel,
  type RuledNode,
  type RuledProduct,
  ruleBook,
  type StockMaster,
} from '#core/ledger/rule-book.ts'
import type { KitComponent } from '#core/model/product.ts'
import type { StockPolicy } from '#core/model/stock-policy.ts'
import { epochMsOf, type Instant } from '#core/model/time.ts'
import { type BalancesBySku, loadBalances, type PositionBalances } from './balances.ts'
import { loadBalancesAt } from './balances-past.ts'
import type { Queryable } from './database.ts'
import { channelAt, productsThen, stockMasterAt } from './master-past.ts'

export type AvailabilityAsk = {
  skus: readonly string[]
  /** Positions at these nodes. */
  nodeIds: readonly string[]
  /** Without one: what a channel without threshold, segment and node groups could sell. */
  channel?: RuledChannel | undefined
  /** Counts what is expected by then. */
  date?: Instant | undefined
  now: Instant
  /** Answers as it would have been answered at this moment. */
  knownAt?: Instant | undefined
}

type Place = { nodeId: string; countedAtMs: number | undefined; source: string | undefined }
export type PlainPosition = Place & Available & { kit: false; outside: boolean }
export type KitPosition = Pick<Place, 'nodeId'> & KitAvailable & { kit: true; outside: boolean }
export type AvailabilityPosition = PlainPosition | KitPosition

export type SkuAvailability = {
  sku: string
  kit: boolean
  /** By node, in the order asked for. `outside` marks nodes that are none of the channel's. */
  positions: AvailabilityPosition[]
  /** Nodes where nobody has spoken of it: unknown is not zero. */
  unknown: string[]
}

export async function readAvailability(
  db: Queryable,
  master: StockMaster,
  ask: AvailabilityAsk,
): Promise<SkuAvailability[]> {
  if (ask.knownAt !== undefined) return readPastAvailability(db, master, ask, ask.knownAt)
  const skus = withComponents(master.kits, ask.skus)
  const balances = await loadBalances(db, {
    of: { skus, nodeIds: ask.nodeIds },
    segments: drawableSegments(master.stockPolicy, ask.channel),
    date: ask.date,
  })
  const products = await loadRuledProducts(db, master.stockPolicy, skus)
  return availabilityOf(master, products, balances, ask)
}

async function readPastAvailability(
  db: Queryable,
  current: StockMaster,
  ask: AvailabilityAsk,
  knownAt: Instant,
): Promise<SkuAvailability[]> {
  const master = await stockMasterAt(db, current, knownAt, ask.skus)
  const channel = ask.channel === undefined ? undefined : await channelAt(db, ask.channel, knownAt)
  const skus = withComponents(master.kits, ask.skus)
  const balances = await loadBalancesAt(
    db,
    { of: { skus, nodeIds: ask.nodeIds }, segments: drawableSegments(master.stockPolicy, channel), date: ask.date },
    knownAt,
  )
  const products = new Map(await loadRuledProducts(db, master.stockPolicy, skus))
  for (const [sku, product] of await productsThen(db, knownAt, skus)) products.set(sku, product)
  const book = ruleBook(master.stockPolicy, undefined, knownAt)
  for (const [sku, nodes] of balances) {
    const rules = book.of(products.get(sku) ?? plainProduct(sku))
    for (const [nodeId, position] of nodes) {
      const node = master.nodes.get(nodeId)
      if (node !== undefined) position.safetyStock = rules.at(node).safetyStock
    }
  }
  return availabilityOf(master, products, balances, { ...ask, channel, now: knownAt })
}

/** The SKUs themselves and what those of them are made of that are kits. */
export const withComponents = (kits: StockMaster['kits'], skus: readonly string[]): string[] => [
  ...new Set(skus.flatMap((sku) => [sku, ...(kits.get(sku) ?? []).map((component) => component.sku)])),
]

/** Products as rules see them; not looked up when no rule asks. */
export async function loadRuledProducts(
  db: Queryable,
  policy: StockPolicy,
  skus: readonly string[],
): Promise<ReadonlyMap<string, RuledProduct>> {
  if (!readsProducts(policy)) return new Map()
  const rows = await db.query<RuledProduct>(
    `SELECT sku, coalesce(document->'tags', '[]') AS tags, coalesce(document->'attributes', '{}') AS attributes
     FROM product WHERE sku = ANY($1::text[])`,
    [skus],
  )
  return new Map(rows.map((row) => [row.sku, row]))
}

export const plainProduct = (sku: string): RuledProduct => ({
  sku: sku as RuledProduct['sku'],
  tags: [],
  attributes: {},
})

/** Everything is handed in: the same for now, for a policy that is only tried, and for the past. */
export function availabilityOf(
  master: StockMaster,
  products: ReadonlyMap<string, RuledProduct>,
  balances: BalancesBySku,
  ask: Pick<AvailabilityAsk, 'skus' | 'nodeIds' | 'channel' | 'now'>,
): SkuAvailability[] {
  const book = ruleBook(master.stockPolicy, ask.channel, ask.now)
  const nowMs = epochMsOf(ask.now)
  // Asked once a SKU, not once a position.
  const rules = new Map<string, ProductRules>()
  const rulesOf = (sku: string): ProductRules => {
    const known = rules.get(sku)
    if (known !== undefined) return known
    const found = book.of(products.get(sku) ?? plainProduct(sku))
    rules.set(sku, found)
    return found
  }

  const plain = (sku: string, node: RuledNode, known: PositionBalances | undefined): PlainPosition | undefined => {
    if (known === undefined || !isKnown(known)) return undefined
    const standing = rulesOf(sku).at(node)
    const booked = known.unbooked ? { ...known, safetyStock: standing.safetyStock } : known
    const { terms, available, sellable, excludedBy } = availableOf(booked, standing, nowMs)
    const { countedAtMs, source } = known
    const { outside } = standing
    return { kit: false, nodeId: node.id, countedAtMs, source, terms, available, sellable, excludedBy, outside }
  }
  const kit = (sku: string, components: readonly KitComponent[], node: RuledNode): KitPosition | undefined => {
    const { excludedBy, outside } = rulesOf(sku).at(node)
    const availableAt = (part: string) => plain(part, node, balances.get(part)?.get(node.id))?.available
    const made = kitAvailable(components, availableAt, excludedBy)
    return made === undefined ? undefined : { kit: true, nodeId: node.id, ...made, outside }
  }

  return ask.skus.map((sku) => {
    const components = master.kits.get(sku)
    const nodes = balances.get(sku)
    const positions: AvailabilityPosition[] = []
    const unknown: string[] = []
    for (const nodeId of ask.nodeIds) {
      const node = master.nodes.get(nodeId)
      if (node === undefined) continue
      const position = components === undefined ? plain(sku, node, nodes?.get(nodeId)) : kit(sku, components, node)
      if (position === undefined) unknown.push(nodeId)
      else positions.push(position)
    }
    return { sku, kit: components !== undefined, positions, unknown }
  })
}
