/** Slow data is written down before it changes: so the past can be asked, and what follows from the change can be done. */
import type { Queryable } from './database.ts'
import { unnestRows } from './rows.ts'

const KINDS = {
  channel: { table: 'channel', key: 'id', compared: 'document' },
  node: { table: 'node', key: 'id', compared: 'document' },
  // A new name or alias changes nothing that rules or kits read.
  product: {
    table: 'product',
    key: 'sku',
    compared: `jsonb_build_array(document->'tags', document->'attributes', document->'components')`,
  },
} as const
type Kind = keyof typeof KINDS

/**
 * Call before the rows are written. What really changes is kept as it was, and noted for the pass over safety stock and
 * published availability (store/stock-rules.ts). A new channel must be told everything; a new node, or a new product that is no kit, has no position that could change.
 */
export async function notePast(
  db: Queryable,
  kind: Kind,
  rows: readonly { id: string; document: unknown }[],
): Promise<void> {
  if (rows.length === 0) return
  const { table, key, compared } = KINDS[kind]
  const { from, parameters } = unnestRows({ id: 'text', document: 'jsonb' } as const, rows)
  await db.query(
    `WITH changed AS (
       SELECT r.id, t.document AS past, r.document FROM ${from} LEFT JOIN ${table} t ON t.${key} = r.id
       WHERE t.${key} IS NULL OR ${compared.replaceAll('document', 't.document')} IS DISTINCT FROM ${compared.replaceAll('document', 'r.document')}),
     noted AS (
       INSERT INTO master_past (kind, subject, document) SELECT '${kind}', id, past FROM changed WHERE past IS NOT NULL OR document ? 'components' RETURNING 1)
     INSERT INTO stock_rules_stale (kind, subject) SELECT '${kind}', id FROM changed
     WHERE '${kind}' = 'channel' OR past IS NOT NULL OR document ? 'components' ON CONFLICT DO NOTHING`,
    parameters,
  )
}
