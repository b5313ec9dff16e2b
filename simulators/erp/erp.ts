/**
 * A simulated ERP that runs the merchant's own warehouses and stores. It pushes stock feeds to the hub, takes fulfillment
 * requests over HTTP and answers by signed webhooks. It keeps books of its own and can be told to behave badly.
 */
import { once } from 'node:events'
import type { AddressInfo } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import { instantFromEpochMs } from '#core/model/time.ts'
import { Api } from './api.ts'
import { RequestBook, StockBook, type RequestEntry, type StockEntry } from './books.ts'
import { Desk } from './desk.ts'
import { FeedSender, type FeedFormat, type FeedResult } from './feed.ts'
import { createErpServer, type BadAnswers } from './http.ts'
import { HubClient } from './hub-client.ts'
import { GOOD_MANNERS, QUICK_PACE, type ErpManners, type ErpOptions, type HubAddress } from './options.ts'
import { Webhooks, type WebhookCounts } from './webhooks.ts'
import type { ErpEvent } from './wire.ts'

export type ErpBooks = {
  stock: StockEntry[]
  requests: RequestEntry[]
  documents: {
    /** Received from the hub, repeats included. */
    in: Record<string, number>
    /** Events by type and feeds by kind (`full json`, `full csv`, `delta json`); copies not counted. */
    out: Record<string, number>
  }
  webhooks: WebhookCounts
  duplicatesSeen: number
  conflictsSeen: number
  /** Answers cut off, and answered 500, although the effect was booked. */
  badAnswers: BadAnswers
}

export type Erp = {
  /** Base URL of the ERP's API, without a slash at the end. */
  url: string
  /** Says where the hub listens; waiting events leave at once. */
  connectHub: (hub: HubAddress) => void
  /** Every position. Tried again on passing trouble; the result says what the hub answered in the end. */
  pushFull: (format: FeedFormat) => Promise<FeedResult>
  /** The positions that changed since the last feed the hub took. */
  pushDelta: () => Promise<FeedResult>
  /** Books a receipt (positive) or a count's correction (negative). */
  adjust: (sku: string, node: string, by: number) => void
  /** Changes behaviour while it runs. */
  behave: (manners: Partial<ErpManners>) => void
  /** A copy, safe to keep. */
  books: () => ErpBooks
  /** Resolves to true when no step is due and the hub has taken every event; to false after `timeoutMs`. */
  settled: (timeoutMs: number) => Promise<boolean>
  close: () => Promise<void>
}

export async function startErp(options: ErpOptions): Promise<Erp> {
  const { name, random } = options
  const now = options.now ?? (() => instantFromEpochMs(Date.now()))
  const manners: ErpManners = { ...GOOD_MANNERS, ...options.manners }
  const pace = { ...QUICK_PACE, ...options.pace }
  let hub = options.hub

  const client = new HubClient(pace.concurrency)
  const stock = new StockBook(options.stock)
  const requests = new RequestBook()
  const webhooks = new Webhooks({ name, client, pace, manners, random, now })
  if (hub !== undefined) webhooks.connectHub(hub)
  const feeds = new FeedSender({ name, client, pace, stock, now, hub: () => hub })

  const told: Record<string, number> = {}
  const emit = (event: ErpEvent): void => {
    told[event.type] = (told[event.type] ?? 0) + 1
    webhooks.send(event)
  }
  const delayMs = options.delayMs ?? (() => 0)
  const { unitsPerPackage = 10, carrier = 'UPSN' } = options
  const desk = new Desk({ name, stock, requests, manners, random, now, delayMs, unitsPerPackage, carrier, emit })
  const api = new Api({ name, stock, requests, desk })
  const badAnswers: BadAnswers = { lost: 0, failed: 0 }
  const server = createErpServer({ token: options.token, api, manners, random, counts: badAnswers })
  server.listen(options.port ?? 0, options.host ?? '127.0.0.1')
  await once(server, 'listening')
  const { address, port } = server.address() as AddressInfo

  return {
    url: `http://${address}:${port}`,
    connectHub: (given) => {
      hub = given
      webhooks.connectHub(given)
    },
    pushFull: (format) => feeds.push('full', format),
    pushDelta: () => feeds.push('delta', 'json'),
    adjust: (sku, node, by) => stock.adjust(sku, node, by),
    behave: (changes) => Object.assign(manners, changes),
    books: () => ({
      stock: stock.entries(),
      requests: requests.entries(),
      documents: { in: { ...api.counts.received }, out: { ...told, ...feeds.counts() } },
      webhooks: webhooks.counts(),
      duplicatesSeen: api.counts.duplicates,
      conflictsSeen: api.counts.conflicts,
      badAnswers: { ...badAnswers },
    }),
    settled: (timeoutMs) => waitUntil(() => desk.idle && webhooks.idle, timeoutMs),
    close: async () => {
      desk.close()
      webhooks.close()
      feeds.close()
      server.close()
      server.closeAllConnections()
      await once(server, 'close')
      client.close()
    },
  }
}

const POLL_MS = 5

async function waitUntil(isTrue: () => boolean, timeoutMs: number): Promise<boolean> {
  for (let waitedMs = 0; !isTrue(); waitedMs += POLL_MS) {
    if (waitedMs >= timeoutMs) return false
    await sleep(POLL_MS)
  }
  return true
}
