/** Labels that nobody used and goods that nobody looked at: a return waits for nothing without an end. */
import type { Instant } from '#core/model/time.ts'
import { openCases } from '#store/quarantine.ts'
import { moveReturning, overdueReturns, type StoredReturn } from '#store/returns.ts'
import type { Unit } from '#store/unit.ts'
import { retryRaces } from '../races.ts'
import type { World } from '../world.ts'
import { finishStep } from './close.ts'
import { type By, moved, openReturn, tell, type Work } from './desk.ts'
import { cancelWaitingExchange } from './exchange.ts'

const MAX_AT_ONCE = 200
const BY: By = { actor: 'timers' }

export async function handleOverdueReturns(world: World): Promise<void> {
  const now = world.clock.now()
  const { expired, uninspected } = await overdueReturns(world.db, now, MAX_AT_ONCE)
  if (expired.length + uninspected.length === 0) return
  await world.master.fresh()
  for (const { id } of expired) {
    await retryRaces(() =>
      world.commit(async (unit) => {
        const work = await openReturn(unit, id)
        if (work !== undefined && (work.ret.expiresAt ?? now) < now) await lapse(unit, world, work, now)
      }),
    )
  }
  if (uninspected.length > 0) {
    await world.commit((unit) =>
      openCases(
        unit,
        uninspected.map(({ id, orderId }) => ({
          id: world.ids.next('exc'),
          kind: 'returnOverdue' as const,
          subject: id,
          orderId,
          detail: 'its goods came and nobody has looked at them in time',
          cure: 'Have them looked at: POST /v1/returns/{id}/inspections.',
          owner: 'partner' as const,
        })),
        now,
      ),
    )
  }
}

/** What was still expected is given up; it counts again if it comes after all. */
async function lapse(unit: Unit, world: World, { order, ret }: Work, now: Instant): Promise<void> {
  const late = ret.lines.filter((line) => line.expected > 0)
  if (late.length === 0) return
  const stepped = moved(ret, 'lapse')
  await moveReturning(
    unit,
    late.map((line) => ({ orderId: ret.orderId, lineNo: line.orderLineNo, returning: -line.expected, returned: 0 })),
  )
  const after: StoredReturn = {
    ...(stepped.ok ? stepped.ret : ret),
    lines: ret.lines.map((line) => ({ ...line, missing: line.missing + line.expected, expected: 0 })),
  }
  await tell(unit, world, { orderId: ret.orderId, returnId: ret.id }, 'returnLapsed', BY, now, {
    lines: late.map((line) => ({ lineNo: line.orderLineNo, quantity: line.expected })),
  })
  const nothingCame = after.lines.every((line) => line.received === 0)
  const exchange = nothingCame ? await cancelWaitingExchange(unit, world, ret, BY, now) : 'none'
  const paid = after.lines.reduce((sum, line) => sum + Math.max(0, line.settled - line.received), 0)
  if (paid > 0 && exchange !== 'cancelled') {
    await openCases(
      unit,
      [
        {
          id: world.ids.next('exc'),
          kind: 'returnOverdue',
          subject: ret.id,
          orderId: ret.orderId,
          detail: `${paid} units were paid back or exchanged and did not come back in time`,
          cure: 'Ask the customer for the goods or for the money, then resolve the case.',
          owner: 'operator',
        },
      ],
      now,
    )
  }
  await finishStep(unit, world, { order, ret: after }, BY, now)
}
