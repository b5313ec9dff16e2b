/** The slow data of the hub, kept in memory and read again when its version rises. */
import type { Channel, Connection } from '#core/model/channel.ts'
import type { Node } from '#core/model/node.ts'
import type { KitComponent } from '#core/model/product.ts'
import type { OrderPolicy } from '#core/model/order-policy.ts'
import type { StockPolicy } from '#core/model/stock-policy.ts'
import type { ReturnPolicy } from '#core/model/return-policy.ts'
import type { NodeId, Sku } from '#core/model/ids.ts'
import type { Instant } from '#core/model/time.ts'
import type { RateCard } from '#core/model/rate-card.ts'
import { type ActiveBook, activeBook, DEFAULT_BOOK, DEFAULT_BOOK_VERSION } from '#core/routing/policy-book.ts'
import type { Connector, Crosswalk, Port } from '#connectors/contract/connector.ts'
import type { Database } from '#store/database.ts'
import {
  type AliasRow,
  type MasterData,
  loadKits,
  loadMasterData,
  loadSkus,
  masterVersion,
} from '#store/master-data.ts'
import { activeOrderPolicy } from '#store/order-policy.ts'
import { activeReturnPolicy } from '#store/return-policy.ts'
import { stockPolicyAt } from '#store/stock-policy.ts'
import { crosswalksByTime } from './crosswalk-tables.ts'

export type LiveConnection = {
  id: string
  connector: Connector
  /** Parsed by the connector's own schema. */
  config: unknown
  secrets: Record<string, string>
  state: 'active' | 'paused' | 'broken'
  channel?: Channel
  /** Tables as they stand at a time: dated rows count from their day on. */
  crosswalkAt: (at: Instant) => Crosswalk
}

export type Master = {
  version: number
  channels: Map<string, Channel>
  nodes: Map<string, Node>
  connections: Map<string, LiveConnection>
  stockPolicy: StockPolicy
  orderPolicy: OrderPolicy
  returnPolicy: ReturnPolicy
  /** Kits by SKU: what one unit is made of. */
  kits: ReadonlyMap<string, readonly KitComponent[]>
  /** Connections whose settings could not be used, with the reason. */
  broken: Map<string, string>
  rateCards: RateCard[]
  policyBook: ActiveBook
}

export type MasterCache = {
  /** The newest data; costs one small query. Never inside a transaction: that query would wait for the transaction's end. */
  fresh: () => Promise<Master>
  /** All that a connection can be made with, by id. */
  connectors: ReadonlyMap<string, Connector>
  /** What `fresh` last gave; for use inside transactions. */
  current: () => Master
}

export function createMasterCache(db: Database, connectors: readonly Connector[]): MasterCache {
  const byId = new Map(connectors.map((connector) => [connector.id, connector]))
  let loaded: Promise<Master> | undefined
  let latest: Master | undefined
  let version = -1
  return {
    connectors: byId,
    current: () => {
      if (latest === undefined) throw new Error('the slow data was not loaded before the transaction')
      return latest
    },
    fresh: async () => {
      const newest = await masterVersion(db)
      if (loaded === undefined || newest !== version) {
        version = newest
        loaded = load(db, byId)
        loaded.catch(() => {
          loaded = undefined
        })
      }
      latest = await loaded
      return latest
    },
  }
}

async function load(db: Database, byId: ReadonlyMap<string, Connector>): Promise<Master> {
  const data = await loadMasterData(db)
  const stockPolicy = await stockPolicyAt(db)
  const orderPolicy = await activeOrderPolicy(db)
  const returnPolicy = await activeReturnPolicy(db)
  const kits = await loadKits(db)
  const live = liveConnections(data, await loadSkus(db), [...byId.values()])
  return { ...live, ...slowData(data), stockPolicy, orderPolicy, returnPolicy, kits }
}

const slowData = (data: MasterData) => ({
  version: data.version,
  channels: new Map(data.channels.map((channel): [string, Channel] => [channel.id, channel])),
  nodes: new Map(data.nodes.map((node): [string, Node] => [node.id, node])),
  rateCards: data.rateCards,
  policyBook:
    data.policy === undefined
      ? activeBook(DEFAULT_BOOK, DEFAULT_BOOK_VERSION)
      : activeBook(data.policy.book, data.policy.version),
})

export type Usable =
  | { ok: true; connector: Connector; config: unknown }
  | { ok: false; problems: { path: string; message: string }[] }

