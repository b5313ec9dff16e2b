/**
 * Applying a stock feed: what a node's book-keeper counts becomes the hub's on hand, by postings, never by a silent overwrite.
 * An older count never beats a newer one, and goods that left after the count was taken are taken off it. The rows come with the
 * call, or from a piece that was staged before: it is one statement for both.
 */
import { Fault } from '#core/fault.ts'
import type { StockRow } from '#core/model/stock.ts'
import type { Instant } from '#core/model/time.ts'
import type { Queryable } from './database.ts'
import { unnestRows } from './rows.ts'

export type FeedResult = {
  /** SKUs whose sellable units rose: parked orders may want them. */
  risen: string[]
  applied: number
  /** Rows older than what is known; kept out. */
  late: number
  /** Rows of the document, by number, for positions that the same reading had stated before; kept out. */
  repeated: { row: number; sku: string; nodeId: string }[]
  /** Positions that now have fewer units than were claimed. */
  short: { sku: string; nodeId: string; shortfall: number }[]
  /** Positions that had fewer than were claimed and have them again. */
  covered: { sku: string; nodeId: string }[]
}

export type FeedHead = {
  asOf: Instant
  source: string
  reference: string
  safetyStockOf: (nodeId: string, sku: string) => number
  /** Number of the reading, when it comes in pieces: a position may be stated once in it. */
  run?: number | undefined
}

/** Rows in one statement: past this size PostgreSQL gains nothing and holds its locks for longer. */
export const PIECE_ROWS = 5_000

const NOTHING: FeedResult = { risen: [], applied: 0, late: 0, repeated: [], short: [], covered: [] }

/** Rows must name each position once. */
export async function applyStockRows(db: Queryable, head: FeedHead, rows: readonly StockRow[]): Promise<FeedResult> {
  if (rows.length === 0) return NOTHING
  const counts = rows.map((row, index) => ({
    row: index,
    sku: row.sku,
    node_id: row.nodeId,
    counted: row.onHand,
    safety: head.safetyStockOf(row.nodeId, row.sku),
  }))
  return apply(db, head, (first) => unnestRows(COUNT, counts, first), { underRules: false, locked: true })
}

const COUNT = { row: 'int4', sku: 'text', node_id: 'text', counted: 'int4', safety: 'int4' } as const

/**
 * `named`: the nodes that the piece names. Its rows stay in the database, so only nodes' own safety stock is at hand. `underRules`:
 * stock rules say more; then known positions keep theirs, and the pass of the rules looks at new ones next.
 */
export async function applyStockPiece(
  db: Queryable,
  head: Omit<FeedHead, 'safetyStockOf'>,
  piece: {
    feedId: string
    seq: number
    named: readonly { nodeId: string; safetyStock: number }[]
    underRules: boolean
    /** Locks the positions first: for a piece that met another writer. */
    locked: boolean
  },
): Promise<FeedResult> {
  const nodes = piece.named.map((each) => each.nodeId)
  const safety = piece.named.map((each) => each.safetyStock)
  const parameters = [piece.feedId, piece.seq, nodes, safety]
  return apply(db, head, (first) => ({ from: STAGED(first), parameters }), piece)
}

const STAGED = (first: number): string => `(
    SELECT u.row, u.sku, u.node_id, u.counted,
           ($${first + 3}::int4[])[array_position($${first + 2}::text[], u.node_id)] AS safety
    FROM stock_feed_rows($${first}, $${first + 1}) u) AS r`

/**
 * For a commit that another one waits for outside the database: were that one's locks in its way, both would wait for as long as a
 * statement may.
 */
export async function waitBriefly(db: Queryable): Promise<void> {
  await db.query(`SELECT set_config('lock_timeout', '1000', true)`)
}

/** The rows as something to select from, with its parameters; `first` is the number of the first. */
type Rows = (first: number) => { from: string; parameters: readonly unknown[] }

/** Parameters of the statement itself, before those of the rows. */
const OWN_PARAMETERS = 5

