/** Square's webhooks: signed over the registered URL and the body, sent twice or held back out of ill manners, until the hub says 2xx. */
import { createHmac } from 'node:crypto'
import { chance } from '../kit/chance.ts'
import { Timers } from '../kit/timers.ts'
import type { SquareNews } from './books.ts'

export type Subscription = {
  /** As it is registered, and signed. A proxy may stand there. */
  notificationUrl: string
  /** Where the events really arrive. */
  deliverTo: string
  signatureKey: string
}

const RETRY_MS = 200
const HOLD_MS = 60

export class SquareWebhooks {
  readonly #random: () => number
  readonly #timers = new Timers()
  #subscription: Subscription | undefined
  #events = 0
  #underWay = 0
  /** Shares from 0 to 1. */
  readonly manners = { twice: 0, heldBack: 0, lost: 0 }
  readonly refused: number[] = []

  constructor(random: () => number) {
    this.#random = random
  }

  subscribe(subscription: Subscription): void {
    this.#subscription = subscription
  }

  get idle(): boolean {
    return this.#underWay === 0 && this.#timers.idle
  }

  tell(news: SquareNews, createdAt: string): void {
    if (this.#subscription === undefined || chance(this.#random, this.manners.lost)) return
    this.#events += 1
    const body = JSON.stringify(bodyOf(news, `event-${this.#events}`, createdAt))
    const copies = chance(this.#random, this.manners.twice) ? 2 : 1
    for (let copy = 0; copy < copies; copy++) {
      if (chance(this.#random, this.manners.heldBack)) this.#timers.after(HOLD_MS, () => this.#send(body, 0))
      else this.#send(body, 0)
    }
  }

  close(): void {
    this.#timers.clear()
    this.#subscription = undefined
  }

  #send(body: string, retry: number): void {
    const subscription = this.#subscription
    if (subscription === undefined) return
    const { notificationUrl, deliverTo, signatureKey } = subscription
    this.#underWay += 1
    const signature = createHmac('sha256', signatureKey).update(notificationUrl).update(body).digest('base64')
    const headers = {
      'content-type': 'application/json',
      'x-square-hmacsha256-signature': signature,
      ...(retry === 0 ? {} : { 'square-retry-number': String(retry), 'square-retry-reason': 'http_timeout' }),
    }
    fetch(deliverTo, { method: 'POST', headers, body })
      .then(
        (answer) => answer.status,
        () => 0,
      )
      .then((status) => {
        this.#underWay -= 1
        if (status >= 200 && status < 300) return
        this.refused.push(status)
        this.#timers.after(RETRY_MS, () => this.#send(body, retry + 1))
      })
      .catch(() => undefined)
  }
}

function bodyOf(news: SquareNews, event_id: string, created_at: string): unknown {
  const head = { merchant_id: 'MERCHANT', type: news.type, event_id, created_at }
  if (news.type === 'inventory.count.updated') {
    const count = { catalog_object_id: news.variation, location_id: news.location, state: 'IN_STOCK' }
    return { ...head, data: { type: 'inventory_counts', id: event_id, object: { inventory_counts: [count] } } }
  }
  const { id, version, location_id, state } = news.order
  const key = news.type.replace('.', '_').replace('.', '_')
  return { ...head, data: { type: 'order', id, object: { [key]: { order_id: id, version, location_id, state } } } }
}
