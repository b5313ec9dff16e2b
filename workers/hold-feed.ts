/** Feeds that would take too much to zero wait here for a person: held, approved, rejected, or superseded by a newer one. */
import { step } from '#core/model/chart.ts'
import { feedChart } from '#core/model/charts.ts'
import type { FeedEffect } from '#core/model/feed.ts'
import type { StockRow } from '#core/model/stock.ts'
import type { Instant } from '#core/model/time.ts'
import { addPiece } from '#store/feed-pieces.ts'
import { changeFeed, feedOf, openHeldFeed, type StoredFeed, supersedeHeld } from '#store/feeds.ts'
import { openCases, resolveCases } from '#store/quarantine.ts'
import { PIECE_ROWS } from '#store/stock-feed.ts'
import type { Unit } from '#store/unit.ts'
import { settleDocumentOf } from './settle-feed.ts'
import type { IncomingFeed } from './verdict.ts'
import type { World } from './world.ts'

export type Held = FeedEffect & { reason: string }

/** A feed that came whole: its rows are staged, so that an approval applies exactly what was looked at. */
export async function holdWholeFeed(
  unit: Unit,
  world: Pick<World, 'ids'>,
  feed: IncomingFeed,
  rows: readonly StockRow[],
  held: Held,
  now: Instant,
): Promise<void> {
  const { connectionId, envelopeId, part, port, value } = feed
  const id = await openHeldFeed(unit, {
    id: world.ids.next('fed'),
    connectionId,
    port,
    envelopeId,
    part,
    meta: {},
    receivedAt: now,
  })
  const numbered = rows.map((row, index) => ({ ...row, row: index + 1 }))
  let pieces = 0
  for (let i = 0; i < numbered.length; i += PIECE_ROWS)
    await addPiece(unit, id, pieces++, numbered.slice(i, i + PIECE_ROWS))
  const nodes = [...new Set(rows.map((row) => row.nodeId as string))].sort()
  await changeFeed(
    unit,
    id,
    {
      mode: value.mode,
      asOf: value.asOf,
      absentMeansZero: value.mode === 'full' && value.absentMeansZero,
      nodes,
      rowsRead: value.rows.length,
      rowsStaged: rows.length,
      pieces,
      ...heldChange(held, now),
    },
    now,
  )
  await supersedeOlder(unit, { id, connectionId, mode: value.mode, asOf: value.asOf, nodes }, now)
  await openHoldCase(unit, world, { id, connectionId, asOf: value.asOf }, held, now)
}

export const heldChange = ({ stated, wouldZero, examples, reason }: Held, now: Instant) =>
  ({ state: 'held', stated, wouldZero, examples, reason, stagedAt: now }) as const

export async function openHoldCase(
  unit: Unit,
  world: Pick<World, 'ids'>,
  feed: { id: string; connectionId: string; asOf: Instant },
  { reason, examples }: Held,
  now: Instant,
): Promise<void> {
  const some = examples.slice(0, 5).map((each) => `${each.sku} at ${each.nodeId} has ${each.onHand}`)
  await openCases(
    unit,
    [
      {
        id: world.ids.next('exc'),
        kind: 'feedHeld',
        subject: feed.id,
        detail: `The stock feed of ${feed.connectionId} as of ${feed.asOf} is held: ${reason}. For example: ${some.join(', ')}`,
        cure: `Ask the source. Then: crossdock feeds approve ${feed.id}, or crossdock feeds reject ${feed.id}.`,
        owner: 'operator',
      },
    ],
    now,
  )
}

/** A full feed that is read makes older held ones of the same source and nodes pointless, be it applied or held itself. */
export async function supersedeOlder(
  unit: Unit,
  feed: { id: string; connectionId: string; mode: 'full' | 'delta'; asOf: Instant; nodes: readonly string[] },
  now: Instant,
): Promise<void> {
  if (feed.mode !== 'full') return
  const reason = `a newer full feed came: ${feed.id}, as of ${feed.asOf}`
  const older = await supersedeHeld(unit, feed, reason, now)
  await resolveCases(
    unit,
    'feedHeld',
    older.map((each) => each.id),
    reason,
    now,
  )
  for (const { envelopeId } of older) await settleDocumentOf(unit, envelopeId, { state: 'superseded', reason }, now)
}

export type Decision = { ok: true; feed: StoredFeed } | { ok: false; why: 'unknown' | 'state'; reason: string }

/** A person's word on a held feed. `actor` is kept with it. */
export async function decideFeed(
  unit: Unit,
  id: string,
  decision: 'approve' | 'reject',
  actor: string,
  reason: string | undefined,
  now: Instant,
): Promise<Decision> {
  const feed = await feedOf(unit, id, 'FOR UPDATE')
  if (feed === undefined) return { ok: false, why: 'unknown', reason: `There is no stock feed ${id}.` }
  const stepped = step(feedChart, feed.state, decision)
  if (!stepped.ok) return { ok: false, why: 'state', reason: stepped.reason }
  const words = `${decision === 'approve' ? 'approved' : 'rejected'} by ${actor}${reason === undefined ? '' : `: ${reason}`}`
  const settled = decision === 'reject' ? { settledAt: now } : {}
  await changeFeed(unit, id, { state: stepped.state, reason: words, decidedBy: actor, decidedAt: now, ...settled }, now)
  await resolveCases(unit, 'feedHeld', [id], words, now)
  if (decision === 'approve') unit.enqueue('feed', [id])
  else await settleDocumentOf(unit, feed.envelopeId ?? '', { state: 'ignored', reason: words }, now)
  return { ok: true, feed: { ...feed, state: stepped.state, reason: words, decidedBy: actor, decidedAt: now } }
}
