/** Policy books: every version is kept, one is active. Activating is one insert, seen by all processes with the next look. */
import type { PolicyBook } from '#core/routing/policy-book.ts'
import type { Instant } from '#core/model/time.ts'
import type { Queryable } from './database.ts'
import { bumpVersion } from './master-data.ts'

export type StoredPolicy = {
  /** `peak-2026@3`: what decisions cite. */
  version: string
  name: string
  number: number
  createdAt: Instant
  createdBy: string
  /** The last time it was made the active one; null: never. */
  activatedAt: Instant | null
  active: boolean
}

const COLUMNS = `p.version, p.name, p.number, p.created_at AS "createdAt", p.created_by AS "createdBy",
  (SELECT max(a.activated_at) FROM routing_policy_activation a WHERE a.version = p.version) AS "activatedAt",
  coalesce(p.version = (SELECT a.version FROM routing_policy_activation a ORDER BY a.id DESC LIMIT 1), false) AS active`

/** Stores a book as the next version of its name. Two callers at once get two numbers: the table's key says who was second. */
export async function insertPolicy(db: Queryable, book: PolicyBook, actor: string, now: Instant): Promise<string> {
  const [row] = await db.query<{ version: string }>(
    `INSERT INTO routing_policy (version, name, number, document, created_at, created_by)
     SELECT $1 || '@' || n.number, $1, n.number, $2::text::jsonb, $3, $4
     FROM (SELECT coalesce(max(number), 0) + 1 AS number FROM routing_policy WHERE name = $1) n RETURNING version`,
    [book.name, JSON.stringify(book), now, actor],
  )
  if (row === undefined) throw new Error('the policy was not stored')
  return row.version
}

/** False when there is no such version. */
export async function activatePolicy(db: Queryable, version: string, actor: string, now: Instant): Promise<boolean> {
  const rows = await db.query(
    `INSERT INTO routing_policy_activation (version, activated_at, activated_by)
     SELECT version, $2::timestamptz, $3 FROM routing_policy WHERE version = $1 RETURNING 1`,
    [version, now, actor],
  )
  if (rows.length > 0) await bumpVersion(db)
  return rows.length > 0
}

export async function listPolicies(db: Queryable): Promise<StoredPolicy[]> {
  return db.query<StoredPolicy>(`SELECT ${COLUMNS} FROM routing_policy p ORDER BY p.name, p.number`)
}

export async function loadPolicy(
  db: Queryable,
  version: string,
): Promise<(StoredPolicy & { book: PolicyBook }) | undefined> {
  const [row] = await db.query<StoredPolicy & { book: PolicyBook }>(
    `SELECT ${COLUMNS}, p.document AS book FROM routing_policy p WHERE p.version = $1`,
    [version],
  )
  return row
}
