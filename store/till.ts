/**
 * What happens at a till: goods leave with a customer, or come back with one. A sale is not claimed first, and it is told late, by hours
 * when the till was offline; meanwhile a count may have told of the same units. Each unit leaves the ledger's shelf once all the same
 * (docs/decisions/0010-till-sales.md).
 */
import type { KitComponent } from '#core/model/product.ts'
import type { FulfillmentRequest } from '#core/model/fulfillment.ts'
import type { Posting, PostingCause } from '#core/model/stock.ts'
import type { Instant } from '#core/model/time.ts'
import type { Queryable } from './database.ts'
import { insertRows, unnestRows } from './rows.ts'
import { ensurePositions, positionKey, type PositionName, writePostings } from './stock.ts'

export type TillMove = PositionName & {
  cause: Extract<PostingCause, 'sale' | 'return'>
  quantity: number
  /** The request of a sale, or the return's own name at the till. */
  reference: string
  at: Instant
}

type State = { available: number; onHand: number; shortfall: number; asOf: Instant | null; source: string | null }

export type TillResult = {
  /** Postings that were written: none for what was posted before. */
  posted: number
  risen: string[]
  short: (PositionName & { shortfall: number })[]
  covered: PositionName[]
}

/**
 * Posts what `connectionId` says of its tills. Units that are known to be gone, because a count of the same connection or a later count
 * is without them, come out of `adjustment`: the count put them there. A return that was posted before is not posted again.
 */
export async function postTill(db: Queryable, moves: readonly TillMove[], connectionId: string): Promise<TillResult> {
  const result: TillResult = { posted: 0, risen: [], short: [], covered: [] }
  if (moves.length === 0) return result
  await ensurePositions(db, moves)
  const states = await lockStates(db, moves)
  const postings: Posting[] = []
  const before = new Map([...states].map(([key, state]) => [key, state.shortfall]))
  for (const move of await fresh(db, moves)) {
    const state = states.get(positionKey(move))
    if (state !== undefined) postings.push(...(move.cause === 'sale' ? sold : returned)(move, state, connectionId))
  }
  const short = [...states].filter(([key, state]) => state.shortfall > (before.get(key) ?? 0))
  // The CHECK holds in every statement: what is about to be missing is known as missing first.
  for (const [key, { shortfall }] of short) {
    const [sku, nodeId] = key.split('\u001f')
    await db.query('UPDATE stock_position SET shortfall = $3 WHERE sku = $1 AND node_id = $2', [sku, nodeId, shortfall])
  }
  await writePostings(db, postings)
  result.posted = postings.length
  for (const [key, { shortfall }] of states) {
    const [sku = '', nodeId = ''] = key.split('\u001f')
    if (shortfall > (before.get(key) ?? 0)) result.short.push({ sku, nodeId, shortfall })
    else if (shortfall === 0 && (before.get(key) ?? 0) > 0) result.covered.push({ sku, nodeId })
  }
  result.risen = [...new Set(postings.filter(({ to }) => to === 'available').map(({ sku }) => sku as string))]
  return result
}

async function lockStates(db: Queryable, positions: readonly PositionName[]): Promise<Map<string, State>> {
  const unique = new Map(positions.map((each) => [positionKey(each), { sku: each.sku, node_id: each.nodeId }]))
  const { from, parameters } = unnestRows({ sku: 'text', node_id: 'text' } as const, [...unique.values()])
  const rows = await db.query<PositionName & State>(
    `SELECT p.sku, p.node_id AS "nodeId", p.available, p.on_hand AS "onHand", p.shortfall, p.as_of AS "asOf", p.source
     FROM stock_position p JOIN ${from} ON p.sku = r.sku AND p.node_id = r.node_id
     ORDER BY p.sku, p.node_id FOR UPDATE OF p`,
    parameters,
  )
  return new Map(rows.map(({ sku, nodeId, ...state }) => [positionKey({ sku, nodeId }), state]))
}

