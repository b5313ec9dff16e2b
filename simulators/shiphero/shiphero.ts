/** A small ShipHero behind its GraphQL API, with books of its own, credits that run out, tokens that end and bad manners on demand. */
import { once } from 'node:events'
import { createServer } from 'node:http'
import type { IncomingMessage, ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { graphql } from 'graphql'
import { readJson } from '#mappings/formats/json/reader.ts'
import { ShipHeroBooks, ShipHeroError } from './books.ts'
import type { HeldOrder, NewLine, StockLine } from './books.ts'
import { SHIPHERO_SCHEMA } from './schema.ts'
import { ShipHeroWebhooks } from './webhooks.ts'

/** `lost`: done, and the socket is cut. `failed`: 500, nothing done. `throttled`: no credits. `gateway`: 502 after it was done. */
export type Manner = 'lost' | 'failed' | 'throttled' | 'gateway'

export type ShipHeroOptions = {
  refreshToken: string
  stock: { sku: string; warehouse: string; onHand: number; reserve?: number; sellAhead?: number }[]
  /** Milliseconds since 1970. */
  now?: () => number
  random?: () => number
}

export type ShipHero = Awaited<ReturnType<typeof startShipHero>>

const MOST_CREDITS = 4_004
const CREDITS_PER_SECOND = 60
/** 28 days. */
const TOKEN_SECONDS = 2_419_200

type Loose = Record<string, unknown>
type Page = { first?: number; after?: string }

export async function startShipHero(options: ShipHeroOptions) {
  const { now = () => Date.now(), random = () => 1 } = options
  const instant = () => new Date(now()).toISOString()
  const webhooks = new ShipHeroWebhooks(random, (stock) => books.allocatedOf(stock))
  const books: ShipHeroBooks = new ShipHeroBooks((news) => webhooks.tell(news), instant)
  for (const { sku, warehouse, onHand, ...more } of options.stock) books.count(sku, warehouse, onHand, more)
  const credits = { left: MOST_CREDITS, at: now() }
  const state = { refreshToken: options.refreshToken, tokens: 0, valid: 0, calls: [] as string[], requests: 0 }
  const manners = new Map<string, Manner[]>()

  /** What is left after this much; undefined when it is too little. */
  const pay = (cost: number): number | undefined => {
    const back = ((now() - credits.at) / 1_000) * CREDITS_PER_SECOND
    credits.left = Math.min(MOST_CREDITS, credits.left + back)
    credits.at = now()
    if (credits.left < cost) return undefined
    credits.left -= cost
    return credits.left
  }

  const grant = (body: Loose, response: ServerResponse): void => {
    if (body['refresh_token'] !== state.refreshToken) return write(response, 401, { error: 'invalid refresh token' })
    state.tokens += 1
    state.valid = state.tokens
    write(response, 200, { access_token: `token-${state.tokens}`, expires_in: TOKEN_SECONDS, token_type: 'Bearer' })
  }

  const run = async (request: IncomingMessage, response: ServerResponse, body: Loose): Promise<void> => {
    if (state.valid === 0 || request.headers.authorization !== `Bearer token-${state.valid}`)
      return write(response, 401, { message: 'Unauthorized' })
    const query = String(body['query'])
    const name = /(?:query|mutation) Crossdock(\w+)/.exec(query)?.[1] ?? query
    state.calls.push(name)
    state.requests += 1
    const requestId = `request-${state.requests}`
    const manner = manners.get(name)?.shift()
    if (manner === 'failed') return write(response, 500, { message: 'Internal server error' })
    const cost = costOf(body)
    const left = manner === 'throttled' ? undefined : pay(cost)
    if (left === undefined) return write(response, 200, outOfCredits(cost, Math.floor(credits.left), requestId))
    const result = await graphql({
      schema: SHIPHERO_SCHEMA,
      source: query,
      variableValues: body['variables'] as Loose,
      rootValue: rootOf(books, { requestId, complexity: cost }),
    })
    if (manner === 'lost') return void request.socket.destroy()
    if (manner === 'gateway') return void response.writeHead(502).end('<html>Bad Gateway</html>')
    const errors = result.errors?.map((error) => ({
      message: error.message,
      operation: error.path?.[0],
      field: error.path?.at(-1),
      request_id: requestId,
      ...(error.originalError instanceof ShipHeroError ? { code: error.originalError.code } : {}),
    }))
    write(response, 200, { data: result.data ?? null, ...(errors === undefined ? {} : { errors }) })
  }

  const server = createServer((request, response) => {
    bodyOf(request)
      .then((body) => (request.url === '/auth/refresh' ? grant(body, response) : run(request, response, body)))
      .catch(() => request.socket.destroy())
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    books,
    webhooks,
    /** Operations that were called, in order, without the hub's prefix: `CreateOrder`. */
    calls: state.calls,
    /** The next calls of this operation go wrong, one after the other. */
    misbehave: (operation: string, ...steps: Manner[]): void => void manners.set(operation, steps),
    setRefreshToken: (token: string): void => {
      state.refreshToken = token
    },
    /** No token that was granted works any more. */
    expireTokens: (): void => {
      state.valid = 0
    },
    granted: (): number => state.tokens,
    close: async (): Promise<void> => {
      webhooks.close()
      server.closeAllConnections()
      server.close()
      await once(server, 'close')
    },
  }
}

/** A page costs what it may bring; anything else is cheap. */
const costOf = ({ variables, query }: Loose): number => {
  const first = Number((variables as Loose | undefined)?.['first'] ?? 1)
  return String(query).trimStart().startsWith('mutation') ? 10 : 1 + first
}

const outOfCredits = (required: number, remaining: number, requestId: string): object => ({
  errors: [
    {
      message: `There are not enough credits to perform the requested operation, which requires ${required} credits, but there are only ${remaining} left`,
      request_id: requestId,
      required_credits: required,
      remaining_credits: remaining,
    },
  ],
  data: null,
})

function rootOf(books: ShipHeroBooks, { requestId, complexity }: { requestId: string; complexity: number }) {
  const head = { request_id: requestId, complexity }
  const changed = (order: HeldOrder) => ({ ...head, order: orderNode(order) })
  return {
    account: () => ({
      ...head,
      data: {
        id: 'QWNjb3VudDo2Mzg5OA==',
        email: 'dev@example.com',
        warehouses: [...new Set(books.stock.map(({ warehouse }) => warehouse))].map((id) => ({
          id,
          identifier: 'Primary',
        })),
      },
    }),
    orders: (filter: Loose) => {
      const found = books.orders.filter(
        (order) =>
          (filter['partner_order_id'] == null || order.partnerOrderId === filter['partner_order_id']) &&
          (filter['shop_name'] == null || order.shopName === filter['shop_name']) &&
          isSince(order.changedAt, filter['updated_from']),
      )
      return { ...head, data: (page: Page) => pageOf(found.map(orderNode), page) }
    },
    warehouse_products: (filter: Loose) => {
      const found = books.stock.filter((held) => isSince(held.changedAt, filter['updated_from']))
      return {
        ...head,
        data: (page: Page) =>
          pageOf(
            found.map((held) => productNode(books, held)),
            page,
          ),
      }
    },
    order_create: ({ data }: { data: Loose }) =>
      changed(
        books.create({
          partnerOrderId: String(data['partner_order_id']),
          orderNumber: String(data['order_number']),
          shopName: String(data['shop_name']),
          lines: (data['line_items'] as Loose[]).map(newLine),
        }),
      ),
    order_cancel: ({ data }: { data: Loose }) => changed(books.cancel(String(data['order_id']))),
    order_update_line_items: ({ data }: { data: Loose }) => {
      const lines = data['line_items'] as { id: string; quantity: number }[]
      return changed(
        books.setQuantities(String(data['order_id']), new Map(lines.map((line) => [line.id, line.quantity]))),
      )
    },
    order_remove_line_items: ({ data }: { data: Loose }) => {
      const ids = data['line_item_ids'] as string[]
      return changed(books.setQuantities(String(data['order_id']), new Map(ids.map((id) => [id, 0]))))
    },
  }
}

const newLine = (line: Loose): NewLine => ({
  sku: String(line['sku']),
  partnerLineItemId: String(line['partner_line_item_id']),
  quantity: Number(line['quantity']),
  warehouse: String(line['warehouse_id']),
})

/** By whole seconds, as ShipHero's times are. */
const isSince = (changedAt: string, from: unknown): boolean =>
  typeof from !== 'string' || changedAt.slice(0, 19) >= from

function pageOf(nodes: object[], { first = 100, after }: Page): object {
  const start = after === undefined || after === null ? 0 : Number(after)
  const end = Math.min(nodes.length, start + first)
  return {
    edges: nodes.slice(start, end).map((node) => ({ node })),
    pageInfo: { hasNextPage: end < nodes.length, hasPreviousPage: start > 0, endCursor: String(end) },
  }
}

const lineNode = (line: HeldOrder['lines'][number], changedAt: string) => ({
  id: line.id,
  sku: line.sku,
  partner_line_item_id: line.partnerLineItemId,
  quantity: line.quantity,
  quantity_allocated: line.allocated,
  quantity_shipped: line.shipped,
  backorder_quantity: line.backorder,
  warehouse_id: line.warehouse,
  updated_at: changedAt.slice(0, 19),
})

const orderNode = (order: HeldOrder) => ({
  id: order.id,
  legacy_id: order.legacyId,
  order_number: order.orderNumber,
  partner_order_id: order.partnerOrderId,
  shop_name: order.shopName,
  fulfillment_status: order.status,
  line_items: (page: Page) =>
    pageOf(
      order.lines.map((line) => lineNode(line, order.changedAt)),
      page,
    ),
  shipments: order.shipments.map((shipment) => ({
    id: shipment.id,
    created_date: shipment.createdAt.slice(0, 19),
    shipping_labels: shipment.boxes.map(({ id, tracking }) => ({
      id,
      tracking_number: tracking,
      carrier: shipment.carrier,
      shipping_method: 'Ground',
    })),
    line_items: (page: Page) =>
      pageOf(
        shipment.units.map(({ line, quantity, box }) => ({
          quantity,
          line_item_id: line.id,
          shipping_label_id: shipment.boxes[box]?.id,
          line_item: lineNode(line, order.changedAt),
        })),
        page,
      ),
  })),
})

const productNode = (books: ShipHeroBooks, held: StockLine) => ({
  sku: held.sku,
  warehouse_id: held.warehouse,
  on_hand: held.onHand,
  allocated: books.allocatedOf(held),
  backorder: books.backorderOf(held),
  sell_ahead: held.sellAhead,
  reserve_inventory: held.reserve,
  updated_at: held.changedAt.slice(0, 19),
})

async function bodyOf(request: IncomingMessage): Promise<Loose> {
  const chunks: Buffer[] = []
  for await (const chunk of request as AsyncIterable<Buffer>) chunks.push(chunk)
  const read = readJson(Buffer.concat(chunks))
  return read.ok ? (read.value as Loose) : {}
}

const write = (response: ServerResponse, status: number, body: object): void =>
  void response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body))
