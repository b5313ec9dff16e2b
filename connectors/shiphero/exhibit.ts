/** ShipHero on paper, for `crossdock connector test shiphero`. */
import { createHmac } from 'node:crypto'
import { runBack } from '#mappings/engine/index.ts'
import { readJson } from '#mappings/formats/json/reader.ts'
import { lineRefText } from '#mappings/shiphero/leaves.ts'
import { shipmentMap } from '#mappings/shiphero/answers.ts'
import type { Documents } from '../contract/documents.ts'
import type { Exhibit, PaperPartner, PaperRow } from '../contract/exhibit.ts'
import { sha256 } from '../contract/request.ts'
import type { HttpAnswer, HttpRequest } from '../contract/transport.ts'

type Loose = { [field: string]: unknown }
type PaperLine = { id: string; partner_line_item_id: string; quantity: number; quantity_shipped: number }
type PaperOrder = { id: string; partnerOrderId: string; status: string; lines: PaperLine[] }

const WAREHOUSE = 'V2FyZWhvdXNlOjc2NzMz'
const PAGE = 20
const PRODUCTS_PAGE = 200
const HOUR_MS = 3_600_000

const bytesOf = (value: unknown): Uint8Array => new TextEncoder().encode(JSON.stringify(value))
const answer = (status: number, body: unknown): HttpAnswer => ({ status, headers: {}, body: bytesOf(body) })

const bodyOf = ({ body = '' }: HttpRequest): Loose => {
  const read = readJson(typeof body === 'string' ? new TextEncoder().encode(body) : body)
  return read.ok ? (read.value as Loose) : {}
}

