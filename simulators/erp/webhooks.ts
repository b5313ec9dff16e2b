/** Sends the ERP's events to the hub, one webhook an event, signed, again and again under the same id until the hub says 2xx. */
import type { Instant } from '#core/model/time.ts'
import { epochMsOf } from '#core/model/time.ts'
import { chance } from '../kit/chance.ts'
import type { HubClient } from './hub-client.ts'
import type { ErpManners, HubAddress, WebhookPace } from './options.ts'
import { signWebhook } from './signature.ts'
import { Timers } from '../kit/timers.ts'
import type { ErpEvent } from './wire.ts'

/** `row`: letters of one row are sent one after the other. `copy`: the second copy of a letter, sent out of ill manners. */
type Letter = { id: string; row: string; copy: boolean; body: string; attempts: number }

export type WebhookCounts = {
  /** Events written down to be sent; a copy is not counted again. */
  events: number
  /** Events the hub has answered 2xx. */
  delivered: number
  attempts: number
  /** Second copies made on purpose. */
  copies: number
  /** Events held back on purpose. */
  heldBack: number
}

export type WebhookSetup = {
  name: string
  client: HubClient
  pace: WebhookPace
  manners: ErpManners
  random: () => number
  now: () => Instant
}

/**
 * Events of one request form a row, as a careful ERP sends them; those of different requests go side by side.
 * A held-back event leaves its row, so that the next one overtakes it.
 */
export class Webhooks {
  readonly #setup: WebhookSetup
  readonly #counts: WebhookCounts = { events: 0, delivered: 0, attempts: 0, copies: 0, heldBack: 0 }
  /** Letters that may be sent now, oldest first. */
  readonly #ready: Letter[] = []
  /** Rows with a letter ready or under way, and the letters that wait behind it. */
  readonly #waiting = new Map<string, Letter[]>()
  readonly #timers = new Timers()
  #hub: HubAddress | undefined
  #underWay = 0
  #closed = false

  constructor(setup: WebhookSetup) {
    this.#setup = setup
  }

  connectHub(hub: HubAddress): void {
    this.#hub = hub
    this.#pump()
  }

  /** True when the hub has taken every event. */
  get idle(): boolean {
    return this.#underWay === 0 && this.#ready.length === 0 && this.#timers.idle
  }

  counts(): WebhookCounts {
    return { ...this.#counts }
  }

  send(event: ErpEvent): void {
    const { manners, pace, random, name } = this.#setup
    this.#counts.events += 1
    const id = `msg_${name}_${String(this.#counts.events).padStart(8, '0')}`
    const letter: Letter = { id, row: event.requestId, copy: false, body: JSON.stringify(event), attempts: 0 }
    if (chance(random, manners.duplicateWebhooks)) {
      this.#counts.copies += 1
      this.#timers.after(pace.reorderHoldMs, () => this.#enqueue({ ...letter, row: `${id} copy`, copy: true }))
    }
    if (chance(random, manners.reorderWebhooks)) {
      this.#counts.heldBack += 1
      this.#timers.after(pace.reorderHoldMs, () => this.#enqueue({ ...letter, row: `${id} held` }))
    } else {
      this.#enqueue(letter)
    }
  }

  close(): void {
    this.#closed = true
    this.#timers.clear()
    this.#ready.length = 0
    this.#waiting.clear()
  }

  #enqueue(letter: Letter): void {
    const behind = this.#waiting.get(letter.row)
    if (behind === undefined) {
      this.#waiting.set(letter.row, [])
      this.#ready.push(letter)
    } else {
      behind.push(letter)
    }
    this.#pump()
  }

  #pump(): void {
    const hub = this.#hub
    if (hub === undefined || this.#closed) return
    while (this.#underWay < this.#setup.pace.concurrency) {
      const letter = this.#ready.shift()
      if (letter === undefined) return
      this.#underWay += 1
      void this.#attempt(letter, hub)
    }
  }

  async #attempt(letter: Letter, hub: HubAddress): Promise<void> {
    const { client, pace, now } = this.#setup
    letter.attempts += 1
    this.#counts.attempts += 1
    const signed = signWebhook(letter.id, Math.floor(epochMsOf(now()) / 1000), letter.body, hub.webhookSecret)
    const { status } = await client.call({
      method: 'POST',
      url: new URL(hub.webhookUrl),
      headers: { 'content-type': 'application/json', ...signed },
      body: letter.body,
      timeoutMs: pace.timeoutMs,
    })
    this.#underWay -= 1
    if (this.#closed) return
    if (status >= 200 && status < 300) this.#taken(letter)
    else this.#timers.after(retryWaitMs(pace, letter.attempts), () => this.#again(letter))
    this.#pump()
  }

  #taken(letter: Letter): void {
    if (!letter.copy) this.#counts.delivered += 1
    const next = this.#waiting.get(letter.row)?.shift()
    if (next === undefined) this.#waiting.delete(letter.row)
    else this.#ready.push(next)
  }

  #again(letter: Letter): void {
    this.#ready.push(letter)
    this.#pump()
  }
}

/** Waits for a hub's call that failed: doubling, up to a cap. Shared by events and feeds. */
export const retryWaitMs = (pace: WebhookPace, attempts: number): number =>
  Math.min(pace.retryMaxMs, pace.retryBaseMs * 2 ** Math.min(attempts - 1, 20))
