/** Reconciliation: ShipHero says itself that a webhook may never come, so orders and figures that changed are asked for as well. */
import { z } from 'zod'
import { plusMs } from '#core/model/time.ts'
import type { Instant } from '#core/model/time.ts'
import { overlaid } from '#mappings/engine/index.ts'
import { readJson } from '#mappings/formats/json/reader.ts'
import { isOurs } from '#mappings/shiphero/leaves.ts'
import { readRecord } from '#mappings/shiphero/record.ts'
import { readStockRecords, stockMap } from '#mappings/shiphero/stock.ts'
import type { Cursor, Fetched, PullPort, Reading } from '../contract/connector.ts'
import { sha256 } from '../contract/request.ts'
import type { ShipHeroConfig } from './config.ts'
import { dropReceipt } from './drops.ts'
import { accountOf } from './find-order.ts'
import { callOrFault } from './graphql.ts'
import type { ShipHeroContext } from './graphql.ts'
import { asDateTime, cursorOf, lookOf, newestOf, nextPage, PageInfo } from './looks.ts'
import type { Look } from './looks.ts'
import { CHANGED_ORDERS, WAREHOUSE_PRODUCTS } from './operations.ts'

const MINUTE_MS = 60_000
const DAY_MINUTES = 1_440
/** Credits are counted by what is asked for: small pages of orders, which bring lines and shipments along. */
const ORDERS_PAGE = 20
const PRODUCTS_PAGE = 200
const MAX_BYTES = 20_000_000

const pageOf = <T extends z.ZodType>(node: T) =>
  z.object({ data: z.object({ edges: z.array(z.object({ node })), pageInfo: PageInfo }) })

const Line = z.looseObject({ updated_at: z.string().nullish() })
const ChangedOrder = z.looseObject({
  id: z.string(),
  partner_order_id: z.string().nullish(),
  line_items: z.looseObject({ edges: z.array(z.object({ node: Line })) }).nullish(),
})
const ChangedProduct = z.looseObject({ sku: z.string(), updated_at: z.string().nullish() })

/** The runtime looks this often; the config says how often ShipHero is really asked. */
const EVERY_MS = 60_000

const inPull = { direction: 'in', transport: 'pull', everyMs: EVERY_MS } as const

export const ordersPoll: PullPort<ShipHeroConfig> = {
  ...inPull,
  name: 'orders-poll',
  summary: 'Reconciliation of the hub’s orders: shipments, shortages and cancels whose webhook did not come.',
  kind: 'fulfillmentResponse',
  pull: async (context, cursor) => {
    const look = begun(context, cursor, DAY_MINUTES)
    if (look === undefined) return { documents: [], cursor: cursor as Cursor, more: false }
    const variables = { shopName: context.config.shopName, ...pageOfLook(context, look, ORDERS_PAGE) }
    const answer = z.object({ orders: pageOf(ChangedOrder) })
    const { data } = (await callOrFault(context, CHANGED_ORDERS, variables, answer)).orders
    const nodes = data.edges.map(({ node }) => node)
    // An order bears no time of its own; the newest of its lines is no later than it.
    const times = nodes.flatMap((node) => (node.line_items?.edges ?? []).map((edge) => edge.node.updated_at))
    const documents = nodes.filter((node) => isOurs(node.partner_order_id)).map(orderDocument)
    return turned(context, look, nextPage(data.pageInfo), times, documents)
  },
  read: (raw, _meta, { config, receivedAt }): Reading => {
    const record = readJson(raw, { maxBytes: MAX_BYTES })
    if (!record.ok) return { documents: [], refused: [{ part: '', issues: record.issues }], receipts: [] }
    const { drop, ...reading } = readRecord(record.value, { receivedAt, backorders: config.backorders })
    return { ...reading, receipts: drop === undefined ? [] : [dropReceipt(drop)] }
  },
}

