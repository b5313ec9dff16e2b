/**
 * Available-to-promise with a visible formula: every term is signed, and the terms add up to the number exactly. One function
 * answers the API, tells the channels, previews a policy and replays the past.
 */
import { freshnessBuffer, type Standing } from './stock-rules.ts'

/** In the order in which they are added up. */
export const TERMS = [
  'onHand',
  'reserved',
  'allocated',
  'unsellable',
  'safetyStock',
  'fenced',
  'threshold',
  'freshnessBuffer',
  'incoming',
  'outgoing',
  'otherChannels',
  'excluded',
] as const
export type Term = (typeof TERMS)[number]
export type Terms = Record<Term, number>

export const FORMULA = `available = ${TERMS.join(' + ')}`

/** What the ledger knows of a position, all in units and none below zero but `onHand`'s parts, which may be over-claimed. */
export type Balances = {
  onHand: number
  /** Claims of carts and orders without a fulfillment request. */
  reserved: number
  allocated: number
  /** Picked, damaged, or in quality control. */
  unsellable: number
  safetyStock: number
  /** Ring-fenced for segments, whichever. */
  fenced: number
  /** Of those, what the asking channel's segment may draw. */
  drawable: number
  /** Open supplies expected by the date asked for, less what is promised of them; 0 when no date is asked for. */
  incoming: number
  /** Units that open transfers will have taken to other nodes by then, and have not yet. */
  outgoing: number
  /** When the position was last counted, as epoch milliseconds; undefined: no feed ever spoke. */
  countedAtMs: number | undefined
}

export type Available = {
  terms: Terms
  /** The sum of the terms. Below zero when more is claimed or held back than is there. */
  available: number
  /** What may be offered: `available`, never below zero. */
  sellable: number
  excludedBy: string | undefined
}

/** Sums are written out: a loop over the names of terms takes five times as long, and an answer has 25,000 positions. */
export function availableOf(balances: Balances, standing: Standing, atMs: number): Available {
  const fenced = Math.max(0, balances.fenced - balances.drawable)
  const buffer = freshnessBuffer(standing.freshness, balances.countedAtMs, atMs)
  const { onHand, reserved, allocated, unsellable, safetyStock, incoming, outgoing } = balances
  const held = reserved + allocated + unsellable + safetyStock + fenced + standing.threshold + buffer
  const rest = onHand - held + incoming - outgoing
  // Only what is above zero can be shared or taken away: a shortage is nobody's share.
  const offered = rest > 0 ? Math.floor((rest * standing.sharePercent) / 100) : rest
  const excluded = standing.excludedBy === undefined ? 0 : Math.max(0, offered)
  const available = offered - excluded
  return {
    terms: {
      onHand,
      reserved: 0 - reserved,
      allocated: 0 - allocated,
      unsellable: 0 - unsellable,
      safetyStock: 0 - safetyStock,
      fenced: 0 - fenced,
      threshold: 0 - standing.threshold,
      freshnessBuffer: 0 - buffer,
      incoming,
      outgoing: 0 - outgoing,
      otherChannels: offered - rest,
      excluded: 0 - excluded,
    },
    available,
    sellable: Math.max(0, available),
    excludedBy: standing.excludedBy,
  }
}

/** No term. To be added to. */
export const noTerms = (): Terms => ({
  onHand: 0,
  reserved: 0,
  allocated: 0,
  unsellable: 0,
  safetyStock: 0,
  fenced: 0,
  threshold: 0,
  freshnessBuffer: 0,
  incoming: 0,
  outgoing: 0,
  otherChannels: 0,
  excluded: 0,
})

/** Several nodes together. `belowZero` is what nodes lack: it takes nothing from what the others can sell. */
export type NetworkAvailable = { terms: Terms & { belowZero: number }; available: number; nodes: number }

/** What a network can sell of a SKU: the terms of its positions added up, shortages of single nodes put aside. */
export function networkAvailable(positions: Iterable<Available>): NetworkAvailable {
  const sum = { ...noTerms(), belowZero: 0 }
  let available = 0
  let nodes = 0
  for (const position of positions) {
    const { terms } = position
    sum.onHand += terms.onHand
    sum.reserved += terms.reserved
    sum.allocated += terms.allocated
    sum.unsellable += terms.unsellable
    sum.safetyStock += terms.safetyStock
    sum.fenced += terms.fenced
    sum.threshold += terms.threshold
    sum.freshnessBuffer += terms.freshnessBuffer
    sum.incoming += terms.incoming
    sum.outgoing += terms.outgoing
    sum.otherChannels += terms.otherChannels
    sum.excluded += terms.excluded
    sum.belowZero += position.sellable - position.available
    available += position.sellable
    nodes += 1
  }
  return { terms: sum, available, nodes }
}

/**
 * A position nobody has spoken of is unknown, not empty: no count, nothing ever moved there, and nothing is on its way by the
 * date asked for.
 */
export const isKnown = (balances: Balances): boolean =>
  balances.countedAtMs !== undefined || balances.onHand !== 0 || balances.incoming > 0
