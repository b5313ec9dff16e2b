/** What tests of the store say often: stock that is counted, claimed and gone, and what the ledger makes of it. */
import { expect } from 'vitest'
import type { Posting, StockRow, StockState } from '#core/model/stock.ts'
import { type Instant, parseInstant } from '#core/model/time.ts'
import { checkInvariants } from '#store/check.ts'
import { claimStock } from '#store/claims.ts'
import type { Database, Queryable } from '#store/database.ts'
import { applyStockRows, type FeedResult } from '#store/stock-feed.ts'
import { unitOfWork, type UnitOfWork } from '#store/unit.ts'

/** A time of the test's day: `at('09:30')`. */
export const at = (time: string): Instant =>
  parseInstant(`2026-11-22T${time.padEnd(8, ':00')}Z`) ?? expect.fail(`${time} is no time`)

/** Commits without a queue behind it. */
export const commitTo = (db: Database): UnitOfWork => unitOfWork(db, () => undefined)

export const countOf = async (db: Queryable, from: string): Promise<number> =>
  (await db.query<{ n: number }>(`SELECT count(*) AS n FROM ${from}`))[0]?.n ?? -1

type Count = [sku: string, nodeId: string, onHand: number]

/** A feed as its source sends it: what it counted, and when. */
export const feed = (db: Queryable, asOf: Instant, rows: Count[], safetyStock = 0): Promise<FeedResult> =>
  applyStockRows(
    db,
    { asOf, source: 'erp', reference: 'env_1', safetyStockOf: () => safetyStock },
    rows.map(([sku, nodeId, onHand]) => ({ sku, nodeId, onHand }) as StockRow),
  )

export type Move = { sku: string; nodeId: string; quantity: number; at: Instant; from?: StockState; to?: StockState }

/** One posting; without other words a claim. */
export const posting = (move: Move): Posting => ({
  sku: move.sku as Posting['sku'],
  nodeId: move.nodeId as Posting['nodeId'],
  from: move.from ?? 'available',
  to: move.to ?? 'allocated',
  quantity: move.quantity,
  cause:
    move.to === 'customer'
      ? 'ship'
      : move.to === 'adjustment'
        ? 'shortPick'
        : move.from === undefined
          ? 'claim'
          : 'cancel',
  reference: 'ful_1',
  effectiveAt: move.at,
})

/** Claims all of these or none, as an order does. A claim outside a transaction only fits tests that run alone. */
export async function claim(db: Queryable, moves: readonly Move[]): Promise<boolean> {
  const group = moves.map((move, index) => ({
    sku: move.sku,
    nodeId: move.nodeId,
    quantity: move.quantity,
    to: 'allocated' as const,
    reservationId: `rsv_${move.sku}_${index}`,
    cause: 'claim' as const,
    reference: 'ful_1',
    actor: 'routing',
    effectiveAt: move.at,
  }))
  return (await claimStock(db, [group], []))[0] ?? false
}

export type Position = { available: number; allocated: number; damaged: number; onHand: number; shortfall: number }

export async function positionOf(db: Queryable, sku: string, nodeId = 'north'): Promise<Position | undefined> {
  const [row] = await db.query<Position>(
    'SELECT available, allocated, damaged, on_hand AS "onHand", shortfall FROM stock_position WHERE sku = $1 AND node_id = $2',
    [sku, nodeId],
  )
  return row
}

/** What breaks the invariant of this number, e.g. `i5`. */
export async function violationsOf(db: Queryable, invariant: string): Promise<unknown[]> {
  const checked = (await checkInvariants(db, at('23:59'))).find((each) => each.name.startsWith(`${invariant}-`))
  return checked?.violations ?? expect.fail(`there is no invariant ${invariant}`)
}
