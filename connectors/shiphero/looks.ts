/**
 * Looks at what changed, page by page. ShipHero filters by the time of change; a look begins a while before the newest change that was
 * seen, for changes that show up late, and what is known already is known by its content.
 */
import { z } from 'zod'
import { Fault } from '#core/fault.ts'
import { Instant, parseInstant, plusMs } from '#core/model/time.ts'
import { readJson } from '#mappings/formats/json/reader.ts'
import type { Cursor } from '../contract/connector.ts'

const CURSOR_VERSION = 1
const DAY_MS = 86_400_000

/** `newest` is the newest change that was seen. With `after` the look is going on, and its next page comes behind that. */
export type Look = { newest: Instant; lookedAt: Instant; from?: Instant; after?: string }

const Rest = z.object({ lookedAt: Instant, from: Instant.optional(), after: z.string().optional() })

/** Undefined: there was no look yet. Throws a Fault `config` for a cursor that nobody can have written. */
export function lookOf(cursor: Cursor | undefined, now: Instant): Look | undefined {
  if (cursor === undefined) return undefined
  const newest = parseInstant(cursor.watermark)
  const rest = Rest.safeParse(jsonOf(cursor.seenAtWatermark[0]))
  if (cursor.version === CURSOR_VERSION && newest !== undefined && newest <= plusMs(now, DAY_MS))
    return { newest, ...(rest.success ? withoutAbsent(rest.data) : { lookedAt: newest }) }
  throw new Fault('config', {
    code: 'shiphero.cursor',
    message: `the cursor (version ${cursor.version}, ${cursor.watermark}) cannot be used; rewind it`,
  })
}

function jsonOf(text = ''): unknown {
  const read = readJson(new TextEncoder().encode(text))
  return read.ok ? read.value : undefined
}

const withoutAbsent = ({ lookedAt, from, after }: z.output<typeof Rest>): Omit<Look, 'newest'> => ({
  lookedAt,
  ...(from === undefined ? {} : { from }),
  ...(after === undefined ? {} : { after }),
})

export const cursorOf = ({ newest, ...rest }: Look): Cursor => ({
  version: CURSOR_VERSION,
  watermark: newest,
  seenAtWatermark: [JSON.stringify(rest)],
})

/** As ShipHero's ISODateTime: UTC without a zone. */
export const asDateTime = (instant: Instant | undefined): string | null => instant?.slice(0, 19) ?? null

/** The newest of ShipHero's times, none of which is in the future. */
export function newestOf(times: readonly unknown[], known: Instant, now: Instant): Instant {
  const instants = times.flatMap((time) =>
    typeof time === 'string' ? (parseInstant(`${time.slice(0, 19)}.000Z`) ?? []) : [],
  )
  return instants.reduce((newest, each) => (each > newest && each <= now ? each : newest), known)
}

export const PageInfo = z.object({ hasNextPage: z.boolean(), endCursor: z.string().nullish() })
export const nextPage = ({ hasNextPage, endCursor }: z.output<typeof PageInfo>): string | undefined =>
  hasNextPage ? (endCursor ?? undefined) : undefined
