/** What the tests of this folder share: a small store, a GraphQL call, a receiver of webhooks that can misbehave. */
import { createServer } from 'node:http'
import type { IncomingHttpHeaders } from 'node:http'
import type { AddressInfo } from 'node:net'
import { startShopifyStore } from './store.ts'
import type { ShopifyStore, ShopifyStoreOptions } from './store.ts'

export const SECRET = 'shpss_test'
export const TOKEN = 'shpat_test'

export function openStore(options: Partial<ShopifyStoreOptions> = {}): Promise<ShopifyStore> {
  return startShopifyStore({
    clientId: 'client',
    clientSecret: SECRET,
    accessToken: TOKEN,
    locations: [{ name: 'Reno' }, { name: 'Newark' }, { name: 'Store Brooklyn' }],
    products: [
      { sku: 'SHOE-1', title: 'Dress shoe', weightGrams: 900, stock: { Reno: 10, Newark: 5, 'Store Brooklyn': 0 } },
      { sku: 'SHOE-2', title: 'Limited shoe', weightGrams: 800, stock: { Newark: 3 } },
    ],
    fulfillmentOrderDelayMs: 1,
    retryDelaysMs: [5, 5],
    ...options,
  })
}

export type GraphQLReply = {
  status: number
  data: Record<string, unknown> | undefined
  errors: { message: string; path?: string[]; extensions: Record<string, unknown> }[]
  cost:
    | { requestedQueryCost: number; actualQueryCost: number | null; throttleStatus: Record<string, number> }
    | undefined
}

export async function callGraphQL(
  store: ShopifyStore,
  query: string,
  variables: Record<string, unknown> = {},
  token: string = TOKEN,
): Promise<GraphQLReply> {
  const response = await fetch(store.graphqlUrl, {
    method: 'POST',
    headers: { 'Content-Type': 'application/json', 'X-Shopify-Access-Token': token },
    body: JSON.stringify({ query, variables }),
  })
  const body = (await response.json()) as {
    data?: Record<string, unknown>
    errors?: unknown
    extensions?: { cost: GraphQLReply['cost'] }
  }
  const errors = Array.isArray(body.errors) ? (body.errors as GraphQLReply['errors']) : []
  return { status: response.status, data: body.data, errors, cost: body.extensions?.cost }
}

/** The payload of the only mutation called. */
export function payloadOf(
  reply: GraphQLReply,
): Record<string, unknown> & { userErrors: { field: string[] | null; message: string; code?: string }[] } {
  const [payload] = Object.values(reply.data ?? {})
  return payload as ReturnType<typeof payloadOf>
}

export type Received = { headers: IncomingHttpHeaders; raw: Buffer; body: Record<string, unknown> }

/** A receiver that answers with the statuses given in turn, the last one for ever. */
export async function openReceiver(
  statuses: number[] = [200],
): Promise<{ url: string; received: Received[]; close: () => Promise<void> }> {
  const received: Received[] = []
  const server = createServer((request, response) => {
    const chunks: Buffer[] = []
    request.on('data', (chunk: Buffer) => chunks.push(chunk))
    request.on('end', () => {
      const raw = Buffer.concat(chunks)
      received.push({
        headers: request.headers,
        raw,
        body: JSON.parse(raw.toString('utf8')) as Record<string, unknown>,
      })
      response.writeHead(statuses[Math.min(received.length, statuses.length) - 1] ?? 200).end()
    })
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  return {
    url: `http://127.0.0.1:${port}/webhooks/shopify`,
    received,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve())
        server.closeAllConnections()
      }),
  }
}
