/** The stock ledger: postings and the positions they add up to. Claims, which need a guard, are in claims.ts. */
import { ON_HAND_STATES, type Posting, type StockPosition, type StockState } from '#core/model/stock.ts'
import type { Instant } from '#core/model/time.ts'
import type { Queryable } from './database.ts'
import { insertRows, unnestRows } from './rows.ts'

const POSTING = {
  sku: 'text',
  node_id: 'text',
  from_state: 'text',
  to_state: 'text',
  quantity: 'int4',
  cause: 'text',
  reference: 'text',
  actor: 'text',
  effective_at: 'timestamptz',
} as const

/** Positions' columns by ledger state; the other states are accounts of the world outside and have no column. */
const COLUMN: Partial<Record<StockState, PositionColumn>> = {
  available: 'available',
  reserved: 'reserved',
  allocated: 'allocated',
  picked: 'picked',
  damaged: 'damaged',
  qualityControl: 'quality_control',
  incoming: 'incoming',
  inTransit: 'in_transit',
}
const POSITION_COLUMNS = [
  'available',
  'reserved',
  'allocated',
  'picked',
  'damaged',
  'quality_control',
  'incoming',
  'in_transit',
] as const
type PositionColumn = (typeof POSITION_COLUMNS)[number]

export type PositionRow = Pick<StockPosition, 'sku' | 'nodeId' | 'available' | 'safetyStock'> & { fenced: number }

/** What can be claimed of these SKUs. A position nobody has ever spoken of is absent, not zero. */
export async function loadPositions(db: Queryable, skus: readonly string[], locked = false): Promise<PositionRow[]> {
  return db.query<PositionRow>(
    `SELECT sku, node_id AS "nodeId", available, safety_stock AS "safetyStock", fenced FROM stock_position
     WHERE sku = ANY($1::text[]) ORDER BY sku, node_id${locked ? ' FOR UPDATE' : ''}`,
    [skus],
  )
}

export type PositionName = { sku: string; nodeId: string }

/**
 * Moves units by postings that need no guard beyond the table's CHECKs (ship, cancel, correction). A count that missed the
 * units already is not reduced by them again (`foundAgain`). Returns the positions that were short and are no more.
 */
export async function post(db: Queryable, postings: readonly Posting[]): Promise<PositionName[]> {
  if (postings.length === 0) return []
  const positions = new Map(
    postings.map((posting) => [positionKey(posting), { sku: posting.sku, node_id: posting.nodeId }]),
  )
  const { from, parameters } = unnestRows({ sku: 'text', node_id: 'text' } as const, [...positions.values()])
  const locked = await db.query<PositionName & Locked>(
    `SELECT p.sku, p.node_id AS "nodeId", p.as_of AS "asOf", p.shortfall, p.reserved + p.allocated + p.picked AS claimed
     FROM stock_position p JOIN ${from} ON p.sku = r.sku AND p.node_id = r.node_id
     ORDER BY p.sku, p.node_id FOR UPDATE OF p`,
    parameters,
  )
  const states = new Map(locked.map(({ sku, nodeId, ...state }) => [positionKey({ sku, nodeId }), state]))
  const all = postings.flatMap((posting) => {
    const state = states.get(positionKey(posting))
    if (state === undefined) return [posting]
    if (isCountedAlready(posting, state)) return [posting, uncounted(posting)]
    const found = foundAgain(posting, state)
    if (found === 0) return [posting]
    // A short pick that the count had missed already is undone in full, so that no later count is reduced by it either.
    const cause = posting.cause === 'shortPick' ? ('shortPick' as const) : ('feed' as const)
    return [posting, { ...posting, from: 'adjustment' as const, to: 'available' as const, quantity: found, cause }]
  })
  await writePostings(db, all)
  return locked.filter((row) => row.shortfall > 0 && states.get(positionKey(row))?.shortfall === 0)
}

/** Goods that came in before the last count were counted with the rest: they must not be added to it again. */
const isCountedAlready = (posting: Posting, state: Locked): boolean =>
  !isOnHand(posting.from) &&
  isOnHand(posting.to) &&
  posting.from !== 'adjustment' &&
  state.asOf !== null &&
  state.asOf >= posting.effectiveAt

const uncounted = (posting: Posting): Posting => ({ ...posting, from: posting.to, to: 'adjustment', cause: 'feed' })

type Locked = { asOf: Instant | null; shortfall: number; claimed: number }
const CLAIMS: readonly StockState[] = ['reserved', 'allocated', 'picked']

/**
 * Units that a posting takes off a position although its last count is without them, or proves that count wrong by. They are
 * given back to `available`. Moves `state` on to where the posting leaves the position.
 */
function foundAgain(posting: Posting, state: Locked): number {
  const { quantity } = posting
  const leaves = isOnHand(posting.from) && !isOnHand(posting.to)
  if (CLAIMS.includes(posting.from)) state.claimed -= quantity
  if (CLAIMS.includes(posting.to)) state.claimed += quantity
  if (posting.to === 'available') state.shortfall = Math.max(0, state.shortfall - quantity)
  let found = 0
  // The count was taken after the units had left.
  if (leaves && state.asOf !== null && state.asOf >= posting.effectiveAt) found = quantity
  // The node misses what the count did not find either.
  else if (leaves && posting.cause === 'shortPick') found = Math.min(quantity, state.shortfall)
  // More was there than the count found: whatever is short now is more than what is claimed.
  else found = Math.max(0, state.shortfall - state.claimed)
  state.shortfall = Math.max(0, state.shortfall - found)
  return found
}

