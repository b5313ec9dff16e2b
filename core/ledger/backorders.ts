/**
 * Units that wait for stock: who gets what comes in, and when each can expect it. Pure.
 * Fair share follows the largest-remainder method (Hamilton): shares by what is waited for, whole units, no unit left over.
 */
import type { RELEASE_ORDERS } from '../model/stock-policy.ts'
import type { Instant } from '../model/time.ts'

export type Waiting = { id: string; quantity: number; priority: number; placedAt: Instant }
export type ReleaseBy = (typeof RELEASE_ORDERS)[number]

/** Units for each waiting backorder, by id; those that get none are absent. Never more than `units` in all. */
export function allot(units: number, waiting: readonly Waiting[], by: ReleaseBy): Map<string, number> {
  const wanted = waiting.reduce((sum, each) => sum + each.quantity, 0)
  const given = Math.min(Math.max(0, units), wanted)
  const shares = by === 'fairShare' ? fairShares(given, wanted, waiting) : inTurn(given, inOrder(waiting, by))
  return new Map(shares.filter(([, quantity]) => quantity > 0))
}

/** The order in which they are served: priority first where it counts, then who waits longest. Ids break ties. */
export function inOrder<W extends Waiting>(waiting: readonly W[], by: ReleaseBy): W[] {
  return [...waiting].sort(
    (a, b) =>
      (by === 'priority' ? b.priority - a.priority : 0) ||
      (a.placedAt < b.placedAt ? -1 : a.placedAt > b.placedAt ? 1 : a.id < b.id ? -1 : 1),
  )
}

function inTurn(units: number, waiting: readonly Waiting[]): [string, number][] {
  let left = units
  return waiting.map(({ id, quantity }) => {
    const given = Math.min(left, quantity)
    left -= given
    return [id, given]
  })
}

function fairShares(units: number, wanted: number, waiting: readonly Waiting[]): [string, number][] {
  if (wanted === 0) return []
  const shares = inOrder(waiting, 'fifo').map((each) => {
    // BigInt: units × quantity may pass 2^53 for a large supplier's order.
    const product = BigInt(units) * BigInt(each.quantity)
    return { id: each.id, whole: Number(product / BigInt(wanted)), rest: Number(product % BigInt(wanted)) }
  })
  let left = units - shares.reduce((sum, share) => sum + share.whole, 0)
  const lucky = new Set<string>()
  for (const { id } of [...shares].sort((a, b) => b.rest - a.rest)) if (left-- > 0) lucky.add(id)
  return shares.map(({ id, whole }) => [id, whole + (lucky.has(id) ? 1 : 0)])
}

export type OpenSupply = { id: string; units: number; expectedAt: Instant }
export type Pegging = {
  /** Units promised out of each supply. */
  pegged: Map<string, number>
  /** The supply that completes each backorder; absent where supplies do not reach that far. */
  completedBy: Map<string, OpenSupply>
}

/** Lays the waiting units, in the order they are served, over the supplies in the order they come. */
export function peg(supplies: readonly OpenSupply[], waiting: readonly Waiting[]): Pegging {
  const coming = [...supplies].sort((a, b) =>
    a.expectedAt < b.expectedAt ? -1 : a.expectedAt > b.expectedAt ? 1 : a.id < b.id ? -1 : 1,
  )
  const pegged = new Map<string, number>()
  const completedBy = new Map<string, OpenSupply>()
  let at = 0
  let left = coming[0]?.units ?? 0
  for (const { id, quantity } of waiting) {
    let wanted = quantity
    while (wanted > 0) {
      const supply = coming[at]
      if (supply === undefined) return { pegged, completedBy }
      const used = Math.min(wanted, left)
      if (used > 0) pegged.set(supply.id, (pegged.get(supply.id) ?? 0) + used)
      wanted -= used
      left -= used
      if (wanted === 0) completedBy.set(id, supply)
      else left = coming[++at]?.units ?? 0
    }
  }
  return { pegged, completedBy }
}
