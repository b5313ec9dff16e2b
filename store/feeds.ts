/** Stock feeds that are streamed or held: their row, their lease, and what people are told of them. */
import type { FeedEffect, FeedState } from '#core/model/feed.ts'
import type { StockFeed } from '#core/model/stock.ts'
import type { Instant } from '#core/model/time.ts'
import type { Queryable } from './database.ts'
import type { Unit } from './unit.ts'

export type StoredFeed = {
  id: string
  connectionId: string
  port: string
  envelopeId: string | null
  part: string
  state: FeedState
  reason: string | null
  meta: Record<string, string>
  mode: StockFeed['mode'] | null
  asOf: Instant | null
  absentMeansZero: boolean
  nodes: string[]
  bytes: number
  chunks: number
  run: number
  rowsRead: number
  rowsStaged: number
  rowsRefused: number
  pieces: number
  piecesApplied: number
  rowsApplied: number
  rowsLate: number
  absentApplied: number
  rowsEchoed: number
  stated: number | null
  wouldZero: number | null
  examples: FeedEffect['examples'] | null
  decidedBy: string | null
  decidedAt: Instant | null
  attempts: number
  receivedAt: Instant
  movedAt: Instant
  stagedAt: Instant | null
  settledAt: Instant | null
}

const COLUMNS = `id, connection_id AS "connectionId", port, envelope_id AS "envelopeId", part, state, reason, meta, mode, as_of AS "asOf",
  absent_means_zero AS "absentMeansZero", nodes, bytes, chunks, run, rows_read AS "rowsRead", rows_staged AS "rowsStaged",
  rows_refused AS "rowsRefused", pieces, pieces_applied AS "piecesApplied", rows_applied AS "rowsApplied", rows_late AS "rowsLate",
  absent_applied AS "absentApplied", rows_echoed AS "rowsEchoed", stated, would_zero AS "wouldZero", examples, decided_by AS "decidedBy",
  decided_at AS "decidedAt", attempts, received_at AS "receivedAt", moved_at AS "movedAt", staged_at AS "stagedAt",
  settled_at AS "settledAt"`

export async function feedOf(db: Queryable, id: string, lock: '' | 'FOR UPDATE' = ''): Promise<StoredFeed | undefined> {
  const [row] = await db.query<StoredFeed>(`SELECT ${COLUMNS} FROM stock_feed WHERE id = $1 ${lock}`, [id])
  return row
}

export async function feedOfDocument(db: Queryable, envelopeId: string, part: string): Promise<StoredFeed | undefined> {
  const [row] = await db.query<StoredFeed>(`SELECT ${COLUMNS} FROM stock_feed WHERE envelope_id = $1 AND part = $2`, [
    envelopeId,
    part,
  ])
  return row
}

export type FeedFilter = { state?: FeedState | undefined; connectionId?: string | undefined }

/** Newest first; `before` is the id of the last one of the page before. */
export async function listFeeds(
  db: Queryable,
  { state, connectionId }: FeedFilter,
  before: string | undefined,
  limit: number,
): Promise<StoredFeed[]> {
  return db.query<StoredFeed>(
    `SELECT ${COLUMNS} FROM stock_feed WHERE ($1::text IS NULL OR state = $1) AND ($2::text IS NULL OR connection_id = $2)
       AND ($3::text IS NULL OR id < $3) ORDER BY id DESC LIMIT $4`,
    [state ?? null, connectionId ?? null, before ?? null, limit],
  )
}

export type NewFeed = {
  id: string
  connectionId: string
  port: string
  meta: Record<string, string>
  receivedAt: Instant
}

/** A feed whose first bytes came; nothing knows of it until it is complete. */
export async function openFeed(db: Queryable, feed: NewFeed): Promise<void> {
  await db.query(
    `INSERT INTO stock_feed (id, connection_id, port, state, meta, run, received_at, moved_at)
     VALUES ($1, $2, $3, 'receiving', $4::jsonb, nextval('stock_feed_run'), $5::timestamptz, $5::timestamptz)`,
    [feed.id, feed.connectionId, feed.port, JSON.stringify(feed.meta), feed.receivedAt],
  )
}

export async function addChunk(db: Queryable, feedId: string, seq: number, bytes: Uint8Array, now: Instant) {
  await db.query(
    `WITH added AS (INSERT INTO stock_feed_chunk (feed_id, seq, bytes) VALUES ($1, $2, $3))
     UPDATE stock_feed SET chunks = $2 + 1, bytes = bytes + $4::int, moved_at = $5::timestamptz WHERE id = $1 AND state = 'receiving'`,
    [feedId, seq, bytes, bytes.length, now],
  )
}