/** A full feed of these nodes is applied, and what it left out is zero. */
export async function recordSnapshot(db: Queryable, nodes: readonly string[], asOf: Instant): Promise<void> {
  await db.query(
    `INSERT INTO stock_snapshot AS s (node_id, as_of) SELECT unnest($1::text[]), $2::timestamptz
     ON CONFLICT (node_id) DO UPDATE SET as_of = greatest(s.as_of, excluded.as_of)`,
    [nodes, asOf],
  )
}

type Answer = {
  applied: number
  known: number
  wanted: number
  repeated_rows: number
  total: number
  risen: string[] | null
  repeated: FeedResult['repeated'] | null
  short: FeedResult['short'] | null
  covered: FeedResult['covered'] | null
}

async function apply(
  db: Queryable,
  head: Omit<FeedHead, 'safetyStockOf'>,
  rows: Rows,
  { underRules, locked }: { underRules: boolean; locked: boolean },
): Promise<FeedResult> {
  await db.query(ROW_BY_ROW)
  const all = rows(1)
  const known = locked ? await db.query<{ positions: number }>(LOCK(all.from), all.parameters) : []
  const { from, parameters } = rows(OWN_PARAMETERS + 1)
  const own = [head.asOf, head.source, head.reference, head.run ?? null, underRules]
  const [answer] = await db.query<Answer>(APPLY(from), [...own, ...parameters])
  await db.query(AS_EVER)
  if (answer === undefined) return NOTHING
  if (answer.applied < answer.wanted || (locked && answer.known !== known[0]?.positions))
    throw new Fault('conflict', {
      code: 'stock.position-moved',
      message: 'another process made or moved one of these positions at this moment',
    })
  return {
    risen: answer.risen ?? [],
    applied: answer.applied,
    late: answer.total - answer.applied - answer.repeated_rows,
    repeated: answer.repeated ?? [],
    short: answer.short ?? [],
    covered: answer.covered ?? [],
  }
}

/**
 * Each row's position is looked up by its key. For thousands of rows the planner would read the whole table, or its whole index: it counts
 * on positions lying anywhere, and they lie together. By its guess of the cost it would also compile the statement to machine code (jit), which
 * takes as long as a third of the piece.
 */
const ROW_BY_ROW = `SELECT set_config(name, 'off', true) FROM unnest('{enable_seqscan,enable_mergejoin,enable_hashjoin,jit}'::text[]) AS name`
/** What follows in the commit is planned as ever; it is too short to be compiled. */
const AS_EVER = `SELECT set_config(name, 'on', true) FROM unnest('{enable_seqscan,enable_mergejoin,enable_hashjoin}'::text[]) AS name`

/** Named in one answer; the count is exact. */
const MAX_REPEATED = 1_000

/**
 * In one order by all, and before the counts are worked out, so that nobody comes in between. Without it a shipment that is committed
 * while the count waits for it makes the count miss its position, and begin anew.
 */
const LOCK = (from: string): string =>
  `SELECT count(*)::int AS positions FROM (
     SELECT 1 FROM stock_position p JOIN ${from} ON r.sku = p.sku AND r.node_id = p.node_id
     ORDER BY p.sku, p.node_id FOR UPDATE OF p) AS locked`

/**
 * One statement: new positions appear; known ones move by (counted − left since the count − on hand). Equal times are taken again, since one
 * feed may state one instant in several pieces. Units claimed but not there become `shortfall`. A position is written
 * only as the version that was found (xmin): where another process changed it in between, nothing is written, and `wanted` is more than `applied`.
 * Rows are looked up, and so written, in the order in which all others lock: else a shipment and a count could wait for each other.
 */
