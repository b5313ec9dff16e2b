/** A hub without its queues running: each step of an order and of stock is taken by hand, so that a test decides what happens when. */
import { openHub, type Hub } from '#app/hub.ts'
import { createIdSource } from '#app/ids.ts'
import { applyNetwork, Network } from '#app/network-file.ts'
import { readSettings } from '#app/settings.ts'
import { stockActions } from '#app/stock-actions.ts'
import type { StockActions } from '#http/deps.ts'
import { OrderInput } from '#core/model/order.ts'
import { StockFeed, SupplyInput } from '#core/model/stock.ts'
import { StockPolicy } from '#core/model/stock-policy.ts'
import { instantFromEpochMs, plusMs, type Instant } from '#core/model/time.ts'
import { checkInvariants } from '#store/check.ts'
import { type FulfillmentRequestView, outstandingRequests } from './requests.ts'
import { activateStockPolicy } from '#store/stock-policy.ts'
import { applyStockFeed } from '#workers/apply-stock.ts'
import { endReservations } from '#workers/held.ts'
import { handleRoute } from '#workers/route.ts'
import { retryRaces } from '#workers/races.ts'
import type { Backend } from './backends.ts'
import { silentLog } from './log.ts'

const DAY = { open: '00:00', close: '23:59' }
const WEEK = Object.fromEntries(['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun'].map((day) => [day, DAY]))

export const NODE_IDS = ['north', 'south'] as const

const network = (more: { channels?: unknown[] } = {}) => ({
  channels: more.channels ?? [{ id: 'web', name: 'Web', currency: 'EUR' }],
  connections: [{ id: 'erp', connector: 'erp', config: { baseUrl: 'https://erp.example' } }],
  nodes: NODE_IDS.map((id, index) => ({
    id,
    name: id,
    kind: 'warehouse',
    capabilities: ['ship', 'pickup'],
    calendar: { timeZone: 'Europe/Paris', week: WEEK },
    costs: { currency: 'EUR', packageFixedMinor: 500 + 100 * index },
  })),
  products: [
    { sku: 'SHOE', name: 'Shoe' },
    { sku: 'BOX', name: 'Box' },
    {
      sku: 'SET',
      name: 'Set',
      components: [
        { sku: 'SHOE', quantity: 2 },
        { sku: 'BOX', quantity: 1 },
      ],
    },
  ],
})

export type OrderWish = {
  id: string
  lines: [sku: string, quantity: number, cancelled?: number][]
  at?: Instant
  cancelled?: boolean
  channelId?: string
  more?: Record<string, unknown>
}

export type StockDesk = {
  hub: Hub
  stock: StockActions
  now: () => Instant
  pass: (ms: number) => void
  /** What the hub says of stock: `north/SHOE available 3 allocated 1`. */
  position: (sku: string, nodeId?: string) => Promise<Record<string, number> | undefined>
  feed: (rows: [sku: string, nodeId: string, onHand: number][], asOf?: Instant, more?: object) => Promise<void>
  policy: (document: Record<string, unknown>) => Promise<void>
  order: (wish: OrderWish) => Promise<string>
  /** Routes whatever waits, until nothing does. */
  route: () => Promise<void>
  counters: (externalId: string) => Promise<Record<string, number>[]>
  requests: () => Promise<FulfillmentRequestView[]>
  ship: (request: FulfillmentRequestView, lines?: [lineNo: number, quantity: number][]) => Promise<void>
  reject: (request: FulfillmentRequestView, lineNo: number, quantity: number, reason?: string) => Promise<void>
  cart: StockActions['reserve'] extends (cart: infer C) => Promise<infer A>
    ? (key: string, lines: [sku: string, quantity: number, nodeId?: string][], more?: Partial<C>) => Promise<A>
    : never
  supply: (input: Record<string, unknown>) => ReturnType<StockActions['stateSupplies']>
  expire: () => Promise<void>
  rows: <R = Record<string, unknown>>(sql: string, parameters?: unknown[]) => Promise<R[]>
  /** Every broken promise; none is what it should be. */
  broken: () => Promise<string[]>
  stop: () => Promise<void>
}

