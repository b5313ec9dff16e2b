/** A partner tells of its own nodes only. */
import type { Issue } from '#core/issue.ts'
import type { World } from './world.ts'

export function foreignNode(world: World, nodeId: string, connectionId: string): Issue | undefined {
  if (world.master.current().nodes.get(nodeId)?.connection === connectionId) return undefined
  return {
    code: 'stock.foreign-node',
    class: 'config',
    place: { path: '/nodeId' },
    rule: `must be a node of the connection ${connectionId}`,
    value: nodeId,
    cure: 'Correct the node’s connection or the crosswalk row of this place, then replay; or discard the document.',
    subject: nodeId,
  }
}
