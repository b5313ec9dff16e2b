/** Live contexts of connections: the guarded transports opened to where the connection may go, and to nowhere else. */
import { Fault } from '#core/fault.ts'
import type { Clock, Log } from '#core/ports.ts'
import type { Context } from '#connectors/contract/connector.ts'
import { openTransports, type Transports } from '#connectors/transport/open.ts'
import type { Database } from '#store/database.ts'
import { nextNumbers } from '#store/sequences.ts'
import type { LiveConnection, MasterCache } from '#workers/master.ts'
import { createPace } from '#workers/pace.ts'
import { revealSecret } from './secrets.ts'

export type Contexts = {
  of: (connectionId: string, signal: AbortSignal) => Promise<Context<unknown>>
  secretOf: (connection: Pick<LiveConnection, 'id' | 'secrets'>, name: string) => string | undefined
  close: () => Promise<void>
}

type Opened = { from: LiveConnection } & Transports
type World = {
  db: Database
  master: MasterCache
  clock: Clock
  log: Log
  environment: Readonly<Record<string, string | undefined>>
}

export function createContexts(world: World): Contexts {
  const opened = new Map<string, Opened>()

  const secretOf: Contexts['secretOf'] = (connection, name) => {
    const reference = connection.secrets[name]
    return reference === undefined ? undefined : revealSecret(reference, world.environment)
  }
  const secret = (connection: LiveConnection) => (name: string) => {
    const value = secretOf(connection, name)
    if (value === undefined)
      throw new Fault('config', {
        code: 'secret.missing',
        message: `the connection ${connection.id} has no secret "${name}"`,
      })
    return value
  }

  return {
    secretOf,
    of: async (connectionId, signal) => {
      const connection = (await world.master.fresh()).connections.get(connectionId)
      if (connection === undefined)
        throw new Fault('config', {
          code: 'connection.unknown',
          message: `there is no usable connection "${connectionId}"`,
        })
      let transports = opened.get(connectionId)
      // Changed settings mean new sockets: the old ones end when their work does.
      if (transports === undefined || !sameSettings(transports.from, connection)) {
        await transports?.close()
        const { connector, config } = connection
        transports = {
          from: connection,
          ...openTransports(connector.endpoints(config), connector.limits(config), secret(connection), {
            log: world.log,
            pace: createPace(world.db, connectionId, connector.limits(config)),
          }),
        }
        opened.set(connectionId, transports)
      }
      return {
        connectionId: connection.id as Context<unknown>['connectionId'],
        config: connection.config,
        secret: secret(connection),
        crosswalk: connection.crosswalkAt(world.clock.now()),
        http: transports.http,
        sftp: transports.sftp,
        nextNumbers: (sequence, count) => nextNumbers(world.db, connectionId, sequence, count),
        clock: world.clock,
        log: world.log,
        signal,
      }
    },
    close: async () => {
      await Promise.allSettled([...opened.values()].map((each) => each.close()))
      opened.clear()
    },
  }
}

const sameSettings = (a: LiveConnection, b: LiveConnection): boolean =>
  a === b || JSON.stringify([a.config, a.secrets]) === JSON.stringify([b.config, b.secrets])
