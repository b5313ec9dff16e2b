/** A whole hub behind the HTTP app, over a database of its own, and a client that holds every answer against its documented schema. */
import type { Connector } from '#connectors/contract/connector.ts'
import type { z } from '@hono/zod-openapi'
import { createIdSource } from '#app/ids.ts'
import { type Hub, openHub } from '#app/hub.ts'
import { orderActions } from '#app/order-actions.ts'
import { stockActions } from '#app/stock-actions.ts'
import { returnActions } from '#workers/returns/actions.ts'
import { applyNetwork, Network } from '#app/network-file.ts'
import { readSettings } from '#app/settings.ts'
import { erp } from '#connectors/erp/connector.ts'
import { type Instant, instantFromEpochMs } from '#core/model/time.ts'
import { createApiKey, type Scope } from '#store/api-keys.ts'
import { loadInstructions } from '#store/instructions.ts'
import { databases } from '#test/kit/backends.ts'
import { keptLog } from '#test/kit/log.ts'
import { paperPartner } from '#test/kit/paper-partner.ts'
import { handleFeed } from '#workers/feeds.ts'
import { decideFeed } from '#workers/hold-feed.ts'
import { connectionProblems } from '#workers/connection-problems.ts'
import { reconcilePage } from '#workers/reconcile.ts'
import { storeFeed } from '#workers/store-feed.ts'
import { evaluateOrder, promiseCart } from '#workers/evaluate.ts'
import { rerouteNode } from '#workers/overdue.ts'
import { reoptimise } from '#workers/reoptimise.ts'
import { handleInbound, readDocument } from '#workers/inbound.ts'
import { handleRoute } from '#workers/route.ts'
import { settle } from '#workers/settle.ts'
import { allRoutes, createHttpApp } from './app.ts'
import type { HttpConnection, HttpDeps } from './deps.ts'
import { openApiDocument } from './openapi.ts'
import { rejectQuarantined } from '#workers/reject-documents.ts'
import type { HttpOptions } from './options.ts'
import type { ProblemBody } from './problem.ts'
import type { Route } from './route.ts'
import { createShared } from './shared.ts'

export type Told = { status: number; headers: Headers; text: string; json: Record<string, unknown> }
export type Ask = { key?: string; body?: unknown; raw?: string | Uint8Array; headers?: Record<string, string> }

export type TestHub = {
  hub: Hub
  deps: HttpDeps
  app: ReturnType<typeof createHttpApp>
  clock: { now: () => Instant; aheadMs: number }
  log: ReturnType<typeof keptLog>
  /** How often the paper connector was asked to read a document, or to check a signature. */
  reads: { count: number }
  key: (...scopes: Scope[]) => Promise<string>
  ask: (method: string, path: string, ask?: Ask) => Promise<Told>
  /** Works off what the workers would: reads documents, then routes orders. */
  work: () => Promise<void>
  rows: (sql: string, parameters?: unknown[]) => Promise<Record<string, unknown>[]>
  stop: () => Promise<void>
}

const NETWORK = {
  channels: [
    { id: 'web', name: 'Web', currency: 'EUR', threshold: 2 },
    { id: 'shop-channel', name: 'Shop', currency: 'EUR', connection: 'shop' },
  ],
  connections: [
    { id: 'shop', connector: 'paper-shop' },
    { id: 'depot', connector: 'paper-shop' },
    { id: 'erp', connector: 'erp', config: { baseUrl: 'http://127.0.0.1:9', allowPrivateAddresses: true } },
  ],
  nodes: ['north', 'south'].map((id) => ({
    id,
    name: id,
    kind: 'warehouse',
    capabilities: ['ship'],
    ...(id === 'south' ? { connection: 'depot' } : {}),
    calendar: {
      timeZone: 'Europe/Paris',
      week: Object.fromEntries(
        ['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun'].map((day) => [day, { open: '00:00', close: '23:59' }]),
      ),
    },
    safetyStock: 1,
    costs: { currency: 'EUR', packageFixedMinor: 500 },
  })),
  products: ['SHOE-1', 'SHOE-2', '00123'].map((sku) => ({ sku, name: sku })),
  crosswalks: [],
}

