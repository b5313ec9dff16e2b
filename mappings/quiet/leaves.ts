/** Leaves that more than one Quiet map needs. */
import type { RejectReason } from '#core/model/fulfillment.ts'
import { REJECT_REASONS } from '#core/model/fulfillment.ts'
import type { Instant } from '#core/model/time.ts'
import type { Leaf, WithCrosswalk } from '../engine/index.ts'
import { lookup } from '../engine/index.ts'

/** What the maps may know besides the document. */
export type QuietContext = WithCrosswalk & {
  receivedAt: Instant
  /** When a document was true that does not say it itself. */
  asOf?: Instant
  settings: QuietSettings
}

/** What differs between warehouses that speak this format. */
export type QuietSettings = {
  clientId: string
  businessUnit: string
  /** The warehouse, for events that do not name theirs. */
  warehouse: string
  currency: string
  unit: string
  /** For orders without a shipping service. */
  shipMode?: { carrier: string; serviceLevel: string } | undefined
  /** Why units are missing that a result does not ship, where it names no exception code. */
  shortReason: RejectReason
  /** Statuses of an inventory summary that count as on hand; those that are known and do not count. */
  onHandStatuses: readonly string[]
  otherStatuses: readonly string[]
  /** A summary leaves out only what is at zero. */
  absentMeansZero: boolean
}

/** Settings of no warehouse in particular: what a connection has unless it says otherwise. */
export const PLAIN_SETTINGS: QuietSettings = {
  clientId: 'CLIENT',
  businessUnit: 'UNIT',
  warehouse: 'WH1',
  currency: 'EUR',
  unit: 'EA',
  shipMode: { carrier: 'USPS', serviceLevel: 'PRIORITY' },
  shortReason: 'outOfStock',
  onHandStatuses: ['Avail', 'Alloc'],
  otherStatuses: ['RECEIVED'],
  absentMeansZero: false,
}

export const sameContext = {
  forward: (_document: unknown, context: QuietContext): QuietContext => context,
  back: (_document: unknown, context: QuietContext): QuietContext => context,
}

const knownReason = (word: string): RejectReason | undefined => REJECT_REASONS.find((known) => known === word)

/** Exception codes are each warehouse's own: they go through the crosswalk table `reject-reason`. */
export const exceptionCode: Leaf<string, RejectReason, QuietContext> = lookup({
  name: 'exception code',
  issueCode: 'quiet.exception-unknown',
  rule: `must have a row in the crosswalk table reject-reason, to one of ${REJECT_REASONS.join(', ')}`,
  cure: 'Add a row for this code to the crosswalk table reject-reason, then replay.',
  read: (code, { crosswalk }) => knownReason(crosswalk.code('reject-reason', code) ?? ''),
  write: (word, { crosswalk }) => crosswalk.partnerCode('reject-reason', word),
})
