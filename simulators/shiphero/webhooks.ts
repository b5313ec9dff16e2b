/**
 * ShipHero's webhooks: one subscription for each name, signed with its own secret, sent twice, held back or lost out of ill manners, and
 * tried up to five times more until the receiver answers `{"code": "200"}`.
 */
import { readJson } from '#mappings/formats/json/reader.ts'
import { createHmac } from 'node:crypto'
import { chance } from '../kit/chance.ts'
import { Timers } from '../kit/timers.ts'
import { uuidOf } from './books.ts'
import type { HeldOrder, OrderLine, ShipHeroNews, StockLine } from './books.ts'

export type Subscription = { url: string; secret: string }

const RETRY_MS = 150
const HOLD_MS = 60
const MOST_RETRIES = 5
const ACCOUNT = { account_id: 63898, account_uuid: uuidOf('Account', 63898) }

export class ShipHeroWebhooks {
  readonly #random: () => number
  readonly #allocatedOf: (stock: StockLine) => number
  readonly #timers = new Timers()
  readonly #subscriptions = new Map<string, Subscription>()
  #messages = 0
  #underWay = 0
  /** Shares from 0 to 1. */
  readonly manners = { twice: 0, heldBack: 0, lost: 0 }
  /** Statuses of answers that did not please. */
  readonly refused: number[] = []

  constructor(random: () => number, allocatedOf: (stock: StockLine) => number) {
    this.#random = random
    this.#allocatedOf = allocatedOf
  }

  subscribe(name: ShipHeroNews['type'], subscription: Subscription): void {
    this.#subscriptions.set(name, subscription)
  }

  get idle(): boolean {
    return this.#underWay === 0 && this.#timers.idle
  }

  tell(news: ShipHeroNews): void {
    const subscription = this.#subscriptions.get(news.type)
    if (subscription === undefined || chance(this.#random, this.manners.lost)) return
    this.#messages += 1
    const message = `message-${this.#messages}`
    const body = JSON.stringify(this.#bodyOf(news))
    const copies = chance(this.#random, this.manners.twice) ? 2 : 1
    for (let copy = 0; copy < copies; copy++) {
      if (chance(this.#random, this.manners.heldBack))
        this.#timers.after(HOLD_MS, () => this.#send(subscription, message, body, 0))
      else this.#send(subscription, message, body, 0)
    }
  }

  close(): void {
    this.#timers.clear()
    this.#subscriptions.clear()
  }

  #send({ url, secret }: Subscription, message: string, body: string, retry: number): void {
    this.#underWay += 1
    const headers = {
      'content-type': 'application/json',
      'x-shiphero-hmac-sha256': createHmac('sha256', secret).update(body).digest('base64'),
      'x-shiphero-message-id': message,
    }
    fetch(url, { method: 'POST', headers, body })
      .then(
        async (answer) => ({ status: answer.status, code: codeOf(await answer.text()) }),
        () => ({ status: 0, code: undefined }),
      )
      .then(({ status, code }) => {
        this.#underWay -= 1
        if (status === 200 && code === '200') return
        this.refused.push(status)
        if (retry < MOST_RETRIES && this.#subscriptions.size > 0)
          this.#timers.after(RETRY_MS, () => this.#send({ url, secret }, message, body, retry + 1))
      })
      .catch(() => undefined)
  }

  #bodyOf(news: ShipHeroNews): object {
    switch (news.type) {
      case 'Order Allocated':
        return {
          webhook_type: news.type,
          ...ACCOUNT,
          ...namesOf(news.order),
          allocated_at: news.order.changedAt.slice(0, 19),
          line_items: news.lines.map((line) => ({
            id: 1,
            item_uuid: line.id,
            partner_line_item_id: line.partnerLineItemId,
            sku: line.sku,
            quantity: line.allocated,
            is_kit_component: false,
          })),
          ready_to_ship: 1,
        }
      case 'Backorder':
        return {
          webhook_type: news.type,
          ...ACCOUNT,
          ...namesOf(news.order),
          line_items: news.order.lines.map(shortOf),
        }
      case 'Order Canceled':
        return {
          webhook_type: news.type,
          ...namesOf(news.order),
          'fulfillment-status': 'canceled',
          shop_name: news.order.shopName,
        }
      case 'Shipment Update':
        return shipmentOf(news)
      case 'Inventory Update':
        return {
          webhook_type: news.type,
          ...ACCOUNT,
          inventory: [figuresOf(news.stock, this.#allocatedOf(news.stock))],
        }
    }
  }
}

const codeOf = (text: string): unknown => {
  const read = readJson(new TextEncoder().encode(text))
  return read.ok ? (read.value as { code?: unknown } | null)?.code : undefined
}

const namesOf = ({ partnerOrderId, orderNumber, legacyId, id }: HeldOrder) => ({
  order_number: orderNumber,
  partner_order_id: partnerOrderId,
  order_id: legacyId,
  order_uuid: id,
})

const shortOf = (line: OrderLine) => ({
  partner_line_item_id: line.partnerLineItemId,
  sku: line.sku,
  quantity: line.quantity,
  backorder_quantity: line.backorder,
})

function shipmentOf({ order, shipment }: Extract<ShipHeroNews, { type: 'Shipment Update' }>): object {
  const first = shipment.boxes[0]?.tracking ?? ''
  return {
    test: '0',
    webhook_type: 'Shipment Update',
    fulfillment: {
      shipment_id: shipment.legacyId,
      shipment_uuid: shipment.id,
      ...namesOf(order),
      tracking_number: first,
      // What the fields beside the packages say is old, and wrong where packages differ.
      shipping_carrier: 'legacy',
      shipping_method: 'legacy',
      created_at: shipment.createdAt.slice(0, 19).replace('T', ' '),
      completed: true,
      line_items: shipment.units.map(({ line, quantity, box }) => ({
        id: line.partnerLineItemId,
        shiphero_id: 1,
        sku: line.sku,
        quantity,
        package: `Package #${box + 1}`,
        lot_id: null,
      })),
    },
    total_packages: shipment.boxes.length,
    packages: shipment.boxes.map(({ tracking }, index) => ({
      name: `Package #${index + 1}`,
      shipping_carrier: shipment.carrier,
      shipping_method: 'Ground',
      shipping_label: { tracking_number: tracking, tracking_url: `https://track.example/${tracking}` },
    })),
  }
}

/** Some numbers are text and some are not, as ShipHero has them. */
const figuresOf = (stock: StockLine, allocated: number): object => {
  const { sku, warehouse, onHand, reserve, sellAhead } = stock
  const inventory = String(onHand - allocated + sellAhead - reserve)
  const figures = { inventory, on_hand: String(onHand), sell_ahead: sellAhead, reserve, backorder_quantity: '0' }
  return {
    sku,
    virtual: false,
    ...figures,
    updated_warehouse: { warehouse_id: 1, warehouse_uuid: warehouse, ...figures },
  }
}
