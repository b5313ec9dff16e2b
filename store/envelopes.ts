/** The inbox: raw documents, stored before anything is answered, each source key once. */
import { applyEdits } from '#core/correction.ts'
import type { EnvelopeState } from '#core/model/document.ts'
import type { Instant } from '#core/model/time.ts'
import { newestEdits } from './corrections.ts'
import type { Queryable } from './database.ts'
import { insertRows, unnestRows } from './rows.ts'
import type { Unit } from './unit.ts'

export type NewEnvelope = {
  id: string
  connectionId: string
  port: string
  sourceKey: string
  meta: Record<string, string>
  raw: Uint8Array
  receivedAt: Instant
}

export type StoredEnvelope = NewEnvelope & {
  state: EnvelopeState
  attempts: number
  /** Its bytes lie with its stock feed, which has a worker of its own. */
  chunked: boolean
}

const COLUMNS = {
  id: 'text',
  connection_id: 'text',
  port: 'text',
  source_key: 'text',
  meta: 'jsonb',
  raw: 'bytea',
  received_at: 'timestamptz',
} as const

/** Stores what is new and queues it for reading. The answer says which ids are new; the others were here already. */
export async function acceptEnvelopes(unit: Unit, envelopes: readonly NewEnvelope[]): Promise<Set<string>> {
  const rows = envelopes.map((each) => ({
    id: each.id,
    connection_id: each.connectionId,
    port: each.port,
    source_key: each.sourceKey,
    meta: each.meta,
    raw: each.raw,
    received_at: each.receivedAt,
  }))
  const inserted = await insertRows<typeof COLUMNS, { id: string }>(
    unit,
    'envelope',
    COLUMNS,
    rows,
    'ON CONFLICT (connection_id, source_key) DO NOTHING RETURNING id',
  )
  const fresh = new Set(inserted.map((row) => row.id))
  unit.enqueue('inbound', [...fresh])
  return fresh
}

type EnvelopeRow = {
  id: string
  connection_id: string
  port: string
  source_key: string
  state: EnvelopeState
  meta: Record<string, string>
  raw: Uint8Array
  received_at: Instant
  attempts: number
  chunked: boolean
}

const SELECT =
  'SELECT id, connection_id, port, source_key, state, meta, raw, received_at, attempts, chunked FROM envelope'

/** Oldest first, so that documents of one batch are applied in the order they came. `raw` is what is to be read: a correction stands over what came. */
export async function loadEnvelopes(db: Queryable, ids: readonly string[]): Promise<StoredEnvelope[]> {
  const rows = await db.query<EnvelopeRow>(`${SELECT} WHERE id = ANY($1::text[]) ORDER BY id`, [ids])
  // What was never read was never corrected.
  const again = rows.filter((row) => row.state !== 'received').map((row) => row.id)
  const edits = again.length === 0 ? new Map<string, never>() : await newestEdits(db, again)
  return rows.map(fromRow).map((each) => {
    const over = edits.get(each.id)
    return over === undefined ? each : { ...each, raw: applyEdits(each.raw, over) }
  })
}

/** One document as it came, whatever corrections stand over it. */
export async function rawEnvelope(db: Queryable, id: string): Promise<StoredEnvelope | undefined> {
  const [row] = await db.query<EnvelopeRow>(`${SELECT} WHERE id = $1`, [id])
  return row === undefined ? undefined : fromRow(row)
}

/** Locks the rows, so that two workers never apply one envelope at once. */
export async function lockEnvelopes(unit: Unit, ids: readonly string[]): Promise<Map<string, EnvelopeState>> {
  const rows = await unit.query<{ id: string; state: EnvelopeState }>(
    'SELECT id, state FROM envelope WHERE id = ANY($1::text[]) ORDER BY id FOR UPDATE',
    [ids],
  )
  return new Map(rows.map((row) => [row.id, row.state]))
}

export type EnvelopeVerdict = { id: string; state: Exclude<EnvelopeState, 'received'>; reason?: string | undefined }

export async function settleEnvelopes(unit: Unit, verdicts: readonly EnvelopeVerdict[], now: Instant): Promise<void> {
  if (verdicts.length === 0) return
  const { from, parameters } = unnestRows(
    { id: 'text', state: 'text', reason: 'text' } as const,
    verdicts.map((v) => ({ ...v, reason: v.reason })),
    2,
  )
  await unit.query(
    `UPDATE envelope e SET state = r.state, reason = r.reason, settled_at = $1::timestamptz, attempts = attempts + 1 FROM ${from} WHERE e.id = r.id`,
    [now, ...parameters],
  )
}

/** Counted outside the batch's own transaction, so that a document that kills its worker is noticed at its third start. */
export async function countStarts(db: Queryable, ids: readonly string[]): Promise<void> {
  await db.query('UPDATE envelope SET attempts = attempts + 1 WHERE id = ANY($1::text[])', [ids])
}

export async function sourceKeyIsStored(db: Queryable, connectionId: string, sourceKey: string): Promise<boolean> {
  const rows = await db.query('SELECT 1 FROM envelope WHERE connection_id = $1 AND source_key = $2', [
    connectionId,
    sourceKey,
  ])
  return rows.length > 0
}

const fromRow = (row: EnvelopeRow): StoredEnvelope => ({
  id: row.id,
  connectionId: row.connection_id,
  port: row.port,
  sourceKey: row.source_key,
  state: row.state,
  meta: row.meta,
  raw: row.raw,
  receivedAt: row.received_at,
  attempts: row.attempts,
  chunked: row.chunked,
})
