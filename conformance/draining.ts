/** What the runtime does with a port that is looked at: all pages, or some looks into a folder, each document put aside once it is kept. */
import type { Cursor, Fetched } from '#connectors/contract/connector.ts'
import { type InboundPort, must } from './check.ts'
import type { Desk } from './desk.ts'

const MOST_PAGES = 200

/** All documents of a folder or a list. `looks` into a folder, with the time between them that its files must lie still. */
export async function pollAll(desk: Desk, { port, shown }: InboundPort, looks = 3): Promise<Fetched[]> {
  if (port.transport === 'pull') return (await drain(desk, { port, shown })).documents
  if (port.transport !== 'folder') return []
  const taken: Fetched[] = []
  const context = desk.context()
  const seen = (key: string): Promise<boolean> => Promise.resolve(taken.some((one) => one.sourceKey === key))
  for (let look = 0; look < looks; look++) {
    for await (const fetched of port.fetch(context, seen)) {
      taken.push(fetched)
      await port.settle(context, fetched)
    }
    desk.clock.advance((shown.file?.settledMs ?? 0) + 1_000)
  }
  return taken
}

export type Drained = { documents: Fetched[]; cursor: Cursor | undefined }

/** Reads pages until there are no more, as one run of the runtime does. `between` happens after the first page. */
export async function drain(desk: Desk, { port }: InboundPort, from?: Cursor, between?: () => void): Promise<Drained> {
  if (port.transport !== 'pull') return { documents: [], cursor: from }
  const documents: Fetched[] = []
  const context = desk.context()
  let cursor = from
  for (let page = 0; page < MOST_PAGES; page++) {
    const read = await port.pull(context, cursor)
    documents.push(...read.documents)
    // As it is kept: as JSON.
    cursor = structuredClone(read.cursor)
    if (page === 0) between?.()
    if (!read.more) return { documents, cursor }
  }
  must(false, `after ${MOST_PAGES} pages there are still more`)
  return { documents, cursor }
}
