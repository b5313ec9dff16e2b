/** What keeps a connection from working as it is written, before anything is sent: for whoever writes one. */
import type { Connection } from '#core/model/channel.ts'
import type { Connector } from '#connectors/contract/connector.ts'
import { usableConnection } from './master.ts'

export function connectionProblems(
  connection: Connection,
  connectors: ReadonlyMap<string, Connector>,
): { path: string; message: string }[] {
  const usable = usableConnection(connection, connectors)
  if (!usable.ok) return usable.problems
  const { id, secrets } = usable.connector
  return Object.keys(connection.secrets)
    .filter((name) => !Object.hasOwn(secrets, name))
    .map((name) => ({
      path: `secrets.${name}`,
      message: `${id} has no secret of this name; it has ${Object.keys(secrets).join(', ') || 'none'}`,
    }))
}