/** Makes orders without a key, cancels and shortens them; grants tokens that end when it is said. */
function paperShipHero(refreshToken: string): PaperPartner {
  const orders: PaperOrder[] = []
  const done: string[] = []
  let rows: readonly PaperRow[] = []
  let [granted, expired, refuses] = [0, 0, false]

  const make = (partnerOrderId: string, lines: Omit<PaperLine, 'quantity_shipped'>[]): PaperOrder => {
    const order = {
      id: Buffer.from(`Order:${orders.length + 1}`).toString('base64'),
      partnerOrderId,
      status: 'pending',
      lines: lines.map((line) => ({ ...line, quantity_shipped: 0 })),
    }
    orders.push(order)
    return order
  }
  const byId = (data: Loose): PaperOrder | undefined => orders.find(({ id }) => id === data['order_id'])
  const setQuantity = (order: PaperOrder | undefined, id: unknown, quantity: number): void => {
    const line = order?.lines.find((each) => each.id === id)
    if (order === undefined || line === undefined) return
    line.quantity = quantity
    order.lines = order.lines.filter((each) => each.quantity > 0)
  }
  const operations: { [name: string]: (variables: Loose & { data?: Loose }) => unknown } = {
    Check: () => ({
      account: { data: { email: 'kit@example.com', warehouses: [{ id: WAREHOUSE, identifier: 'Kit' }] } },
    }),
    FindOrder: ({ partnerOrderId }) => ({
      orders: { data: { edges: orders.filter((each) => each.partnerOrderId === partnerOrderId).map(foundNode) } },
    }),
    CreateOrder: ({ data = {} }) => {
      const lines = (data['line_items'] as Loose[]).map((line, index) => ({
        id: `line-${orders.length}-${index}`,
        partner_line_item_id: String(line['partner_line_item_id']),
        quantity: Number(line['quantity']),
      }))
      const { id } = make(String(data['partner_order_id']), lines)
      done.push(`order ${String(data['partner_order_id'])}`)
      return { order_create: { order: { id } } }
    },
    CancelOrder: ({ data = {} }) => {
      const order = byId(data)
      if (order !== undefined && order.status !== 'canceled') {
        order.status = 'canceled'
        done.push(`cancel ${order.partnerOrderId}`)
      }
      return { order_cancel: { order: { id: order?.id } } }
    },
    UpdateLines: ({ data = {} }) => {
      const lines = data['line_items'] as { id: string; quantity: number }[]
      for (const line of lines) setQuantity(byId(data), line.id, line.quantity)
      done.push(`lines of ${String(data['order_id'])}`)
      return { order_update_line_items: { order: { id: data['order_id'] } } }
    },
    RemoveLines: ({ data = {} }) => {
      for (const id of data['line_item_ids'] as string[]) setQuantity(byId(data), id, 0)
      done.push(`lines of ${String(data['order_id'])}`)
      return { order_remove_line_items: { order: { id: data['order_id'] } } }
    },
    ChangedOrders: (variables) => ({ orders: { data: pageOf(rows, variables, orderNode) } }),
    Stock: (variables) => ({ warehouse_products: { data: pageOf(rows, variables, productNode) } }),
  }
  return {
    answer: (request) => {
      const body = bodyOf(request)
      if (request.path === '/auth/refresh') {
        if (body['refresh_token'] !== refreshToken) return answer(401, {})
        granted += 1
        return answer(200, { access_token: `granted-${granted}`, expires_in: 2_419_200, token_type: 'Bearer' })
      }
      if (granted === expired || request.headers?.['authorization'] !== `Bearer granted-${granted}`)
        return answer(401, {})
      const name = /(?:query|mutation) Crossdock(\w+)/.exec(String(body['query']))?.[1] ?? ''
      const isMutation = String(body['query']).trimStart().startsWith('mutation')
      if (refuses && isMutation)
        return answer(200, { errors: [{ message: 'The order is locked', code: 6, operation: name }], data: null })
      return answer(200, { data: operations[name]?.(body['variables'] as Loose) ?? null })
    },
    effects: () => [...done],
    expect: (kind, document) => {
      if (kind === 'fulfillmentCancel') make((document as { requestId: string }).requestId, [])
      if (kind === 'acknowledgement' && orders.length === 0)
        make('ful_kit', [{ id: 'line-kit', partner_line_item_id: lineId('ful_kit', 1, 2), quantity: 2 }])
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

const foundNode = ({ id, status, lines }: PaperOrder): unknown => ({
  node: { id, order_number: id, fulfillment_status: status, line_items: { edges: lines.map((node) => ({ node })) } },
})

/** As ShipHero lists: from a time on, by whole seconds. */
function pageOf(rows: readonly PaperRow[], { from, first, after }: Loose, nodeOf: (row: PaperRow) => unknown): unknown {
  const found = rows
    .filter(({ changedAt }) => typeof from !== 'string' || changedAt.slice(0, 19) >= from)
    .toSorted((left, right) => Date.parse(left.changedAt) - Date.parse(right.changedAt))
  const start = Number(after ?? 0)
  const end = Math.min(found.length, start + Number(first ?? PAGE))
  return {
    edges: found.slice(start, end).map((row) => ({ node: nodeOf(row) })),
    pageInfo: { hasNextPage: end < found.length, endCursor: String(end) },
  }
}

const orderNode = ({ id, changedAt }: PaperRow): unknown => ({
  id,
  partner_order_id: `ful_${id}`,
  fulfillment_status: 'pending',
  line_items: {
    edges: [
      {
        node: {
          id: `line-${id}`,
          partner_line_item_id: lineId(`ful_${id}`, 1, 1),
          quantity: 1,
          quantity_allocated: 1,
          updated_at: changedAt.slice(0, 19),
        },
      },
    ],
  },
  shipments: [],
})

const productNode = ({ id, changedAt }: PaperRow): unknown => ({
  sku: id,
  warehouse_id: WAREHOUSE,
  on_hand: 1,
  allocated: 0,
  sell_ahead: 0,
  reserve_inventory: 0,
  updated_at: changedAt.slice(0, 19),
})

const lineId = (requestId: string, lineNo: number, asked: number): string => lineRefText({ requestId, lineNo, asked })

/** Units that are set aside are told as an allocation, and what is short as a backorder. */
function saysResponse({ requestId, answeredAt, lines }: Documents['fulfillmentResponse']): Uint8Array {
  const head = { partner_order_id: requestId, order_number: requestId }
  const told = (short: boolean) =>
    lines.map(({ lineNo, accepted, rejected }) => ({
      partner_line_item_id: lineId(requestId, lineNo, Math.max(1, accepted + rejected)),
      quantity: accepted + rejected,
      ...(short ? { backorder_quantity: rejected } : {}),
    }))
  return lines.some(({ rejected }) => rejected > 0)
    ? bytesOf({ webhook_type: 'Backorder', ...head, line_items: told(true) })
    : bytesOf({ webhook_type: 'Order Allocated', ...head, allocated_at: answeredAt, line_items: told(false) })
}

function saysShipment(value: Documents['shipment']): Uint8Array | undefined {
  const written = runBack(shipmentMap, value, {})
  if (!written.ok) return undefined
  const { packages, ...fulfillment } = written.document
  return bytesOf({
    test: '0',
    webhook_type: 'Shipment Update',
    fulfillment: {
      ...fulfillment,
      line_items: packages.flatMap(({ line_items: lines }, index) =>
        lines.map((line) => ({ ...line, package: `Package #${index + 1}` })),
      ),
    },
    packages: packages.map(({ tracking_number: tracking }, index) => ({
      name: `Package #${index + 1}`,
      shipping_label: { tracking_number: tracking },
    })),
  })
}

function saysShippedRecord(value: Documents['shipment']): Uint8Array | undefined {
  const written = runBack(shipmentMap, value, {})
  if (!written.ok) return undefined
  const {
    packages,
    shipment_uuid: id,
    created_at: created_date,
    partner_order_id,
    shipping_carrier: carrier,
  } = written.document
  return bytesOf({
    id: 'T3JkZXI6MQ==',
    partner_order_id,
    line_items: { edges: [] },
    shipments: [
      {
        id,
        created_date,
        shipping_labels: packages.map(({ tracking_number }, index) => ({
          id: `label-${index}`,
          tracking_number,
          carrier,
        })),
        line_items: {
          edges: packages.flatMap(({ line_items: lines }, index) =>
            lines.map(({ id: partner_line_item_id, quantity }) => ({
              node: { quantity, shipping_label_id: `label-${index}`, line_item: { partner_line_item_id } },
            })),
          ),
        },
      },
    ],
  })
}

/** Full feeds are not ShipHero's; the port reads them all the same, as it reads what changed. */
function saysStock({ mode, asOf, rows }: Documents['stock'], partnerOf: (sku: string) => string): Uint8Array {
  return bytesOf({
    mode,
    as_of: asOf,
    warehouse_products: rows.map(({ sku, onHand }) => ({
      sku: partnerOf(sku),
      warehouse_id: WAREHOUSE,
      on_hand: onHand,
      allocated: 0,
      sell_ahead: 0,
      reserve_inventory: 0,
    })),
  })
}

const samples = (...names: string[]): string[] => names.map((name) => `mappings/shiphero/examples/${name}.in.json`)

const signed =
  (name: string) =>
  (body: Uint8Array, _at: unknown, secret: (name: string) => string): Record<string, string> => ({
    'x-shiphero-message-id': sha256(body).slice(0, 32),
    'x-shiphero-hmac-sha256': createHmac('sha256', secret(name)).update(body).digest('base64'),
  })

export const exhibit: Exhibit = {
  config: { shopName: 'kit', pollEveryMinutes: 0 },
  secrets: (seed) => ({
    refreshToken: `refresh-${seed}`,
    shipmentUpdateSecret: `shipment-${seed}`,
    inventoryUpdateSecret: `inventory-${seed}`,
  }),
  nodeCode: WAREHOUSE,
  partner: (secret) => paperShipHero(secret('refreshToken')),
  inbound: {
    events: {
      format: 'json',
      says: { shipment: saysShipment, fulfillmentResponse: saysResponse },
      headers: signed('shipmentUpdateSecret'),
      samples: samples('shipment-update', 'order-allocated', 'backorder', 'order-canceled'),
    },
    inventory: {
      format: 'json',
      // It tells no time and no whole feeds: the kit's documents have both. Its sample and its own tests hold it.
      says: {},
      headers: signed('inventoryUpdateSecret'),
      samples: samples('inventory-update'),
    },
    'orders-poll': {
      format: 'json',
      says: { shipment: saysShippedRecord },
      list: { pageSize: PAGE, overlapMs: HOUR_MS },
      samples: samples('record'),
    },
    'stock-poll': {
      format: 'json',
      says: { stock: (value, { crosswalk }) => saysStock(value, (sku) => crosswalk.partnerSkuOf(sku as never)) },
      list: { pageSize: PRODUCTS_PAGE, overlapMs: HOUR_MS },
      samples: samples('stock'),
      given: ['/absentMeansZero'],
    },
  },
  outbound: {
    orders: { map: 'shiphero order' },
    cancel: {},
    drops: {
      receipt: JSON.stringify({
        partner_order_id: 'ful_kit',
        lines: [{ partner_line_item_id: lineId('ful_kit', 1, 2), kept: 0 }],
      }),
    },
  },
}
