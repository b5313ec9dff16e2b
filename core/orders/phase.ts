/** The order's phase: what it is waiting on, derived from its counters and holds, never stored as truth. */
import type { LineCounters } from '../model/order.ts'

export const ORDER_PHASES = [
  'held',
  'routing',
  'unroutable',
  'backordered',
  'releasing',
  'inProgress',
  'partlyShipped',
  'shipped',
  'delivered',
  'cancelled',
] as const
export type OrderPhase = (typeof ORDER_PHASES)[number]

export type PhaseInput = {
  lines: readonly { counters: LineCounters }[]
  activeHolds: number
  /** An exception case keeps its open units from being routed. */
  parked: boolean
}

/** First match wins, from the most settled to the least. */
export function orderPhase({ lines, activeHolds, parked }: PhaseInput): OrderPhase {
  const sum = (pick: (c: LineCounters) => number): number =>
    lines.reduce((total, line) => total + pick(line.counters), 0)
  const ordered = sum((c) => c.ordered)
  const cancelled = sum((c) => c.cancelled)
  const shipped = sum((c) => c.shipped)
  const open = sum((c) => c.open)
  const allocated = sum((c) => c.allocated)
  if (cancelled === ordered) return 'cancelled'
  if (shipped + cancelled === ordered) return sum((c) => c.delivered) === shipped ? 'delivered' : 'shipped'
  if (open + allocated > 0 && activeHolds > 0) return 'held'
  if (open > 0 && parked) return 'unroutable'
  if (open > 0) return 'routing'
  if (allocated > 0) return 'releasing'
  if (shipped > 0) return 'partlyShipped'
  if (sum((c) => c.released) > 0) return 'inProgress'
  return 'backordered'
}

/** Who has to move next, for people. */
export const PHASE_WAITS_ON: Record<OrderPhase, string> = {
  held: 'its holds to be released',
  routing: 'the route worker',
  unroutable: 'stock, or a person to cure its exception case',
  backordered: 'stock',
  releasing: 'the delivery of its instructions',
  inProgress: 'its nodes',
  partlyShipped: 'its remaining nodes',
  shipped: 'its carriers',
  delivered: 'nobody',
  cancelled: 'nobody',
}
