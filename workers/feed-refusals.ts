/** Rows of a feed that could not be used: named one by one up to a cap, counted always. */
import type { Issue } from '#core/issue.ts'
import type { Instant } from '#core/model/time.ts'
import { forgetPieces } from '#store/feed-pieces.ts'
import { moveFeed, type StoredFeed } from '#store/feeds.ts'
import { settleEnvelopes } from '#store/envelopes.ts'
import { quarantine, resolveQuarantineOf } from '#store/quarantine.ts'
import type { Unit } from '#store/unit.ts'
import { type Closed, closeDocument, type Closing } from './close-feed.ts'
import { envelopeOf, type FeedWork } from './feed-work.ts'
import { settleDocumentOf } from './settle-feed.ts'
import type { World } from './world.ts'

export type Refused = { part: string; issues: Issue[] }

/** Items of one reading in quarantine. A feed in which every row is bad has one cause, and is not told a million times. */
const MAX_LISTED = 1_000

/** `before` rows of this reading were refused already. */
export async function quarantineRows(
  unit: Unit,
  world: Pick<World, 'ids'>,
  feed: StoredFeed,
  refused: readonly Refused[],
  before: number,
  now: Instant,
): Promise<void> {
  const listed = refused.slice(0, Math.max(0, MAX_LISTED - before))
  const items = listed.flatMap(({ part, issues }) =>
    issues.map((issue) => ({ id: world.ids.next('qua'), envelopeId: envelopeOf(feed), part, issue })),
  )
  await quarantine(unit, items, now)
}

/** Says how many rows were refused beyond those that are listed. */
export async function tellUnlisted(
  unit: Unit,
  world: Pick<World, 'ids'>,
  feed: StoredFeed,
  rowsRefused: number,
  now: Instant,
): Promise<void> {
  const more = rowsRefused - MAX_LISTED
  if (more <= 0) return
  const issue: Issue = {
    code: 'stock.more-refused',
    class: 'data',
    place: { path: `and ${more} more rows` },
    rule: `${more} more rows were refused than the ${MAX_LISTED} that are listed`,
    cure: 'Cure the causes that are listed, then replay: what is refused then is listed then.',
  }
  await quarantine(unit, [{ id: world.ids.next('qua'), envelopeId: envelopeOf(feed), part: '', issue }], now)
}

/** Nothing of the feed can be applied: it cannot be read as a whole, or it is beyond us. */
export async function refuseFeed(
  world: World,
  work: FeedWork,
  issues: readonly Issue[],
  closing?: Closing,
): Promise<void> {
  const now = world.clock.now()
  await world.commit(async (unit) => {
    const closed = await closeDocument(unit, world, work.feed, closing, now)
    await endUnused(unit, world, work, { ...closed, issues: [...issues, ...closed.issues] }, now)
  })
}

/** Ends a feed of which nothing is applied: as a repeat of the document that came first, or in quarantine. */
export async function endUnused(
  unit: Unit,
  world: World,
  { feed, lease }: FeedWork,
  { repeats, issues }: Closed,
  now: Instant,
): Promise<void> {
  const envelopeId = envelopeOf(feed)
  await forgetPieces(unit, feed.id)
  if (repeats !== undefined) {
    const reason = `it says what ${repeats} said`
    await moveFeed(unit, feed.id, lease(), { state: 'superseded', reason, pieces: 0, settledAt: now }, now)
    // Rows that were refused while it was read wait with the first one already.
    await resolveQuarantineOf(unit, [envelopeId], now, ['open', 'replaying'])
    return settleEnvelopes(unit, [{ id: envelopeId, state: 'duplicate', reason }], now)
  }
  const reason = issues[0]?.rule ?? 'it cannot be read'
  await moveFeed(unit, feed.id, lease(), { state: 'quarantined', reason, pieces: 0, settledAt: now }, now)
  await quarantine(
    unit,
    issues.map((issue) => ({ id: world.ids.next('qua'), envelopeId, part: feed.part, issue })),
    now,
  )
  await resolveQuarantineOf(unit, [envelopeId], now)
  await settleDocumentOf(unit, envelopeId, { state: 'quarantined', reason }, now)
}
