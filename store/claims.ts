/**
 * Claims on stock. All positions of a batch are locked in one order, each group of claims is decided in turn on what is really
 * there, and the outcome is written at once: no two claims can hold one unit, whoever runs at once, and first come is first served.
 * The table's CHECKs stand behind it.
 */
import { type FenceDraw, type FencedPosition, take } from '#core/ledger/fences.ts'
import type { Posting } from '#core/model/stock.ts'
import type { Segment } from '#core/model/stock-policy.ts'
import type { Instant } from '#core/model/time.ts'
import type { Queryable } from './database.ts'
import { insertRows, unnestRows } from './rows.ts'
import { type PositionName, positionKey, writePostings } from './stock.ts'

export type StockClaim = {
  sku: string
  nodeId: string
  quantity: number
  to: 'reserved' | 'allocated'
  /** The segment of the channel that claims. */
  segment?: string | undefined
  /** The reservation that will hold the units: a fence remembers who drew on it. */
  reservationId: string
  cause: 'claim' | 'reserve'
  reference: string
  actor: string
  effectiveAt: Instant
}

/** Claims each group whole or not at all, earlier groups first. Says of each whether it holds. */
export async function claimStock(
  db: Queryable,
  groups: readonly (readonly StockClaim[])[],
  segments: readonly Segment[],
): Promise<boolean[]> {
  const positions = await lockPositions(db, groups.flat())
  const draws: Draw[] = []
  const held = groups.map((group) => {
    const taken = takeGroup(positions, group, segments)
    if (taken === undefined) return false
    draws.push(...taken)
    return true
  })
  await writePostings(
    db,
    groups.flatMap((group, i) => (held[i] === true ? group.map(postingOf) : [])),
  )
  await drawFences(db, draws)
  return held
}

type Draw = FenceDraw & { claim: StockClaim }

const postingOf = (claim: StockClaim): Posting => ({
  sku: claim.sku as Posting['sku'],
  nodeId: claim.nodeId as Posting['nodeId'],
  from: 'available',
  to: claim.to,
  quantity: claim.quantity,
  cause: claim.cause,
  reference: claim.reference,
  actor: claim.actor,
  effectiveAt: claim.effectiveAt,
})

/** All claims of a group, or none: what a failed one took before is put back. */
function takeGroup(
  positions: ReadonlyMap<string, FencedPosition>,
  group: readonly StockClaim[],
  segments: readonly Segment[],
): Draw[] | undefined {
  const before = new Map<FencedPosition, FencedPosition>()
  const draws: Draw[] = []
  for (const claim of group) {
    const position = positions.get(positionKey(claim))
    if (position !== undefined && !before.has(position))
      before.set(position, { ...position, fences: new Map(position.fences) })
    const drawn = position === undefined ? undefined : take(position, claim.segment, claim.quantity, segments)
    if (drawn === undefined) {
      for (const [changed, was] of before) Object.assign(changed, was)
      return undefined
    }
    for (const each of drawn) draws.push({ ...each, claim })
  }
  return draws
}

type PositionLock = { sku: string; node_id: string; available: number; safety_stock: number; fenced: number }

/** Locked in one order by all, so that claims never deadlock. */
async function lockPositions(db: Queryable, wanted: readonly PositionName[]): Promise<Map<string, FencedPosition>> {
  const names = new Map(wanted.map((each) => [positionKey(each), { sku: each.sku, node_id: each.nodeId }]))
  const { from, parameters } = unnestRows({ sku: 'text', node_id: 'text' } as const, [...names.values()])
  const rows = await db.query<PositionLock>(
    `SELECT p.sku, p.node_id, p.available, p.safety_stock, p.fenced FROM stock_position p JOIN ${from}
     ON p.sku = r.sku AND p.node_id = r.node_id ORDER BY p.sku, p.node_id FOR UPDATE OF p`,
    parameters,
  )
  // Read after the lock: only its holder changes a position's fences.
  const fences = await loadFences(
    db,
    rows.filter((row) => row.fenced > 0).map((row) => ({ sku: row.sku, nodeId: row.node_id })),
  )
  return new Map(
    rows.map((row) => {
      const key = positionKey({ sku: row.sku, nodeId: row.node_id })
      return [key, { available: row.available, safetyStock: row.safety_stock, fences: fences.get(key) ?? new Map() }]
    }),
  )
}

/** Fenced units by position and segment; positions without a fence are absent. */
export async function loadFences(
  db: Queryable,
  positions: readonly PositionName[],
): Promise<Map<string, Map<string, number>>> {
  const fences = new Map<string, Map<string, number>>()
  if (positions.length === 0) return fences
  const { from, parameters } = unnestRows(
    { sku: 'text', node_id: 'text' } as const,
    positions.map((each) => ({ sku: each.sku, node_id: each.nodeId })),
  )
  const rows = await db.query<{ sku: string; nodeId: string; segment: string; quantity: number }>(
    `SELECT f.sku, f.node_id AS "nodeId", f.segment, f.quantity FROM stock_fence f JOIN ${from}
     ON f.sku = r.sku AND f.node_id = r.node_id WHERE f.quantity > 0 ORDER BY f.segment`,
    parameters,
  )
  for (const row of rows) {
    const at = fences.get(positionKey(row)) ?? new Map<string, number>()
    fences.set(positionKey(row), at.set(row.segment, row.quantity))
  }
  return fences
}

