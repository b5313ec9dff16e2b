/** Corrected documents: edits over the raw bytes, version by version. The newest is what is read; the raw bytes stay as they came. */
import type { Edit } from '#core/correction.ts'
import type { Instant } from '#core/model/time.ts'
import type { Queryable } from './database.ts'

/** As it lies in jsonb: bytes as base64. */
type StoredEdit = { at: number; was: string; becomes: string }

export type Correction = { version: number; edits: Edit[]; reason: string; actor: string; madeAt: Instant }

/** Adds the next version; the caller holds the document's lock. */
export async function addCorrection(
  db: Queryable,
  envelopeId: string,
  { edits, reason, actor }: { edits: readonly Edit[]; reason: string; actor: string },
  now: Instant,
): Promise<number> {
  const [row] = await db.query<{ version: number }>(
    `INSERT INTO envelope_correction (envelope_id, version, edits, reason, actor, made_at)
     SELECT $1, coalesce(max(version), 0) + 1, $2::jsonb, $3, $4, $5 FROM envelope_correction WHERE envelope_id = $1 RETURNING version`,
    [envelopeId, JSON.stringify(edits.map(toStored)), reason, actor, now],
  )
  return row?.version ?? 0
}

/** Oldest first. */
export async function correctionsOf(db: Queryable, envelopeId: string): Promise<Correction[]> {
  const rows = await db.query<{
    version: number
    edits: StoredEdit[]
    reason: string
    actor: string
    made_at: Instant
  }>('SELECT version, edits, reason, actor, made_at FROM envelope_correction WHERE envelope_id = $1 ORDER BY version', [
    envelopeId,
  ])
  return rows.map(({ edits, made_at: madeAt, ...row }) => ({ ...row, edits: edits.map(fromStored), madeAt }))
}

/** The edits to read these documents with, by id; documents as they came are not in it. */
export async function newestEdits(db: Queryable, envelopeIds: readonly string[]): Promise<Map<string, Edit[]>> {
  const rows = await db.query<{ envelope_id: string; edits: StoredEdit[] }>(
    `SELECT DISTINCT ON (envelope_id) envelope_id, edits FROM envelope_correction WHERE envelope_id = ANY($1::text[])
     ORDER BY envelope_id, version DESC`,
    [envelopeIds],
  )
  return new Map(rows.map((row) => [row.envelope_id, row.edits.map(fromStored)]))
}

const toStored = ({ at, was, becomes }: Edit): StoredEdit => ({
  at,
  was: Buffer.from(was).toString('base64'),
  becomes: Buffer.from(becomes).toString('base64'),
})

const fromStored = ({ at, was, becomes }: StoredEdit): Edit => ({
  at,
  was: Buffer.from(was, 'base64'),
  becomes: Buffer.from(becomes, 'base64'),
})
