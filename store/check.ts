/** The invariants: SQL that returns whatever breaks a promise. Tests, `crossdock check`, the sweeper and the demo run the same files. */
import { readdirSync, readFileSync } from 'node:fs'
import type { Instant } from '#core/model/time.ts'
import type { Queryable } from './database.ts'

const FOLDER = new URL('./invariants/', import.meta.url)

/** `key` is the SKU or order it belongs to, for invariants that can be checked piece by piece. */
export type Violation = { subject: string; problem: string; key?: string }
export type Checked = { name: string; promise: string; violations: Violation[] }
export type Invariant = {
  /** File name without its ending, e.g. `i4-claims-are-covered`. */
  name: string
  /** The file's first line. */
  promise: string
  /** What it can be cut by (its second line, `Goes by SKU.`); undefined: only as a whole. */
  goesBy: 'SKU' | 'order' | undefined
  sql: string
}

export function invariants(): Invariant[] {
  return readdirSync(FOLDER)
    .filter((file) => file.endsWith('.sql'))
    .sort((a, b) => a.localeCompare(b, 'en', { numeric: true }))
    .map((file) => {
      const sql = readFileSync(new URL(file, FOLDER), 'utf8')
      const [first = '', second = ''] = sql.split('\n')
      const goesBy = /^-- Goes by (SKU|order)\.$/.exec(second)?.[1] as Invariant['goesBy']
      return { name: file.slice(0, -4), promise: first.replace(/^-- /, ''), goesBy, sql }
    })
}

/** SKUs or orders after `after`, up to `upTo`; undefined: to the end. */
export type KeyRange = { after: string; upTo: string | undefined }

/** At most `max` violations of each; none is what they all should return. */
export async function checkInvariants(db: Queryable, now: Instant, max = 100): Promise<Checked[]> {
  const results: Checked[] = []
  for (const invariant of invariants()) {
    const violations = await violationsOf(db, invariant, now, undefined, max)
    results.push({ name: invariant.name, promise: invariant.promise, violations })
  }
  return results
}

/** One statement, so that what others commit meanwhile is seen whole or not at all. */
export async function violationsOf(
  db: Queryable,
  { sql }: Invariant,
  now: Instant,
  range: KeyRange | undefined,
  max: number,
): Promise<Violation[]> {
  // Time and range are bound in every file, used or not, so that all take the same call.
  return db.query<Violation>(
    `SELECT v.* FROM (${sql}) AS v WHERE $1::timestamptz IS NOT NULL AND ($2::text IS NULL OR true) AND ($3::text IS NULL OR true) LIMIT ${max}`,
    [now, range?.after ?? null, range?.upTo ?? null],
  )
}