export const stockPoll: PullPort<ShipHeroConfig> = {
  ...inPull,
  name: 'stock-poll',
  summary: 'Figures of products that changed, and from time to time of all: warehouse_products.',
  kind: 'stock',
  pull: async (context, cursor) => {
    const look = begun(context, cursor, undefined)
    if (look === undefined) return { documents: [], cursor: cursor as Cursor, more: false }
    const answer = z.object({ warehouse_products: pageOf(ChangedProduct) })
    const asOf = context.clock.now()
    const variables = pageOfLook(context, look, PRODUCTS_PAGE)
    const { data } = (await callOrFault(context, WAREHOUSE_PRODUCTS, variables, answer)).warehouse_products
    const products = data.edges.map(({ node }) => node)
    const times = products.map((product) => product.updated_at)
    const documents = products.map((product) => stockDocument(product, asOf))
    return turned(context, look, nextPage(data.pageInfo), times, documents)
  },
  read: (raw, _meta, { config, crosswalk }): Reading => {
    const records = readJson(raw, { maxBytes: MAX_BYTES })
    if (!records.ok) return { documents: [], refused: [{ part: '', issues: records.issues }], receipts: [] }
    const context = { crosswalk, counted: config.counted }
    return { ...readStockRecords(records.value, context, overlaid(stockMap, config, 'stock')), receipts: [] }
  },
}

/**
 * The look to go on with, or a new one when its time has come. The first one goes back `firstMinutes`, or over everything where that is
 * undefined; such a port reads everything again from time to time.
 */
function begun(
  context: ShipHeroContext,
  cursor: Cursor | undefined,
  firstMinutes: number | undefined,
): Look | undefined {
  const { pollEveryMinutes, pollOverlapMinutes, fullEveryMinutes } = context.config
  const now = context.clock.now()
  const last = lookOf(cursor, now)
  if (last === undefined) {
    if (firstMinutes === undefined) return { newest: BEGINNING, lookedAt: now }
    const from = plusMs(now, -firstMinutes * MINUTE_MS)
    return { newest: from, lookedAt: now, from }
  }
  if (last.after !== undefined) return last
  if (plusMs(last.lookedAt, pollEveryMinutes * MINUTE_MS) > now) return undefined
  const isFull = firstMinutes === undefined && isFullTime(last.lookedAt, now, fullEveryMinutes)
  const from = plusMs(last.newest, -pollOverlapMinutes * MINUTE_MS)
  return { newest: last.newest, lookedAt: now, ...(isFull ? {} : { from }) }
}

/** Before anything that ShipHero can know. */
const BEGINNING = '2000-01-01T00:00:00.000Z' as Instant

/** Everything is read again when a multiple of the interval lies between the two looks: no second cursor is needed for it. */
const isFullTime = (last: Instant, now: Instant, everyMinutes: number): boolean => {
  const periodOf = (instant: Instant) => Math.floor(Date.parse(instant) / (everyMinutes * MINUTE_MS))
  return periodOf(now) > periodOf(last)
}

const pageOfLook = (context: ShipHeroContext, { from, after }: Look, first: number): Record<string, unknown> => ({
  ...accountOf(context),
  from: asDateTime(from),
  first,
  after: after ?? null,
})

function turned(
  { clock }: ShipHeroContext,
  look: Look,
  after: string | undefined,
  times: readonly unknown[],
  documents: Fetched[],
) {
  const { lookedAt, from } = look
  const newest = newestOf(times, look.newest, clock.now())
  const going = after === undefined ? {} : { ...(from === undefined ? {} : { from }), after }
  return { documents, cursor: cursorOf({ newest, lookedAt, ...going }), more: after !== undefined }
}

function orderDocument(node: { id: string }): Fetched {
  const raw = new TextEncoder().encode(JSON.stringify(node))
  return { sourceKey: `order:${node.id}:${sha256(raw)}`.slice(0, 300), meta: {}, raw }
}

/** One product: what stands in it is the key, and not when it was asked for, so that figures that did not change are known. */
function stockDocument(product: { sku: string }, asOf: Instant): Fetched {
  const figures = JSON.stringify(product)
  const raw = new TextEncoder().encode(`{"mode":"delta","as_of":"${asOf}","warehouse_products":[${figures}]}`)
  return { sourceKey: `stock:${sha256(figures)}`, meta: { asOf }, raw }
}
