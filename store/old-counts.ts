/**
 * Counts grow old without anybody touching them: positions whose buffer begins to bite are told again, and once more when a newer
 * count is there. What is old already is remembered, so that the second is found without looking at every position.
 */
import type { StockPolicy } from '#core/model/stock-policy.ts'
import { type Instant, plusMs } from '#core/model/time.ts'
import type { Queryable } from './database.ts'

/** `since` is when this was last done; null looks at everything. Whether a rule really matches is for the publisher to say. */
export async function markOldCounts(
  db: Queryable,
  policy: StockPolicy,
  since: Instant | null,
  now: Instant,
): Promise<void> {
  await db.query(
    `WITH renewed AS (
       DELETE FROM stock_old_count o USING stock_position p
       WHERE p.sku = o.sku AND p.node_id = o.node_id AND p.as_of IS DISTINCT FROM o.as_of RETURNING o.sku, o.node_id)
     INSERT INTO availability_change (sku, node_id) SELECT sku, node_id FROM renewed ON CONFLICT DO NOTHING`,
  )
  const ages = policy.rules.flatMap((rule) => (rule.kind === 'freshness' ? [rule.olderThanMinutes * 60_000] : []))
  for (const ageMs of new Set(ages)) {
    await db.query(
      `WITH old AS (
         SELECT sku, node_id, as_of FROM stock_position
         WHERE as_of < $1::timestamptz AND ($2::timestamptz IS NULL OR as_of >= $2::timestamptz)),
       remembered AS (
         INSERT INTO stock_old_count AS o (sku, node_id, as_of) SELECT sku, node_id, as_of FROM old
         ON CONFLICT (sku, node_id) DO UPDATE SET as_of = excluded.as_of RETURNING 1)
       INSERT INTO availability_change (sku, node_id) SELECT sku, node_id FROM old ON CONFLICT DO NOTHING`,
      [plusMs(now, -ageMs), since === null ? null : plusMs(since, -ageMs)],
    )
  }
  await db.query('UPDATE stock_rules_applied SET freshness_at = $1', [now])
}
