/** Links facts and actions into the audit chain, shortly after their commits, and tells those who follow. */
import { linkWaiting } from '#store/audit.ts'
import { tellSubscribers } from './tell-subscribers.ts'
import type { World } from './world.ts'

const MAX_LINKS = 2_000

export async function handleAudit(world: World): Promise<void> {
  let linked: number
  do {
    linked = await world.db.transaction((tx) => linkWaiting(tx, MAX_LINKS))
  } while (linked === MAX_LINKS)
  await tellSubscribers(world)
}
