/**
 * What changed in Odoo since the last look, by `write_date`. Odoo dates a record when its transaction begins and shows it when it ends,
 * in whole seconds: so each look goes back over a while, begins at the watermark and not behind it, and knows a record by what stands in
 * it, since two changes within one second bear the same date.
 */
import { z } from 'zod'
import { Fault } from '#core/fault.ts'
import { instantFromEpochMs, epochMsOf, parseInstant, plusMs } from '#core/model/time.ts'
import type { Instant } from '#core/model/time.ts'
import { dateTime, odooTime } from '#mappings/odoo/leaves.ts'
import type { Cursor } from '../contract/connector.ts'
import { callOrFault } from './client.ts'
import type { OdooContext } from './client.ts'

const CURSOR_VERSION = 1
const PAGE_SIZE = 200
const DAY_MS = 86_400_000

const Changed = z.looseObject({ id: z.int(), write_date: z.string() })
export type Changed = z.output<typeof Changed>

export type Watch = { model: string; domain: unknown[]; fields: string[] }
export type Changes = { fresh: Changed[]; cursor: Cursor; more: boolean }

/** One page of changes. `firstLookBackMs`: how far the very first look goes back. */
export async function changesSince(
  context: OdooContext,
  cursor: Cursor | undefined,
  watch: Watch,
  firstLookBackMs: number,
): Promise<Changes> {
  const now = context.clock.now()
  const start = cursor === undefined ? firstCursor(now, firstLookBackMs) : checkedCursor(cursor, now)
  const seen = new Set(start.seenAtWatermark)
  const from = odooTime(plusMs(start.watermark as Instant, -context.config.pollOverlapMs))
  for (let offset = 0; ; offset += PAGE_SIZE) {
    const page = await callOrFault(
      context,
      `${watch.model}/search_read`,
      {
        domain: [['write_date', '>=', from], ...watch.domain],
        fields: ['write_date', ...watch.fields],
        order: 'write_date, id',
        offset,
        limit: PAGE_SIZE,
      },
      z.array(Changed),
    )
    const fresh = page.filter((record) => !seen.has(keyOf(record)))
    const more = page.length === PAGE_SIZE
    // A page of nothing new is no end: more records may have been changed in this while than one page holds.
    if (fresh.length > 0 || !more) return { fresh, cursor: advanced(start, fresh, context), more }
  }
}

const firstCursor = (now: Instant, backMs: number): Cursor => ({
  version: CURSOR_VERSION,
  watermark: plusMs(now, -backMs),
  seenAtWatermark: [],
})

/** A cursor of another make, or from the future, would skip changes without a word: Fault `config`. */
function checkedCursor(cursor: Cursor, now: Instant): Cursor {
  const watermark = parseInstant(cursor.watermark)
  if (cursor.version === CURSOR_VERSION && watermark !== undefined && watermark <= plusMs(now, DAY_MS))
    return { ...cursor, watermark }
  throw new Fault('config', {
    code: 'odoo.cursor',
    message: `the cursor (version ${cursor.version}, ${cursor.watermark}) cannot be used; rewind it`,
  })
}

/** `id@date@content`: fields are few and short, so that content is told by itself. */
const keyOf = ({ id, write_date, ...content }: Changed): string => `${id}@${write_date}@${JSON.stringify(content)}`
const timeOfKey = (key: string): number => timeOf(key.split('@')[1] ?? '')

function timeOf(writeDate: string): number {
  const instant = dateTime.read(writeDate, {})
  if (typeof instant === 'string') return epochMsOf(instant)
  throw new Fault('config', { code: 'odoo.write-date', message: `Odoo gave the write_date ${writeDate}` })
}

/** Only what was delivered moves the cursor. What is older than the overlap is not asked for again and can be forgotten. */
function advanced(cursor: Cursor, fresh: Changed[], { config }: OdooContext): Cursor {
  const times = fresh.map((record) => timeOf(record.write_date))
  const newestMs = Math.max(epochMsOf(cursor.watermark as Instant), ...times)
  const oldestMs = newestMs - config.pollOverlapMs - 1000
  const seenAtWatermark = [...cursor.seenAtWatermark, ...fresh.map(keyOf)].filter((key) => timeOfKey(key) >= oldestMs)
  return { version: CURSOR_VERSION, watermark: instantFromEpochMs(newestMs), seenAtWatermark }
}
