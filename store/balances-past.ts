/**
 * Balances as they were known at a past moment: postings up to then, added up; fences and supplies as they were written down. The
 * moment that counts is when the hub learned of a thing, which is when its transaction began.
 */
import { epochMsOf, type Instant } from '#core/model/time.ts'
import {
  addMoved,
  type BalancesAsk,
  type BalancesBySku,
  EMPTY,
  type OnTheWay,
  type PositionBalances,
  whichPositions,
} from './balances.ts'
import type { Queryable } from './database.ts'

/** `safetyStock` is left at zero: it follows from the rules that held then. */
export async function loadBalancesAt(db: Queryable, ask: BalancesAsk, knownAt: Instant): Promise<BalancesBySku> {
  const bySku: BalancesBySku = new Map()
  const { where, parameters } = whichPositions(ask.of)
  const rows = await db.query<PastRow>(PAST(where), [...parameters, knownAt])
  for (const row of rows) {
    const nodes = bySku.get(row.sku) ?? new Map<string, PositionBalances>()
    bySku.set(row.sku, nodes)
    nodes.set(row.nodeId, {
      ...EMPTY,
      onHand: row.onHand,
      reserved: row.reserved,
      allocated: row.allocated,
      unsellable: row.unsellable,
      countedAtMs: row.countedAt === null ? undefined : epochMsOf(row.countedAt),
      source: row.source ?? undefined,
    })
  }
  await addFences(db, bySku, ask, knownAt)
  await addOnTheWay(db, bySku, ask, knownAt)
  return bySku
}

type PastRow = {
  sku: string
  nodeId: string
  onHand: number
  reserved: number
  allocated: number
  unsellable: number
  countedAt: Instant | null
  source: string | null
}

/**
 * A count that found what was known left no posting: the last count then is the last that moved something, or the position's own
 * where no later one is known of, or its first appearance.
 */
const PAST = (where: string): string => `
  WITH posting AS (SELECT * FROM stock_posting WHERE ${where} AND posted_at <= $3::timestamptz),
  move AS (
    SELECT sku, node_id, to_state AS state, quantity FROM posting UNION ALL SELECT sku, node_id, from_state, -quantity FROM posting),
  balance AS (
    SELECT sku, node_id,
           coalesce(sum(quantity) FILTER (WHERE state IN ('available', 'reserved', 'allocated', 'picked', 'damaged', 'qualityControl')), 0) AS on_hand,
           coalesce(sum(quantity) FILTER (WHERE state = 'reserved'), 0) AS reserved,
           coalesce(sum(quantity) FILTER (WHERE state = 'allocated'), 0) AS allocated,
           coalesce(sum(quantity) FILTER (WHERE state IN ('picked', 'damaged', 'qualityControl')), 0) AS unsellable
    FROM move GROUP BY sku, node_id),
  counted AS (SELECT sku, node_id, max(effective_at) AS at FROM posting WHERE cause = 'feed' GROUP BY sku, node_id)
  SELECT p.sku, p.node_id AS "nodeId", coalesce(b.on_hand, 0)::int AS "onHand", coalesce(b.reserved, 0)::int AS reserved,
         coalesce(b.allocated, 0)::int AS allocated, coalesce(b.unsellable, 0)::int AS unsellable, p.source,
         CASE WHEN p.as_of IS NULL THEN NULL
              WHEN p.as_of <= $3::timestamptz AND NOT EXISTS (
                SELECT 1 FROM stock_posting later WHERE later.sku = p.sku AND later.node_id = p.node_id AND later.cause = 'feed'
                  AND later.effective_at = p.as_of AND later.posted_at > $3::timestamptz) THEN p.as_of
              ELSE coalesce(c.at, p.created_at) END AS "countedAt"
  FROM stock_position p LEFT JOIN balance b USING (sku, node_id) LEFT JOIN counted c USING (sku, node_id)
  WHERE ${where} AND p.created_at <= $3::timestamptz`

async function addFences(db: Queryable, bySku: BalancesBySku, ask: BalancesAsk, knownAt: Instant): Promise<void> {
  const { where, parameters } = whichPositions(ask.of)
  const rows = await db.query<{ sku: string; nodeId: string; segment: string; quantity: number }>(
    `SELECT DISTINCT ON (sku, node_id, segment) sku, node_id AS "nodeId", segment, quantity FROM stock_fence_revision
     WHERE ${where} AND known_at <= $3::timestamptz ORDER BY sku, node_id, segment, known_at DESC, id DESC`,
    [...parameters, knownAt],
  )
  for (const row of rows) {
    const balances = bySku.get(row.sku)?.get(row.nodeId)
    if (balances === undefined) continue
    balances.fenced += row.quantity
    if (ask.segments.includes(row.segment)) balances.drawable += row.quantity
  }
}

/** A supply's revision states what it still brings with its ASNs taken off; what of a transfer had left then, its postings say. */
async function addOnTheWay(db: Queryable, bySku: BalancesBySku, ask: BalancesAsk, knownAt: Instant): Promise<void> {
  if (ask.date === undefined) return
  const { where, parameters } = whichPositions(ask.of)
  const rows = await db.query<OnTheWay>(
    `WITH of AS (SELECT id, sku, node_id, from_node_id FROM supply WHERE sku IN (SELECT unnest($1::text[]))),
     known AS (
       SELECT DISTINCT ON (supply_id) supply_id, quantity, received, expected_at, state FROM supply_revision
       WHERE supply_id IN (SELECT id FROM of) AND known_at <= $3::timestamptz ORDER BY supply_id, known_at DESC, id DESC),
     pegged AS (
       SELECT DISTINCT ON (supply_id) supply_id, pegged FROM supply_pegging
       WHERE supply_id IN (SELECT id FROM of) AND known_at <= $3::timestamptz ORDER BY supply_id, known_at DESC, id DESC),
     left_by_then AS (
       SELECT reference, sum(quantity) AS units FROM stock_posting
       WHERE sku = ANY($1::text[]) AND to_state = 'inTransit' AND posted_at <= $3::timestamptz GROUP BY reference),
     open AS (
       SELECT of.sku, of.node_id, of.from_node_id, greatest(0, t.quantity - t.received - coalesce(p.pegged, 0)) AS coming,
              CASE WHEN of.from_node_id IS NULL THEN 0 ELSE greatest(0, t.quantity - coalesce(l.units, 0)) END AS going
       FROM of JOIN known t ON t.supply_id = of.id LEFT JOIN pegged p ON p.supply_id = of.id LEFT JOIN left_by_then l ON l.reference = of.id
       WHERE t.state = 'open' AND t.expected_at <= $4::timestamptz),
     moved AS (
       SELECT sku, node_id, coming AS incoming, 0 AS outgoing FROM open
       UNION ALL SELECT sku, from_node_id, 0, going FROM open WHERE going > 0)
     SELECT sku, node_id AS "nodeId", sum(incoming)::int AS incoming, sum(outgoing)::int AS outgoing FROM moved WHERE ${where} GROUP BY sku, node_id`,
    [...parameters, knownAt, ask.date],
  )
  addMoved(bySku, rows)
}