/** Moves balances and writes the postings that moved them, in one statement. Positions must be there. */
export async function writePostings(db: Queryable, postings: readonly Posting[]): Promise<void> {
  if (postings.length === 0) return
  const deltas = unnestRows(DELTA, deltasOf(postings))
  const rows = unnestRows(POSTING, postings.map(postingRow), deltas.parameters.length + 1, 'q')
  await db.query(
    `WITH delta AS (SELECT * FROM ${deltas.from}),
     moved AS (
       UPDATE stock_position p SET ${POSITION_COLUMNS.map((column) => `${column} = p.${column} + r.${column}`).join(', ')},
              shortfall = greatest(0, least(p.shortfall, -(p.available + r.available)))
       FROM delta r WHERE p.sku = r.sku AND p.node_id = r.node_id),
     told AS (
       INSERT INTO availability_change (sku, node_id) SELECT sku, node_id FROM delta WHERE available <> 0 OR incoming <> 0 OR in_transit <> 0
       ON CONFLICT DO NOTHING)
     INSERT INTO stock_posting (${Object.keys(POSTING).join(', ')}) SELECT ${Object.keys(POSTING).join(', ')} FROM ${rows.from}`,
    [...deltas.parameters, ...rows.parameters],
  )
}

const DELTA = {
  sku: 'text',
  node_id: 'text',
  available: 'int4',
  reserved: 'int4',
  allocated: 'int4',
  picked: 'int4',
  damaged: 'int4',
  quality_control: 'int4',
  incoming: 'int4',
  in_transit: 'int4',
} as const
type Delta = { sku: string; node_id: string } & Record<PositionColumn, number>

/** What the postings together do to each position: one row a position. */
function deltasOf(postings: readonly Posting[]): Delta[] {
  const deltas = new Map<string, Delta>()
  for (const posting of postings) {
    const key = positionKey(posting)
    const delta = deltas.get(key) ?? { sku: posting.sku, node_id: posting.nodeId, ...NO_CHANGE }
    const from = COLUMN[posting.from]
    const to = COLUMN[posting.to]
    if (from !== undefined) delta[from] -= posting.quantity
    if (to !== undefined) delta[to] += posting.quantity
    deltas.set(key, delta)
  }
  return [...deltas.values()]
}

const NO_CHANGE: Record<PositionColumn, number> = {
  available: 0,
  reserved: 0,
  allocated: 0,
  picked: 0,
  damaged: 0,
  quality_control: 0,
  incoming: 0,
  in_transit: 0,
}
const isOnHand = (state: StockState): boolean => ON_HAND_STATES.includes(state)
export const positionKey = (position: { sku: string; nodeId: string }): string =>
  `${position.sku}\u001f${position.nodeId}`

const postingRow = (posting: Posting) => ({
  sku: posting.sku,
  node_id: posting.nodeId,
  from_state: posting.from,
  to_state: posting.to,
  quantity: posting.quantity,
  cause: posting.cause,
  reference: posting.reference,
  actor: posting.actor ?? 'hub',
  effective_at: posting.effectiveAt,
})

/** Makes positions that nobody has spoken of yet, empty, so that postings find them. */
export async function ensurePositions(db: Queryable, positions: readonly PositionName[]): Promise<void> {
  await insertRows(
    db,
    'stock_position',
    { sku: 'text', node_id: 'text' } as const,
    positions.map((each) => ({ sku: each.sku, node_id: each.nodeId })),
    'ON CONFLICT DO NOTHING',
  )
}

/** One position's balances on hand that are not claimed, locked until the commit. */
export async function lockedBalances(
  db: Queryable,
  position: PositionName,
): Promise<Record<'available' | 'damaged' | 'qualityControl', number>> {
  const [row] = await db.query<Record<'available' | 'damaged' | 'qualityControl', number>>(
    `SELECT available, damaged, quality_control AS "qualityControl" FROM stock_position WHERE sku = $1 AND node_id = $2 FOR UPDATE`,
    [position.sku, position.nodeId],
  )
  return row ?? { available: 0, damaged: 0, qualityControl: 0 }
}

/** One position as a correction needs it: what was counted and when, what is free, what was set aside; locked until the commit. */
export async function countedBalances(
  db: Queryable,
  position: PositionName,
): Promise<Record<'onHand' | 'available' | 'damaged' | 'qualityControl', number> & { asOf: Instant | null }> {
  const [row] = await db.query<Awaited<ReturnType<typeof countedBalances>>>(
    `SELECT on_hand AS "onHand", available, damaged, quality_control AS "qualityControl", as_of AS "asOf"
     FROM stock_position WHERE sku = $1 AND node_id = $2 FOR UPDATE`,
    [position.sku, position.nodeId],
  )
  return row ?? { onHand: 0, available: 0, damaged: 0, qualityControl: 0, asOf: null }
}

/** The last count of a position and what is left of it, locked until the commit; undefined where nothing was ever counted. */
export async function lockedCount(
  db: Queryable,
  position: PositionName,
): Promise<{ onHand: number; available: number; asOf: Instant } | undefined> {
  const [row] = await db.query<{ onHand: number; available: number; asOf: Instant | null }>(
    `SELECT on_hand AS "onHand", available, as_of AS "asOf" FROM stock_position WHERE sku = $1 AND node_id = $2 FOR UPDATE`,
    [position.sku, position.nodeId],
  )
  return row === undefined || row.asOf === null ? undefined : { ...row, asOf: row.asOf }
}
