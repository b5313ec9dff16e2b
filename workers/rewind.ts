/** Setting a list back, so that it is read again from a time on. Looked at before it is done, and kept with who did it. */
import type { Instant } from '#core/model/time.ts'
import type { Cursor, PullPort } from '#connectors/contract/connector.ts'
import { loadCursor, rewindCursor } from '#store/cursors.ts'
import { sourceKeyIsStored } from '#store/envelopes.ts'
import { pollPorts } from './poll.ts'
import type { World } from './world.ts'

export type RewindPreview = {
  before: Cursor | undefined
  after: Cursor
  /** Documents that would be read again, as far as was looked, and how many of them are not stored yet. */
  documents: number
  fresh: number
  /** There are more than were looked at. */
  more: boolean
}

export type RewindRefused = { refused: string }

const MOST_PAGES = 20

/** Asks the partner what lies after `to`, and stores nothing. Throws what the port throws: a cursor it cannot use is a `config` fault. */
export async function previewRewind(
  world: World,
  connectionId: string,
  portName: string,
  to: Instant,
): Promise<RewindPreview | RewindRefused> {
  const connection = (await world.master.fresh()).connections.get(connectionId)
  if (connection === undefined) return { refused: `there is no usable connection "${connectionId}"` }
  const lists = pollPorts(connection).filter(({ port }) => port.transport === 'pull')
  const port = lists.find((each) => each.port.name === portName)?.port as PullPort<unknown> | undefined
  if (port === undefined)
    return {
      refused: `${connectionId} reads no list "${portName}"; it reads ${lists.map((each) => each.port.name).join(', ') || 'none'}`,
    }
  const before = await loadCursor<Cursor>(world.db, connectionId, portName)
  if (before === undefined) return { refused: `${portName} was never read: it begins where its settings say` }
  const after: Cursor = { version: before.version, watermark: to, seenAtWatermark: [] }
  const context = await world.contextOf(connectionId, AbortSignal.timeout(60_000))
  let [documents, fresh, more, cursor] = [0, 0, true, after]
  for (let page = 0; page < MOST_PAGES && more; page++) {
    const read = await port.pull(context, cursor)
    for (const { sourceKey } of read.documents)
      if (!(await sourceKeyIsStored(world.db, connectionId, sourceKey))) fresh += 1
    documents += read.documents.length
    cursor = read.cursor
    more = read.more
  }
  return { before, after, documents, fresh, more }
}

/** Does what was looked at. What is stored already has its key and is not stored again. */
export async function rewind(
  world: World,
  connectionId: string,
  port: string,
  { before, after }: Pick<RewindPreview, 'before' | 'after'>,
  actor: string,
): Promise<void> {
  const rewoundAt = world.clock.now()
  await world.commit((unit) =>
    rewindCursor(unit, { id: world.ids.next('rew'), connectionId, port, before, after, actor, rewoundAt }),
  )
}
