/** Channels, connections, nodes, products and crosswalks: slow data, read whole and kept by each process until its version rises. */
import type { Channel, Connection, ConnectionState } from '#core/model/channel.ts'
import type { Node } from '#core/model/node.ts'
import type { Party } from '#core/model/party.ts'
import type { KitComponent, Product } from '#core/model/product.ts'
import type { RateCard } from '#core/model/rate-card.ts'
import type { PolicyBook } from '#core/routing/policy-book.ts'
import type { Instant } from '#core/model/time.ts'
import type { Queryable } from './database.ts'
import { notePast } from './note-past.ts'
import { insertRows } from './rows.ts'

/** `validFrom`: the row counts for documents that came at this time or later, until a later row of the same code does. */
export type CrosswalkRow = {
  connectionId: string
  name: string
  partnerCode: string
  canonical: string
  validFrom: Instant
}
export type AliasRow = { scheme: 'gtin' | 'partner' | 'channel'; owner: string; value: string; sku: string }
export type ConnectionRow = { connection: Connection; state: ConnectionState; reason: string | null }

export type MasterData = {
  version: number
  channels: Channel[]
  connections: ConnectionRow[]
  nodes: Node[]
  crosswalks: CrosswalkRow[]
  rateCards: RateCard[]
  /** The active policy book; absent: the built-in default. */
  policy?: { version: string; book: PolicyBook }
}

const DOCUMENT = { id: 'text', document: 'jsonb' } as const
const REPLACE = 'ON CONFLICT (id) DO UPDATE SET document = excluded.document'

export async function putChannels(db: Queryable, channels: readonly Channel[]): Promise<void> {
  await notePast(
    db,
    'channel',
    channels.map((channel) => ({ id: channel.id, document: channel })),
  )
  await insertRows(
    db,
    'channel',
    { ...DOCUMENT, connection_id: 'text' } as const,
    channels.map((channel) => ({ id: channel.id, document: channel, connection_id: channel.connection })),
    `${REPLACE}, connection_id = excluded.connection_id`,
  )
  await bumpVersion(db)
}

export async function putParties(db: Queryable, parties: readonly Party[]): Promise<void> {
  await insertRows(
    db,
    'party',
    DOCUMENT,
    parties.map((party) => ({ id: party.id, document: party })),
    REPLACE,
  )
  await bumpVersion(db)
}

export async function putRateCards(db: Queryable, cards: readonly RateCard[]): Promise<void> {
  await insertRows(
    db,
    'rate_card',
    DOCUMENT,
    cards.map((card) => ({ id: card.id, document: card })),
    REPLACE,
  )
  await bumpVersion(db)
}

export async function putNodes(db: Queryable, nodes: readonly Node[]): Promise<void> {
  await notePast(
    db,
    'node',
    nodes.map((node) => ({ id: node.id, document: node })),
  )
  await insertRows(
    db,
    'node',
    { ...DOCUMENT, connection_id: 'text' } as const,
    nodes.map((node) => ({ id: node.id, document: node, connection_id: node.connection })),
    `${REPLACE}, connection_id = excluded.connection_id`,
  )
  await bumpVersion(db)
}

/** Keeps the state of connections that are known: a restart does not resume what a person paused. */
export async function putConnections(db: Queryable, connections: readonly Connection[]): Promise<void> {
  await insertRows(
    db,
    'connection',
    // The columns of a partner's CSV file stand in the order in which its profile names them.
    { id: 'text', document: 'json', connector: 'text' } as const,
    connections.map((connection) => ({ id: connection.id, document: connection, connector: connection.connector })),
    `${REPLACE}, connector = excluded.connector`,
  )
  await bumpVersion(db)
}

export async function setConnectionState(
  db: Queryable,
  id: string,
  state: ConnectionState,
  reason: string | null,
  now: Instant,
): Promise<void> {
  await db.query('UPDATE connection SET state = $2, reason = $3, changed_at = $4 WHERE id = $1', [
    id,
    state,
    reason,
    now,
  ])
  await bumpVersion(db)
}

