/** What a feed consists of: the chunks it came in, and the pieces it was read into. */
import type { FeedEffect } from '#core/model/feed.ts'
import type { StockRow } from '#core/model/stock.ts'
import type { Instant } from '#core/model/time.ts'
import { binaryArray } from './arrays.ts'
import type { Queryable } from './database.ts'
import { unnestRows } from './rows.ts'

export type NumberedRow = StockRow & { row: number }

export async function chunkOf(db: Queryable, feedId: string, seq: number): Promise<Uint8Array> {
  const [chunk] = await db.query<{ bytes: Uint8Array }>(
    'SELECT bytes FROM stock_feed_chunk WHERE feed_id = $1 AND seq = $2',
    [feedId, seq],
  )
  if (chunk === undefined) throw new Error(`chunk ${seq} of the feed ${feedId} is not there`)
  return chunk.bytes
}

/** The bytes as they came; one chunk is in memory at a time. */
export async function* bytesOfFeed(db: Queryable, feedId: string, chunks: number): AsyncGenerator<Uint8Array> {
  for (let seq = 0; seq < chunks; seq++) yield chunkOf(db, feedId, seq)
}

/** Rows must name each position once. */
export async function addPiece(db: Queryable, feedId: string, seq: number, rows: readonly NumberedRow[]) {
  await db.query(
    `INSERT INTO stock_feed_piece (feed_id, seq, named, rows, skus, nodes, counts)
     VALUES ($1, $2, $3::text[], $4::int4[], $5::text[], $6::text[], $7::int4[])`,
    [
      feedId,
      seq,
      [...new Set(rows.map((row) => row.nodeId))],
      binaryArray(
        'int4',
        rows.map((row) => row.row),
      ),
      binaryArray(
        'text',
        rows.map((row) => row.sku),
      ),
      binaryArray(
        'text',
        rows.map((row) => row.nodeId),
      ),
      binaryArray(
        'int4',
        rows.map((row) => row.onHand),
      ),
    ],
  )
}

export async function forgetPieces(db: Queryable, feedId: string): Promise<void> {
  await db.query('DELETE FROM stock_feed_piece WHERE feed_id = $1', [feedId])
}

export async function namedIn(db: Queryable, feedId: string, seq: number): Promise<string[]> {
  const [piece] = await db.query<{ named: string[] }>(
    'SELECT named FROM stock_feed_piece WHERE feed_id = $1 AND seq = $2',
    [feedId, seq],
  )
  if (piece === undefined) throw new Error(`piece ${seq} of the feed ${feedId} is not there`)
  return piece.named
}

export async function nodesOfFeed(db: Queryable, feedId: string): Promise<string[]> {
  const rows = await db.query<{ node: string }>(
    'SELECT DISTINCT unnest(named) AS node FROM stock_feed_piece WHERE feed_id = $1 ORDER BY 1',
    [feedId],
  )
  return rows.map((row) => row.node)
}

const MAX_EXAMPLES = 10
const ZEROED = `
  SELECT p.sku, p.node_id, p.on_hand FROM zero JOIN stock_position p USING (sku, node_id)
  WHERE p.on_hand > 0 AND (p.as_of IS NULL OR p.as_of <= $1::timestamptz)`
const EFFECT = (ctes: string, stated: string): string => `
  WITH ${ctes}, zeroed AS (${ZEROED})
  SELECT (${stated})::int AS stated, (SELECT count(*)::int FROM zeroed) AS "wouldZero",
    (SELECT coalesce(jsonb_agg(jsonb_build_object('sku', sku, 'nodeId', node_id, 'onHand', on_hand)), '[]')
     FROM (SELECT * FROM zeroed ORDER BY on_hand DESC, sku, node_id LIMIT ${MAX_EXAMPLES}) AS few) AS examples`

/** What a staged feed would do now. `absent` counts the positions of its nodes that it leaves out as stated zero. */
export async function effectOfFeed(
  db: Queryable,
  feed: { id: string; asOf: Instant; nodes: readonly string[] },
  absent: boolean,
): Promise<FeedEffect> {
  const rows = `stock_feed_piece f, unnest(f.skus, f.nodes, f.counts) AS u (sku, node_id, counted) WHERE f.feed_id = $2`
  const stated = `(SELECT coalesce(sum(cardinality(skus)), 0) FROM stock_feed_piece WHERE feed_id = $2)`
  const sql = absent
    ? EFFECT(
        `left_out AS (SELECT p.sku, p.node_id FROM stock_position p
           WHERE p.node_id = ANY ($3::text[]) AND NOT EXISTS (
             SELECT 1 FROM (SELECT u.sku, u.node_id FROM ${rows}) r WHERE r.sku = p.sku AND r.node_id = p.node_id)),
         zero AS (SELECT sku, node_id FROM left_out UNION SELECT u.sku, u.node_id FROM ${rows} AND u.counted = 0)`,
        `${stated} + (SELECT count(*) FROM left_out)`,
      )
    : EFFECT(
        `zero AS (SELECT DISTINCT u.sku, u.node_id FROM ${rows} AND u.counted = 0 AND $3::text[] IS NOT NULL)`,
        stated,
      )
  const [effect] = await db.query<FeedEffect>(sql, [feed.asOf, feed.id, feed.nodes])
  return effect ?? { stated: 0, wouldZero: 0, examples: [] }
}

/** The same of rows that are at hand; `zeroes` are those with nothing on hand, `stated` how many there are in all. */
export async function effectOfRows(
  db: Queryable,
  asOf: Instant,
  zeroes: readonly StockRow[],
  stated: number,
): Promise<FeedEffect> {
  const { from, parameters } = unnestRows(
    { sku: 'text', node_id: 'text' } as const,
    zeroes.map((row) => ({ sku: row.sku, node_id: row.nodeId })),
    3,
  )
  const [effect] = await db.query<FeedEffect>(EFFECT(`zero AS (SELECT * FROM ${from})`, 'SELECT $2::int'), [
    asOf,
    stated,
    ...parameters,
  ])
  return effect ?? { stated, wouldZero: 0, examples: [] }
}

/**
 * A page of the positions of its nodes that a reading has left out, in the order of their keys. Those that a newer count is known of
 * are none of its business.
 */
export async function absentPositions(
  db: Queryable,
  feed: { run: number; asOf: Instant; nodes: readonly string[] },
  after: { sku: string; nodeId: string },
  limit: number,
): Promise<{ sku: string; nodeId: string }[]> {
  return db.query(
    `SELECT sku, node_id AS "nodeId" FROM stock_position
     WHERE (sku, node_id) > ($4, $5) AND node_id = ANY ($3::text[]) AND feed_run IS DISTINCT FROM $1::bigint
       AND (as_of IS NULL OR as_of <= $2::timestamptz)
     ORDER BY sku, node_id LIMIT $6`,
    [feed.run, feed.asOf, feed.nodes, after.sku, after.nodeId, limit],
  )
}
