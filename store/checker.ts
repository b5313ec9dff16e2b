/**
 * The checker at work: invariants are checked without end, some SKUs and orders at a time, so that a million positions cost little at
 * each tick. What is found stands in `invariant_violation` until a later round finds it cured.
 */
import type { Instant } from '#core/model/time.ts'
import { type Invariant, invariants, type KeyRange, type Violation, violationsOf } from './check.ts'
import type { Queryable } from './database.ts'
import { insertRows } from './rows.ts'
import { nextSkus } from './stock-rules.ts'

/** Positions, or orders, of one tick. */
const SLICE = 2_000
const MAX_VIOLATIONS = 100

export type Found = { invariant: string; subject: string; problem: string }
export type CheckedSlice = { opened: Found[]; cured: Pick<Found, 'invariant' | 'subject'>[] }

/** Checks the next slice by SKU or by order and moves on. In one transaction with the cases that are opened and resolved. */
export async function checkSlice(
  db: Queryable,
  by: NonNullable<Invariant['goesBy']>,
  now: Instant,
): Promise<CheckedSlice> {
  await db.query('INSERT INTO invariant_round (name, round_began_at) VALUES ($1, $2) ON CONFLICT DO NOTHING', [by, now])
  const [round] = await db.query<{ cursor: string }>(
    'SELECT cursor_key AS cursor FROM invariant_round WHERE name = $1 FOR UPDATE',
    [by],
  )
  const after = round?.cursor ?? ''
  const upTo = by === 'SKU' ? await lastSku(db, after) : await lastOrder(db, after)
  const slice: CheckedSlice = { opened: [], cured: [] }
  for (const invariant of invariants()) {
    if (invariant.goesBy !== by) continue
    const found = await violationsOf(db, invariant, now, { after, upTo }, MAX_VIOLATIONS)
    const { opened, cured } = await keepFound(db, invariant.name, { after, upTo }, found, now)
    slice.opened.push(...opened)
    slice.cured.push(...cured)
  }
  if (upTo === undefined)
    await db.query(
      `UPDATE invariant_round SET cursor_key = '', rounds = rounds + 1, round_began_at = $2, finished_at = $2 WHERE name = $1`,
      [by, now],
    )
  else await db.query('UPDATE invariant_round SET cursor_key = $2 WHERE name = $1', [by, upTo])
  return slice
}

/** undefined when nothing is left after this slice: it then goes to the very end, where only stray rows can be. */
async function lastSku(db: Queryable, after: string): Promise<string | undefined> {
  return (await nextSkus(db, after, SLICE)).at(-1)
}

async function lastOrder(db: Queryable, after: string): Promise<string | undefined> {
  const rows = await db.query<{ id: string }>('SELECT id FROM sales_order WHERE id > $1 ORDER BY id LIMIT $2', [
    after,
    SLICE,
  ])
  return rows.at(-1)?.id
}

/** The slice's violations as they are now; says which are new and which are gone. */
async function keepFound(
  db: Queryable,
  name: string,
  { after, upTo }: KeyRange,
  found: readonly Violation[],
  now: Instant,
): Promise<CheckedSlice> {
  const subjects = found.map((each) => each.subject)
  const cured = await db.query<{ invariant: string; subject: string }>(
    `DELETE FROM invariant_violation WHERE name = $1 AND key > $2 AND ($3::text IS NULL OR key <= $3::text) AND subject <> ALL ($4::text[])
     RETURNING name AS invariant, subject`,
    [name, after, upTo ?? null, subjects],
  )
  const opened = await insertRows<typeof VIOLATION, { subject: string }>(
    db,
    'invariant_violation',
    VIOLATION,
    found.map((each) => ({ name, subject: each.subject, key: each.key ?? '', problem: each.problem, seen_at: now })),
    'ON CONFLICT (name, subject) DO NOTHING RETURNING subject',
  )
  const fresh = new Set(opened.map((row) => row.subject))
  return {
    opened: found
      .filter((each) => fresh.has(each.subject))
      .map(({ subject, problem }) => ({ invariant: name, subject, problem })),
    cured,
  }
}

const VIOLATION = { name: 'text', subject: 'text', key: 'text', problem: 'text', seen_at: 'timestamptz' } as const