const APPLY = (from: string): string =>
  `
  WITH found AS MATERIALIZED (
    SELECT r.row, r.sku, r.node_id, r.counted, r.safety, p.ctid AS place, p.xmin AS version, coalesce(p.on_hand, 0) AS on_hand,
           coalesce(p.available, 0) AS available, coalesce(p.shortfall, 0) AS was_short, p.as_of, coalesce(p.feed_run = $4::bigint, false) AS again
    FROM (SELECT * FROM ${from} ORDER BY r.sku, r.node_id) AS r LEFT JOIN stock_position p ON p.sku = r.sku AND p.node_id = r.node_id),
  target AS MATERIALIZED (
    SELECT f.sku, f.node_id, f.safety, f.place, f.version, f.on_hand, f.was_short, f.as_of IS NULL AS first, n.counted,
           greatest(0, f.on_hand - f.available - n.counted) AS short
    FROM found f, LATERAL (
      SELECT CASE WHEN f.version IS NULL THEN f.counted ELSE greatest(0, f.counted - coalesce((
        SELECT sum(CASE WHEN s.from_state = ANY ($ON_HAND) THEN s.quantity ELSE -s.quantity END) FROM stock_posting s
        WHERE s.sku = f.sku AND s.node_id = f.node_id AND s.effective_at > $1::timestamptz AND s.cause <> 'feed'
          AND (s.from_state = ANY ($ON_HAND)) <> (s.to_state = ANY ($ON_HAND))), 0))::int END AS counted OFFSET 0) n
    WHERE NOT f.again AND (f.as_of <= $1::timestamptz OR f.as_of IS NULL AND NOT EXISTS (
            SELECT 1 FROM stock_snapshot n WHERE n.node_id = f.node_id AND n.as_of > $1::timestamptz))),
  counted AS (
    UPDATE stock_position p SET
      available = p.available + t.counted - p.on_hand,
      shortfall = t.short,
      safety_stock = CASE WHEN $5::boolean THEN p.safety_stock ELSE t.safety END,
      as_of = $1::timestamptz, source = $2::text, feed_run = $4::bigint
    FROM target t WHERE p.ctid = t.place AND p.xmin = t.version AND p.sku = t.sku AND p.node_id = t.node_id
    RETURNING 1),
  made AS (
    INSERT INTO stock_position (sku, node_id, available, safety_stock, as_of, source, feed_run)
    SELECT sku, node_id, counted, safety, $1::timestamptz, $2::text, $4::bigint FROM target WHERE version IS NULL ORDER BY sku, node_id
    ON CONFLICT DO NOTHING RETURNING 1),
  posted AS (
    INSERT INTO stock_posting (sku, node_id, from_state, to_state, quantity, cause, reference, actor, effective_at)
    SELECT sku, node_id, CASE WHEN counted > on_hand THEN 'adjustment' ELSE 'available' END,
           CASE WHEN counted > on_hand THEN 'available' ELSE 'adjustment' END, abs(counted - on_hand), 'feed', $3::text, $2::text,
           $1::timestamptz
    FROM target WHERE counted <> on_hand),
  told AS (
    INSERT INTO availability_change (sku, node_id) SELECT sku, node_id FROM target WHERE counted <> on_hand OR first
    ON CONFLICT DO NOTHING),
  ruled AS (
    INSERT INTO stock_rules_stale (kind, subject) SELECT DISTINCT 'product', sku FROM target WHERE $5::boolean AND first
    ON CONFLICT DO NOTHING)
  SELECT (SELECT count(*)::int FROM found) AS total, (SELECT count(version)::int FROM found) AS known,
    (SELECT count(*)::int FROM found WHERE again) AS repeated_rows, count(*)::int AS wanted,
    ((SELECT count(*) FROM counted) + (SELECT count(*) FROM made))::int AS applied,
    array_agg(DISTINCT sku) FILTER (WHERE counted > on_hand) AS risen,
    jsonb_agg(jsonb_build_object('sku', sku, 'nodeId', node_id, 'shortfall', short)) FILTER (WHERE short > was_short) AS short,
    jsonb_agg(jsonb_build_object('sku', sku, 'nodeId', node_id)) FILTER (WHERE was_short > 0 AND short = 0) AS covered,
    (SELECT jsonb_agg(jsonb_build_object('row', few.row, 'sku', sku, 'nodeId', node_id))
     FROM (SELECT * FROM found WHERE again ORDER BY found.row LIMIT ${MAX_REPEATED}) AS few) AS repeated
  FROM target`.replaceAll('$ON_HAND', `'{available,reserved,allocated,picked,damaged,qualityControl}'::text[]`)
