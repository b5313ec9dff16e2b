/** Reads a stored feed into pieces, and judges it when all of it was read: apply, or hold for a person. */
import { holdReason } from '#core/model/feed.ts'
import type { StockHead, StockRowBatch, StockRowReader } from '#connectors/contract/connector.ts'
import { withoutEchoes } from '#store/echoes.ts'
import { settleEnvelopes } from '#store/envelopes.ts'
import { addPiece, chunkOf, effectOfFeed, nodesOfFeed, type NumberedRow } from '#store/feed-pieces.ts'
import { moveFeed, type StoredFeed } from '#store/feeds.ts'
import { repeatedRow } from './apply-stock.ts'
import { closeDocument, type Closing } from './close-feed.ts'
import { endUnused, quarantineRows, refuseFeed, type Refused } from './feed-refusals.ts'
import { envelopeOf, type FeedWork } from './feed-work.ts'
import { heldChange, openHoldCase, supersedeOlder } from './hold-feed.ts'
import type { World } from './world.ts'

export type Staging = { reader: StockRowReader; isChannel: boolean }

type Progress = Pick<StoredFeed, 'rowsRead' | 'rowsStaged' | 'rowsRefused' | 'rowsEchoed' | 'pieces'>

export async function stageFeed(world: World, work: FeedWork, staging: Staging): Promise<void> {
  const { feed, signal, sizes } = work
  const { reader } = staging
  const stage = new Stage(world, work, staging)
  for (let seq = 0; seq < feed.chunks; seq++) {
    const chunk = await chunkOf(world.db, feed.id, seq)
    for (let from = 0; from < chunk.length; from += sizes.readBytes) {
      await stage.take(reader.push(chunk.subarray(from, from + sizes.readBytes)))
      const fault = reader.fault()
      if (fault !== undefined) return refuseFeed(world, work, fault)
    }
    if (signal.aborted) return
  }
  await stage.take(reader.end())
  const head = reader.head()
  const fault = reader.fault()
  const closing = reader.closing?.()
  if (fault !== undefined || head === undefined) return refuseFeed(world, work, fault ?? [], closing)
  await judge(world, work, head, await stage.finish(), closing)
}

/** Collects what the reader gives and commits it in pieces. After a crash the document is read again, and what was committed is passed over. */
class Stage {
  readonly #world: World
  readonly #work: FeedWork
  readonly #staging: Staging
  readonly #progress: Progress
  #passed = 0
  #rows: NumberedRow[] = []
  #refused: Refused[] = []

  constructor(world: World, work: FeedWork, staging: Staging) {
    this.#world = world
    this.#work = work
    this.#staging = staging
    const { rowsRead, rowsStaged, rowsRefused, rowsEchoed, pieces } = work.feed
    this.#progress = { rowsRead, rowsStaged, rowsRefused, rowsEchoed, pieces }
  }

  /** Commits fall between batches only, so a batch was committed whole or not at all. */
  async take({ rows, refused }: StockRowBatch): Promise<void> {
    this.#passed += rows.length + refused.length
    if (this.#passed <= this.#work.feed.rowsRead) return
    this.#rows.push(...rows)
    this.#refused.push(...refused)
    const { pieceRows, refusedRows } = this.#work.sizes
    if (this.#rows.length >= pieceRows || this.#refused.length >= refusedRows) await this.#commit()
  }

  async finish(): Promise<Progress> {
    if (this.#rows.length > 0 || this.#refused.length > 0) await this.#commit()
    return this.#progress
  }

  async #commit(): Promise<void> {
    const { feed, lease } = this.#work
    const now = this.#world.clock.now()
    const { once, repeated } = this.#onceEach()
    const refused = [...this.#refused, ...repeated]
    await this.#world.commit(async (unit) => {
      const news = this.#staging.isChannel ? await withoutEchoes(unit, feed.connectionId, once) : once
      const before = this.#progress
      const next: Progress = {
        rowsRead: this.#passed,
        rowsStaged: before.rowsStaged + news.length,
        rowsRefused: before.rowsRefused + refused.length,
        rowsEchoed: before.rowsEchoed + once.length - news.length,
        pieces: before.pieces + (news.length > 0 ? 1 : 0),
      }
      const head = this.#staging.reader.head()
      await moveFeed(unit, feed.id, lease(), { ...next, ...head }, now)
      if (news.length > 0) await addPiece(unit, feed.id, before.pieces, news)
      await quarantineRows(unit, this.#world, feed, refused, before.rowsRefused, now)
      Object.assign(before, next)
    })
    this.#rows = []
    this.#refused = []
  }

  /** Within a piece here; across pieces the statement that applies them finds the second one. */
  #onceEach(): { once: NumberedRow[]; repeated: Refused[] } {
    const seen = new Set<string>()
    const repeated: Refused[] = []
    const once = this.#rows.filter((row) => {
      const key = `${row.sku}\u001f${row.nodeId}`
      if (!seen.has(key)) return seen.add(key)
      const place = this.#staging.reader.placeOf(row.row)
      repeated.push({ part: place, issues: [repeatedRow(place, row)] })
      return false
    })
    return { once, repeated }
  }
}

async function judge(
  world: World,
  work: FeedWork,
  head: StockHead,
  read: Progress,
  closing: Closing | undefined,
): Promise<void> {
  const { feed, lease } = work
  const { feeds: rule } = world.master.current().stockPolicy
  const nodes = await nodesOfFeed(world.db, feed.id)
  // A row that was refused or dropped is not absent: setting its SKU to zero would be a loss nobody ordered.
  const zeroesAbsent = head.mode === 'full' && head.absentMeansZero && read.rowsRefused + read.rowsEchoed === 0
  const effect = await effectOfFeed(world.db, { id: feed.id, asOf: head.asOf, nodes }, zeroesAbsent)
  const reason = feed.decidedBy === null ? holdReason(effect, rule) : undefined
  const now = world.clock.now()
  await world.commit(async (unit) => {
    const closed = await closeDocument(unit, world, feed, closing, now)
    if (closed.repeats !== undefined || closed.issues.length > 0) return endUnused(unit, world, work, closed, now)
    const staged = { ...head, absentMeansZero: zeroesAbsent, nodes }
    const judged =
      reason === undefined
        ? ({ ...effect, state: 'applying', stagedAt: now } as const)
        : heldChange({ ...effect, reason }, now)
    await moveFeed(unit, feed.id, lease(), { ...staged, ...judged }, now)
    await supersedeOlder(unit, { ...feed, ...head, nodes }, now)
    if (reason === undefined) return
    await openHoldCase(unit, world, { ...feed, ...head }, { ...effect, reason }, now)
    await settleEnvelopes(unit, [{ id: envelopeOf(feed), state: 'held', reason }], now)
  })
}
