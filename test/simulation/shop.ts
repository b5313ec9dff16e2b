/** The shop: customers buy, think again, and cancel; what the shop tells of it comes twice and in any order. */
import type { Chance, Schedule } from './schedule.ts'
import type { Say } from './nodes.ts'

const HOUR_MS = 3_600_000

type Line = { externalId: string; sku: string; quantity: number; cancelledQuantity: number }

export class Shop {
  readonly #schedule: Schedule
  readonly #chance: Chance
  readonly #say: Say
  readonly orders = new Map<string, { lines: Line[]; cancelled: boolean }>()

  constructor(schedule: Schedule, chance: Chance, say: Say) {
    this.#schedule = schedule
    this.#chance = chance
    this.#say = say
  }

  buy(skus: readonly string[]): void {
    const id = String(this.orders.size + 1)
    const lines = Array.from({ length: 1 + this.#chance.below(2) }, (_, index) => ({
      externalId: `${id}-${index + 1}`,
      sku: skus[this.#chance.below(skus.length)] ?? '',
      quantity: 1 + this.#chance.below(3),
      cancelledQuantity: 0,
    }))
    this.orders.set(id, { lines, cancelled: false })
    const placedAt = new Date(this.#schedule.nowMs).toISOString()
    this.#tell(id, placedAt)
    if (this.#chance.happens(0.25)) this.#later(() => this.#takeOne(id, placedAt))
    if (this.#chance.happens(0.2)) this.#later(() => this.#cancel(id, placedAt))
  }

  #later(run: () => void): void {
    this.#schedule.after(this.#chance.next() * 10 * HOUR_MS, 'a customer thinks again', () => Promise.resolve(run()))
  }

  #takeOne(id: string, placedAt: string): void {
    const order = this.orders.get(id)
    const line = order?.lines.find((each) => each.cancelledQuantity < each.quantity)
    if (order === undefined || order.cancelled || line === undefined) return
    line.cancelledQuantity += 1
    this.#tell(id, placedAt)
  }

  #cancel(id: string, placedAt: string): void {
    const order = this.orders.get(id)
    if (order === undefined || order.cancelled) return
    order.cancelled = true
    this.#tell(id, placedAt)
  }

  #tell(id: string, placedAt: string): void {
    const order = this.orders.get(id)
    const at = new Date(this.#schedule.nowMs).toISOString()
    const value = {
      channelId: 'web',
      externalId: id,
      number: `#${id}`,
      revisedAt: at,
      placedAt,
      ...(order?.cancelled === true ? { cancelledAt: at } : {}),
      currency: 'EUR',
      totalMinor: 10_000,
      shipTo: { line1: '1 Rue de Test', city: 'Paris', postcode: '07500', country: 'FR' },
      lines: order?.lines.map((line) => ({ ...line, unitPriceMinor: 1_000 })),
    }
    const copies = this.#chance.happens(0.2) ? 2 : 1
    for (let copy = 0; copy < copies; copy++)
      this.#schedule.after(
        this.#chance.next() * (this.#chance.happens(0.1) ? HOUR_MS : 5_000),
        "the shop's word arrives",
        () => Promise.resolve(this.#say('order', `O-${id}-${at}`, { kind: 'order', value })),
      )
  }
}
