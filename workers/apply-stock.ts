/** Applies a stock feed that came whole, in the commit of its document. Streamed ones go through feeds.ts, over the same statement. */
import type { Issue } from '#core/issue.ts'
import { holdReason } from '#core/model/feed.ts'
import type { StockRow } from '#core/model/stock.ts'
import type { Instant } from '#core/model/time.ts'
import { withoutEchoes } from '#store/echoes.ts'
import { effectOfRows } from '#store/feed-pieces.ts'
import { feedOfDocument } from '#store/feeds.ts'
import { applyStockRows, PIECE_ROWS, recordSnapshot } from '#store/stock-feed.ts'
import { safetyStockFor } from '#store/safety-stock.ts'
import type { Unit } from '#store/unit.ts'
import { followCount } from './counted.ts'
import { holdWholeFeed } from './hold-feed.ts'
import type { IncomingFeed, StockVerdict } from './verdict.ts'
import type { World } from './world.ts'

export async function applyStockFeed(
  unit: Unit,
  world: World,
  feed: IncomingFeed,
  now: Instant,
): Promise<StockVerdict> {
  const { rows, repeated } = onceEach(feed.value.rows)
  const { connections, stockPolicy } = world.master.current()
  const isChannel = connections.get(feed.connectionId)?.channel !== undefined
  const news = isChannel ? await withoutEchoes(unit, feed.connectionId, rows) : rows
  if (news.length === 0 && rows.length > 0 && repeated.length === 0) return OWN_ECHO
  const zeroesAbsent = feed.value.mode === 'full' && feed.value.absentMeansZero
  const absent = zeroesAbsent ? await absentRows(unit, rows) : []
  const complete = [...news, ...absent]

  const zeroes = complete.filter((row) => row.onHand === 0)
  if (zeroes.length >= stockPolicy.feeds.holdFromPositions) {
    const decided = await feedOfDocument(unit, feed.envelopeId, feed.part)
    if (decided?.state === 'rejected') return { kind: 'ignored', reason: decided.reason ?? 'it was rejected' }
    const effect = await effectOfRows(unit, feed.value.asOf, zeroes, complete.length)
    const reason = holdReason(effect, stockPolicy.feeds)
    if (reason !== undefined && decided?.decidedBy == null) {
      await holdWholeFeed(unit, world, feed, news, { ...effect, reason }, now)
      return { kind: 'held', reason, issues: repeated }
    }
  }

  const applied = await applyRows(unit, world, feed, complete, now)
  if (zeroesAbsent) await recordSnapshot(unit, [...new Set(rows.map((row) => row.nodeId))], feed.value.asOf)
  if (repeated.length > 0) return { kind: 'refused', issues: repeated }
  if (applied === 0 && complete.length > 0)
    return { kind: 'superseded', reason: `a newer count than ${feed.value.asOf} is known for every row` }
  return { kind: 'applied' }
}

const OWN_ECHO: StockVerdict = {
  kind: 'ignored',
  reason: 'it is our own echo: the channel says what it was last told',
}

async function applyRows(
  unit: Unit,
  world: World,
  feed: IncomingFeed,
  rows: readonly StockRow[],
  now: Instant,
): Promise<number> {
  const head = {
    asOf: feed.value.asOf,
    source: feed.connectionId,
    reference: feed.envelopeId,
    safetyStockOf: await safetyStockFor(unit, world.master.current(), skusOf(rows), now),
  }
  let applied = 0
  for (let i = 0; i < rows.length; i += PIECE_ROWS) {
    const result = await applyStockRows(unit, head, rows.slice(i, i + PIECE_ROWS))
    applied += result.applied
    await followCount(unit, world, result, now)
  }
  return applied
}

const skusOf = (rows: readonly StockRow[]): string[] => [...new Set(rows.map((row) => row.sku))]

/** Two rows for one position contradict each other: the first is taken, the second is refused by name. */
function onceEach(rows: readonly StockRow[]): { rows: StockRow[]; repeated: Issue[] } {
  const seen = new Set<string>()
  const repeated: Issue[] = []
  const once = rows.filter((row, index) => {
    const key = `${row.sku}\u001f${row.nodeId}`
    if (!seen.has(key)) return seen.add(key)
    repeated.push(repeatedRow(`/rows/${index}`, row))
    return false
  })
  return { rows: once, repeated }
}

export const repeatedRow = (path: string, row: { sku: string; nodeId: string }): Issue => ({
  code: 'stock.position-repeated',
  class: 'data',
  place: { path },
  rule: 'a feed states each SKU and node once',
  value: `${row.sku} at ${row.nodeId}`,
  cure: 'The first row was taken. Send a corrected feed with one row for it.',
  subject: `${row.sku} at ${row.nodeId}`,
})

/** Positions of the feed's nodes that it does not state: by the source's contract they are zero now. */
async function absentRows(unit: Unit, rows: readonly StockRow[]): Promise<StockRow[]> {
  const stated = new Set(rows.map((row) => `${row.sku}\u001f${row.nodeId}`))
  const known = await unit.query<{ sku: StockRow['sku']; nodeId: StockRow['nodeId'] }>(
    'SELECT sku, node_id AS "nodeId" FROM stock_position WHERE node_id = ANY($1::text[]) ORDER BY sku, node_id',
    [[...new Set(rows.map((row) => row.nodeId))]],
  )
  const absent = known.filter((row) => !stated.has(`${row.sku}\u001f${row.nodeId}`))
  return absent.map((row) => ({ ...row, onHand: 0 }))
}
