/** A shop on paper that answers this connector's own operations, for `crossdock connector test shopify`. */
import { createHmac } from 'node:crypto'
import { runBack } from '#mappings/engine/index.ts'
import { readJson } from '#mappings/formats/json/reader.ts'
import { orderNodeMap } from '#mappings/shopify/order-graphql.ts'
import { restOrderMap } from '#mappings/shopify/order.ts'
import type { OrderInput } from '#core/model/order.ts'
import type { ChannelShipment } from '#core/model/channel-shipment.ts'
import type { Crosswalk } from '../contract/connector.ts'
import type { Exhibit, InboundExhibit, PaperPartner, PaperRow } from '../contract/exhibit.ts'
import { sha256 } from '../contract/request.ts'
import type { HttpAnswer, HttpRequest } from '../contract/transport.ts'
import { paperAfterSale, returnsNodeOf } from './paper-after-sale.ts'

const SHOP = 'kit.myshopify.com'
const PAGE = 20
const LOCATION = 'gid://shopify/Location/11'

const bytesOf = (text: string): Uint8Array => new TextEncoder().encode(text)
const answer = (status: number, body: unknown): HttpAnswer => ({
  status,
  headers: {},
  body: bytesOf(JSON.stringify(body)),
})

type Loose = { [field: string]: unknown }
type Call = { query: string; variables: Loose }

const callOf = ({ body = '' }: HttpRequest): Call => {
  const read = readJson(typeof body === 'string' ? bytesOf(body) : body)
  return read.ok ? (read.value as unknown as Call) : { query: '', variables: {} }
}

type Told = { id: string; tracking: string[]; lines: { lineItem: string; quantity: number }[] }
type PaperOrder = { id: string; lines: { id: string; left: number; total: number }[]; told: Told[] }

/** Keeps orders to ship, what was told of them, and levels; grants tokens that end when it is said. */
function paperShop(clientSecret: string): PaperPartner {
  const orders = new Map<string, PaperOrder>()
  const levels = new Map<string, number>()
  const keys = new Set<string>()
  const done: string[] = []
  let rows: readonly PaperRow[] = []
  let [granted, expired, refuses] = [0, 0, false]
  const after = paperAfterSale(done, () => refuses)

  const grant = ({ body = '' }: HttpRequest): HttpAnswer => {
    if (new URLSearchParams(String(body)).get('client_secret') !== clientSecret) return answer(400, {})
    granted += 1
    return answer(200, { access_token: `granted-${granted}`, expires_in: 86_400 })
  }
  const operations: { [name: string]: (variables: Loose, query: string) => unknown } = {
    CrossdockCheck: () => ({ shop: { name: 'Kit', myshopifyDomain: SHOP } }),
    ...after.operations,
    CrossdockChangedOrders: (variables) => ({ orders: pageOf(rows, variables, nodeOf) }),
    CrossdockChangedReturns: (variables) => ({ orders: pageOf(rows, variables, returnsNodeOf) }),
    CrossdockOrderFulfillment: ({ id }) => ({ order: orderOf(orders.get(String(id))) }),
    CrossdockFulfill: ({ fulfillment }) => {
      if (refuses) return { fulfillmentCreate: { fulfillment: null, userErrors: [{ field: null, message: 'closed' }] } }
      const id = fulfill(orders, fulfillment as Fulfillment)
      done.push(id)
      return { fulfillmentCreate: { fulfillment: { id }, userErrors: [] } }
    },
    CrossdockItems: (variables) =>
      Object.fromEntries(
        Object.entries(variables).map(([name, query]) => {
          const sku = /^sku:'(.*)'$/.exec(String(query))?.[1] ?? ''
          return [name.replace('q', 'i'), { nodes: [{ id: `gid://shopify/InventoryItem/${sku}`, sku }] }]
        }),
      ),
    CrossdockLevels: (variables) =>
      Object.fromEntries(
        Object.keys(variables)
          .filter((name) => name.startsWith('item'))
          .map((name) => {
            const quantity = levels.get(String(variables[name])) ?? 0
            return [name.replace('item', 'l'), { inventoryLevel: { quantities: [{ name: 'available', quantity }] } }]
          }),
      ),
    CrossdockSetQuantities: ({ input, key }) => {
      if (refuses) {
        const userErrors = [
          { field: ['input', 'quantities', '0'], message: 'unknown item', code: 'INVALID_INVENTORY_ITEM' },
        ]
        return { inventorySetQuantities: { userErrors } }
      }
      if (!keys.has(String(key))) {
        keys.add(String(key))
        for (const each of (input as { quantities: { inventoryItemId: string; quantity: number }[] }).quantities) {
          levels.set(each.inventoryItemId, each.quantity)
          done.push(`level ${each.inventoryItemId} ${each.quantity}`)
        }
      }
      return { inventorySetQuantities: { inventoryAdjustmentGroup: { id: 'g' }, userErrors: [] } }
    },
  }
  return {
    answer: (request) => {
      if (request.path === '/admin/oauth/access_token') return grant(request)
      const token = request.headers?.['x-shopify-access-token'] ?? ''
      if (granted === expired || token !== `granted-${granted}`) return answer(401, { errors: 'Invalid API key' })
      const { query, variables } = callOf(request)
      const name = /(?:query|mutation) (\w+)/.exec(query)?.[1] ?? ''
      const data = operations[name]?.(variables, query)
      return data === undefined ? answer(200, { errors: [{ message: `no operation ${name}` }] }) : answer(200, { data })
    },
    effects: () => [...done],
    expect: (kind, document) => {
      after.expect(kind, document)
      if (kind !== 'channelShipment') return
      const { externalOrderId, lines } = document as ChannelShipment
      orders.set(externalOrderId, {
        id: externalOrderId,
        lines: lines.map((line) => ({ id: line.externalLineId, left: line.quantity, total: line.quantity })),
        told: [],
      })
    },
    refuse: () => {
      refuses = true
    },
    list: (given) => {
      rows = given
    },
    tokens: {
      expire: () => {
        expired = granted
      },
      granted: () => granted,
    },
  }
}

