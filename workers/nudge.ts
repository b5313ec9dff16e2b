/** Tells the publish queue that availability moved. Missing one does no harm: the sweeper looks too. */
import { faultMessage } from '#core/fault.ts'
import type { World } from './world.ts'

/** Changes within this time are told as one. */
const COALESCE_MS = 250

export async function nudgePublish(world: Pick<World, 'pump' | 'log'>): Promise<void> {
  try {
    await world.pump.addOnce('publish', 'publish', COALESCE_MS)
  } catch (error) {
    world.log.debug('the publish queue was not told', { error: faultMessage(error) })
  }
}
