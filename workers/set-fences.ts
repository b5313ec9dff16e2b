/** Fences that a person or a system sets: whoever waits for units that are claimable now is woken in the same commit. */
import { type Fence, type FenceRefusal, putFences } from '#store/fences.ts'
import { nudgePublish } from './nudge.ts'
import { stockRose } from './stock-rose.ts'
import type { World } from './world.ts'

/** All or nothing: answers what was refused, or an empty list when all were set. */
export async function setFences(world: World, fences: readonly Fence[]): Promise<FenceRefusal[]> {
  await world.master.fresh()
  const refused = await world.commit(async (unit) => {
    const put = await putFences(unit, fences)
    await stockRose(unit, world, put.changed, world.clock.now())
    return put.refused
  })
  await nudgePublish(world)
  return refused
}
