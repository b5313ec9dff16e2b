/** Units that a person moves by hand: found, damaged, inspected, written off. */
import type { StockMovement } from '#core/model/stock.ts'
import { resolveShortCases } from '#store/quarantine.ts'
import { ensurePositions, lockedBalances, post } from '#store/stock.ts'
import { nudgePublish } from './nudge.ts'
import { retryRaces } from './races.ts'
import { stockRose } from './stock-rose.ts'
import type { World } from './world.ts'

/** Resolves after the commit: undefined when it was done, else why not. Nothing that is claimed can be moved away. */
export async function moveStock(world: World, move: StockMovement, actor: string): Promise<string | undefined> {
  await world.master.fresh()
  const refused = await retryRaces(() =>
    world.commit(async (unit) => {
      const now = world.clock.now()
      await ensurePositions(unit, [move])
      const there = await lockedBalances(unit, move)
      if (move.from !== 'adjustment' && there[move.from] < move.quantity)
        return `${move.nodeId} has ${Math.max(0, there[move.from])} of ${move.sku} in ${move.from}`
      const { movedAt, ...posting } = move
      const covered = await post(unit, [{ ...posting, cause: 'movement', actor, effectiveAt: movedAt ?? now }])
      await resolveShortCases(unit, covered, 'the units were found', now)
      if (move.to === 'available') await stockRose(unit, world, [move.sku], now)
      return undefined
    }),
  )
  await nudgePublish(world)
  return refused
}
