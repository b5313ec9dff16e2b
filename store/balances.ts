/**
 * What availability is made of, position by position, for many positions at once. A SKU's positions travel as one row: names in
 * one text, numbers in one run of bytes. Taking 25,000 rows apart one by one takes longer than finding them.
 */
import type { Balances } from '#core/ledger/available.ts'
import type { Instant } from '#core/model/time.ts'
import type { Queryable } from './database.ts'

export type PositionBalances = Balances & {
  source: string | undefined
  /** No position is in the books yet, something is only on its way: safety stock is what the rules say. */
  unbooked?: true
}
/** By SKU, then by node. */
export type BalancesBySku = Map<string, Map<string, PositionBalances>>

export type BalancesAsk = {
  /** Whole SKUs (at some nodes, or at all), or positions by name. */
  of:
    | { skus: readonly string[]; nodeIds?: readonly string[] }
    | { positions: readonly { sku: string; nodeId: string }[] }
  /** Segments whose fences the asker may draw. */
  segments: readonly string[]
  /** Counts open supplies that are expected by then. */
  date?: Instant | undefined
}

/** Positions that are in no book are absent. */
export async function loadBalances(db: Queryable, ask: BalancesAsk): Promise<BalancesBySku> {
  const { where, parameters } = whichPositions(ask.of)
  const rows = await db.query<{ sku: string; nodes: string; sources: string; packed: Uint8Array }>(
    `SELECT sku, string_agg(node_id, chr(31)) AS nodes, string_agg(coalesce(source, ''), chr(31)) AS sources,
            string_agg(int4send(on_hand) || int4send(reserved) || int4send(allocated) || int4send(picked + damaged + quality_control)
              || int4send(safety_stock) || int4send(fenced) || coalesce(timestamptz_send(as_of), '${NEVER}'::bytea), ''::bytea) AS packed
     FROM stock_position WHERE ${where} GROUP BY sku`,
    parameters,
  )
  const bySku: BalancesBySku = new Map(rows.map((row) => [row.sku, unpack(row)]))
  await addDrawable(db, bySku, ask)
  await addOnTheWay(db, bySku, ask)
  return bySku
}

/** A position's numbers, as the statement packs them. */
const ROW_BYTES = 6 * 4 + 8
/** Stands for "no count", as PostgreSQL writes its earliest moment. */
const NEVER = String.raw`\x8000000000000000`
/** 2000-01-01, from which PostgreSQL counts microseconds. */
const PG_EPOCH_MS = 946_684_800_000

function unpack(row: { nodes: string; sources: string; packed: Uint8Array }): Map<string, PositionBalances> {
  const view = new DataView(row.packed.buffer, row.packed.byteOffset, row.packed.byteLength)
  const sources = row.sources.split('\u001f')
  const positions = new Map<string, PositionBalances>()
  let at = 0
  for (const [index, nodeId] of row.nodes.split('\u001f').entries()) {
    const high = view.getInt32(at + 24)
    positions.set(nodeId, {
      onHand: view.getInt32(at),
      reserved: view.getInt32(at + 4),
      allocated: view.getInt32(at + 8),
      unsellable: view.getInt32(at + 12),
      safetyStock: view.getInt32(at + 16),
      fenced: view.getInt32(at + 20),
      drawable: 0,
      incoming: 0,
      outgoing: 0,
      countedAtMs:
        high === -0x8000_0000
          ? undefined
          : PG_EPOCH_MS + Math.floor((high * 0x1_0000_0000 + view.getUint32(at + 28)) / 1_000),
      source: sources[index] || undefined,
    })
    at += ROW_BYTES
  }
  return positions
}

export function whichPositions(of: BalancesAsk['of']): { where: string; parameters: unknown[] } {
  if ('positions' in of)
    return {
      where: '(sku, node_id) IN (SELECT * FROM unnest($1::text[], $2::text[]))',
      parameters: [of.positions.map((each) => each.sku), of.positions.map((each) => each.nodeId)],
    }
  return {
    where: 'sku = ANY($1::text[]) AND ($2::text[] IS NULL OR node_id = ANY($2::text[]))',
    parameters: [of.skus, of.nodeIds ?? null],
  }
}

async function addDrawable(db: Queryable, bySku: BalancesBySku, ask: BalancesAsk): Promise<void> {
  if (ask.segments.length === 0) return
  const { where, parameters } = whichPositions(ask.of)
  const rows = await db.query<{ sku: string; nodeId: string; quantity: number }>(
    `SELECT sku, node_id AS "nodeId", sum(quantity) AS quantity FROM stock_fence WHERE ${where} AND segment = ANY($3::text[])
     GROUP BY sku, node_id`,
    [...parameters, ask.segments],
  )
  for (const row of rows) {
    const balances = bySku.get(row.sku)?.get(row.nodeId)
    if (balances !== undefined) balances.drawable = row.quantity
  }
}

async function addOnTheWay(db: Queryable, bySku: BalancesBySku, ask: BalancesAsk): Promise<void> {
  if (ask.date === undefined) return
  const { where, parameters } = whichPositions(ask.of)
  const rows = await db.query<OnTheWay>(
    `WITH open AS (
       SELECT sku, node_id, from_node_id, greatest(0, quantity - received - advised - pegged) AS coming,
              CASE WHEN from_node_id IS NULL THEN 0 ELSE greatest(0, quantity - dispatched) END AS going
       FROM supply WHERE state = 'open' AND expected_at <= $3::timestamptz AND sku IN (SELECT unnest($1::text[]))),
     moved AS (
       SELECT sku, node_id, coming AS incoming, 0 AS outgoing FROM open
       UNION ALL SELECT sku, from_node_id, 0, going FROM open WHERE going > 0)
     SELECT sku, node_id AS "nodeId", sum(incoming) AS incoming, sum(outgoing) AS outgoing FROM moved WHERE ${where} GROUP BY sku, node_id`,
    [...parameters, ask.date],
  )
  addMoved(bySku, rows)
}

export type OnTheWay = { sku: string; nodeId: string; incoming: number; outgoing: number }

/** Supplies may come to a node that holds nothing of the SKU yet. */
export function addMoved(bySku: BalancesBySku, rows: readonly OnTheWay[]): void {
  for (const { sku, nodeId, incoming, outgoing } of rows) {
    const nodes = bySku.get(sku) ?? new Map<string, PositionBalances>()
    bySku.set(sku, nodes)
    const balances = nodes.get(nodeId) ?? { ...EMPTY, unbooked: true }
    nodes.set(nodeId, balances)
    balances.incoming += incoming
    balances.outgoing += outgoing
  }
}

export const EMPTY: PositionBalances = {
  onHand: 0,
  reserved: 0,
  allocated: 0,
  unsellable: 0,
  safetyStock: 0,
  fenced: 0,
  drawable: 0,
  incoming: 0,
  outgoing: 0,
  countedAtMs: undefined,
  source: undefined,
}
