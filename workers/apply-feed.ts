/** Applies a staged feed piece by piece, each in a commit of its own with all that follows from it, and settles it at the end. */
import type { StockRow } from '#core/model/stock.ts'
import type { Instant } from '#core/model/time.ts'
import { absentPositions, forgetPieces, namedIn } from '#store/feed-pieces.ts'
import { moveFeed, type StoredFeed } from '#store/feeds.ts'
import { resolveQuarantineOf } from '#store/quarantine.ts'
import {
  applyStockPiece,
  applyStockRows,
  type FeedHead,
  type FeedResult,
  recordSnapshot,
  waitBriefly,
} from '#store/stock-feed.ts'
import { safetyStockFor } from '#store/safety-stock.ts'
import type { Unit } from '#store/unit.ts'
import { repeatedRow } from './apply-stock.ts'
import { followCount } from './counted.ts'
import { quarantineRows, tellUnlisted } from './feed-refusals.ts'
import { envelopeOf, type FeedWork } from './feed-work.ts'
import { inboundPort } from './master.ts'
import { nudgePublish } from './nudge.ts'
import { lostRace, retryRaces } from './races.ts'
import { settleDocumentOf } from './settle-feed.ts'
import type { World } from './world.ts'

type FeedOfRun = Omit<FeedHead, 'safetyStockOf'> & { run: number }

type Done = Pick<StoredFeed, 'piecesApplied' | 'rowsApplied' | 'rowsLate' | 'rowsRefused' | 'absentApplied'>

/** Channels hear of changes while a long feed is still being applied. */
const PIECES_A_NUDGE = 20

/** Worked out at once, on as many of the server's cores. The embedded database has one session and takes them in turn. */
const PIECES_AT_ONCE = 2

export async function applyFeed(world: World, work: FeedWork): Promise<void> {
  const { feed, signal } = work
  const head = headOf(feed)
  let done: Done = feed
  // Once it has met another writer of its positions, it locks them before it works the counts out, a piece at a time.
  let met = false
  let nudgeAt = 0
  while (done.piecesApplied < feed.pieces) {
    if (signal.aborted) return
    const seq = done.piecesApplied
    // New positions under a rule tell of their products, which pieces have in common.
    const underRules = world.master.current().stockPolicy.rules.some((rule) => rule.kind === 'safetyStock')
    if (met || underRules || seq + PIECES_AT_ONCE > feed.pieces) {
      const piece = await pieceOf(world, feed, seq, underRules)
      let tries = 0
      done = await inOneCommit(world, (unit, now) => {
        met ||= tries++ > 0
        return applyPiece(unit, world, work, head, { ...piece, locked: met }, done, now)
      })
    } else {
      done = await applyTogether(world, work, head, done)
      met = done.piecesApplied < seq + PIECES_AT_ONCE
    }
    if (done.piecesApplied > nudgeAt) {
      nudgeAt = done.piecesApplied + PIECES_A_NUDGE
      await nudgePublish(world)
    }
  }
  if (feed.absentMeansZero) {
    const all = await zeroAbsent(world, work, head, done)
    if (all === undefined) return
    done = all
  }
  await finish(world, work, done)
}

type Piece = Omit<Parameters<typeof applyStockPiece>[2], 'locked'>

async function pieceOf(world: World, feed: StoredFeed, seq: number, underRules: boolean): Promise<Piece> {
  const nodes = world.master.current().nodes
  const named = (await namedIn(world.db, feed.id, seq)).map((nodeId) => ({
    nodeId,
    safetyStock: nodes.get(nodeId)?.safetyStock ?? 0,
  }))
  return { feedId: feed.id, seq, named, underRules }
}

/** The next pieces, worked out side by side and committed in their order. How far they came: less than all where one met another writer. */
async function applyTogether(world: World, work: FeedWork, head: FeedOfRun, from: Done): Promise<Done> {
  const pieces = await Promise.all(
    Array.from({ length: PIECES_AT_ONCE }, (_, at) => pieceOf(world, work.feed, from.piecesApplied + at, false)),
  )
  let last: Promise<Done> = Promise.resolve(from)
  const commits = pieces.map((piece) => {
    const before = last
    last = world.commit(async (unit) => {
      await waitBriefly(unit)
      return applyPiece(unit, world, work, head, { ...piece, locked: false }, before, world.clock.now())
    })
    return last
  })
  const ended = await Promise.allSettled(commits)
  const failed = ended.find((each) => each.status === 'rejected')
  if (failed !== undefined && !lostRace(failed.reason)) throw failed.reason
  return ended.findLast((each) => each.status === 'fulfilled')?.value ?? from
}

