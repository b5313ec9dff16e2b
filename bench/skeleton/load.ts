/**
 * The other side, in a process of its own: posts orders at the hub as fast as it takes them, and is the partner who receives the
 * instructions. Speaks to the benchmark by messages, so that the hub's process does nothing but the hub's work.
 */
import { createHmac } from 'node:crypto'
import { Agent, createServer, request } from 'node:http'
import type { AddressInfo } from 'node:net'
import { inParallel } from '../kit/measure.ts'

export type Order = {
  post: 'webhook' | 'api'
  url: string
  secret: string
  apiKey: string
  count: number
  from: number
  atOnce: number
  skus: number
}
export type Told =
  | { kind: 'ready'; erpUrl: string }
  | { kind: 'posted'; seconds: number }
  | { kind: 'received'; count: number }

const agent = new Agent({ keepAlive: true, maxSockets: 256 })
let received = 0

const erp = createServer((incoming, outgoing) => {
  const chunks: Buffer[] = []
  incoming.on('data', (chunk: Buffer) => chunks.push(chunk))
  incoming.on('end', () => {
    const body = JSON.parse(Buffer.concat(chunks).toString('utf8')) as { requests?: { requestId: string }[] }
    const requests = body.requests ?? []
    received += Math.max(1, requests.length)
    const results = requests.map(({ requestId }) => ({
      requestId,
      status: 201,
      reference: requestId,
      state: 'received',
    }))
    outgoing.writeHead(body.requests === undefined ? 201 : 200, { 'content-type': 'application/json' })
    outgoing.end(JSON.stringify(body.requests === undefined ? { reference: 'r' } : { results }))
  })
})

const tell = (told: Told): void => void process.send?.(told)

erp.listen(0, '127.0.0.1', () =>
  tell({ kind: 'ready', erpUrl: `http://127.0.0.1:${(erp.address() as AddressInfo).port}` }),
)
setInterval(() => tell({ kind: 'received', count: received }), 5)

process.on('disconnect', () => process.exit(0))
process.on('message', (order: Order) => void post(order))

async function post(order: Order): Promise<void> {
  const bodies = Array.from({ length: order.count }, (_, index) => bodyOf(order, order.from + index))
  const began = performance.now()
  await inParallel(order.count, order.atOnce, (index) => send(order, bodies[index] as Body))
  tell({ kind: 'posted', seconds: (performance.now() - began) / 1000 })
}

type Body = { bytes: Buffer; headers: Record<string, string> }

function bodyOf(order: Order, index: number): Body {
  return order.post === 'webhook' ? webhookBody(order, index) : apiBody(order, index)
}

/** One order in three has two lines. */
const linesOf = (order: Order, index: number): { sku: string; quantity: number }[] =>
  Array.from({ length: index % 3 === 0 ? 2 : 1 }, (_, line) => ({
    sku: `SKU-${(index * 7 + line * 3) % order.skus}`,
    quantity: 1,
  }))

function webhookBody(order: Order, index: number): Body {
  const id = 9_000_000_000_000 + index
  const at = new Date(1_790_000_000_000 + index).toISOString()
  const body = {
    id,
    admin_graphql_api_id: `gid://shopify/Order/${id}`,
    name: `#B${index}`,
    created_at: at,
    updated_at: at,
    currency: 'EUR',
    total_price: '59.90',
    financial_status: 'paid',
    cancelled_at: null,
    shipping_address: {
      first_name: 'Camille',
      last_name: 'Martin',
      address1: '12 Rue Oberkampf',
      city: 'Paris',
      zip: '75011',
      country_code: 'FR',
      latitude: 48.86,
      longitude: 2.37,
    },
    shipping_lines: [{ code: 'Standard', title: 'Standard', price: '0.00' }],
    note_attributes: [],
    line_items: linesOf(order, index).map((line, i) => ({
      id: id * 10 + i,
      admin_graphql_api_id: `gid://shopify/LineItem/${id * 10 + i}`,
      sku: line.sku,
      name: 'Canvas sneaker',
      quantity: line.quantity,
      current_quantity: line.quantity,
      price: '59.90',
      grams: 820,
      requires_shipping: true,
      properties: [],
    })),
  }
  const bytes = Buffer.from(JSON.stringify(body))
  return {
    bytes,
    headers: {
      'content-type': 'application/json',
      'x-shopify-shop-domain': 'bench.myshopify.com',
      'x-shopify-topic': 'orders/create',
      'x-shopify-webhook-id': `hook-${index}`,
      'x-shopify-triggered-at': at,
      'x-shopify-hmac-sha256': createHmac('sha256', order.secret).update(bytes).digest('base64'),
    },
  }
}

function apiBody(order: Order, index: number): Body {
  const at = new Date(1_790_000_000_000 + index).toISOString()
  const body = {
    channelId: 'api',
    externalId: `A-${index}`,
    number: `A-${index}`,
    placedAt: at,
    revisedAt: at,
    currency: 'EUR',
    totalMinor: 5990,
    shipTo: { name: 'Camille Martin', line1: '12 Rue Oberkampf', city: 'Paris', postcode: '75011', country: 'FR' },
    lines: linesOf(order, index).map((line, i) => ({
      externalId: `A-${index}-${i}`,
      sku: line.sku,
      quantity: line.quantity,
      unitPriceMinor: 5990,
    })),
  }
  return {
    bytes: Buffer.from(JSON.stringify(body)),
    headers: { 'content-type': 'application/json', authorization: `Bearer ${order.apiKey}` },
  }
}

function send({ url }: Order, { bytes, headers }: Body): Promise<void> {
  return new Promise((resolve, reject) => {
    const outgoing = request(
      url,
      { method: 'POST', agent, headers: { ...headers, 'content-length': String(bytes.length) } },
      (incoming) => {
        incoming.resume()
        incoming.on('end', () =>
          (incoming.statusCode ?? 500) < 300 ? resolve() : reject(new Error(`answered ${incoming.statusCode}`)),
        )
      },
    )
    outgoing.on('error', reject)
    outgoing.end(bytes)
  })
}
