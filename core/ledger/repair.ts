/**
 * What a position should be, and the signed entries that bring it there. The ledger is the truth for balances; reservations,
 * supplies and fences are the truth for what is claimed, on its way and ring-fenced. Pure.
 */
import type { PostingCause, StockState } from '../model/stock.ts'

export const BALANCE_STATES = [
  'available',
  'reserved',
  'allocated',
  'picked',
  'damaged',
  'qualityControl',
  'incoming',
  'inTransit',
] as const satisfies readonly StockState[]
export type BalanceState = (typeof BALANCE_STATES)[number]
export type PositionBooks = Record<BalanceState, number>

export type PositionTruth = {
  /** What the position says of itself. */
  books: PositionBooks
  /** What its postings add up to. */
  ledger: PositionBooks
  /** What live reservations claim of it. */
  claimed: { reserved: number; allocated: number }
  /** What open supplies still bring, and what transfers have sent that did not arrive. */
  owed: { incoming: number; inTransit: number }
}

export type RepairEntry = { from: StockState; to: StockState; quantity: number; cause: PostingCause }
export type PositionRepair =
  | {
      ok: true
      /** The position did not agree with its postings and was rebuilt from them. */
      rebuilt: boolean
      entries: RepairEntry[]
      /** The position after all that. */
      after: PositionBooks
    }
  | { ok: false; reason: string }

export function repairPosition({ books, ledger, claimed, owed }: PositionTruth): PositionRepair {
  const below = BALANCE_STATES.find((state) => state !== 'available' && ledger[state] < 0)
  if (below !== undefined)
    return {
      ok: false,
      reason: `its postings say ${ledger[below]} ${below}, which cannot be: correct the posting that is wrong`,
    }
  const entries = [
    ...entryFor('available', 'reserved', claimed.reserved - ledger.reserved),
    ...entryFor('available', 'allocated', claimed.allocated - ledger.allocated),
    ...entryFor('supplier', 'incoming', owed.incoming - ledger.incoming),
    ...entryFor('adjustment', 'inTransit', owed.inTransit - ledger.inTransit),
  ]
  const after = { ...ledger }
  for (const { from, to, quantity } of entries) {
    if (isBalance(from)) after[from] -= quantity
    if (isBalance(to)) after[to] += quantity
  }
  return { ok: true, rebuilt: BALANCE_STATES.some((state) => books[state] !== ledger[state]), entries, after }
}

const entryFor = (from: StockState, to: StockState, units: number): RepairEntry[] => {
  if (units === 0) return []
  return [
    units > 0
      ? { from, to, quantity: units, cause: 'repair' }
      : { from: to, to: from, quantity: -units, cause: 'repair' },
  ]
}

const isBalance = (state: StockState): state is BalanceState => (BALANCE_STATES as readonly string[]).includes(state)
