/** What a person does about quarantine items: put their documents back into reading, or say that they are not wanted. */
import type { Instant } from '#core/model/time.ts'
import type { Queryable } from './database.ts'
import type { Unit } from './unit.ts'

/** Which items are meant: by id, by the cause that one cure mends, or by where and when they came. All given parts must hold. */
export type QuarantineFilter = {
  ids?: readonly string[] | undefined
  cause?: string | undefined
  connectionId?: string | undefined
  port?: string | undefined
  code?: string | undefined
  openedBefore?: string | undefined
}

/** What became of one item: `notOpen` was settled before, or is being read at this moment. */
export type ItemResult = { id: string; envelopeId: string | null; result: 'done' | 'notOpen' | 'unknown' }

/**
 * Puts documents with open items back into reading. A document is read as a whole, so all its open items go with it. Twice is the
 * same as once: what is being read is not open.
 */
export async function replayQuarantined(unit: Unit, filter: QuarantineFilter): Promise<ItemResult[]> {
  const meant = await openItems(unit, filter)
  const envelopeIds = [...new Set(meant.map((item) => item.envelopeId))]
  await unit.query(
    `UPDATE quarantine_item SET state = 'replaying' WHERE state = 'open' AND envelope_id = ANY($1::text[])`,
    [envelopeIds],
  )
  unit.enqueue('inbound', envelopeIds)
  return resultsOf(unit, filter, meant)
}

/** They stay where they are, with the reason; nothing of them is applied. A later reading that finds the same leaves them so. */
export async function discardQuarantined(
  unit: Unit,
  filter: QuarantineFilter,
  reason: string,
  now: Instant,
): Promise<ItemResult[]> {
  const meant = await openItems(unit, filter)
  await settleDiscarded(unit, meant, reason, now)
  return resultsOf(unit, filter, meant)
}

/** As `discardQuarantined`, for a caller who does more with the items in the same commit. */
export async function settleDiscarded(
  unit: Unit,
  items: readonly { id: string }[],
  reason: string,
  now: Instant,
): Promise<void> {
  await unit.query(
    `UPDATE quarantine_item SET state = 'discarded', settled_at = $2, resolution = $3 WHERE id = ANY($1::text[])`,
    [items.map((item) => item.id), now, reason],
  )
}

export type OpenItem = {
  id: string
  envelopeId: string
  part: string
  place: string
  rule: string
  value: string | null
}

/** Locked until the commit, so that two people never act on one item at once. */
export async function openItems(db: Queryable, filter: QuarantineFilter): Promise<OpenItem[]> {
  return db.query<OpenItem>(
    `SELECT q.id, q.envelope_id AS "envelopeId", q.part, q.place, q.rule, q.value FROM quarantine_item q JOIN envelope e ON e.id = q.envelope_id
     WHERE q.state = 'open' AND ($1::text[] IS NULL OR q.id = ANY($1::text[])) AND ($2::text IS NULL OR q.cause = $2)
       AND ($3::text IS NULL OR e.connection_id = $3) AND ($4::text IS NULL OR e.port = $4) AND ($5::text IS NULL OR q.code = $5)
       AND ($6::timestamptz IS NULL OR q.opened_at < $6::timestamptz)
     ORDER BY q.id FOR UPDATE OF q`,
    [
      filter.ids ?? null,
      filter.cause ?? null,
      filter.connectionId ?? null,
      filter.port ?? null,
      filter.code ?? null,
      filter.openedBefore ?? null,
    ],
  )
}

/** Of items that were named, each has a result; of a filter, those it found. */
export async function resultsOf(
  db: Queryable,
  { ids }: QuarantineFilter,
  done: readonly { id: string; envelopeId: string }[],
): Promise<ItemResult[]> {
  const found = new Set(done.map((item) => item.id))
  const missed = (ids ?? []).filter((id) => !found.has(id))
  const known = await db.query<{ id: string; envelopeId: string }>(
    'SELECT id, envelope_id AS "envelopeId" FROM quarantine_item WHERE id = ANY($1::text[])',
    [missed],
  )
  const envelopeOf = new Map(known.map((item) => [item.id, item.envelopeId]))
  return [
    ...done.map(({ id, envelopeId }): ItemResult => ({ id, envelopeId, result: 'done' })),
    ...missed.map((id): ItemResult => {
      const envelopeId = envelopeOf.get(id)
      return { id, envelopeId: envelopeId ?? null, result: envelopeId === undefined ? 'unknown' : 'notOpen' }
    }),
  ]
}