/** `before`: what the piece before it left. It may be on its way, and is waited for where this one begins to change what they share. */
async function applyPiece(
  unit: Unit,
  world: World,
  { feed, lease }: FeedWork,
  head: FeedOfRun,
  piece: Parameters<typeof applyStockPiece>[2],
  before: Done | Promise<Done>,
  now: Instant,
): Promise<Done> {
  const result = await applyStockPiece(unit, head, piece)
  const done = await before
  await followCount(unit, world, result, now)
  await refuseRepeated(unit, world, feed, result, done.rowsRefused, now)
  const next: Done = {
    ...done,
    piecesApplied: piece.seq + 1,
    rowsApplied: done.rowsApplied + result.applied,
    rowsLate: done.rowsLate + result.late,
    rowsRefused: done.rowsRefused + result.repeated.length,
  }
  await moveFeed(unit, feed.id, lease(), changeOf(next), now)
  return next
}

const changeOf = ({ piecesApplied, rowsApplied, rowsLate, rowsRefused, absentApplied }: Done): Done => ({
  piecesApplied,
  rowsApplied,
  rowsLate,
  rowsRefused,
  absentApplied,
})

const inOneCommit = <T>(world: World, work: (unit: Unit, now: Instant) => Promise<T>): Promise<T> =>
  retryRaces(() => world.commit((unit) => work(unit, world.clock.now())))

function headOf(feed: StoredFeed): FeedOfRun {
  if (feed.asOf === null) throw new Error(`the feed ${feed.id} has no time`)
  return {
    asOf: feed.asOf,
    source: feed.connectionId,
    reference: envelopeOf(feed),
    run: feed.run,
  }
}

/** In the document's own words where its connection still reads it; a feed that came whole counts its rows. */
async function refuseRepeated(
  unit: Unit,
  world: World,
  feed: StoredFeed,
  { repeated }: FeedResult,
  before: number,
  now: Instant,
): Promise<void> {
  if (repeated.length === 0) return
  const connection = world.master.current().connections.get(feed.connectionId)
  const port = connection === undefined ? undefined : inboundPort(connection, feed.port)
  const stream = port !== undefined && 'stream' in port && feed.chunks > 0 ? port.stream : undefined
  const reader = stream?.open(feed.meta, {
    connectionId: feed.connectionId as never,
    config: connection?.config as never,
    crosswalk: connection?.crosswalkAt(feed.receivedAt) as never,
    receivedAt: feed.receivedAt,
  })
  const refused = repeated.map((each) => {
    const place = reader?.placeOf(each.row) ?? `row ${each.row}`
    return { part: place, issues: [repeatedRow(place, each)] }
  })
  await quarantineRows(unit, world, feed, refused, before, now)
}

/** Positions of its nodes that the feed left out are zero, by the source's contract. Undefined when it was told to stop. */
async function zeroAbsent(
  world: World,
  { feed, signal, lease, sizes }: FeedWork,
  head: FeedOfRun,
  before: Done,
): Promise<Done | undefined> {
  let done = before
  let last = { sku: '', nodeId: '' }
  for (;;) {
    if (signal.aborted) return undefined
    const page = await absentPositions(
      world.db,
      { run: head.run, asOf: head.asOf, nodes: feed.nodes },
      last,
      sizes.pieceRows,
    )
    const end = page.at(-1)
    if (end === undefined) return done
    last = end
    const rows = page.map((row) => ({ ...row, onHand: 0 })) as StockRow[]
    done = await inOneCommit(world, async (unit, now) => {
      const skus = [...new Set(rows.map((row) => row.sku))]
      const safetyStockOf = await safetyStockFor(unit, world.master.current(), skus, now)
      const result = await applyStockRows(unit, { ...head, safetyStockOf }, rows)
      await followCount(unit, world, result, now)
      const next = { ...done, absentApplied: done.absentApplied + result.applied }
      await moveFeed(unit, feed.id, lease(), { absentApplied: next.absentApplied }, now)
      return next
    })
  }
}

async function finish(world: World, { feed, lease }: FeedWork, done: Done): Promise<void> {
  const now = world.clock.now()
  const isPartly = done.rowsRefused > 0
  const isOutdated = done.rowsApplied + done.absentApplied === 0 && done.rowsLate > 0
  const isEcho = feed.rowsStaged === 0 && feed.rowsEchoed > 0
  const verdict = isOutdated
    ? ({ state: 'superseded', reason: `a newer count than ${feed.asOf} is known for every row` } as const)
    : isEcho
      ? ({ state: 'ignored', reason: 'it is our own echo: the channel says what it was last told' } as const)
      : ({ state: 'applied' } as const)
  const state = isPartly ? 'quarantined' : isOutdated ? 'superseded' : 'applied'
  const reason = isPartly
    ? `${done.rowsRefused} rows are in quarantine; the others are applied`
    : (('reason' in verdict ? verdict.reason : undefined) ?? feed.reason)
  await world.commit(async (unit) => {
    await moveFeed(unit, feed.id, lease(), { state, reason, settledAt: now }, now)
    if (feed.absentMeansZero && feed.asOf !== null) await recordSnapshot(unit, feed.nodes, feed.asOf)
    await forgetPieces(unit, feed.id)
    await tellUnlisted(unit, world, feed, done.rowsRefused, now)
    await resolveQuarantineOf(unit, [envelopeOf(feed)], now)
    await settleDocumentOf(unit, envelopeOf(feed), verdict, now)
  })
}