export async function openTestHub(options: Partial<HttpOptions> = {}): Promise<TestHub> {
  // The server where there is one: it has a fresh database sooner.
  const backend = databases.at(-1)
  if (backend === undefined) throw new Error('there is always PGlite')
  const reads = { count: 0 }
  const clock = { aheadMs: 0, now: () => instantFromEpochMs(Date.now() + clock.aheadMs) }
  const log = keptLog()
  const hub = await openHub(readSettings({ CROSSDOCK_LOG: 'silent' }), {
    database: await backend.database(),
    connectors: [counted(paperPartner('paper-shop').connector, reads), erp],
    clock,
    ids: createIdSource(() => Date.now()),
    log,
  })
  await applyNetwork(hub.world.db, Network.parse(NETWORK))
  const deps = depsOf(hub, options)
  const app = createHttpApp(deps)
  const routes = allRoutes(createShared(deps))
  const documented = openApiDocument(routes, 'test')
  return {
    hub,
    deps,
    app,
    clock,
    log,
    reads,
    key: async (...scopes) => (await createApiKey(hub.world.db, 'tester', scopes, clock.now())).key,
    ask: async (method, path, ask = {}) => {
      const told = await tell(await app.request(path, requestOf(method, ask)))
      holdAgainst(documented, routes, method, path, told)
      return told
    },
    work: () => workOff(hub),
    rows: (sql, parameters) => hub.world.db.query(sql, parameters),
    stop: async () => {
      await hub.flusher.idle()
      await hub.stop()
    },
  }
}

/** Counts readings; the connector itself stays as it is. */
function counted(connector: Connector, reads: { count: number }): Connector {
  const ports = connector.ports.map((port) =>
    port.direction === 'out'
      ? port
      : {
          ...port,
          read: (...args: Parameters<typeof port.read>) => {
            reads.count += 1
            return port.read(...args)
          },
        },
  )
  return { ...connector, ports }
}

function depsOf(hub: Hub, options: Partial<HttpOptions>): HttpDeps {
  const { world } = hub
  return {
    db: world.db,
    commit: world.commit,
    rejectQuarantined: (filter, reason, actor) => rejectQuarantined(world, filter, reason, actor),
    clock: world.clock,
    ids: world.ids,
    log: world.log,
    connections: async () => {
      const { connections } = await world.master.fresh()
      return new Map(
        [...connections].map(([id, live]): [string, HttpConnection] => [id, { ...live, secret: noSecret }]),
      )
    },
    channels: async () => (await world.master.fresh()).channels,
    nodes: async () => (await world.master.fresh()).nodes,
    stockMaster: world.master.fresh,
    accept: hub.accept,
    storeFeed: (upload) => storeFeed(world, upload),
    connectionProblems: (connection) => connectionProblems(connection, world.master.connectors),
    checkConnection: (id) => Promise.resolve({ ok: id !== 'moon', text: `${id} was asked` }),
    reconcile: (id, ask) => reconcilePage(world, id, ask, AbortSignal.timeout(60_000)),
    decideFeed: (id, decision, actor, reason) =>
      world.commit((unit) => decideFeed(unit, id, decision, actor, reason, world.clock.now())),
    readDocument: (envelope) => readDocument(world, envelope),
    captureOrder: hub.captureOrder,
    answerRequest: hub.answerRequest,
    evaluate: (order, policyVersion) => evaluateOrder(world, order, policyVersion),
    promise: (cart) => promiseCart(world, cart),
    rerouteNode: (nodeId, actor) => rerouteNode(world, nodeId, actor),
    reoptimise: (ask) => reoptimise(world, ask),
    confirmInstruction: async (id, reference) => {
      const [row] = await loadInstructions(world.db, [id])
      const connection = (await world.master.fresh()).connections.get(row?.connectionId ?? '')
      if (row === undefined || connection === undefined) throw new Error('there is no such instruction')
      const found = { kind: 'present' as const, ...(reference === undefined ? {} : { reference }) }
      await settle(world, connection, [{ row, found, lookupsLeft: false }])
    },
    stock: stockActions(hub),
    orders: orderActions(hub),
    returns: returnActions(hub.world),
    canaryEveryMs: 5_000,
    version: 'test',
    options,
  }
}