export async function openStockDesk(backend: Backend, more: { channels?: unknown[] } = {}): Promise<StockDesk> {
  // Whole seconds, so that times in a failing run are easy to read.
  let ms = Date.parse('2026-11-22T09:00:00.000Z')
  const now = (): Instant => instantFromEpochMs(ms)
  const pass = (step: number): void => {
    ms += step
  }
  const hub = await openHub(readSettings({ CROSSDOCK_LOG: 'silent' }), {
    database: await backend.database(),
    clock: { now },
    ids: createIdSource(() => ms),
    log: silentLog,
  })
  const { world } = hub
  await applyNetwork(world.db, Network.parse(network(more)))
  const stock = stockActions(hub)
  const rows: StockDesk['rows'] = (sql, parameters = []) => world.db.query(sql, parameters)
  let receipts = 0
  const answer = async (value: Parameters<Hub['answerRequest']>[0]): Promise<void> => {
    await hub.answerRequest(value, 'api:test')
  }
  return {
    hub,
    stock,
    now,
    pass,
    rows,
    position: async (sku, nodeId = 'north') =>
      (
        await rows<Record<string, number>>(
          `SELECT available, reserved, allocated, damaged, on_hand AS "onHand", incoming, in_transit AS "inTransit", shortfall, fenced
           FROM stock_position WHERE sku = $1 AND node_id = $2`,
          [sku, nodeId],
        )
      )[0],
    feed: async (counts, asOf = now(), options = {}) => {
      await world.master.fresh()
      const value = StockFeed.parse({
        mode: 'delta',
        asOf,
        rows: counts.map(([sku, nodeId, onHand]) => ({ sku, nodeId, onHand })),
        ...options,
      })
      const from = { envelopeId: `env_${(receipts += 1)}`, connectionId: 'erp', port: 'stock', part: '', value }
      await retryRaces(() => world.commit((unit) => applyStockFeed(unit, world, from, now())))
      // What happens next happens after the count.
      pass(1)
    },
    policy: async (document) => {
      const policy = StockPolicy.parse({ version: `v${(receipts += 1)}`, ...document })
      await world.commit((unit) => activateStockPolicy(unit, policy, 'test', now()))
    },
    order: async (wish) => {
      const at = wish.at ?? now()
      const captured = await hub.captureOrder(
        OrderInput.parse({
          channelId: wish.channelId ?? 'web',
          externalId: wish.id,
          revisedAt: at,
          placedAt: at,
          ...(wish.cancelled === true ? { cancelledAt: at } : {}),
          currency: 'EUR',
          totalMinor: 1_000,
          lines: wish.lines.map(([sku, quantity, cancelledQuantity = 0], index) => ({
            externalId: `${index + 1}`,
            sku,
            quantity,
            cancelledQuantity,
            unitPriceMinor: 500,
          })),
          ...wish.more,
        }),
        'api:test',
      )
      return captured.orderId ?? ''
    },
    route: async () => {
      for (;;) {
        const waiting = await rows<{ id: string }>(`SELECT id FROM sales_order WHERE routing = 'pending' ORDER BY id`)
        if (waiting.length === 0) return
        await handleRoute(
          world,
          waiting.map((row) => row.id),
        )
      }
    },
    counters: (externalId) =>
      rows<Record<string, number>>(
        `SELECT l.open, l.backordered, l.allocated + l.released AS working, l.shipped, l.cancelled FROM order_line l JOIN sales_order o ON o.id = l.order_id
         WHERE o.external_id = $1 ORDER BY l.line_no`,
        [externalId],
      ),
    requests: () => outstandingRequests(world.db),
    ship: (request, lines = request.lines.map((line) => [line.lineNo, line.outstanding])) =>
      answer({
        kind: 'shipment',
        value: {
          requestId: request.id as never,
          externalId: `shp-${(receipts += 1)}`,
          shippedAt: now(),
          packages: [{ lines: lines.map(([lineNo, quantity]) => ({ lineNo, quantity: quantity as never })) }],
        },
      }),
    reject: (request, lineNo, quantity, reason = 'outOfStock') =>
      answer({
        kind: 'fulfillmentResponse',
        value: {
          requestId: request.id as never,
          answeredAt: now(),
          lines: [{ lineNo, accepted: 0, rejected: quantity, reason: reason as never }],
        },
      }),
    cart: (key, lines, options = {}) =>
      stock.reserve({
        channelId: 'web',
        cartKey: key,
        binding: 'timed',
        ttlSeconds: 900,
        lines: lines.map(([sku, quantity, nodeId]) => ({ sku, quantity, nodeId })),
        actor: 'api:test',
        ...options,
      }),
    supply: (input) =>
      stock.stateSupplies(
        [
          SupplyInput.parse({
            kind: 'purchaseOrder',
            reference: 'PO-1',
            sku: 'SHOE',
            nodeId: 'north',
            expectedAt: plusMs(now(), 86_400_000),
            ...input,
          }),
        ],
        'api:test',
      ),
    expire: () => endReservations(world),
    broken: async () =>
      (await checkInvariants(world.db, now())).flatMap((each) =>
        each.violations.map((violation) => `${each.name}: ${violation.subject} ${violation.problem}`),
      ),
    stop: () => hub.stop(),
  }
}
