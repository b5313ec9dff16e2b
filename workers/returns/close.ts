/** A return ends when its goods and its money have ended. */
import type { Instant } from '#core/model/time.ts'
import { isDone } from '#core/returns/lines.ts'
import { loadRefunds } from '#store/refunds.ts'
import { type StoredReturn, updateReturn } from '#store/returns.ts'
import type { Unit } from '#store/unit.ts'
import type { World } from '../world.ts'
import { type By, moved, tell, type Work } from './desk.ts'
import { isOpenRefund, payBack } from './refunds.ts'
import { tellChannel } from './words.ts'

/** The last stop of every step: pays what is due, writes the return, and closes it when nothing is left. */
export async function finishStep(unit: Unit, world: World, work: Work, by: By, now: Instant): Promise<StoredReturn> {
  const paid = await payBack(unit, world, work, by, now)
  const closed = await closedIfDone(unit, paid, now)
  await updateReturn(unit, closed)
  if (closed.closedAt !== null && paid.closedAt === null) {
    await tell(unit, world, { orderId: closed.orderId, returnId: closed.id }, 'returnClosed', by, now)
    await tellChannel(unit, world, closed, 'close', undefined, now)
  }
  return closed
}

async function closedIfDone(unit: Unit, ret: StoredReturn, now: Instant): Promise<StoredReturn> {
  const paid = ret.lines.every((line) => line.settled + line.denied >= line.quantity - line.missing)
  if (ret.closedAt !== null || !isDone(ret.lines) || !paid) return ret
  const refunds = await loadRefunds(unit, { returnIds: [ret.id] })
  if (refunds.some((refund) => isOpenRefund(refund.state))) return ret
  const stepped = moved(ret, 'close')
  return stepped.ok ? { ...stepped.ret, closedAt: now, dueAt: null } : ret
}
