/**
 * Corrections of a node's book (947): goods found, lost, broken or put on hold. A correction moves the node's count by so many units
 * and is as old as its telling: what a newer count knows already is not added to it.
 */
import type { Issue } from '#core/issue.ts'
import type { Posting, StockRow } from '#core/model/stock.ts'
import type { StockAdjustment, Told } from '#core/model/trade.ts'
import type { Instant } from '#core/model/time.ts'
import { insertAdjustment } from '#store/adjustments.ts'
import { resolveShortCases } from '#store/quarantine.ts'
import { safetyStockFor } from '#store/safety-stock.ts'
import { countedBalances, ensurePositions, post } from '#store/stock.ts'
import { applyStockRows } from '#store/stock-feed.ts'
import type { Unit } from '#store/unit.ts'
import { followCount } from './counted.ts'
import { foreignNode } from './own-nodes.ts'
import { stockRose } from './stock-rose.ts'
import type { Incoming, Verdict } from './verdict.ts'
import type { World } from './world.ts'

type Line = StockAdjustment['lines'][number]

/** Where units go that stay in the house and cannot be sold. */
const SET_ASIDE: Partial<Record<Line['reason'], 'damaged' | 'qualityControl'>> = {
  damage: 'damaged',
  hold: 'qualityControl',
}

export async function applyAdjustment(
  unit: Unit,
  world: World,
  { value, connectionId, envelopeId }: Incoming<Told<StockAdjustment>>,
  now: Instant,
): Promise<Verdict> {
  const { adjustmentNumber: number, nodeId, toldAt } = value
  const foreign: Issue | undefined = foreignNode(world, nodeId, connectionId)
  if (foreign !== undefined) return { kind: 'refused', issues: [foreign] }
  if (!(await insertAdjustment(unit, { connectionId, nodeId, number, envelopeId, toldAt })))
    return { kind: 'duplicate' }
  let known = 0
  for (const line of value.lines)
    if (!(await applyLine(unit, world, line, { nodeId, connectionId, envelopeId, toldAt }, now))) known += 1
  if (known === value.lines.length)
    return { kind: 'superseded', reason: `a newer count than ${toldAt} is known for every line` }
  return { kind: 'applied' }
}

type Told947 = { nodeId: StockAdjustment['nodeId']; connectionId: string; envelopeId: string; toldAt: Instant }

/** False when a newer count is known. */
async function applyLine(unit: Unit, world: World, line: Line, told: Told947, now: Instant): Promise<boolean> {
  const { nodeId, connectionId, envelopeId, toldAt } = told
  const position = { sku: line.sku, nodeId }
  await ensurePositions(unit, [position])
  const there = await countedBalances(unit, position)
  if (there.asOf !== null && there.asOf > toldAt) return false
  const aside = SET_ASIDE[line.reason]
  const moved = aside === undefined ? 0 : setAside(line.change, there.available, there[aside])
  if (aside !== undefined && moved !== 0) {
    const [from, to] = moved < 0 ? (['available', aside] as const) : ([aside, 'available'] as const)
    const posting: Posting = {
      ...position,
      from,
      to,
      quantity: Math.abs(moved),
      cause: 'movement',
      reference: envelopeId,
      actor: connectionId,
      effectiveAt: toldAt,
    }
    await resolveShortCases(unit, await post(unit, [posting]), 'the units were found', now)
    if (to === 'available') await stockRose(unit, world, [line.sku], now)
  }
  const change = line.change - moved
  if (change === 0) return true
  // What is claimed and not there any more becomes a case of its own, as with any count.
  const row: StockRow = { ...position, onHand: Math.max(0, there.onHand + change) }
  const safetyStockOf = await safetyStockFor(unit, world.master.current(), [line.sku], now)
  const head = { asOf: toldAt, source: connectionId, reference: envelopeId, safetyStockOf }
  await followCount(unit, world, await applyStockRows(unit, head, [row]), now)
  return true
}

/** How many of the units can be moved within the house: no more than are free, or were set aside. */
const setAside = (change: number, available: number, aside: number): number =>
  change < 0 ? -Math.min(-change, Math.max(0, available)) : Math.min(change, aside)
