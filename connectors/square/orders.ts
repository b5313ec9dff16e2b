/**
 * Orders as Square has them now, by their time of change: sales and returns of the tills, and what the stores did with the pickup orders that
 * the hub pushed. A till that was offline tells its sales up to 72 hours late, dated when they happened: the time of change finds them.
 */
import { Fault } from '#core/fault.ts'
import { epochMsOf, instantFromEpochMs, parseInstant, plusMs } from '#core/model/time.ts'
import type { Instant } from '#core/model/time.ts'
import { overlaid } from '#mappings/engine/index.ts'
import { readJson } from '#mappings/formats/json/reader.ts'
import { isOurs, readPushed } from '#mappings/square/pickup.ts'
import { readSale, saleMap } from '#mappings/square/sale.ts'
import { z } from 'zod'
import type { Cursor, Fetched, PullPort, Reading } from '../contract/connector.ts'
import { callOrFault } from './client.ts'
import type { SquareContext } from './client.ts'
import type { SquareConfig } from './config.ts'

const CURSOR_VERSION = 1
const PAGE_SIZE = 200
const DAY_MS = 86_400_000
const MAX_BYTES = 2_000_000

const Order = z.looseObject({ id: z.string(), updated_at: z.string() })
type Order = z.output<typeof Order>
const Page = z.object({ orders: z.array(Order).optional(), cursor: z.string().optional() })

export const orders: PullPort<SquareConfig> = {
  name: 'orders',
  summary: 'Sales and returns at the tills, and what became of pickup orders.',
  direction: 'in',
  transport: 'pull',
  kind: 'order',
  everyMs: 60_000,

  pull: async (context, cursor) => {
    const start = cursor === undefined ? firstCursor(context) : checkedCursor(cursor, context.clock.now())
    const seen = new Set(start.seenAtWatermark)
    const from = plusMs(start.watermark as Instant, -context.config.pollOverlapMs)
    for (let page: string | undefined; ;) {
      const found = await readPage(context, from, page)
      const fresh = (found.orders ?? []).filter((order) => !seen.has(keyOf(order)))
      const more = found.cursor !== undefined
      // A page of nothing new is no end: more orders may have changed in this while than one page holds.
      if (fresh.length > 0 || !more)
        return { documents: fresh.map(fetched), cursor: advanced(start, fresh, context.config), more }
      // The process is to stop: what was read so far was all seen before, so the next one begins here again.
      if (context.signal.aborted) return { documents: [], cursor: start, more }
      page = found.cursor
    }
  },

  read: (raw, _meta, context): Reading => {
    const order = readJson(raw, { maxBytes: MAX_BYTES })
    if (!order.ok) return { documents: [], refused: [{ part: '', issues: order.issues }], receipts: [] }
    const read = order.value as Record<string, unknown>
    const reading = isOurs(read['reference_id'])
      ? readPushed(read)
      : readSale(read, context, overlaid(saleMap, context.config, 'sale'))
    return { ...reading, receipts: [] }
  },
}

const readPage = (context: SquareContext, from: Instant, page: string | undefined) =>
  callOrFault(
    context,
    {
      method: 'POST',
      path: '/orders/search',
      body: {
        location_ids: context.config.locationIds,
        query: {
          filter: { date_time_filter: { updated_at: { start_at: from } } },
          sort: { sort_field: 'UPDATED_AT', sort_order: 'ASC' },
        },
        limit: PAGE_SIZE,
        ...(page === undefined ? {} : { cursor: page }),
      },
    },
    Page,
  )

function firstCursor({ config, clock }: SquareContext): Cursor {
  return { version: CURSOR_VERSION, watermark: config.pollSince ?? plusMs(clock.now(), -DAY_MS), seenAtWatermark: [] }
}

/** A cursor of another make, or from the future, would skip orders without a word: Fault `config`. */
function checkedCursor(cursor: Cursor, now: Instant): Cursor {
  const watermark = parseInstant(cursor.watermark)
  if (cursor.version === CURSOR_VERSION && watermark !== undefined && watermark <= plusMs(now, DAY_MS))
    return { ...cursor, watermark }
  throw new Fault('config', {
    code: 'square.cursor',
    message: `the cursor (version ${cursor.version}, ${cursor.watermark}) cannot be used; rewind it`,
  })
}

const keyOf = (order: Order): string => `${order.id}@${order.updated_at}`

/** Only what was delivered moves the cursor. What is older than the overlap is not asked for again and can be forgotten. */
function advanced(cursor: Cursor, fresh: Order[], config: SquareConfig): Cursor {
  const times = fresh.map((order) => Date.parse(order.updated_at)).filter((time) => !Number.isNaN(time))
  const newestMs = Math.max(epochMsOf(cursor.watermark as Instant), ...times)
  const oldestMs = newestMs - config.pollOverlapMs - 1000
  const seenAtWatermark = [...cursor.seenAtWatermark, ...fresh.map(keyOf)].filter(
    (key) => Date.parse(key.slice(key.lastIndexOf('@') + 1)) >= oldestMs,
  )
  return { version: CURSOR_VERSION, watermark: instantFromEpochMs(newestMs), seenAtWatermark }
}

const fetched = (order: Order): Fetched => ({
  sourceKey: `order:${keyOf(order)}`.slice(0, 300),
  meta: { updatedAt: order.updated_at },
  raw: new TextEncoder().encode(JSON.stringify(order)),
})
