/** Versions of the stock policy. The newest activated one holds; older ones stay, so that the past can be asked. */
import { DEFAULT_STOCK_POLICY, type StockPolicy } from '#core/model/stock-policy.ts'
import type { Instant } from '#core/model/time.ts'
import type { Queryable } from './database.ts'
import { bumpVersion } from './master-data.ts'

/** The policy that holds now, or that held at a moment. */
export async function stockPolicyAt(db: Queryable, at?: Instant): Promise<StockPolicy> {
  const [row] = await db.query<{ document: StockPolicy }>(
    `SELECT document FROM stock_policy WHERE $1::timestamptz IS NULL OR activated_at <= $1::timestamptz
     ORDER BY activated_at DESC, version DESC LIMIT 1`,
    [at ?? null],
  )
  return row?.document ?? DEFAULT_STOCK_POLICY
}

/** False when a version of this name exists already: versions never change. */
export async function activateStockPolicy(
  db: Queryable,
  policy: StockPolicy,
  actor: string,
  now: Instant,
): Promise<boolean> {
  const rows = await db.query(
    `INSERT INTO stock_policy (version, document, activated_at, actor) VALUES ($1, $2::jsonb, $3, $4)
     ON CONFLICT (version) DO NOTHING RETURNING 1`,
    [policy.version, JSON.stringify(policy), now, actor],
  )
  if (rows.length === 0) return false
  await bumpVersion(db)
  return true
}
