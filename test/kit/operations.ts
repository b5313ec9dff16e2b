/** What an operator does, for tests. */
import type { Hub } from '#app/hub.ts'
import { resumeConnection } from '#workers/resume.ts'

export async function resume(hub: Hub, connectionId: string): Promise<void> {
  const resumed = await resumeConnection(hub.world, connectionId)
  if (!resumed.ok) throw new Error(resumed.reason)
}
