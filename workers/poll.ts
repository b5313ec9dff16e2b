/** Looking into partners' folders and lists. A document is stored first; the file is moved, or the cursor advanced, after that. */
import { Fault } from '#core/fault.ts'
import type { Context, Cursor, Fetched, FolderPort, PullPort } from '#connectors/contract/connector.ts'
import { loadCursor, saveCursor } from '#store/cursors.ts'
import { acceptEnvelopes, type NewEnvelope, sourceKeyIsStored } from '#store/envelopes.ts'
import { type LiveConnection, portsOf } from './master.ts'
import { breakConnection, isStopping } from './settle.ts'
import { storeFeed } from './store-feed.ts'
import type { World } from './world.ts'

type PollPort = FolderPort<unknown> | PullPort<unknown>

/** Every port that has to be looked at from time to time, with the name of its queue. */
export function pollPorts(connection: LiveConnection): { port: PollPort; queue: string }[] {
  return portsOf(connection).flatMap((port) =>
    port.direction === 'in' && (port.transport === 'folder' || port.transport === 'pull')
      ? [{ port: port as PollPort, queue: pollQueue(connection.id, port.name) }]
      : [],
  )
}

export const pollQueue = (connectionId: string, port: string): string => `poll-${connectionId}-${port}`

export async function handlePoll(
  world: World,
  connectionId: string,
  portName: string,
  signal: AbortSignal,
): Promise<void> {
  const connection = (await world.master.fresh()).connections.get(connectionId)
  if (connection === undefined || connection.state !== 'active') return
  const found = pollPorts(connection).find((each) => each.port.name === portName)
  if (found === undefined) return
  try {
    if (found.port.transport === 'folder') await pollFolder(world, connection, found.port, signal)
    else await pullPages(world, connection, found.port, signal)
  } catch (error) {
    // A login or a setting that is refused will be refused again: it stops the connection, as it does when something is sent.
    if (error instanceof Fault && isStopping(error.kind)) {
      const { kind: fault, message } = error
      await world.commit((unit) => breakConnection(unit, world, connection, { fault, message }, world.clock.now()))
    }
    throw error
  }
}

async function pollFolder(
  world: World,
  connection: LiveConnection,
  port: FolderPort<unknown>,
  signal: AbortSignal,
): Promise<void> {
  const context = await world.contextOf(connection.id, signal)
  const seen = (sourceKey: string): Promise<boolean> => sourceKeyIsStored(world.db, connection.id, sourceKey)
  for await (const fetched of port.fetch(context, seen)) {
    await world.commit((unit) => acceptEnvelopes(unit, [envelopeOf(world, connection.id, port.name, fetched)]))
    await port.settle(context, fetched)
    if (signal.aborted) return
  }
  if (port.stream !== undefined) await pollStreams(world, connection, port, port.stream, context, signal)
}

/** Large files: stored while they are read. One that is known already is moved all the same. */
async function pollStreams(
  world: World,
  connection: LiveConnection,
  port: FolderPort<unknown>,
  stream: NonNullable<FolderPort<unknown>['stream']>,
  context: Context<unknown>,
  signal: AbortSignal,
): Promise<void> {
  for await (const { meta, chunks, sourceKey } of stream.fetch(context)) {
    const stored = await storeFeed(world, {
      connectionId: connection.id,
      port: port.name,
      meta,
      chunks,
      sourceKey,
      maxBytes: stream.maxBytes(connection.config),
    })
    await port.settle(context, { sourceKey: stored.sourceKey, meta })
    if (signal.aborted) return
  }
}

async function pullPages(
  world: World,
  connection: LiveConnection,
  port: PullPort<unknown>,
  signal: AbortSignal,
): Promise<void> {
  const context = await world.contextOf(connection.id, signal)
  for (;;) {
    const cursor = await loadCursor<Cursor>(world.db, connection.id, port.name)
    const page = await port.pull(context, cursor)
    // Documents and cursor in one commit: a crash re-reads the page, and source keys make that harmless.
    await world.commit(async (unit) => {
      await acceptEnvelopes(
        unit,
        page.documents.map((each) => envelopeOf(world, connection.id, port.name, each)),
      )
      await saveCursor(unit, connection.id, port.name, page.cursor, world.clock.now())
    })
    if (!page.more || signal.aborted) return
  }
}

const envelopeOf = (world: World, connectionId: string, port: string, fetched: Fetched): NewEnvelope => ({
  id: world.ids.next('env'),
  connectionId,
  port,
  sourceKey: fetched.sourceKey,
  meta: fetched.meta,
  raw: fetched.raw,
  receivedAt: world.clock.now(),
})
