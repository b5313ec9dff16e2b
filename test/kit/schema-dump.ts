/** The whole schema as text, for the golden file: a migration's effect shows in review. The same on PGlite and PostgreSQL. */
import type { Queryable } from '#store/database.ts'

const COLUMNS = `
  SELECT c.relname AS "table", a.attname AS "column", format_type(a.atttypid, a.atttypmod) AS type, a.attnotnull AS "notNull",
         pg_get_expr(d.adbin, d.adrelid) AS "default", a.attgenerated::text AS generated, a.attidentity::text AS identity
  FROM pg_class c
  JOIN pg_namespace n ON n.oid = c.relnamespace AND n.nspname = 'public'
  JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
  LEFT JOIN pg_attrdef d ON d.adrelid = c.oid AND d.adnum = a.attnum
  WHERE c.relkind = 'r' ORDER BY c.relname, a.attnum`

const CONSTRAINTS = `
  SELECT c.relname AS "table", k.conname AS name, pg_get_constraintdef(k.oid) AS definition
  FROM pg_constraint k
  JOIN pg_class c ON c.oid = k.conrelid
  JOIN pg_namespace n ON n.oid = c.relnamespace AND n.nspname = 'public'
  WHERE k.contype <> 'n' ORDER BY c.relname, k.conname`

const INDEXES = `
  SELECT tablename AS "table", indexdef AS definition FROM pg_indexes WHERE schemaname = 'public' ORDER BY tablename, indexname`

type Column = {
  table: string
  column: string
  type: string
  notNull: boolean
  default: string | null
  generated: string
  identity: string
}

export async function dumpSchema(db: Queryable): Promise<string> {
  const columns = await db.query<Column>(COLUMNS)
  const constraints = await db.query<{ table: string; name: string; definition: string }>(CONSTRAINTS)
  const indexes = await db.query<{ table: string; definition: string }>(INDEXES)
  const tables = [...new Set(columns.map((column) => column.table))]
  return tables
    .map((table) =>
      [
        `table ${table}`,
        ...columns.filter((column) => column.table === table).map(describeColumn),
        ...constraints.filter((each) => each.table === table).map((each) => `  ${each.name}: ${each.definition}`),
        ...indexes
          .filter((each) => each.table === table)
          .map((each) => `  ${each.definition.replaceAll('public.', '')}`),
      ].join('\n'),
    )
    .join('\n\n')
    .concat('\n')
}

function describeColumn(column: Column): string {
  const parts = [`  ${column.column} ${column.type}`]
  if (column.notNull) parts.push('not null')
  if (column.generated === 's') parts.push(`generated ${column.default ?? ''}`)
  else if (column.default !== null) parts.push(`default ${column.default}`)
  if (column.identity !== '') parts.push('identity')
  return parts.join(' ')
}
