/** A hub with an ERP that sends stock feeds, without running loops: a test works feeds off by hand, and kills the worker where it likes. */
import { createIdSource } from '#app/ids.ts'
import { type Hub, openHub } from '#app/hub.ts'
import { applyNetwork, Network } from '#app/network-file.ts'
import { readSettings } from '#app/settings.ts'
import { ediSupplier } from '#connectors/edi/connector.ts'
import { edifactSupplier } from '#connectors/edi/edifact/connector.ts'
import { erp } from '#connectors/erp/connector.ts'
import { stock } from '#connectors/erp/stock.ts'
import { instantFromEpochMs } from '#core/model/time.ts'
import { feedOf, type StoredFeed } from '#store/feeds.ts'
import { handleFeed } from '#workers/feeds.ts'
import { type FeedReceipt, storeFeed } from '#workers/store-feed.ts'
import type { World } from '#workers/world.ts'
import type { Backend } from './backends.ts'
import { silentLog } from './log.ts'

export type FeedHub = {
  hub: Hub
  clock: { aheadMs: number }
  /** Stores a CSV feed as if the ERP had sent it in these chunks. */
  push: (chunks: Iterable<string | Uint8Array>, headers?: Record<string, string>) => Promise<FeedReceipt>
  /** Works until the feed is settled or held; `diesAfter` commits nothing more of the worker reaches the database. */
  work: (feedId: string, diesAfter?: number) => Promise<'ended' | 'died'>
  feed: (feedId: string) => Promise<StoredFeed>
  positions: () => Promise<Record<string, number>>
  stop: () => Promise<void>
}

/** Small, so that a small feed takes many commits. */
const SIZES = { pieceRows: 8, refusedRows: 4, readBytes: 64 }
/** Longer than a lease. */
const LEASE_OVER_MS = 61_000

const network = (skus: number, { config = {}, partner }: FeedHubOptions) => ({
  connections: [
    {
      id: 'erp',
      connector: 'erp',
      config: { baseUrl: 'http://127.0.0.1:9', allowPrivateAddresses: true, ...config },
      secrets: { sftpPassword: 'env:SFTP_PASSWORD' },
    },
    ...(partner === undefined ? [] : [{ id: 'acme', ...partner, secrets: { password: 'env:SFTP_PASSWORD' } }]),
  ],
  nodes: ['north', 'south'].map((id) => ({
    id,
    name: id,
    kind: 'warehouse',
    capabilities: ['ship'],
    connection: 'erp',
    calendar: {
      timeZone: 'Europe/Paris',
      week: Object.fromEntries(
        ['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun'].map((day) => [day, { open: '00:00', close: '23:59' }]),
      ),
    },
    costs: { currency: 'EUR', packageFixedMinor: 500 },
  })),
  products: Array.from({ length: skus }, (_, i) => ({ sku: `S-${i}`, name: `S-${i}` })),
})

export type FeedHubOptions = {
  /** More settings of the ERP's connection. */
  config?: Record<string, unknown>
  /** A partner that trades EDI files, `acme`. */
  partner?: { connector: 'edi-supplier' | 'edifact-supplier'; config: Record<string, unknown> }
  /** Bytes that a reader is given at a time. */
  readBytes?: number
  /** Password of the SFTP logins. */
  sftpPassword?: string
}

export async function openFeedHub(backend: Backend, skus = 40, options: FeedHubOptions = {}): Promise<FeedHub> {
  const clock = { aheadMs: 0 }
  const sizes = { ...SIZES, ...(options.readBytes === undefined ? {} : { readBytes: options.readBytes }) }
  const nowMs = (): number => Date.now() + clock.aheadMs
  const hub = await openHub(readSettings({ CROSSDOCK_LOG: 'silent' }), {
    database: await backend.database(),
    connectors: [erp, ediSupplier, edifactSupplier],
    clock: { now: () => instantFromEpochMs(nowMs()) },
    ids: createIdSource(nowMs),
    log: silentLog,
    environment: { SFTP_PASSWORD: options.sftpPassword },
  })
  const { world } = hub
  await applyNetwork(world.db, Network.parse(network(skus, options)))
  await world.master.fresh()

  return {
    hub,
    clock,
    push: (chunks, headers = {}) => {
      const head = {
        headers: { 'content-type': 'text/csv', ...headers },
        body: new Uint8Array(),
        receivedAt: clockOf(world),
      }
      return storeFeed(world, {
        connectionId: 'erp',
        port: stock.name,
        meta: stock.meta(head),
        maxBytes: 10_000_000,
        chunks: (async function* () {
          for (const chunk of chunks) yield typeof chunk === 'string' ? Buffer.from(chunk) : chunk
        })(),
        sourceKey: (hash) => stock.stream?.sourceKey(head, hash) ?? hash,
      })
    },
    work: async (feedId, diesAfter) => {
      const alive = new AbortController().signal
      if (diesAfter === undefined) {
        await handleFeed(world, [feedId], alive, sizes)
        return 'ended'
      }
      const mortal = mortalWorld(world, diesAfter)
      try {
        await handleFeed(mortal, [feedId], alive, sizes)
        return 'ended'
      } catch (error) {
        if (!(error instanceof Killed)) throw error
        clock.aheadMs += LEASE_OVER_MS
        return 'died'
      }
    },
    feed: async (feedId) => {
      const feed = await feedOf(world.db, feedId)
      if (feed === undefined) throw new Error(`there is no feed ${feedId}`)
      return feed
    },
    positions: async () => {
      const rows = await world.db.query<{ key: string; units: number }>(
        `SELECT sku || '@' || node_id AS key, on_hand AS units FROM stock_position ORDER BY sku, node_id`,
      )
      return Object.fromEntries(rows.map((row) => [row.key, row.units]))
    },
    stop: async () => {
      await hub.flusher.idle()
      await hub.stop()
    },
  }
}

const clockOf = (world: World) => world.clock.now()

/** Looks like a database that went away, so that the worker does nothing more about it: as if its process had been killed. */
class Killed extends Error {
  readonly code = '57P01'
}

function mortalWorld(world: World, commits: number): World {
  let left = commits
  const die = (): never => {
    throw new Killed('the worker is dead')
  }
  return {
    ...world,
    db: {
      ...world.db,
      query: (sql, parameters) => (left < 0 ? Promise.reject(new Killed()) : world.db.query(sql, parameters)),
    },
    commit: async (work) => {
      left -= 1
      return left < 0 ? die() : world.commit(work)
    },
  }
}