/** As Shopify lists: filtered by whole seconds, sorted by time of change, after a place in the list. */
function pageOf(rows: readonly PaperRow[], { query, first, after }: Loose, made: (row: PaperRow) => unknown): unknown {
  const since = Date.parse(/updated_at:>='([^']+)'/.exec(String(query))?.[1] ?? '')
  const found = rows
    .filter((row) => Date.parse(row.changedAt) >= Math.floor(since / 1000) * 1000)
    .toSorted((left, right) => Date.parse(left.changedAt) - Date.parse(right.changedAt))
  const start = Number(after ?? 0)
  const end = Math.min(found.length, start + Number(first))
  return {
    nodes: found.slice(start, end).map(made),
    pageInfo: { hasNextPage: end < found.length, endCursor: String(end) },
  }
}

const nodeOf = ({ id, changedAt }: PaperRow): unknown => ({
  id,
  name: `#${id}`,
  createdAt: changedAt,
  processedAt: changedAt,
  updatedAt: changedAt,
  currencyCode: 'EUR',
  currentTotalPriceSet: { shopMoney: { amount: '12.50' } },
  totalPriceSet: { shopMoney: { amount: '12.50' } },
  lineItems: {
    nodes: [
      {
        id: `line-${id}`,
        sku: 'SKU-1',
        name: 'SKU-1',
        quantity: 1,
        currentQuantity: 1,
        requiresShipping: true,
        originalUnitPriceSet: { shopMoney: { amount: '12.50' } },
        customAttributes: [],
      },
    ],
    pageInfo: { hasNextPage: false },
  },
})

function orderOf(order: PaperOrder | undefined): unknown {
  if (order === undefined) return null
  const page = { hasNextPage: false }
  return {
    id: order.id,
    cancelledAt: null,
    fulfillments: order.told.map(({ id, tracking, lines }) => ({
      id,
      status: 'SUCCESS',
      trackingInfo: tracking.map((number) => ({ number })),
      fulfillmentLineItems: {
        nodes: lines.map(({ lineItem, quantity }) => ({ quantity, lineItem: { id: lineItem } })),
        pageInfo: page,
      },
    })),
    fulfillmentOrders: {
      nodes: [
        {
          id: `fo-${order.id}`,
          status: order.lines.every((line) => line.left === 0) ? 'CLOSED' : 'OPEN',
          assignedLocation: { location: { id: LOCATION } },
          supportedActions: [{ action: 'CREATE_FULFILLMENT' }],
          lineItems: {
            nodes: order.lines.map((line) => ({
              id: `fo-${line.id}`,
              totalQuantity: line.total,
              remainingQuantity: line.left,
              lineItem: { id: line.id },
            })),
            pageInfo: page,
          },
        },
      ],
      pageInfo: page,
    },
  }
}