/** Products with their aliases. An alias that named another SKU before names this one now. */
export async function putProducts(db: Queryable, products: readonly Product[]): Promise<void> {
  await notePast(
    db,
    'product',
    products.map((product) => ({ id: product.sku, document: product })),
  )
  await insertRows(
    db,
    'product',
    { sku: 'text', document: 'jsonb' } as const,
    products.map((product) => ({ sku: product.sku, document: product })),
    'ON CONFLICT (sku) DO UPDATE SET document = excluded.document',
  )
  await putAliases(
    db,
    products.flatMap((product) =>
      product.aliases.map((alias) => ({
        scheme: alias.scheme,
        owner: alias.owner ?? '',
        value: alias.value,
        sku: product.sku,
      })),
    ),
  )
  await bumpVersion(db)
}

export async function putAliases(db: Queryable, aliases: readonly AliasRow[]): Promise<void> {
  await insertRows(
    db,
    'sku_alias',
    { scheme: 'text', owner: 'text', value: 'text', sku: 'text' } as const,
    aliases,
    'ON CONFLICT (scheme, owner, value) DO UPDATE SET sku = excluded.sku',
  )
  await bumpVersion(db)
}

export async function putCrosswalks(db: Queryable, rows: readonly CrosswalkRow[]): Promise<void> {
  await insertRows(
    db,
    'crosswalk',
    {
      connection_id: 'text',
      name: 'text',
      partner_code: 'text',
      canonical: 'text',
      valid_from: 'timestamptz',
    } as const,
    rows.map((row) => ({
      connection_id: row.connectionId,
      name: row.name,
      partner_code: row.partnerCode,
      canonical: row.canonical,
      valid_from: row.validFrom,
    })),
    'ON CONFLICT (connection_id, name, partner_code, valid_from) DO UPDATE SET canonical = excluded.canonical',
  )
  await bumpVersion(db)
}

/** Tells every process that its copy of the slow data is old. */
export async function bumpVersion(db: Queryable): Promise<void> {
  await db.query('UPDATE master_version SET version = version + 1')
}

export async function masterVersion(db: Queryable): Promise<number> {
  const [row] = await db.query<{ version: number }>('SELECT version FROM master_version')
  return row?.version ?? 0
}

export async function loadMasterData(db: Queryable): Promise<MasterData> {
  const version = await masterVersion(db)
  const channels = await db.query<{ document: Channel }>('SELECT document FROM channel ORDER BY id')
  const connections = await db.query<{ document: Connection; state: ConnectionState; reason: string | null }>(
    'SELECT document, state, reason FROM connection ORDER BY id',
  )
  const nodes = await db.query<{ document: Node }>('SELECT document FROM node ORDER BY id')
  const crosswalks = await db.query<CrosswalkRow>(
    'SELECT connection_id AS "connectionId", name, partner_code AS "partnerCode", canonical, valid_from AS "validFrom" FROM crosswalk ORDER BY valid_from',
  )
  const rateCards = await db.query<{ document: RateCard }>('SELECT document FROM rate_card ORDER BY id')
  const [policy] = await db.query<{ version: string; book: PolicyBook }>(
    `SELECT p.version, p.document AS book FROM routing_policy_activation a JOIN routing_policy p ON p.version = a.version
     ORDER BY a.id DESC LIMIT 1`,
  )
  return {
    version,
    rateCards: rateCards.map((row) => row.document),
    ...(policy === undefined ? {} : { policy }),
    channels: channels.map((row) => row.document),
    connections: connections.map((row) => ({ connection: row.document, state: row.state, reason: row.reason })),
    nodes: nodes.map((row) => row.document),
    crosswalks,
  }
}

/** What routing reads of these products; SKUs without a product are absent. */
export async function loadProducts(db: Queryable, skus: readonly string[]): Promise<Product[]> {
  const rows = await db.query<{ document: Product }>('SELECT document FROM product WHERE sku = ANY($1::text[])', [skus])
  return rows.map((row) => row.document)
}

/** Every product code the hub knows: our own SKUs, and what partners call them. */
export async function loadSkus(db: Queryable): Promise<{ skus: string[]; aliases: AliasRow[] }> {
  const skus = await db.query<{ sku: string }>('SELECT sku FROM product')
  const aliases = await db.query<AliasRow>('SELECT scheme, owner, value, sku FROM sku_alias')
  return { skus: skus.map((row) => row.sku), aliases }
}

/** What kits are made of, by the kit's SKU. */
export async function loadKits(db: Queryable): Promise<Map<string, KitComponent[]>> {
  const rows = await db.query<{ sku: string; components: KitComponent[] }>(
    `SELECT sku, document->'components' AS components FROM product WHERE document ? 'components'`,
  )
  return new Map(rows.map((row) => [row.sku, row.components]))
}
