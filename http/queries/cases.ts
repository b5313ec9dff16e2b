/** Exception cases for people, and the end of one. */
import type { CASE_STATES, CaseKind } from '#core/model/document.ts'
import type { Instant } from '#core/model/time.ts'
import type { Queryable } from '#store/database.ts'

export type CaseRow = {
  id: string
  kind: CaseKind
  subject: string
  orderId: string | null
  instructionId: string | null
  detail: string
  cure: string
  owner: string
  state: (typeof CASE_STATES)[number]
  openedAt: Instant
  dueAt: Instant
  resolvedAt: Instant | null
  resolution: string | null
}

const SELECT = `SELECT id, kind, subject, order_id AS "orderId", instruction_id AS "instructionId", detail, cure, owner, state,
  opened_at AS "openedAt", due_at AS "dueAt", resolved_at AS "resolvedAt", resolution FROM exception_case`

export async function openCasesOf(db: Queryable, orderId: string): Promise<CaseRow[]> {
  return db.query<CaseRow>(`${SELECT} WHERE order_id = $1 AND state = 'open' ORDER BY id`, [orderId])
}

export type CaseFilter = { state: string; kind?: string | undefined; owner?: string | undefined }

/** Oldest first: what waits longest is seen first. */
export async function pageOfCases(
  db: Queryable,
  filter: CaseFilter,
  after: string | undefined,
  max: number,
): Promise<CaseRow[]> {
  return db.query<CaseRow>(
    `${SELECT} WHERE state = $1 AND ($2::text IS NULL OR kind = $2) AND ($3::text IS NULL OR owner = $3)
       AND ($4::text IS NULL OR id > $4) ORDER BY id LIMIT $5`,
    [filter.state, filter.kind ?? null, filter.owner ?? null, after ?? null, max],
  )
}

/** Locks the case until the transaction ends. */
export async function lockCase(db: Queryable, id: string): Promise<CaseRow | undefined> {
  const [row] = await db.query<CaseRow>(`${SELECT} WHERE id = $1 FOR UPDATE`, [id])
  return row
}

export async function endCase(db: Queryable, id: string, resolution: string, now: Instant): Promise<void> {
  await db.query(`UPDATE exception_case SET state = 'resolved', resolved_at = $3, resolution = $2 WHERE id = $1`, [
    id,
    resolution,
    now,
  ])
}
