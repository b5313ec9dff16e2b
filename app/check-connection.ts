/** Asks a connection's partner whether it works; what had stopped it is then cured, and its waiting work goes on. */
import { faultMessage } from '#core/fault.ts'
import type { CheckResult } from '#connectors/contract/connector.ts'
import { resumeConnection } from '#workers/resume.ts'
import type { Hub } from './hub.ts'

const TIMEOUT_MS = 30_000

/** The answer in words for an operator; a connection that cannot even be set up says why. */
export async function checkConnection(hub: Hub, id: string): Promise<{ ok: boolean; text: string }> {
  const master = await hub.world.master.fresh()
  const live = master.connections.get(id)
  if (live === undefined) {
    const why = master.broken.get(id) ?? 'there is no such connection; crossdock apply reads them from the network file'
    return { ok: false, text: `${id} cannot be used: ${why}` }
  }
  const result = await live.connector
    .check(await hub.contexts.of(id, AbortSignal.timeout(TIMEOUT_MS)))
    .catch((error: unknown): CheckResult => ({
      ok: false,
      fault: 'config',
      detail: faultMessage(error),
      cure: 'Read the detail, correct the settings and check again.',
    }))
  if (!result.ok) return { ok: false, text: `${id} does not work (${result.fault}): ${result.detail}\n${result.cure}` }
  if (live.state === 'broken') await resumeConnection(hub.world, id)
  return { ok: true, text: `${id} works: ${result.detail}` }
}