/** Whether a connection can work as it is written: its connector is known, and takes its settings. */
export function usableConnection(
  { connector: named, config }: Pick<Connection, 'connector' | 'config'>,
  connectors: ReadonlyMap<string, Connector>,
): Usable {
  const connector = connectors.get(named)
  if (connector === undefined) {
    const message = `there is no connector "${named}"; known are ${[...connectors.keys()].join(', ')}`
    return { ok: false, problems: [{ path: 'connector', message }] }
  }
  const read = connector.config.safeParse(config)
  if (read.success) return { ok: true, connector, config: read.data }
  const problems = read.error.issues.map(({ path, message }) => ({ path: ['config', ...path].join('.'), message }))
  return { ok: false, problems }
}

/** The connections that given data makes; also for plans, which ask what other data would make. */
export function liveConnections(
  data: MasterData,
  codes: { skus: readonly string[]; aliases: readonly AliasRow[] },
  connectors: readonly Connector[],
): Pick<Master, 'connections' | 'broken'> {
  const byId = new Map(connectors.map((connector) => [connector.id, connector]))
  const skus = new Set(codes.skus)
  const broken = new Map<string, string>()
  const connections = new Map<string, LiveConnection>()
  for (const row of data.connections) {
    const usable = usableConnection(row.connection, byId)
    if (!usable.ok) {
      broken.set(row.connection.id, usable.problems.map(({ path, message }) => `${path}: ${message}`).join('; '))
      continue
    }
    const { connector, config } = usable
    const channel = data.channels.find((each) => each.connection === row.connection.id)
    connections.set(row.connection.id, {
      id: row.connection.id,
      connector,
      config,
      secrets: row.connection.secrets,
      state: row.state,
      ...(channel === undefined ? {} : { channel }),
      crosswalkAt: crosswalksOf(row.connection.id, row.connection.party, data, skus, codes.aliases),
    })
  }
  return { connections, broken }
}

/** A partner's own code first, then a GTIN, then our own SKU: the narrower name wins. */
function crosswalksOf(
  connectionId: string,
  party: string | undefined,
  data: MasterData,
  skus: ReadonlySet<string>,
  aliases: readonly AliasRow[],
): (at: Instant) => Crosswalk {
  const mine = aliases.filter((alias) => alias.owner === connectionId || (party !== undefined && alias.owner === party))
  const toSku = new Map(mine.map((alias) => [alias.value, alias.sku]))
  const fromSku = new Map(mine.map((alias) => [alias.sku, alias.value]))
  const gtins = new Map(
    aliases.filter((alias) => alias.scheme === 'gtin').map((alias) => [alias.value.padStart(14, '0'), alias.sku]),
  )
  const nodeIds = new Set<string>(data.nodes.map((node) => node.id))
  const rows = data.crosswalks.filter((row) => row.connectionId === connectionId)
  return crosswalksByTime(rows, (tables): Crosswalk => ({
    version: String(data.version),
    skuOf: (code) =>
      (toSku.get(code) ??
        (/^\d{8,14}$/.test(code) ? gtins.get(code.padStart(14, '0')) : undefined) ??
        (skus.has(code) ? code : undefined)) as Sku | undefined,
    partnerSkuOf: (sku) => fromSku.get(sku) ?? sku,
    nodeOf: (code) => (tables.word('node', code) ?? (nodeIds.has(code) ? code : undefined)) as NodeId | undefined,
    // A partner without a table of its own uses our names; one with a table knows only the nodes in it.
    partnerNodeOf: (nodeId) => tables.partnerCode('node', nodeId) ?? (tables.has('node') ? undefined : nodeId),
    code: tables.word,
    partnerCode: tables.partnerCode,
  }))
}

/** The connector's port of this name, when it reads documents. */
export function inboundPort(
  connection: LiveConnection,
  name: string,
): Extract<Port<never>, { direction: 'in' }> | undefined {
  for (const port of portsOf(connection)) if (port.direction === 'in' && port.name === name) return port
  return undefined
}

/** The connector's port that sends documents of this kind. */
export function outboundPort(
  connection: LiveConnection,
  kind: string,
): Extract<Port<never>, { direction: 'out' }> | undefined {
  for (const port of portsOf(connection)) if (port.direction === 'out' && port.kind === kind) return port
  return undefined
}

/** Where a channel hears documents of this kind; undefined where it has no connection, or none that says such a thing. */
export function channelPort(master: Master, channelId: string, kind: string) {
  const connection = master.connections.get(master.channels.get(channelId)?.connection ?? '')
  const port = connection === undefined ? undefined : outboundPort(connection, kind)
  return connection === undefined || port === undefined ? undefined : { connection, port }
}

/** The ports that the connection's config leaves it. */
export const portsOf = ({ connector, config }: LiveConnection): Port<never>[] =>
  connector.ports.filter((port) => port.has?.(config) !== false)