/** Its last byte came: it is a document now, and queued. False when the same document was here already; then it is forgotten. */
export async function completeFeed(
  unit: Unit,
  feed: NewFeed,
  document: { envelopeId: string; sourceKey: string },
  now: Instant,
): Promise<boolean> {
  const rows = await unit.query(
    `INSERT INTO envelope (id, connection_id, port, source_key, meta, raw, received_at, chunked)
     VALUES ($1, $2, $3, $4, $5::jsonb, '', $6::timestamptz, true) ON CONFLICT (connection_id, source_key) DO NOTHING RETURNING id`,
    [document.envelopeId, feed.connectionId, feed.port, document.sourceKey, JSON.stringify(feed.meta), now],
  )
  if (rows.length === 0) {
    await forgetFeed(unit, feed.id)
    return false
  }
  await unit.query(
    `UPDATE stock_feed SET state = 'staging', envelope_id = $2, moved_at = $3::timestamptz WHERE id = $1 AND state = 'receiving'`,
    [feed.id, document.envelopeId, now],
  )
  unit.enqueue('feed', [feed.id])
  return true
}

/** Of a feed that was cut off, or is known already: nothing stays. */
export async function forgetFeed(db: Queryable, id: string): Promise<void> {
  await db.query(`DELETE FROM stock_feed WHERE id = $1 AND state = 'receiving'`, [id])
}

/** Uploads whose process died with them. */
export async function forgetCutOffFeeds(db: Queryable, before: Instant): Promise<number> {
  const rows = await db.query(
    `DELETE FROM stock_feed WHERE state = 'receiving' AND moved_at < $1::timestamptz RETURNING id`,
    [before],
  )
  return rows.length
}

/** One worker has a feed at a time: undefined when another has it, or there is nothing to do. */
export async function leaseFeed(
  db: Queryable,
  id: string,
  worker: string,
  now: Instant,
  until: Instant,
): Promise<StoredFeed | undefined> {
  const [row] = await db.query<StoredFeed>(
    `UPDATE stock_feed SET lease_by = $2, lease_until = $4::timestamptz, attempts = attempts + 1
     WHERE id = $1 AND state IN ('staging', 'applying') AND (lease_until IS NULL OR lease_until < $3::timestamptz)
     RETURNING ${COLUMNS}`,
    [id, worker, now, until],
  )
  return row
}

export async function returnLease(db: Queryable, id: string, worker: string): Promise<void> {
  await db.query(
    'UPDATE stock_feed SET lease_by = NULL, lease_until = NULL, attempts = 0 WHERE id = $1 AND lease_by = $2',
    [id, worker],
  )
}

/** Of an embedded database, which has one process at a time: whoever held a lease before this start is dead. */
export async function forgetLeases(db: Queryable): Promise<void> {
  await db.query('UPDATE stock_feed SET lease_by = NULL, lease_until = NULL WHERE lease_by IS NOT NULL')
}

/** Feeds that nobody works on though they should be. */
export async function feedsWithoutWorker(db: Queryable, now: Instant, movedBefore: Instant): Promise<string[]> {
  const rows = await db.query<{ id: string }>(
    `SELECT id FROM stock_feed WHERE state IN ('staging', 'applying') AND moved_at < $2::timestamptz
       AND (lease_until IS NULL OR lease_until < $1::timestamptz) ORDER BY id LIMIT 100`,
    [now, movedBefore],
  )
  return rows.map((row) => row.id)
}

/** Thrown inside a commit, so that nothing of it stays: another worker has the feed now. */
export class LeaseLost extends Error {
  constructor(id: string) {
    super(`another worker goes on with the feed ${id}`)
    this.name = 'LeaseLost'
  }
}

const NAMES = {
  state: 'state',
  reason: 'reason',
  mode: 'mode',
  asOf: 'as_of',
  absentMeansZero: 'absent_means_zero',
  nodes: 'nodes',
  rowsRead: 'rows_read',
  rowsStaged: 'rows_staged',
  rowsRefused: 'rows_refused',
  pieces: 'pieces',
  piecesApplied: 'pieces_applied',
  rowsApplied: 'rows_applied',
  rowsLate: 'rows_late',
  absentApplied: 'absent_applied',
  rowsEchoed: 'rows_echoed',
  stated: 'stated',
  wouldZero: 'would_zero',
  examples: 'examples',
  decidedBy: 'decided_by',
  decidedAt: 'decided_at',
  stagedAt: 'staged_at',
  settledAt: 'settled_at',
} as const

export type FeedChange = Partial<Pick<StoredFeed, keyof typeof NAMES>>

export async function changeFeed(db: Queryable, id: string, change: FeedChange, now: Instant): Promise<void> {
  await update(db, id, change, now, '', [])
}

/** Progress of the worker that has the lease: it is made longer, and it is the proof that nobody else has it. */
export async function moveFeed(
  db: Queryable,
  id: string,
  lease: { worker: string; until: Instant },
  change: FeedChange,
  now: Instant,
): Promise<void> {
  const moved = await update(db, id, change, now, `, attempts = 0, lease_until = $3::timestamptz`, [
    lease.until,
    lease.worker,
  ])
  if (!moved) throw new LeaseLost(id)
}

