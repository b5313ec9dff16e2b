/**
 * Reconciliation: Shopify guarantees neither delivery nor order of webhooks, so changed orders are also asked for, by updated_at.
 * The cursor holds the newest change that was delivered, and every order seen from a while before it on: rows that tie with the
 * watermark, or that show up late with an older stamp, are found and nothing is delivered twice.
 */
import { z } from 'zod'
import { Fault } from '#core/fault.ts'
import { aboutOrder } from '#core/model/document.ts'
import { epochMsOf, instantFromEpochMs, parseInstant, plusMs } from '#core/model/time.ts'
import type { Instant } from '#core/model/time.ts'
import { readJson } from '#mappings/formats/json/reader.ts'
import { overlaid } from '#mappings/engine/index.ts'
import { orderNodeMap, readOrderNode } from '#mappings/shopify/order-graphql.ts'
import type { Context, Cursor, Fetched, PullPort, Reading } from '../contract/connector.ts'
import type { ShopifyConfig } from './config.ts'
import { call } from './graphql.ts'
import { CHANGED_ORDERS } from './operations.ts'
import { aboutTheOrder } from './orders.ts'
import { keepSubscribed } from './subscriptions.ts'
import type { Failure } from './graphql.ts'

const CURSOR_VERSION = 1
const PAGE_SIZE = 20
const DAY_MS = 86_400_000

const Node = z.looseObject({
  id: z.string(),
  updatedAt: z.string(),
  lineItems: z.looseObject({ pageInfo: z.object({ hasNextPage: z.boolean() }) }).optional(),
})
type Node = z.output<typeof Node>
const Page = z.object({
  orders: z.object({
    nodes: z.array(Node),
    pageInfo: z.object({ hasNextPage: z.boolean(), endCursor: z.string().nullish() }),
  }),
})

export const ordersPoll: PullPort<ShopifyConfig> = {
  name: 'orders-poll',
  summary: 'Reconciliation of orders by their time of change.',
  direction: 'in',
  transport: 'pull',
  kind: 'order',
  everyMs: 300_000,

  pull: async (context, cursor) => {
    const page = await pullChanged(context, cursor, CHANGED_ORDERS, 'order')
    // Whoever asks because webhooks get lost also sees to it that they are sent.
    if (!page.more && !context.signal.aborted) await keepSubscribed(context)
    return page
  },

  read: (raw, _meta, context): Reading => {
    const node = readJson(raw, { maxBytes: 10_000_000 })
    if (!node.ok) return { documents: [], refused: [{ part: '', issues: node.issues }], receipts: [] }
    const whole = Node.safeParse(node.value)
    if (whole.success && whole.data.lineItems?.pageInfo.hasNextPage === true) return tooManyLines(whole.data)
    const reading = readOrderNode(node.value, context, overlaid(orderNodeMap, context.config, 'polledOrder'))
    return { ...reading, refused: aboutTheOrder(reading.refused, node.value), receipts: [] }
  },
}

/** One page of orders that changed since the cursor, read by `operation`; `kind` keeps the keys of two such polls apart. */
export async function pullChanged(
  context: Context<ShopifyConfig>,
  cursor: Cursor | undefined,
  operation: string,
  kind: string,
): Promise<{ documents: Fetched[]; cursor: Cursor; more: boolean }> {
  const start = cursor === undefined ? firstCursor(context) : checkedCursor(cursor, context.clock.now())
  const seen = new Set(start.seenAtWatermark)
  const from = plusMs(start.watermark as Instant, -context.config.pollOverlapMs)
  for (let after: string | undefined; ;) {
    const page = await readPage(context, operation, from, after)
    const fresh = page.nodes.filter((node) => !seen.has(seenKey(node)))
    const more = page.pageInfo.hasNextPage
    // A page of nothing new is no end: more orders may tie with the watermark than one page holds.
    if (fresh.length > 0 || !more)
      return { documents: fresh.map((node) => fetched(kind, node)), cursor: advanced(start, fresh, context), more }
    // The process stops: what was read so far was all seen before, so the next one begins here again.
    if (context.signal.aborted) return { documents: [], cursor: start, more }
    after = page.pageInfo.endCursor ?? undefined
  }
}

async function readPage(context: Context<ShopifyConfig>, operation: string, from: Instant, after: string | undefined) {
  const variables = { query: `updated_at:>='${from}'`, first: PAGE_SIZE, after: after ?? null }
  const called = await call(context, operation, variables, Page)
  if (!called.ok) throw faultOf(called.failure)
  return called.data.orders
}

function firstCursor({ config, clock }: Context<ShopifyConfig>): Cursor {
  return { version: CURSOR_VERSION, watermark: config.pollSince ?? plusMs(clock.now(), -DAY_MS), seenAtWatermark: [] }
}

/** A cursor of another make, or from the future, would skip orders without a word: Fault `config`. */
function checkedCursor(cursor: Cursor, now: Instant): Cursor {
  const watermark = parseInstant(cursor.watermark)
  if (cursor.version === CURSOR_VERSION && watermark !== undefined && watermark <= plusMs(now, DAY_MS)) {
    return { ...cursor, watermark }
  }
  throw new Fault('config', {
    code: 'shopify.cursor',
    message: `the cursor (version ${cursor.version}, ${cursor.watermark}) cannot be used; rewind it`,
  })
}

const seenKey = (node: Pick<Node, 'id' | 'updatedAt'>): string => `${node.id}@${node.updatedAt}`

/** Only what was delivered moves the cursor. What is older than the overlap is not asked for again and can be forgotten. */
function advanced(cursor: Cursor, fresh: Node[], { config }: Context<ShopifyConfig>): Cursor {
  const newestMs = Math.max(epochMsOf(cursor.watermark as Instant), ...fresh.map((node) => Date.parse(node.updatedAt)))
  const oldestMs = newestMs - config.pollOverlapMs - 1000
  const seenAtWatermark = [...cursor.seenAtWatermark, ...fresh.map(seenKey)].filter(
    (key) => Date.parse(key.slice(key.lastIndexOf('@') + 1)) >= oldestMs,
  )
  return { version: CURSOR_VERSION, watermark: instantFromEpochMs(newestMs), seenAtWatermark }
}

const fetched = (kind: string, node: Node): Fetched => ({
  sourceKey: `${kind}:${seenKey(node)}`,
  meta: { updatedAt: node.updatedAt },
  raw: new TextEncoder().encode(JSON.stringify(node)),
})

function faultOf(failure: Failure): Fault {
  if (failure.kind === 'throttled') {
    const { retryAfterMs } = failure
    return new Fault('throttled', { code: 'shopify.throttled', message: 'Shopify asks for less', retryAfterMs })
  }
  const { code, message } = failure
  return new Fault(failure.kind === 'unavailable' ? failure.fault : 'transient', { code, message })
}

const tooManyLines = (node: Node): Reading => ({
  documents: [],
  refused: [
    {
      part: '',
      about: aboutOrder(node.id),
      issues: [
        {
          code: 'shopify.too-many-lines',
          class: 'data',
          place: { path: '/lineItems' },
          rule: 'must have at most 250 lines to be read by the poll',
          value: node.id,
          cure: 'Let Shopify send the webhook of this order again: it holds all lines.',
          subject: node.id,
        },
      ],
    },
  ],
  receipts: [],
})