/** Sales are posted by who captured them, once; returns are known by what they posted. */
async function fresh(db: Queryable, moves: readonly TillMove[]): Promise<readonly TillMove[]> {
  const returns = moves.filter(({ cause }) => cause === 'return')
  if (returns.length === 0) return moves
  const { from, parameters } = unnestRows(
    { sku: 'text', node_id: 'text', reference: 'text' } as const,
    returns.map((each) => ({ sku: each.sku, node_id: each.nodeId, reference: each.reference })),
  )
  const known = await db.query<{ key: string }>(
    `SELECT DISTINCT s.sku || ' ' || s.node_id || ' ' || s.reference AS key FROM stock_posting s
     JOIN ${from} ON s.sku = r.sku AND s.node_id = r.node_id AND s.reference = r.reference WHERE s.cause = 'return'`,
    parameters,
  )
  const posted = new Set(known.map((row) => row.key))
  return moves.filter((move) => move.cause !== 'return' || !posted.has(`${move.sku} ${move.nodeId} ${move.reference}`))
}

const isCounted = (state: State, move: TillMove, connectionId: string): boolean =>
  state.source === connectionId || (state.asOf !== null && state.asOf >= move.at)

function sold(move: TillMove, state: State, connectionId: string): Posting[] {
  const base = postingOf(move, connectionId)
  if (isCounted(state, move, connectionId)) return [{ ...base, from: 'adjustment', to: 'customer' }]
  // More was there than anybody had counted.
  const found = Math.max(0, move.quantity - state.onHand)
  state.onHand += found - move.quantity
  state.available += found - move.quantity
  state.shortfall = Math.max(state.shortfall, -state.available, 0)
  const taken: Posting = { ...base, from: 'available', to: 'customer' }
  if (found === 0) return [taken]
  return [{ ...base, from: 'adjustment', to: 'available', quantity: found, cause: 'feed' }, taken]
}

function returned(move: TillMove, state: State, connectionId: string): Posting[] {
  const base = postingOf(move, connectionId)
  if (isCounted(state, move, connectionId)) return [{ ...base, from: 'customer', to: 'adjustment' }]
  state.onHand += move.quantity
  state.available += move.quantity
  state.shortfall = Math.max(0, Math.min(state.shortfall, -state.available))
  return [{ ...base, from: 'customer', to: 'available' }]
}

const postingOf = (move: TillMove, actor: string) => ({
  sku: move.sku as Posting['sku'],
  nodeId: move.nodeId as Posting['nodeId'],
  quantity: move.quantity,
  cause: move.cause as PostingCause,
  reference: move.reference,
  actor,
  effectiveAt: move.at,
})

/** What a till handed over, as the work of its node: done already, asked by nobody, and told to nobody. */
export type HandOver = Pick<FulfillmentRequest, 'id' | 'orderId' | 'nodeId' | 'createdAt'> & {
  lines: { lineNo: number; sku: string; quantity: number; components?: readonly KitComponent[] }[]
}

export async function insertHandOvers(db: Queryable, handOvers: readonly HandOver[]): Promise<void> {
  if (handOvers.length === 0) return
  const heads = insertRows(
    db,
    'fulfillment_request',
    {
      id: 'text',
      order_id: 'text',
      node_id: 'text',
      method: 'text',
      work: 'text',
      negotiation: 'text',
      created_at: 'timestamptz',
    } as const,
    handOvers.map((each) => ({
      id: each.id,
      order_id: each.orderId,
      node_id: each.nodeId,
      method: 'pickup',
      work: 'closed',
      negotiation: 'accepted',
      created_at: each.createdAt,
    })),
  )
  const lines = insertRows(
    db,
    'fulfillment_request_line',
    {
      request_id: 'text',
      line_no: 'int4',
      sku: 'text',
      requested: 'int4',
      outstanding: 'int4',
      shipped: 'int4',
      components: 'jsonb',
    } as const,
    handOvers.flatMap((each) =>
      each.lines.map((line) => ({
        request_id: each.id,
        line_no: line.lineNo,
        sku: line.sku,
        requested: line.quantity,
        outstanding: 0,
        shipped: line.quantity,
        components: line.components,
      })),
    ),
  )
  await Promise.all([heads, lines])
}

/** Units of known orders that came back: `returned` rises, never beyond what was shipped. */
export async function countReturned(
  db: Queryable,
  rows: readonly { orderId: string; lineNo: number; quantity: number }[],
): Promise<void> {
  if (rows.length === 0) return
  const { from, parameters } = unnestRows(
    { order_id: 'text', line_no: 'int4', quantity: 'int4' } as const,
    rows.map((row) => ({ order_id: row.orderId, line_no: row.lineNo, quantity: row.quantity })),
  )
  await db.query(
    `UPDATE order_line l SET returned = least(l.shipped, l.returned + r.quantity) FROM ${from}
     WHERE l.order_id = r.order_id AND l.line_no = r.line_no`,
    parameters,
  )
}
