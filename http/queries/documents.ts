/** Received documents and what is wrong with them, for people. */
import type { EnvelopeState, QuarantineState } from '#core/model/document.ts'
import type { Instant } from '#core/model/time.ts'
import type { Queryable } from '#store/database.ts'
import { bytesOfFeed } from '#store/feed-pieces.ts'
import { feedOfDocument } from '#store/feeds.ts'

export type DocumentRow = {
  id: string
  connectionId: string
  port: string
  sourceKey: string
  state: EnvelopeState
  reason: string | null
  meta: Record<string, string>
  bytes: number
  receivedAt: Instant
  settledAt: Instant | null
}

export type QuarantineRow = {
  id: string
  part: string
  code: string
  cause: string
  place: string
  rule: string
  value: string | null
  cure: string
  state: QuarantineState
  openedAt: Instant
  resolution: string | null
}

export async function documentOf(db: Queryable, id: string): Promise<DocumentRow | undefined> {
  const [row] = await db.query<DocumentRow>(
    `SELECT id, connection_id AS "connectionId", port, source_key AS "sourceKey", state, reason, meta, CASE WHEN chunked THEN (SELECT f.bytes FROM stock_feed f WHERE f.envelope_id = envelope.id) ELSE octet_length(raw) END AS bytes,
            received_at AS "receivedAt", settled_at AS "settledAt" FROM envelope WHERE id = $1`,
    [id],
  )
  return row
}

/** Of a streamed feed its chunks, one after the other. */
export async function rawOf(db: Queryable, id: string): Promise<Uint8Array | AsyncIterable<Uint8Array> | undefined> {
  const [row] = await db.query<{ raw: Uint8Array; chunked: boolean }>(
    'SELECT raw, chunked FROM envelope WHERE id = $1',
    [id],
  )
  if (row?.chunked !== true) return row?.raw
  const feed = await feedOfDocument(db, id, '')
  return feed === undefined ? undefined : bytesOfFeed(db, feed.id, feed.chunks)
}

export async function quarantineOf(db: Queryable, envelopeId: string): Promise<QuarantineRow[]> {
  return db.query<QuarantineRow>(
    `SELECT id, part, code, cause, place, rule, value, cure, state, opened_at AS "openedAt", resolution
     FROM quarantine_item WHERE envelope_id = $1 ORDER BY id`,
    [envelopeId],
  )
}

export async function envelopeIdOf(
  db: Queryable,
  connectionId: string,
  sourceKey: string,
): Promise<string | undefined> {
  const [row] = await db.query<{ id: string }>('SELECT id FROM envelope WHERE connection_id = $1 AND source_key = $2', [
    connectionId,
    sourceKey,
  ])
  return row?.id
}

export type CauseRow = {
  cause: string
  code: string
  items: number
  documents: number
  since: Instant
  /** One of them, to read. */
  example: { envelopeId: string; connectionId: string; part: string; place: string; rule: string; value: string | null }
  cure: string
}

/** Open items by cause, the most frequent first: one cure mends a whole group. */
export async function openCauses(db: Queryable, max: number): Promise<CauseRow[]> {
  return db.query<CauseRow>(
    `SELECT g.cause, q.code, g.items, g.documents, g.since, q.cure,
            jsonb_build_object('envelopeId', q.envelope_id, 'connectionId', e.connection_id, 'part', q.part, 'place', q.place,
                               'rule', q.rule, 'value', q.value) AS example
     FROM (SELECT cause, count(*) AS items, count(DISTINCT envelope_id) AS documents, min(opened_at) AS since, min(id) AS first
           FROM quarantine_item WHERE state = 'open' GROUP BY cause) g
     JOIN quarantine_item q ON q.id = g.first JOIN envelope e ON e.id = q.envelope_id
     ORDER BY g.items DESC, g.cause LIMIT $1`,
    [max],
  )
}
