/** Stock feeds: what the ERP's books say lies where, as JSON or CSV, and their PUT to the hub. */
import { setTimeout as sleep } from 'node:timers/promises'
import type { Instant } from '#core/model/time.ts'
import type { StockBook, StockEntry } from './books.ts'
import type { HubAnswer, HubClient } from './hub-client.ts'
import type { HubAddress, WebhookPace } from './options.ts'
import { retryWaitMs } from './webhooks.ts'

export type FeedFormat = 'json' | 'csv'
export type FeedMode = 'full' | 'delta'

/** What came of one feed. `status` 0: the hub never answered. */
export type FeedResult = { status: number; rows: number; asOf: Instant; attempts: number; answer: string }

/** A feed is given up after so many attempts; its changes go with the next delta. */
const MAX_ATTEMPTS = 8

/** JSON: `{mode, asOf, sequence, rows: [{sku, node, onHand}]}`. `sequence` rises by one with each feed of this ERP. */
export function jsonFeed(mode: FeedMode, asOf: Instant, sequence: number, entries: readonly StockEntry[]): string {
  const rows = entries.map(({ sku, node, now }) => ({ sku, node, onHand: now }))
  return JSON.stringify({ mode, asOf, sequence, rows })
}

/** CSV after RFC 4180: a header row, then `sku,node,on_hand,as_of`. Always a full feed. */
export function csvFeed(asOf: Instant, entries: readonly StockEntry[]): string {
  const rows = entries.map(({ sku, node, now }) => [sku, node, String(now), asOf].map(csvCell).join(','))
  return ['sku,node,on_hand,as_of', ...rows, ''].join('\r\n')
}

const csvCell = (value: string): string => (/[",\r\n]/.test(value) ? `"${value.replaceAll('"', '""')}"` : value)

export type FeedSetup = {
  name: string
  client: HubClient
  pace: WebhookPace
  stock: StockBook
  hub: () => HubAddress | undefined
  now: () => Instant
}

/** Sends one feed after the other, in the order they were asked for: a delta must never overtake the full feed before it. */
export class FeedSender {
  readonly #setup: FeedSetup
  readonly #closing = new AbortController()
  #last: Promise<unknown> = Promise.resolve()
  #sequence = 0
  #sent: Record<string, number> = {}

  constructor(setup: FeedSetup) {
    this.#setup = setup
  }

  /** Feeds the hub has taken, by kind: `full json`, `full csv`, `delta json`. */
  counts(): Record<string, number> {
    return { ...this.#sent }
  }

  push(mode: FeedMode, format: FeedFormat): Promise<FeedResult> {
    const result = this.#last.then(() => this.#pushNow(mode, format))
    this.#last = result.catch(() => undefined)
    return result
  }

  close(): void {
    this.#closing.abort()
  }

  async #pushNow(mode: FeedMode, format: FeedFormat): Promise<FeedResult> {
    const { stock, now } = this.#setup
    const asOf = now()
    const changed = stock.takeChanges()
    const entries = mode === 'full' ? stock.entries() : changed
    this.#sequence += 1
    const body = format === 'csv' ? csvFeed(asOf, entries) : jsonFeed(mode, asOf, this.#sequence, entries)
    const { answer, attempts } = await this.#put(format, mode, body)
    const taken = answer.status >= 200 && answer.status < 300
    if (taken) this.#sent[`${mode} ${format}`] = (this.#sent[`${mode} ${format}`] ?? 0) + 1
    else stock.giveBackChanges(changed)
    return { status: answer.status, rows: entries.length, asOf, attempts, answer: answer.body }
  }

  /** The same bytes under the same key until the hub gives an answer that stands. */
  async #put(format: FeedFormat, mode: FeedMode, body: string): Promise<{ answer: HubAnswer; attempts: number }> {
    const { name, client, pace, hub } = this.#setup
    const address = hub()
    if (address === undefined) throw new Error('the ERP is not connected to a hub')
    const headers = {
      authorization: `Bearer ${address.apiKey}`,
      'content-type': format === 'csv' ? 'text/csv; charset=utf-8' : 'application/json',
      'idempotency-key': `${name}-${mode}-${String(this.#sequence).padStart(8, '0')}`,
    }
    for (let attempts = 1; ; attempts += 1) {
      const url = new URL(address.stockUrl)
      const answer = await client.call({ method: 'PUT', url, headers, body, timeoutMs: pace.timeoutMs })
      const passing = answer.status === 0 || answer.status === 429 || answer.status >= 500
      if (!passing || attempts === MAX_ATTEMPTS) return { answer, attempts }
      await sleep(retryWaitMs(pace, attempts), undefined, { signal: this.#closing.signal })
    }
  }
}