async function update(
  db: Queryable,
  id: string,
  change: FeedChange,
  now: Instant,
  more: string,
  lease: readonly unknown[],
): Promise<boolean> {
  const first = 3 + lease.length
  const keys = Object.keys(change) as (keyof typeof NAMES)[]
  const sets = keys.map((key, index) => `, ${NAMES[key]} = $${first + index}${key === 'examples' ? '::jsonb' : ''}`)
  const values = keys.map((key) => (key === 'examples' ? JSON.stringify(change[key]) : change[key]))
  const rows = await db.query(
    `UPDATE stock_feed SET moved_at = $2::timestamptz${more}${sets.join('')} WHERE id = $1 ${lease.length > 0 ? 'AND lease_by = $4' : ''} RETURNING id`,
    [id, now, ...lease, ...values],
  )
  return rows.length === 1
}

export type HeldFeed = NewFeed & { envelopeId: string; part: string }

/** A feed that was read whole and is held, with nothing staged yet. One for each part of a document: a second reading begins anew. */
export async function openHeldFeed(db: Queryable, feed: HeldFeed): Promise<string> {
  const [row] = await db.query<{ id: string }>(
    `INSERT INTO stock_feed (id, connection_id, port, envelope_id, part, state, meta, run, received_at, moved_at)
     VALUES ($1, $2, $3, $4, $5, 'held', $6::jsonb, nextval('stock_feed_run'), $7::timestamptz, $7::timestamptz)
     ON CONFLICT (envelope_id, part) DO UPDATE SET state = 'held', run = excluded.run, pieces_applied = 0 RETURNING id`,
    [feed.id, feed.connectionId, feed.port, feed.envelopeId, feed.part, JSON.stringify(feed.meta), feed.receivedAt],
  )
  const id = row?.id ?? feed.id
  await db.query('DELETE FROM stock_feed_piece WHERE feed_id = $1', [id])
  return id
}

/** Another reading from the beginning, with nothing of the one before it but what was decided by a person. */
export async function restartFeed(db: Queryable, id: string, now: Instant): Promise<void> {
  await db.query('DELETE FROM stock_feed_piece WHERE feed_id = $1', [id])
  await db.query(
    `UPDATE stock_feed SET state = 'staging', reason = NULL, run = nextval('stock_feed_run'), rows_read = 0, rows_staged = 0,
       rows_refused = 0, pieces = 0, pieces_applied = 0, rows_applied = 0, rows_late = 0, absent_applied = 0, rows_echoed = 0, nodes = '{}',
       stated = NULL, would_zero = NULL, examples = NULL, settled_at = NULL, staged_at = NULL, attempts = 0, lease_by = NULL,
       lease_until = NULL, moved_at = $2::timestamptz
     WHERE id = $1`,
    [id, now],
  )
}

/**
 * A full feed of the same source that is not older, and of all its nodes, leaves nothing to decide about these: they are superseded.
 * Returns their ids and documents.
 */
export async function supersedeHeld(
  db: Queryable,
  feed: { id: string; connectionId: string; asOf: Instant; nodes: readonly string[] },
  reason: string,
  now: Instant,
): Promise<{ id: string; envelopeId: string }[]> {
  return db.query(
    `UPDATE stock_feed SET state = 'superseded', reason = $5, settled_at = $6::timestamptz, moved_at = $6::timestamptz
     WHERE state = 'held' AND connection_id = $1 AND id <> $2 AND as_of <= $3::timestamptz AND nodes <@ $4::text[]
     RETURNING id, envelope_id AS "envelopeId"`,
    [feed.connectionId, feed.id, feed.asOf, feed.nodes, reason, now],
  )
}

/** Whether the document has a feed that is not at its end, and whether it has rows in quarantine. */
export async function openWorkOf(db: Queryable, envelopeId: string): Promise<{ feeds: boolean; quarantine: boolean }> {
  const [row] = await db.query<{ feeds: boolean; quarantine: boolean }>(
    `SELECT EXISTS (SELECT 1 FROM stock_feed WHERE envelope_id = $1 AND state IN ('staging', 'held', 'applying')) AS feeds,
            EXISTS (SELECT 1 FROM quarantine_item WHERE envelope_id = $1 AND state = 'open') AS quarantine`,
    [envelopeId],
  )
  return row ?? { feeds: false, quarantine: false }
}

/** Streamed documents whose rows were cured: their feeds can be read again. */
export async function feedsToReplay(db: Queryable, envelopeIds: readonly string[]): Promise<string[]> {
  const rows = await db.query<{ id: string }>(
    `SELECT f.id FROM stock_feed f JOIN envelope e ON e.id = f.envelope_id
     WHERE e.chunked AND f.state = 'quarantined' AND e.id = ANY ($1::text[])
       AND EXISTS (SELECT 1 FROM quarantine_item q WHERE q.envelope_id = e.id AND q.state = 'replaying') ORDER BY f.id FOR UPDATE OF f`,
    [envelopeIds],
  )
  return rows.map((row) => row.id)
}