async function drawFences(db: Queryable, draws: readonly Draw[]): Promise<void> {
  if (draws.length === 0) return
  await moveFences(
    db,
    draws.map(({ claim, segment, quantity }) => ({
      sku: claim.sku,
      nodeId: claim.nodeId,
      segment,
      quantity: -quantity,
    })),
  )
  const byReservation = new Map<string, { reservation_id: string; segment: string; quantity: number }>()
  for (const { claim, segment, quantity } of draws) {
    const key = `${claim.reservationId}/${segment}`
    const sum = byReservation.get(key) ?? { reservation_id: claim.reservationId, segment, quantity: 0 }
    sum.quantity += quantity
    byReservation.set(key, sum)
  }
  await insertRows(
    db,
    'fence_draw',
    { reservation_id: 'text', segment: 'text', quantity: 'int4' } as const,
    [...byReservation.values()],
    'ON CONFLICT (reservation_id, segment) DO UPDATE SET quantity = fence_draw.quantity + excluded.quantity',
  )
}

type FenceMove = PositionName & { segment: string; quantity: number }

/** Moves fences, and with them the sum that stands on the position. The caller holds the positions' locks. */
async function moveFences(db: Queryable, moves: readonly FenceMove[]): Promise<void> {
  const { from, parameters } = unnestRows(
    { sku: 'text', node_id: 'text', segment: 'text', quantity: 'int4' } as const,
    moves.map((each) => ({ sku: each.sku, node_id: each.nodeId, segment: each.segment, quantity: each.quantity })),
  )
  await db.query(
    `WITH move AS (SELECT sku, node_id, segment, sum(quantity)::int AS quantity FROM ${from} GROUP BY sku, node_id, segment),
     fenced AS (
       UPDATE stock_fence f SET quantity = f.quantity + m.quantity FROM move m
       WHERE f.sku = m.sku AND f.node_id = m.node_id AND f.segment = m.segment)
     UPDATE stock_position p SET fenced = p.fenced + t.quantity
     FROM (SELECT sku, node_id, sum(quantity)::int AS quantity FROM move GROUP BY sku, node_id) t
     WHERE p.sku = t.sku AND p.node_id = t.node_id`,
    parameters,
  )
}

/**
 * Units of these reservations go back to `available` (the caller posts that): what they drew from fences fills the fences again.
 * Without segments there is nothing to fill, and no statement is spent on it.
 */
export async function refillFences(
  db: Queryable,
  released: readonly { reservationId: string; quantity: number }[],
  segments: readonly Segment[],
): Promise<void> {
  if (segments.length === 0 || released.length === 0) return
  const { from, parameters } = unnestRows(
    { id: 'text', quantity: 'int4' } as const,
    released.map((each) => ({ id: each.reservationId, quantity: each.quantity })),
  )
  // Fences fill in the order of their names, each with as much as was drawn from it.
  const back = await db.query<FenceMove & { id: string }>(
    `SELECT v.id, v.sku, v.node_id AS "nodeId", d.segment,
            greatest(0, least(d.quantity, r.quantity - (sum(d.quantity) OVER w - d.quantity)))::int AS quantity
     FROM ${from} JOIN reservation v ON v.id = r.id JOIN fence_draw d ON d.reservation_id = v.id
     WINDOW w AS (PARTITION BY v.id ORDER BY d.segment)`,
    parameters,
  )
  const moves = back.filter((each) => each.quantity > 0)
  if (moves.length === 0) return
  const drawn = unnestRows(
    { id: 'text', segment: 'text', quantity: 'int4' } as const,
    moves.map((each) => ({ id: each.id, segment: each.segment, quantity: each.quantity })),
  )
  await db.query(
    `UPDATE fence_draw d SET quantity = d.quantity - r.quantity FROM ${drawn.from} WHERE d.reservation_id = r.id AND d.segment = r.segment`,
    drawn.parameters,
  )
  await moveFences(db, moves)
}

/** Units that go from one reservation to another take along what they drew from fences. */
export async function handOverDraws(
  db: Queryable,
  moves: readonly { from: string; to: string; quantity: number }[],
  segments: readonly Segment[],
): Promise<void> {
  if (segments.length === 0 || moves.length === 0) return
  const draws = await db.query<{ id: string; segment: string; quantity: number }>(
    'SELECT reservation_id AS id, segment, quantity FROM fence_draw WHERE reservation_id = ANY($1::text[]) AND quantity > 0 ORDER BY segment',
    [moves.map((move) => move.from)],
  )
  const changes = moves.flatMap((move) => {
    let wanted = move.quantity
    return draws
      .filter((draw) => draw.id === move.from)
      .flatMap((draw) => {
        const quantity = Math.min(wanted, draw.quantity)
        wanted -= quantity
        draw.quantity -= quantity
        if (quantity === 0) return []
        return [
          { reservation_id: move.from, segment: draw.segment, quantity: -quantity },
          { reservation_id: move.to, segment: draw.segment, quantity },
        ]
      })
  })
  const { from, parameters } = unnestRows(
    { reservation_id: 'text', segment: 'text', quantity: 'int4' } as const,
    changes,
  )
  await db.query(
    `INSERT INTO fence_draw (reservation_id, segment, quantity) SELECT reservation_id, segment, 0 FROM ${from} WHERE quantity > 0
     ON CONFLICT DO NOTHING`,
    parameters,
  )
  await db.query(
    `UPDATE fence_draw d SET quantity = d.quantity + g.quantity
     FROM (SELECT reservation_id, segment, sum(quantity)::int AS quantity FROM ${from} GROUP BY reservation_id, segment) g
     WHERE d.reservation_id = g.reservation_id AND d.segment = g.segment`,
    parameters,
  )
}
