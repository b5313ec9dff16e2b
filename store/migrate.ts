/** Brings a database to the newest schema. Numbered files, applied once each, in order, in one transaction each. */
import { readdirSync, readFileSync } from 'node:fs'
import type { Database } from './database.ts'

const FOLDER = new URL('./migrations/', import.meta.url)
/** Any number will do; it only has to be the same in every process that migrates. */
const ADVISORY_LOCK = 7_402_118

export type Migration = { name: string; sql: string }

export function migrations(): Migration[] {
  return readdirSync(FOLDER)
    .filter((name) => /^\d{4}-.+\.sql$/.test(name))
    .sort()
    .map((name) => ({ name, sql: readFileSync(new URL(name, FOLDER), 'utf8') }))
}

/** Applies what is missing; many processes may call it at once. Returns the names of the migrations it applied. */
export async function migrate(db: Database): Promise<string[]> {
  const applied: string[] = []
  await db.transaction(async (tx) => {
    await tx.query('SELECT pg_advisory_xact_lock($1)', [ADVISORY_LOCK])
    await tx.query(
      'CREATE TABLE IF NOT EXISTS schema_migration (name text PRIMARY KEY, applied_at timestamptz NOT NULL DEFAULT now())',
    )
    const done = new Set((await tx.query<{ name: string }>('SELECT name FROM schema_migration')).map((row) => row.name))
    for (const migration of migrations()) {
      if (done.has(migration.name)) continue
      for (const statement of splitStatements(migration.sql)) await tx.query(statement)
      await tx.query('INSERT INTO schema_migration (name) VALUES ($1)', [migration.name])
      applied.push(migration.name)
    }
  })
  return applied
}

/** Our migrations hold no `;` inside strings; functions stand between `$$` and are kept whole. A test applies them all. */
function splitStatements(sql: string): string[] {
  return (sql.replace(/--[^\n]*/g, '').match(/(?:\$\$[\s\S]*?\$\$|[^;])+/g) ?? [])
    .map((statement) => statement.trim())
    .filter((statement) => statement !== '')
}
