/** Quarantine (documents that could not be applied) and exception cases (work that needs a person). */
import { type Issue, excerpt } from '#core/issue.ts'
import type { CaseKind, QuarantineState } from '#core/model/document.ts'
import { type Instant, plusMs } from '#core/model/time.ts'
import type { Queryable } from './database.ts'
import { insertRows, unnestRows } from './rows.ts'

/** `about`: the thing in the world that the part is about, where it is known. */
export type NewQuarantineItem = {
  id: string
  envelopeId: string
  part: string
  issue: Issue
  about?: string | undefined
}

const ITEM = {
  id: 'text',
  envelope_id: 'text',
  part: 'text',
  code: 'text',
  cause: 'text',
  place: 'text',
  rule: 'text',
  value: 'text',
  cure: 'text',
  about: 'text',
  opened_at: 'timestamptz',
} as const

/** One item for each part and issue; a replay that fails in the same way opens the same item again, unless it was discarded. */
export async function quarantine(db: Queryable, items: readonly NewQuarantineItem[], now: Instant): Promise<void> {
  const unique = new Map(
    items.map((item) => [`${item.envelopeId}/${item.part}/${item.issue.code}/${item.issue.place.path}`, item]),
  )
  await insertRows(
    db,
    'quarantine_item',
    ITEM,
    [...unique.values()].map(({ id, envelopeId, part, issue, about }) => ({
      id,
      envelope_id: envelopeId,
      part: excerpt(part, 200),
      code: issue.code,
      cause: excerpt(`${issue.code}${issue.subject === undefined ? '' : `:${issue.subject}`}`, 300),
      place: excerpt(issue.place.path, 300),
      rule: excerpt(issue.rule, 500),
      value: issue.value === undefined ? null : excerpt(issue.value, 200),
      cure: excerpt(issue.cure, 500),
      about: about === undefined ? null : excerpt(about, 300),
      opened_at: now,
    })),
    `ON CONFLICT (envelope_id, part, code, place) DO UPDATE SET state = 'open', settled_at = NULL, resolution = NULL,
       value = excluded.value, rule = excluded.rule, cure = excluded.cure, cause = excluded.cause, about = excluded.about
     WHERE quarantine_item.state <> 'discarded'`,
  )
}

/**
 * These envelopes were read again: what waited for that is cured, as far as the reading did not find it again. `open` too where this
 * comes before the reading's own finds.
 */
export async function resolveQuarantineOf(
  db: Queryable,
  envelopeIds: readonly string[],
  now: Instant,
  states: readonly QuarantineState[] = ['replaying'],
): Promise<void> {
  await db.query(
    `UPDATE quarantine_item SET state = 'resolved', settled_at = $2, resolution = 'it was read again'
     WHERE envelope_id = ANY($1::text[]) AND state = ANY($3::text[])`,
    [envelopeIds, now, states],
  )
}

/** A revision that its source made at `revisedAt` was applied from `envelopeId`. */
export type AppliedRevision = { connectionId: string; about: string; revisedAt: Instant; envelopeId: string }

/**
 * What waits of older words on the same thing is settled by a newer one. Only a document that came before the newer revision was made
 * is certainly older: one that came later may hold something newer still.
 */
export async function resolveOlderQuarantine(
  db: Queryable,
  revisions: readonly AppliedRevision[],
  now: Instant,
): Promise<void> {
  if (revisions.length === 0) return
  const { from, parameters } = unnestRows(
    { connection_id: 'text', about: 'text', revised_at: 'timestamptz', envelope_id: 'text' } as const,
    revisions.map((each) => ({
      connection_id: each.connectionId,
      about: each.about,
      revised_at: each.revisedAt,
      envelope_id: each.envelopeId,
    })),
    2,
  )
  await db.query(
    `UPDATE quarantine_item q SET state = 'resolved', settled_at = $1::timestamptz, resolution = 'a later revision was applied: ' || r.envelope_id
     FROM ${from}, envelope e WHERE q.state = 'open' AND q.about = r.about AND e.id = q.envelope_id
       AND e.connection_id = r.connection_id AND e.received_at < r.revised_at`,
    [now, ...parameters],
  )
}

export type NewCase = {
  id: string
  kind: CaseKind
  subject: string
  orderId?: string | undefined
  instructionId?: string | undefined
  detail: string
  cure: string
  owner: 'operator' | 'integrator' | 'partner'
}

const CASE = {
  id: 'text',
  kind: 'text',
  subject: 'text',
  order_id: 'text',
  instruction_id: 'text',
  detail: 'text',
  cure: 'text',
  owner: 'text',
  opened_at: 'timestamptz',
  due_at: 'timestamptz',
} as const

const CASE_DUE_MS = 24 * 3_600_000

/** One open case for each kind and subject; a second cause of the same kind is the same case. Returns the ids really opened. */
export async function openCases(db: Queryable, cases: readonly NewCase[], now: Instant): Promise<Set<string>> {
  const rows = await insertRows<typeof CASE, { id: string }>(
    db,
    'exception_case',
    CASE,
    cases.map((each) => ({
      id: each.id,
      kind: each.kind,
      subject: each.subject,
      order_id: each.orderId,
      instruction_id: each.instructionId,
      detail: excerpt(each.detail, 1000),
      cure: excerpt(each.cure, 500),
      owner: each.owner,
      opened_at: now,
      due_at: plusMs(now, CASE_DUE_MS),
    })),
    `ON CONFLICT (kind, subject) WHERE state = 'open' DO NOTHING RETURNING id`,
  )
  return new Set(rows.map((row) => row.id))
}

/** The cause is gone: the open cases of these subjects are resolved, with the reason. */
export async function resolveCases(
  db: Queryable,
  kind: CaseKind,
  subjects: readonly string[],
  resolution: string,
  now: Instant,
): Promise<void> {
  if (subjects.length === 0) return
  await db.query(
    `UPDATE exception_case SET state = 'resolved', resolved_at = $4, resolution = $3 WHERE kind = $1 AND subject = ANY($2::text[]) AND state = 'open'`,
    [kind, subjects, resolution, now],
  )
}

/** What an exception case about a stock position is about. */
export const positionSubject = (position: { sku: string; nodeId: string }): string =>
  `${position.sku} at ${position.nodeId}`

/** The units that were claimed and not there are there, or are claimed no more. */
export async function resolveShortCases(
  db: Queryable,
  covered: readonly { sku: string; nodeId: string }[],
  resolution: string,
  now: Instant,
): Promise<void> {
  await resolveCases(db, 'stockShort', covered.map(positionSubject), resolution, now)
}
