/**
 * Applies a change of stock that a node tells as a change. It is posted at its own time, so that a count which was taken before it and
 * comes later still has it added; a count that was taken after it has it already.
 */
import type { Issue } from '#core/issue.ts'
import type { StockChange } from '#core/model/stock.ts'
import type { Instant } from '#core/model/time.ts'
import { safetyStockFor } from '#store/safety-stock.ts'
import { resolveShortCases } from '#store/quarantine.ts'
import { lockedCount, post } from '#store/stock.ts'
import { applyStockRows } from '#store/stock-feed.ts'
import type { Unit } from '#store/unit.ts'
import { followCount } from './counted.ts'
import { stockRose } from './stock-rose.ts'
import type { Incoming, Verdict } from './verdict.ts'
import type { World } from './world.ts'

export async function applyStockChange(
  unit: Unit,
  world: World,
  { value, connectionId, envelopeId }: Incoming<StockChange>,
  now: Instant,
): Promise<Verdict> {
  const known = await lockedCount(unit, value)
  if (known === undefined) return { kind: 'refused', issues: [notCounted(value)] }
  if (known.asOf >= value.at)
    return { kind: 'superseded', reason: `the count of ${known.asOf} was taken after it and has it already` }
  // Claimed units are gone: what is left becomes the count, and the claims that it does not cover go to a person.
  if (known.available + value.delta < 0) {
    const { sku, nodeId, at } = value
    const safetyStockOf = await safetyStockFor(unit, world.master.current(), [sku], now)
    const head = { asOf: at, source: connectionId, reference: envelopeId, safetyStockOf }
    const onHand = Math.max(0, known.onHand + value.delta)
    await followCount(unit, world, await applyStockRows(unit, head, [{ sku, nodeId, onHand }]), now)
    return { kind: 'applied' }
  }
  const rises = value.delta > 0
  const covered = await post(unit, [
    {
      sku: value.sku,
      nodeId: value.nodeId,
      from: rises ? 'adjustment' : 'available',
      to: rises ? 'available' : 'adjustment',
      quantity: Math.abs(value.delta),
      cause: 'movement',
      reference: envelopeId,
      actor: connectionId,
      effectiveAt: value.at,
    },
  ])
  await resolveShortCases(unit, covered, 'the units were found', now)
  if (rises) await stockRose(unit, world, [value.sku], now)
  return { kind: 'applied' }
}

const notCounted = ({ sku, nodeId }: StockChange): Issue => ({
  code: 'stock.not-counted',
  class: 'data',
  place: { path: `${sku} at ${nodeId}` },
  rule: 'must follow a count: nothing is known of this position, so there is nothing to change',
  value: `${sku} at ${nodeId}`,
  cure: 'Ask the node for a full count, then replay.',
  subject: `${sku} at ${nodeId}`,
})
