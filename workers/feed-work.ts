/** What a worker knows of the feed that it has. */
import type { Instant } from '#core/model/time.ts'
import type { StoredFeed } from '#store/feeds.ts'
import { PIECE_ROWS } from '#store/stock-feed.ts'

export type FeedWork = {
  feed: StoredFeed
  signal: AbortSignal
  /** Made longer with every commit; a commit without it fails. */
  lease: () => { worker: string; until: Instant }
  sizes: FeedSizes
}

/** How much is done in one commit. */
export type FeedSizes = {
  pieceRows: number
  /** Refused rows are stored when so many have come together. */
  refusedRows: number
  /** Readers are given so much at a time, so that a batch stays small. */
  readBytes: number
}

export const FEED_SIZES: FeedSizes = { pieceRows: PIECE_ROWS, refusedRows: 500, readBytes: 65_536 }

/** A feed that is worked on has its document: a constraint of the table holds it. */
export function envelopeOf(feed: StoredFeed): string {
  if (feed.envelopeId === null) throw new Error(`the feed ${feed.id} has no document`)
  return feed.envelopeId
}
