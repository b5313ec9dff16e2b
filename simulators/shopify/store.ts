/**
 * A Shopify store on the loopback with books of its own: GraphQL answers executed against the true 2026-10 schema, the refusals of the
 * real store at run time, signed webhooks with retries, and bad manners on demand. It knows nothing of the hub.
 */
import { randomUUID } from 'node:crypto'
import { createBooks } from './books.ts'
import type { ShopifyStore, ShopifyStoreOptions } from './contract.ts'
import { createCredentials } from './credentials.ts'
import { drivingSide } from './driving-side.ts'
import { createGraphQLEndpoint } from './graphql.ts'
import type { GraphQLEndpoint } from './graphql.ts'
import { goodManners } from './manners.ts'
import type { Manners } from './manners.ts'
import type { StoreParts } from './parts.ts'
import type { LevelRecord, OrderRecord, RefundRecord, ReturnRecord } from './records.ts'
import { createResolverTable } from './resolvers-roots.ts'
import { inventoryLevelBody, orderBody, refundBody, returnBody } from './rest-shape.ts'
import { createSchedule } from './schedule.ts'
import { API_VERSION } from './schema.ts'
import { listen } from './server.ts'
import type { CallCounts } from './snapshot.ts'
import { createThrottle } from './throttle.ts'
import type { ThrottleSettings } from './throttle.ts'
import { DEFAULT_RETRY_DELAYS_MS, createWebhookSender } from './webhooks.ts'

export type { PlacedOrder, ShopifyStore, ShopifyStoreOptions } from './contract.ts'

const PLUS_THROTTLE: ThrottleSettings = { maximumAvailable: 20_000, restoreRate: 1000 }

/** Opens the store and resolves when it listens. */
export async function startShopifyStore(options: ShopifyStoreOptions): Promise<ShopifyStore> {
  const parts = buildParts(options)
  const { credentials, manners, counts, schedule, webhooks } = parts
  const endpoint = buildEndpoint(parts, options.throttle ?? PLUS_THROTTLE)
  const { throttledStatus = 200, port = 0 } = options
  const server = await listen({ port, credentials, endpoint, manners, throttledStatus, counts })
  const url = `http://127.0.0.1:${server.port}`
  return {
    url,
    graphqlUrl: `${url}/admin/api/${API_VERSION}/graphql.json`,
    tokenUrl: `${url}/admin/oauth/access_token`,
    ...drivingSide(parts),
    close: async () => {
      schedule.close()
      webhooks.close()
      await schedule.idle()
      await server.close()
    },
  }
}

function buildParts(options: ShopifyStoreOptions): StoreParts {
  const now = options.now ?? Date.now
  const newId = options.newId ?? randomUUID
  const shop = {
    name: options.shopName ?? 'Crossdock Test Shop',
    domain: options.shopDomain ?? 'crossdock-test.myshopify.com',
    currency: options.currency ?? 'USD',
  }
  const manners: Manners = { ...goodManners(), ...options.manners }
  const schedule = createSchedule()
  const { clientId, clientSecret, accessToken } = options
  const credentials = createCredentials({ clientId, clientSecret, accessToken }, now, newId)
  const webhooks = createWebhookSender(
    {
      targets: options.webhookTargets ?? [],
      shopDomain: shop.domain,
      apiVersion: API_VERSION,
      sign: credentials.sign,
      now,
      newId,
      manners,
      timeoutMs: options.webhookTimeoutMs ?? 5000,
      retryDelaysMs: options.retryDelaysMs ?? DEFAULT_RETRY_DELAYS_MS,
      maxSockets: options.maxSockets ?? 64,
    },
    schedule,
  )
  const tellStock = (level: LevelRecord): void => {
    if (webhooks.subscribes('inventory_levels/update'))
      void webhooks.send('inventory_levels/update', inventoryLevelBody(level), newId())
  }
  const books = createBooks(now, tellStock)
  for (const seed of options.locations) books.addLocation(seed)
  for (const seed of options.products) books.addProduct(seed)
  const counts = noCalls()
  const fulfillmentOrderDelayMs = options.fulfillmentOrderDelayMs ?? 20
  return { shop, now, newId, manners, schedule, counts, credentials, webhooks, books, fulfillmentOrderDelayMs }
}

function buildEndpoint(
  { books, shop, counts, now, webhooks, newId }: StoreParts,
  throttle: ThrottleSettings,
): GraphQLEndpoint {
  const table = createResolverTable(books, now, {
    applied: (mutation, payload) => {
      countUp(counts.mutationsApplied, mutation)
      tellAfter(books, webhooks, mutation, payload, newId())
    },
    refused: (mutation) => countUp(counts.mutationsRefused, mutation),
  })
  const subscriptions = { all: webhooks.targets, add: webhooks.subscribe }
  return createGraphQLEndpoint(table, createThrottle(throttle, now), () => ({
    books,
    shop,
    subscriptions,
    composites: 0,
  }))
}

/** What an app's own mutation makes known to every subscriber, the app itself among them. */
function tellAfter(
  books: StoreParts['books'],
  webhooks: StoreParts['webhooks'],
  mutation: string,
  payload: object,
  eventId: string,
): void {
  if (mutation === 'orderEditCommit' || mutation === 'orderUpdate') {
    const { order } = payload as { order: OrderRecord }
    void webhooks.send('orders/updated', orderBody(books, order), eventId)
  }
  if (mutation === 'orderCancel') {
    const { cancelled, cancelRefund } = payload as { cancelled: OrderRecord; cancelRefund: RefundRecord | null }
    void webhooks.send('orders/cancelled', orderBody(books, cancelled), eventId)
    if (cancelRefund !== null) void webhooks.send('refunds/create', refundBody(cancelled, cancelRefund), eventId)
  }
  if ('refund' in payload) {
    const refund = payload.refund as RefundRecord
    const order = books.orders.get(refund.orderId)
    if (order === undefined) return
    void webhooks.send('refunds/create', refundBody(order, refund), eventId)
    void webhooks.send('orders/updated', orderBody(books, order), eventId)
  }
  if ('return' in payload && (payload.return as ReturnRecord).status === 'OPEN')
    void webhooks.send('returns/approve', returnBody(payload.return as ReturnRecord), eventId)
}

function noCalls(): CallCounts {
  return {
    graphqlCalls: 0,
    throttled: 0,
    unauthorized: 0,
    mutationsApplied: {},
    mutationsRefused: {},
    spoiledAnswers: 0,
  }
}

function countUp(counts: Record<string, number>, name: string): void {
  counts[name] = (counts[name] ?? 0) + 1
}
