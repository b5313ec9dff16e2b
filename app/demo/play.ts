/** Plays the day: stock is fed, customers buy, some think again, one buys two pairs of shoes, and something goes wrong. */
import { formatDecimalMoney } from '#core/model/money.ts'
import { fromZoned, zoned } from '#core/model/time.ts'
import { CUSTOMERS, type DemoCustomer, DRESS_PAIR, LIMITED_PAIR, UNKNOWN_PRODUCT } from './catalog.ts'
import type { DayOrder } from './day.ts'
import { productDocument } from './network.ts'
import { nameOf } from './partners.ts'
import { ask, until } from './asking.ts'
import { oneMore } from './second-thoughts.ts'
import type { Stage } from './stage.ts'
import type { Opening } from './stock.ts'

/** Orders under way at once, as on a busy afternoon. */
const AT_ONCE = 8

export type Played = {
  /** Names at the shop: `#1001`. */
  shoesOrder: string
  unknownSkuOrder: string
  phoneOrders: number
  /** Of these, edited while they were under way. */
  phoneOrdersChanged: number
  /** Orders of the shop that were edited in the hub, which told the shop. */
  shopOrdersChanged: number
  cancelsAsked: number
  forgedStatus: number
}

export async function playDay(
  stage: Stage,
  orders: readonly DayOrder[],
  opening: readonly Opening[],
  onPlaced: (placed: number) => void,
): Promise<Played> {
  await feedStock(stage, opening)
  const shoesOrder = buyTwoPairs(stage)
  const unknownSkuOrder = buyUnknown(stage)
  const forgedStatus = await sendForged(stage)
  let placed = 0
  let phoneOrders = 0
  let phoneOrdersChanged = 0
  let shopOrdersChanged = 0
  let cancelsAsked = 0
  const queue = orders.entries()
  const customerLine = async (): Promise<void> => {
    for (const [index, order] of queue) {
      if (order.channel === 'phone') {
        const id = await orderByPhone(stage, order, index)
        phoneOrders += 1
        if (phoneOrders % 4 === 0) {
          await oneMore(stage, id, order.lines[0]?.quantity ?? 0)
          phoneOrdersChanged += 1
        }
      } else {
        const { name, cancelled } = await orderAtShop(stage, order)
        if (cancelled) cancelsAsked += 1
        else if (!order.lines.some((line) => line.pickupNodeId !== undefined) && index % 12 === 0) {
          await oneMore(stage, await orderIdOf(stage, name), order.lines[0]?.quantity ?? 0)
          shopOrdersChanged += 1
        }
      }
      placed += 1
      onPlaced(placed)
    }
  }
  await Promise.all(Array.from({ length: AT_ONCE }, customerLine))
  await cureUnknown(stage)
  return { shoesOrder, unknownSkuOrder, phoneOrders, phoneOrdersChanged, shopOrdersChanged, cancelsAsked, forgedStatus }
}

/** The ERP counts its own nodes by CSV; the supplier's list comes as a JSON delta. Both through PUT /v1/stock. */
async function feedStock(stage: Stage, opening: readonly Opening[]): Promise<void> {
  const { partners, hub } = stage
  const feed = await partners.erp.pushFull('csv')
  if (feed.status !== 202) throw new Error(`the stock feed was answered ${feed.status}: ${feed.answer}`)
  const rows = opening
    .filter((row) => row.nodeId === 'acme')
    .map((row) => ({ sku: row.sku, node: row.nodeId, onHand: row.onHand }))
  await ask(stage, 'PUT', '/v1/stock/erp', { mode: 'delta', asOf: hub.world.clock.now(), rows })
  await until('the stock is known', async () => {
    const [row] = await hub.world.db.query<{ n: number }>('SELECT count(*) AS n FROM stock_position')
    return (row?.n ?? 0) >= opening.length
  })
}

/** A pair to fetch tomorrow at the store nearby, a pair that only lies far away: one order, two ways. */
function buyTwoPairs({ partners: { shop }, hub }: Stage): string {
  const camille = CUSTOMERS[0] as DemoCustomer
  const closing = { hour: 20, minute: 0, second: 0, millisecond: 0, microsecond: 0, nanosecond: 0 }
  const tomorrow = zoned(hub.world.clock.now(), 'Europe/Paris').add({ days: 1 }).with(closing)
  return shop.placeOrder({
    shippingAddress: addressOf(camille),
    lines: [
      {
        sku: DRESS_PAIR.sku,
        quantity: 1,
        priceMinor: DRESS_PAIR.priceMinor,
        pickupLocationId: shop.location(nameOf('paris-store')).id,
        properties: [{ name: '_pickup_by', value: fromZoned(tomorrow) }],
      },
      { sku: LIMITED_PAIR.sku, quantity: 1, priceMinor: LIMITED_PAIR.priceMinor },
    ],
  }).name
}