const noSecret = (): undefined => undefined

async function workOff(hub: Hub): Promise<void> {
  const { world } = hub
  await hub.flusher.idle()
  const received = await world.db.query<{ id: string }>(
    `SELECT id FROM envelope WHERE state = 'received' OR id IN (SELECT envelope_id FROM quarantine_item WHERE state = 'replaying') ORDER BY id`,
  )
  await handleInbound(
    world,
    received.map((row) => row.id),
    false,
  )
  const feeds = await world.db.query<{ id: string }>(
    `SELECT id FROM stock_feed WHERE state IN ('staging', 'applying') ORDER BY id`,
  )
  await handleFeed(
    world,
    feeds.map((row) => row.id),
    new AbortController().signal,
  )
  const orders = await world.db.query<{ id: string }>(
    `SELECT id FROM sales_order WHERE routing = 'pending' ORDER BY id`,
  )
  if (orders.length > 0)
    await handleRoute(
      world,
      orders.map((row) => row.id),
    )
}

function requestOf(method: string, ask: Ask): RequestInit {
  const body = ask.raw ?? (ask.body === undefined ? undefined : JSON.stringify(ask.body))
  return {
    method,
    headers: {
      ...(ask.body === undefined ? {} : { 'content-type': 'application/json' }),
      ...(ask.key === undefined ? {} : { authorization: `Bearer ${ask.key}` }),
      ...ask.headers,
    },
    ...(body === undefined ? {} : { body: body as string }),
  }
}

export async function tell(response: Response): Promise<Told> {
  const text = await response.text()
  const isJson = isJsonType(response.headers)
  return {
    status: response.status,
    headers: response.headers,
    text,
    json: isJson ? (JSON.parse(text) as Record<string, unknown>) : {},
  }
}

const isJsonType = (headers: Headers): boolean =>
  /^application\/(problem\+)?json/.test(headers.get('content-type') ?? '')

/** Every answer has a documented status, and a good one its documented shape. */
function holdAgainst(
  documented: ReturnType<typeof openApiDocument>,
  routes: readonly Route[],
  method: string,
  path: string,
  told: Told,
): void {
  const bare = path.split('?')[0] ?? ''
  const found = routes.find(
    (each) =>
      each.method === method.toLowerCase() &&
      new RegExp(`^${each.path.replaceAll('.', String.raw`\.`).replaceAll(/\{\w+\}/g, '[^/]+')}$`).test(bare),
  )
  if (found === undefined) return
  const operation = documented.paths?.[found.path]?.[found.method]
  if (operation?.responses?.[String(told.status)] === undefined)
    throw new Error(`${method} ${path} answered ${told.status}, which is not documented: ${told.text}`)
  const schema: z.ZodType | undefined = isJsonType(told.headers) ? found.answers[told.status]?.schema : undefined
  const checked = schema?.safeParse(told.json)
  if (checked?.success === false) throw new Error(`${method} ${path}: ${checked.error.message}\n${told.text}`)
}

export const problemOf = (told: Told): ProblemBody => told.json as unknown as ProblemBody

export const anOrderBody = (externalId: string, more: Record<string, unknown> = {}): Record<string, unknown> => ({
  channelId: 'web',
  externalId,
  placedAt: '2026-11-22T09:00:00Z',
  currency: 'EUR',
  totalMinor: 10_000,
  shipTo: { line1: '1 Rue de Test', city: 'Paris', postcode: '07500', country: 'FR' },
  lines: [{ externalId: `${externalId}-1`, sku: 'SHOE-1', quantity: 1, unitPriceMinor: 5_000 }],
  ...more,
})

/** A stock feed as the paper partner writes it. */
export const aPaperFeed = (rows: [sku: string, nodeId: string, onHand: number][]): unknown => ({
  kind: 'stock',
  value: {
    mode: 'delta',
    asOf: '2026-11-22T08:00:00.000Z',
    rows: rows.map(([sku, nodeId, onHand]) => ({ sku, nodeId, onHand })),
  },
})

export const paperWebhook = (id: string, document: unknown): Ask => ({
  raw: JSON.stringify(document),
  headers: { 'x-paper': 'signed', 'x-id': id, 'content-type': 'application/json' },
})
