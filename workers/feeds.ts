/**
 * The feed loop: a stored stock feed is read into pieces, judged, and applied piece by piece. Each step is a commit, so a worker that
 * dies or stops leaves nothing half done, and the next one goes on behind the last commit. One worker has a feed at a time.
 */
import { faultMessage } from '#core/fault.ts'
import type { Issue } from '#core/issue.ts'
import { plusMs } from '#core/model/time.ts'
import { isDatabaseAway } from '#store/database.ts'
import { feedOf, LeaseLost, leaseFeed, returnLease, type StoredFeed } from '#store/feeds.ts'
import { applyFeed } from './apply-feed.ts'
import { refuseFeed } from './feed-refusals.ts'
import { FEED_SIZES, type FeedSizes, type FeedWork } from './feed-work.ts'
import { inboundPort } from './master.ts'
import { nudgePublish } from './nudge.ts'
import { type Staging, stageFeed } from './stage-feed.ts'
import type { World } from './world.ts'

/** Far longer than a piece takes; a dead worker's feed waits so long at most. */
const LEASE_MS = 60_000
/** A feed that stopped its worker so often without getting on is set aside. */
const MAX_STARTS = 5

export async function handleFeed(
  world: World,
  ids: readonly string[],
  signal: AbortSignal,
  sizes: FeedSizes = FEED_SIZES,
): Promise<void> {
  for (const id of ids) {
    if (signal.aborted) return
    await workOn(world, id, signal, sizes)
  }
}

async function workOn(world: World, id: string, signal: AbortSignal, sizes: FeedSizes): Promise<void> {
  await world.master.fresh()
  const worker = world.ids.next('wrk')
  const now = world.clock.now()
  const feed = await leaseFeed(world.db, id, worker, now, plusMs(now, LEASE_MS))
  if (feed === undefined) return
  const lease = () => ({ worker, until: plusMs(world.clock.now(), LEASE_MS) })
  const work = { feed, signal, lease, sizes }
  try {
    await goOn(world, work)
  } catch (error) {
    if (error instanceof LeaseLost) return world.log.info('a feed went on elsewhere', { feed: id })
    if (isDatabaseAway(error)) throw error
    world.log.error('a feed was set aside', { feed: id, error: faultMessage(error) })
    await refuseFeed(world, work, [bugIssue(error)])
  } finally {
    await returnLease(world.db, id, worker)
    await nudgePublish(world)
  }
}

async function goOn(world: World, work: FeedWork): Promise<void> {
  const { feed } = work
  if (feed.attempts > MAX_STARTS) throw new Error(`it stopped its worker ${feed.attempts} times`)
  if (feed.state === 'staging') {
    const staging = stagingOf(world, feed)
    if ('issue' in staging) return refuseFeed(world, work, [staging.issue])
    await stageFeed(world, work, staging)
  }
  const staged = await feedOf(world.db, feed.id)
  if (staged?.state === 'applying') await applyFeed(world, { ...work, feed: staged })
}

/** How the connection reads the feed, and with which tables. */
function stagingOf(world: World, feed: StoredFeed): Staging | { issue: Issue } {
  const master = world.master.current()
  const connection = master.connections.get(feed.connectionId)
  const port = connection === undefined ? undefined : inboundPort(connection, feed.port)
  if (connection === undefined || port === undefined || !('stream' in port) || port.stream === undefined)
    return { issue: missingPort(feed, master.broken.get(feed.connectionId)) }
  const context = {
    connectionId: connection.id as never,
    config: connection.config as never,
    ...(connection.channel === undefined ? {} : { channelId: connection.channel.id }),
    crosswalk: connection.crosswalkAt(feed.receivedAt),
    receivedAt: feed.receivedAt,
  }
  return { reader: port.stream.open(feed.meta, context), isChannel: connection.channel !== undefined }
}

const missingPort = (feed: StoredFeed, why: string | undefined): Issue => ({
  code: 'connection.unusable',
  class: 'config',
  place: { path: `connection ${feed.connectionId}` },
  rule: why ?? `the connection has no port "${feed.port}" that reads stock piece by piece`,
  cure: 'Correct the connection, then replay.',
  subject: feed.connectionId,
})

const bugIssue = (error: unknown): Issue => ({
  code: 'bug',
  class: 'config',
  place: { path: '' },
  rule: `reading or applying it failed inside the hub: ${faultMessage(error)}`,
  cure: 'Report the error; replay when it is mended.',
})
