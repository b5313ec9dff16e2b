/** What the channel's answer to a refund means for the refund, in the commit that settles its instruction. */
import type { Instant } from '#core/model/time.ts'
import type { Settlement, StoredInstruction } from '#store/instructions.ts'
import { lockOrders } from '#store/orders.ts'
import { loadRefunds, type StoredRefund } from '#store/refunds.ts'
import { loadReturns } from '#store/returns.ts'
import type { Unit } from '#store/unit.ts'
import type { World } from '../world.ts'
import { finishStep } from './close.ts'
import type { By } from './desk.ts'
import { moveRefund } from './refunds.ts'

type Settled = { row: StoredInstruction; settlement: Pick<Settlement, 'state' | 'reference' | 'detail'> }

export async function refundsFollow(
  unit: Unit,
  world: World,
  connectionId: string,
  settled: readonly Settled[],
  now: Instant,
): Promise<void> {
  const mine = settled.filter((each) => each.row.kind === 'channelRefund')
  for (const { row, settlement } of mine) {
    const by = { actor: connectionId, cause: row.id }
    const [refund] = await loadRefunds(unit, { ids: [row.subjectId] })
    if (refund === undefined) continue
    if (settlement.state === 'sent') await paid(unit, world, refund, settlement.reference, by, now)
    else if (settlement.state === 'unknown' || settlement.state === 'parked')
      await moveRefund(unit, world, refund, 'lose', { by, now })
    else if (settlement.state === 'rejected')
      await moveRefund(unit, world, refund, 'refuse', { by, now, detail: settlement.detail })
    // Looked up and not there: it is on its way again.
    else if (settlement.state === 'queued') await moveRefund(unit, world, refund, 'retry', { by, now })
  }
}

/** The money has gone back, by whichever way we learned it; the return may end with it. The caller holds the order's lock. */
export async function paid(
  unit: Unit,
  world: World,
  refund: StoredRefund,
  reference: string | undefined,
  by: By,
  now: Instant,
): Promise<void> {
  // A person may have sent a refused instruction again: then it was triggered once more.
  if (refund.state === 'pending') await moveRefund(unit, world, refund, 'trigger', { by, now })
  const state = refund.state === 'pending' ? 'triggered' : refund.state
  const late = await moveRefund(unit, world, { ...refund, state }, 'confirm', { reference, by, now })
  if (late !== undefined || refund.returnId === null) return
  const [order] = await lockOrders(unit, [refund.orderId])
  const [ret] = await loadReturns(unit, { ids: [refund.returnId] })
  if (order !== undefined && ret !== undefined) await finishStep(unit, world, { order, ret }, by, now)
}