type Fulfillment = {
  lineItemsByFulfillmentOrder: {
    fulfillmentOrderId: string
    fulfillmentOrderLineItems: { id: string; quantity: number }[]
  }[]
  trackingInfo?: { numbers?: string[] }
}

/** Not idempotent, as in the real store: told twice, it ships twice as long as units are left. */
function fulfill(orders: ReadonlyMap<string, PaperOrder>, given: Fulfillment): string {
  const [part] = given.lineItemsByFulfillmentOrder
  const order = orders.get(part?.fulfillmentOrderId.replace(/^fo-/, '') ?? '')
  const lines = (part?.fulfillmentOrderLineItems ?? []).map(({ id, quantity }) => {
    const line = order?.lines.find((one) => `fo-${one.id}` === id)
    if (line !== undefined) line.left -= quantity
    return { lineItem: line?.id ?? '', quantity }
  })
  const id = `gid://shopify/Fulfillment/${order?.id ?? ''}-${(order?.told.length ?? 0) + 1}`
  order?.told.push({ id, tracking: given.trackingInfo?.numbers ?? [], lines })
  return id
}

/** What Shopify tells beside: other names of the same, taxes, and what only the shop itself needs. */
const UNREAD =
  'id app_id cancel_reason confirmed processed_at presentment_currency subtotal_price total_tax email order_number source_name test customer.id customer.email line_items.*.id line_items.*.product_id line_items.*.title line_items.*.fulfillable_quantity line_items.*.grams line_items.*.taxable line_items.*.gift_card line_items.*.vendor line_items.*.total_discount shipping_address.first_name shipping_address.last_name shipping_address.country billing_address.first_name billing_address.last_name billing_address.country note_attributes.*.name note_attributes.*.value total_shipping_price_set.shop_money.currency_code'

const signedAs =
  (topic: string): NonNullable<InboundExhibit['headers']> =>
  (body, _at, secret) => ({
    'x-shopify-topic': topic,
    'x-shopify-shop-domain': SHOP,
    'x-shopify-webhook-id': sha256(body).slice(0, 36),
    'x-shopify-hmac-sha256': createHmac('sha256', secret('webhookSecret')).update(body).digest('base64'),
  })

type Saying = { crosswalk: Crosswalk }
const written = (result: { ok: true; document: unknown } | { ok: false }): Uint8Array | undefined =>
  result.ok ? bytesOf(JSON.stringify(result.document)) : undefined

export const exhibit: Exhibit = {
  config: { shop: SHOP, clientId: 'kit', pollSince: '2026-11-22T00:00:00Z' },
  secrets: (seed) => ({ clientSecret: `client-${seed}`, webhookSecret: `webhook-${seed}` }),
  nodeCode: '11',
  partner: (secret) => paperShop(secret('clientSecret')),
  inbound: {
    orders: {
      format: 'json',
      says: {
        order: (value: OrderInput, { crosswalk }: Saying) =>
          written(runBack(restOrderMap, value, { crosswalk, channelId: value.channelId })),
      },
      headers: signedAs('orders/updated'),
      samples: ['edited', 'mixed-pickup', 'pickup-order'].map((name) => `mappings/shopify/examples/${name}.in.json`),
      map: 'shopify order (webhook)',
      unread: UNREAD.split(' '),
    },
    'orders-poll': {
      format: 'json',
      says: {
        order: (value: OrderInput, { crosswalk }: Saying) =>
          written(runBack(orderNodeMap, value, { crosswalk, channelId: value.channelId })),
      },
      list: { pageSize: PAGE, overlapMs: 60_000 },
      samples: ['mappings/shopify/examples/poll-mixed-pickup.in.json'],
      map: 'shopify order (graphql)',
      unread: ['lineItems.pageInfo.hasNextPage'],
    },
    // The kit makes no wishes to return: samples show them.
    returns: {
      format: 'json',
      says: {},
      headers: signedAs('returns/request'),
      samples: ['mappings/shopify/examples/return-requested.in.json'],
    },
    'returns-poll': {
      format: 'json',
      says: {},
      list: { pageSize: PAGE, overlapMs: 60_000 },
      samples: ['mappings/shopify/examples/poll-returns.in.json'],
    },
  },
  outbound: {
    shipments: { map: 'shopify fulfillment' },
    tracking: {},
    availability: {},
    changes: {},
    'return-words': {},
    refunds: {},
  },
}
