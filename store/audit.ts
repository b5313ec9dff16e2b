/**
 * The chain over facts and people's actions: each link's hash covers the link before it, so that a row that was changed, removed or
 * slipped in later is found. A link is made shortly after the commit of its row, by one worker, in the order of the commits.
 */
import { createHash } from 'node:crypto'
import type { Instant } from '#core/model/time.ts'
import type { Queryable } from './database.ts'
import { insertRows } from './rows.ts'

export type OperatorAction = {
  id: string
  at: Instant
  actor: string
  /** The route or command, e.g. `discardQuarantine`. */
  action: string
  /** What it was done to: an address, an id. */
  subject: string
  detail?: string | undefined
}

/** Appended in the unit of the action itself, or before it begins. */
export async function recordAction(
  db: Queryable,
  { id, at, actor, action, subject, detail }: OperatorAction,
): Promise<void> {
  await db.query(
    'INSERT INTO operator_action (id, at, actor, action, subject, detail) VALUES ($1, $2, $3, $4, $5, $6)',
    [id, at, actor, action, subject, detail ?? null],
  )
}

/** Newest first. */
export async function listActions(db: Queryable, before: string | undefined, max: number): Promise<OperatorAction[]> {
  return db.query<OperatorAction>(
    `SELECT id, at, actor, action, subject, detail FROM operator_action WHERE ($1::text IS NULL OR id < $1) ORDER BY id DESC LIMIT $2`,
    [before ?? null, max],
  )
}

/** The link that a further one would follow. Before the first: number 0, and a hash of zeros. */
export type ChainHead = { seq: number; hash: Uint8Array }

const BEGINNING: ChainHead = { seq: 0, hash: new Uint8Array(32) }

export async function chainHead(db: Queryable): Promise<ChainHead> {
  const [row] = await db.query<ChainHead>('SELECT seq, hash FROM audit_link ORDER BY seq DESC LIMIT 1')
  return row ?? BEGINNING
}

export async function linkAt(db: Queryable, seq: number): Promise<ChainHead | undefined> {
  const [row] = await db.query<ChainHead>('SELECT seq, hash FROM audit_link WHERE seq = $1', [seq])
  return row
}

/** The content of a row as text, the same on every database and for ever. */
const CONTENT = {
  fact: `jsonb_build_array('fact', s.id, s.order_id, s.kind, (extract(epoch FROM s.at) * 1000000)::bigint, s.actor, s.cause, s.data)::text`,
  action: `jsonb_build_array('action', s.id, (extract(epoch FROM s.at) * 1000000)::bigint, s.actor, s.action, s.subject, s.detail)::text`,
}

/** Links what waits, at most `max` rows, and answers how many. Must run in a transaction; others that link wait for its end. */
export async function linkWaiting(tx: Queryable, max: number): Promise<number> {
  await tx.query(`SELECT pg_advisory_xact_lock(hashtext('crossdock.audit'))`)
  const rows = await tx.query<{ source: 'fact' | 'action'; id: string; content: string }>(
    `WITH taken AS (DELETE FROM audit_waiting WHERE id IN (SELECT id FROM audit_waiting ORDER BY id LIMIT $1) RETURNING id, source, source_id)
     SELECT t.source, t.source_id AS id, CASE t.source WHEN 'fact' THEN (SELECT ${CONTENT.fact} FROM fact s WHERE s.id = t.source_id)
       ELSE (SELECT ${CONTENT.action} FROM operator_action s WHERE s.id = t.source_id) END AS content FROM taken t ORDER BY t.id`,
    [max],
  )
  let head = await chainHead(tx)
  const links = rows.map(({ source, id, content }) => {
    head = { seq: head.seq + 1, hash: hashOf(head.hash, content) }
    return { seq: head.seq, source, source_id: id, hash: head.hash }
  })
  await insertRows(tx, 'audit_link', { seq: 'int8', source: 'text', source_id: 'text', hash: 'bytea' } as const, links)
  return links.length
}

const hashOf = (before: Uint8Array, content: string | null): Uint8Array =>
  createHash('sha256')
    .update(before)
    .update(content ?? '')
    .digest()

/** What is wrong with a link: its row is gone, its row or hash is not what it was, or links before it are gone. */
export type BrokenLink = { seq: number; source: string; id: string; problem: 'removed' | 'changed' | 'gap' }
export type Verified = { checked: number; broken: BrokenLink[]; head: ChainHead; done: boolean }

/** Walks the chain from `after`, at most `max` links. The answer's `head` is where to go on. */
export async function verifyLinks(db: Queryable, after: ChainHead = BEGINNING, max = 5_000): Promise<Verified> {
  const rows = await db.query<{ seq: number; source: string; id: string; hash: Uint8Array; content: string | null }>(
    `SELECT l.seq, l.source, l.source_id AS id, l.hash, CASE l.source WHEN 'fact' THEN (SELECT ${CONTENT.fact} FROM fact s WHERE s.id = l.source_id)
       ELSE (SELECT ${CONTENT.action} FROM operator_action s WHERE s.id = l.source_id) END AS content
     FROM audit_link l WHERE l.seq > $1 ORDER BY l.seq LIMIT $2`,
    [after.seq, max],
  )
  const broken: BrokenLink[] = []
  let head = after
  for (const { seq, source, id, hash, content } of rows) {
    if (seq !== head.seq + 1) broken.push({ seq, source, id, problem: 'gap' })
    else if (content === null) broken.push({ seq, source, id, problem: 'removed' })
    else if (Buffer.compare(hashOf(head.hash, content), hash) !== 0)
      broken.push({ seq, source, id, problem: 'changed' })
    // The stored hash goes on, so that each broken link is named and not all behind the first.
    head = { seq, hash }
  }
  return { checked: rows.length, broken, head, done: rows.length < max }
}

/** Rows that neither wait nor have a link: they came past the chain. */
export async function unlinked(db: Queryable, max: number): Promise<{ source: string; id: string }[]> {
  return db.query(
    `SELECT source, id FROM (SELECT 'fact' AS source, id FROM fact UNION ALL SELECT 'action', id FROM operator_action) s
     WHERE NOT EXISTS (SELECT 1 FROM audit_link l WHERE l.source = s.source AND l.source_id = s.id)
       AND NOT EXISTS (SELECT 1 FROM audit_waiting w WHERE w.source = s.source AND w.source_id = s.id) LIMIT $1`,
    [max],
  )
}
