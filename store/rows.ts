/** Many rows in one statement: columns travel as arrays and meet again in UNNEST, several times faster than a row at a time. */
import { binaryArray, type SqlType } from './arrays.ts'
import type { Queryable } from './database.ts'

/** Column name → type, in the order of the insert. */
export type Columns = Readonly<Record<string, SqlType>>

/** undefined is NULL. json and jsonb take any JSON value, bytea a Uint8Array, timestamptz an instant's text. */
export type RowOf<C extends Columns> = { [K in keyof C]: unknown }

/** Inserts all rows; `tail` is for `ON CONFLICT …` and `RETURNING …`. Table and column names come from code, never from data. */
export async function insertRows<C extends Columns, R = Record<string, unknown>>(
  db: Queryable,
  table: string,
  columns: C,
  rows: readonly RowOf<C>[],
  tail = '',
): Promise<R[]> {
  if (rows.length === 0) return []
  const { from, parameters } = unnestRows(columns, rows)
  const names = Object.keys(columns)
  return db.query<R>(
    `INSERT INTO ${table} (${names.join(', ')}) SELECT ${names.map((name) => `r.${name}`).join(', ')} FROM ${from} ${tail}`,
    parameters,
  )
}

/** `FROM` item named `as` that holds the rows, with `$n` from `firstParameter` on. For UPDATE … FROM and guarded claims. */
export function unnestRows<C extends Columns>(columns: C, rows: readonly RowOf<C>[], firstParameter = 1, as = 'r') {
  const names = Object.keys(columns)
  const typeOf = (name: string): SqlType => columns[name] ?? 'text'
  const parameters = names.map((name) =>
    binaryArray(
      typeOf(name),
      rows.map((row) => row[name as keyof C]),
    ),
  )
  const arrays = names.map((name, i) => `$${firstParameter + i}::${typeOf(name)}[]`)
  return { from: `unnest(${arrays.join(', ')}) AS ${as} (${names.join(', ')})`, parameters }
}