function buyUnknown({ partners: { shop } }: Stage): string {
  return shop.placeOrder({
    shippingAddress: addressOf(CUSTOMERS[2] as DemoCustomer),
    lines: [
      { sku: UNKNOWN_PRODUCT.sku, quantity: 1, priceMinor: UNKNOWN_PRODUCT.priceMinor },
      { sku: 'SNEAK-41', quantity: 1, priceMinor: 5990 },
    ],
  }).name
}

/** Somebody without the secret posts an order. */
async function sendForged({ server }: Stage): Promise<number> {
  const answer = await fetch(`${server.url}/webhooks/shopify/orders`, {
    method: 'POST',
    headers: {
      'content-type': 'application/json',
      'x-shopify-topic': 'orders/create',
      'x-shopify-webhook-id': 'forged',
      'x-shopify-hmac-sha256': Buffer.alloc(32).toString('base64'),
    },
    body: '{"id":1}',
  })
  return answer.status
}

async function orderAtShop(
  { partners: { shop } }: Stage,
  order: DayOrder,
): Promise<{ name: string; cancelled: boolean }> {
  const placed = shop.placeOrder({
    shippingAddress: addressOf(order.customer),
    lines: order.lines.map((line) => ({
      sku: line.product.sku,
      quantity: line.quantity,
      priceMinor: line.product.priceMinor,
      ...(line.pickupNodeId === undefined ? {} : { pickupLocationId: shop.location(nameOf(line.pickupNodeId)).id }),
    })),
  })
  await placed.delivery
  return { name: placed.name, cancelled: order.cancelled && shop.cancelOrder(placed.id).cancelled }
}

/** The hub knows a shop's order as soon as its webhook was read. */
async function orderIdOf({ hub }: Stage, name: string): Promise<string> {
  const ids = (): Promise<{ id: string }[]> =>
    hub.world.db.query<{ id: string }>('SELECT id FROM sales_order WHERE number = $1', [name])
  await until('the order is read', async () => (await ids()).length === 1)
  return (await ids())[0]?.id ?? ''
}

async function orderByPhone(stage: Stage, order: DayOrder, index: number): Promise<string> {
  const now = stage.hub.world.clock.now()
  const { customer } = order
  const { id } = await ask<{ id: string }>(
    stage,
    'POST',
    '/v1/orders',
    {
      channelId: 'phone',
      externalId: `T-${index}`,
      number: `T-${index}`,
      placedAt: now,
      revisedAt: now,
      currency: 'EUR',
      totalMinor: order.lines.reduce((sum, line) => sum + line.quantity * line.product.priceMinor, 0),
      shipTo: {
        name: customer.name,
        line1: customer.address1,
        city: customer.city,
        postcode: customer.zip,
        country: customer.countryCode,
        position: { latitude: customer.latitude, longitude: customer.longitude },
      },
      lines: order.lines.map((line, i) => ({
        externalId: `T-${index}-${i + 1}`,
        sku: line.product.sku,
        quantity: line.quantity,
        unitPriceMinor: line.product.priceMinor,
      })),
    },
    `phone-${index}`,
  )
  return id
}

/** The cure of an unknown SKU: the product is made known with its stock, and everything that waited for it is read again. */
async function cureUnknown(stage: Stage): Promise<void> {
  const { hub, partners } = stage
  const cause = `order.sku-unknown:${UNKNOWN_PRODUCT.sku}`
  await until('the unknown SKU waits in quarantine', async () => {
    const [row] = await hub.world.db.query<{ n: number }>(
      `SELECT count(*) AS n FROM quarantine_item WHERE cause = $1 AND state = 'open'`,
      [cause],
    )
    return (row?.n ?? 0) > 0
  })
  await ask(stage, 'PUT', '/v1/products', { products: [productDocument(UNKNOWN_PRODUCT)] })
  await ask(stage, 'POST', '/v1/quarantine/replay', { cause })
  partners.erp.adjust(UNKNOWN_PRODUCT.sku, 'lyon-dc', 3)
  await partners.erp.pushDelta()
}

const addressOf = (customer: DemoCustomer) => {
  const [first_name = '', ...rest] = customer.name.split(' ')
  return {
    first_name,
    last_name: rest.join(' '),
    address1: customer.address1,
    city: customer.city,
    zip: customer.zip,
    country_code: customer.countryCode,
    latitude: customer.latitude,
    longitude: customer.longitude,
  }
}

export const money = (minor: number): string => `${formatDecimalMoney(minor, 'EUR')} EUR`
