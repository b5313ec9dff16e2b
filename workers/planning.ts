/**
 * What routing is decided on: the network laid out, the active policy book, products, stock, capacity and the nodes' record.
 * The route worker, the dry run and promises load it here, so that they see the same.
 */
import { trustAt } from '#core/fulfillment/trust.ts'
import { componentsOf } from '#core/ledger/kits.ts'
import type { CurrencyCode } from '#core/model/money.ts'
import type { Instant } from '#core/model/time.ts'
import type { ActiveBook } from '#core/routing/policy-book.ts'
import { type PreparedNodes, prepareNodes } from '#core/routing/prepared-nodes.ts'
import type { RecordedNetwork } from '#core/routing/record.ts'
import type { ProductFacts } from '#core/routing/requests.ts'
import { type NodeHealth, type StockSnapshot, snapshotOf, withOperations } from '#core/routing/snapshot.ts'
import type { Database } from '#store/database.ts'
import { loadProducts } from '#store/master-data.ts'
import { keepNetwork, networkIdOf } from '#store/networks.ts'
import { loadTrust } from '#store/node-trust.ts'
import { loadPositions, type PositionRow } from '#store/stock.ts'
import { capacityOf } from './capacity-used.ts'
import type { Master } from './master.ts'
import type { World } from './world.ts'

export type Planning = {
  nodes: PreparedNodes
  network: RecordedNetwork
  networkId: string
  book: ActiveBook
  /** The currency of the network's costs; undefined when its nodes have several. */
  currency: CurrencyCode | undefined
  snapshot: StockSnapshot
  /** What the snapshot was made of: positions of the SKUs, or of their components where they are kits. */
  positions: PositionRow[]
  /** Of the SKUs asked for and their substitutes. */
  products: ReadonlyMap<string, ProductFacts>
}

/** Everything that decisions about these SKUs read. One query a kind of thing, however many orders. */
export async function loadPlanning(
  world: World,
  master: Master,
  skus: ReadonlySet<string>,
  now: Instant,
): Promise<Planning> {
  const { db } = world
  const { nodes, network, networkId } = laidOut(master)
  await keepNetwork(db, networkId, network)
  const products = await productsOf(db, master, skus)
  const substitutes = [...products.values()].flatMap((product) => product.substitutes ?? [])
  const wanted = [...new Set<string>([...skus, ...substitutes])]
  const parts = new Set(wanted.flatMap((sku) => componentsOf(master.kits, sku).map((part) => part.sku)))
  const positions = await loadPositions(db, [...parts])
  const stock = snapshotOf(nodes, positions)
  return {
    nodes,
    network,
    networkId,
    book: master.policyBook,
    currency: nodes.currency,
    positions,
    snapshot: withOperations(stock, {
      capacity: await capacityOf(db, nodes, now),
      health: await healthOf(db, master, nodes, now),
    }),
    products,
  }
}

let prepared: { master: Master; made: Pick<Planning, 'nodes' | 'network' | 'networkId'> } | undefined

/** Laying the network out costs more than a decision, so it is kept until the network changes. */
function laidOut(master: Master): Pick<Planning, 'nodes' | 'network' | 'networkId'> {
  if (prepared?.master !== master) {
    const network = { nodes: [...master.nodes.values()], rateCards: master.rateCards }
    const nodes = prepareNodes(network.nodes, network.rateCards)
    prepared = { master, made: { nodes, network, networkId: networkIdOf(network) } }
  }
  return prepared.made
}

let known: { master: Master; products: Map<string, ProductFacts | undefined> } | undefined
const MAX_KNOWN = 100_000

/** Kept by the process until the slow data changes: most orders are for products that others were for. */
async function productsOf(
  db: Database,
  master: Master,
  skus: ReadonlySet<string>,
): Promise<ReadonlyMap<string, ProductFacts>> {
  if (known?.master !== master || known.products.size > MAX_KNOWN) known = { master, products: new Map() }
  const { products } = known
  const missing = [...skus].filter((sku) => !products.has(sku))
  if (missing.length > 0) {
    for (const sku of missing) products.set(sku, undefined)
    for (const product of await loadProducts(db, missing)) products.set(product.sku, product)
  }
  const found = new Map<string, ProductFacts>()
  for (const sku of skus) {
    const product = products.get(sku)
    if (product !== undefined) found.set(sku, product)
  }
  return found
}

async function healthOf(db: Database, master: Master, nodes: PreparedNodes, now: Instant): Promise<NodeHealth> {
  const rows = await loadTrust(db)
  return {
    trust: new Map(rows.map((row) => [row.nodeId, trustAt(row, now)])),
    unreachable: new Set(
      nodes.list
        .filter((node) => {
          const connection = node.connection === undefined ? undefined : master.connections.get(node.connection)
          return connection !== undefined && connection.state === 'broken'
        })
        .map((node) => node.id),
    ),
  }
}
