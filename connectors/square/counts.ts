/**
 * Counts of the stores' stock. What changed is asked for by its time, everything from time to time; each time together with the pickup orders
 * that wait, whose units Square has taken off already. A count is true at the moment before the first of these calls.
 */
import { z } from 'zod'
import { Fault } from '#core/fault.ts'
import { epochMsOf, instantFromEpochMs, parseInstant, plusMs } from '#core/model/time.ts'
import type { Instant } from '#core/model/time.ts'
import { overlaid } from '#mappings/engine/index.ts'
import { readJson } from '#mappings/formats/json/reader.ts'
import { countsMap, readCounts } from '#mappings/square/counts.ts'
import { isOurs } from '#mappings/square/pickup.ts'
import type { Cursor, Fetched, PullPort, Reading, ReadContext } from '../contract/connector.ts'
import { sha256 } from '../contract/request.ts'
import { callOrFault, faultOf } from './client.ts'
import type { SquareContext } from './client.ts'
import type { SquareConfig } from './config.ts'
import { OPEN_PICKUPS, ordersOf } from './search.ts'

const CURSOR_VERSION = 1
const DAY_MS = 86_400_000
const PAGE_SIZE = 1_000
const MAX_BYTES = 20_000_000

const Count = z.looseObject({
  catalog_object_id: z.string(),
  location_id: z.string(),
  state: z.string(),
  quantity: z.string(),
  calculated_at: z.string(),
})
export type Count = z.output<typeof Count>
const Page = z.object({ counts: z.array(Count).optional(), cursor: z.string().optional() })
const Pickup = z.object({
  location_id: z.string(),
  line_items: z.array(z.object({ catalog_object_id: z.string(), quantity: z.string() })),
})

function read(raw: Uint8Array, _meta: Record<string, string>, context: ReadContext<SquareConfig>): Reading {
  const records = readJson(raw, { maxBytes: MAX_BYTES })
  return records.ok
    ? { ...readCounts(records.value, context, overlaid(countsMap, context.config, 'counts')), receipts: [] }
    : { documents: [], refused: [{ part: '', issues: records.issues }], receipts: [] }
}

const port = {
  direction: 'in',
  transport: 'pull',
  kind: 'stock',
  everyMs: 60_000,
  has: (config: SquareConfig) => config.book === 'store',
  read,
} as const

export const counts: PullPort<SquareConfig> = {
  ...port,
  name: 'counts',
  summary: 'Inventory counts that changed, where the store keeps the book.',
  // The first look goes back a day: the first reading of everything may have been before it, and changes between the two are in neither.
  pull: async (context, cursor) => {
    const now = context.clock.now()
    const start = cursor ?? { version: CURSOR_VERSION, watermark: plusMs(now, -DAY_MS), seenAtWatermark: [] }
    const watermark = checked(start, now)
    const from = plusMs(watermark, -context.config.pollOverlapMs)
    const found = await countsOf(context, { updated_after: from })
    const seen = new Set(start.seenAtWatermark)
    const fresh = found.filter((count) => !seen.has(keyOf(count)))
    const documents = fresh.length === 0 ? [] : [await document(context, fresh, now)]
    return { documents, cursor: advanced(start, watermark, fresh, context.config), more: false }
  },
}

/** The cursor's watermark is when everything was read last. */
export const countsFull: PullPort<SquareConfig> = {
  ...port,
  name: 'counts-full',
  summary: 'All inventory counts from time to time, where the store keeps the book.',
  pull: async (context, cursor) => {
    const now = context.clock.now()
    if (cursor !== undefined && plusMs(checked(cursor, now), context.config.fullEveryMinutes * 60_000) > now)
      return { documents: [], cursor, more: false }
    const all = await countsOf(context, {})
    const done = { version: CURSOR_VERSION, watermark: now, seenAtWatermark: [] }
    return { documents: all.length === 0 ? [] : [await document(context, all, now)], cursor: done, more: false }
  },
}

/** All pages of one question; in which order Square lists them is not said, so that no page is an end of its own. */
export async function countsOf(context: SquareContext, filter: Record<string, unknown>): Promise<Count[]> {
  const found: Count[] = []
  for (let cursor: string | undefined; ;) {
    const page = await callOrFault(
      context,
      {
        method: 'POST',
        path: '/inventory/counts/batch-retrieve',
        body: {
          location_ids: context.config.locationIds,
          states: ['IN_STOCK'],
          limit: PAGE_SIZE,
          ...filter,
          ...(cursor === undefined ? {} : { cursor }),
        },
      },
      Page,
    )
    found.push(...(page.counts ?? []))
    cursor = page.cursor
    if (cursor === undefined) return found
    goingOn(context)
  }
}

/** Half of what was asked for is nothing that the cursor could go on from: whoever takes over asks again. */
function goingOn({ signal }: SquareContext): void {
  if (signal.aborted) throw new Fault('transient', { code: 'square.stopping', message: 'the process is to stop' })
}

async function document(context: SquareContext, found: Count[], asOf: Instant): Promise<Fetched> {
  const records = { as_of: asOf, counts: found, open_pickups: await openPickups(context) }
  const raw = new TextEncoder().encode(JSON.stringify(records))
  return { sourceKey: `counts:${sha256(raw)}`, meta: { asOf }, raw }
}

async function openPickups(context: SquareContext) {
  if (context.config.pickupUnitsLeaveStock === 'whenCompleted') return []
  goingOn(context)
  const open = await ordersOf(context, OPEN_PICKUPS)
  if (!open.ok) throw faultOf(open.outcome)
  return open.value
    .filter((order) => isOurs(order['reference_id']))
    .flatMap((order) => {
      const pickup = Pickup.safeParse(order).data
      const location_id = pickup?.location_id ?? ''
      return (pickup?.line_items ?? []).map((line) => ({ ...line, location_id }))
    })
}

function checked(cursor: Cursor, now: Instant): Instant {
  const watermark = parseInstant(cursor.watermark)
  if (cursor.version === CURSOR_VERSION && watermark !== undefined && watermark <= plusMs(now, DAY_MS)) return watermark
  throw new Fault('config', {
    code: 'square.cursor',
    message: `the cursor (version ${cursor.version}, ${cursor.watermark}) cannot be used; rewind it`,
  })
}

const keyOf = (count: Count): string =>
  `${count.catalog_object_id}@${count.location_id}@${count.quantity}@${count.calculated_at}`

function advanced(cursor: Cursor, watermark: Instant, fresh: Count[], config: SquareConfig): Cursor {
  const times = fresh.map((count) => Date.parse(count.calculated_at)).filter((time) => !Number.isNaN(time))
  const newestMs = Math.max(epochMsOf(watermark), ...times)
  const oldestMs = newestMs - config.pollOverlapMs - 1000
  const seenAtWatermark = [...cursor.seenAtWatermark, ...fresh.map(keyOf)].filter(
    (key) => Date.parse(key.slice(key.lastIndexOf('@') + 1)) >= oldestMs,
  )
  return { version: CURSOR_VERSION, watermark: instantFromEpochMs(newestMs), seenAtWatermark }
}
