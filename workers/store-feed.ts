/** Stores a stock feed of any size while it comes in: chunk by chunk, and a document only when its last byte is there. */
import { createHash } from 'node:crypto'
import { Fault, faultMessage } from '#core/fault.ts'
import { isDatabaseAway } from '#store/database.ts'
import { addChunk, completeFeed, forgetFeed, type NewFeed, openFeed } from '#store/feeds.ts'
import type { World } from './world.ts'

export type FeedUpload = {
  connectionId: string
  port: string
  meta: Record<string, string>
  chunks: AsyncIterable<Uint8Array>
  maxBytes: number
  /** From the SHA-256 of the whole content, in hex. */
  sourceKey: (contentHash: string) => string
}

export type FeedReceipt = { feedId: string; envelopeId: string; sourceKey: string; fresh: boolean }

/** What is stored at a time, and read again at a time. */
const CHUNK_BYTES = 1_000_000

/** Throws a Fault `data` above `maxBytes`. Whatever goes wrong, nothing of the feed stays. */
export async function storeFeed(
  world: Pick<World, 'db' | 'commit' | 'ids' | 'clock' | 'log'>,
  upload: FeedUpload,
): Promise<FeedReceipt> {
  const { connectionId, port, meta } = upload
  const feed: NewFeed = { id: world.ids.next('fed'), connectionId, port, meta, receivedAt: world.clock.now() }
  await openFeed(world.db, feed)
  try {
    const hash = createHash('sha256')
    let chunks = 0
    let total = 0
    for await (const chunk of inChunksOf(CHUNK_BYTES, upload.chunks)) {
      total += chunk.length
      if (total > upload.maxBytes) throw tooLarge(upload.maxBytes)
      hash.update(chunk)
      await addChunk(world.db, feed.id, chunks++, chunk, world.clock.now())
    }
    const document = { envelopeId: world.ids.next('env'), sourceKey: upload.sourceKey(hash.digest('hex')) }
    const fresh = await world.commit((unit) => completeFeed(unit, feed, document, world.clock.now()))
    return { feedId: feed.id, ...document, fresh }
  } catch (error) {
    // When the database is away too, the sweeper forgets it later.
    await forgetFeed(world.db, feed.id).catch((failure: unknown) => {
      if (!isDatabaseAway(failure)) throw failure
      world.log.warn('a feed that was cut off is still stored', { feed: feed.id, error: faultMessage(failure) })
    })
    throw error
  }
}

const tooLarge = (maxBytes: number): Fault =>
  new Fault('data', { code: 'feed.too-large', message: `A feed of this connection has at most ${maxBytes} bytes.` })

/** The same bytes in chunks of one size, however they came; the last one is shorter. One chunk is held at a time. */
async function* inChunksOf(size: number, source: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  let held = Buffer.allocUnsafe(size)
  let used = 0
  for await (const bytes of source) {
    for (let from = 0; from < bytes.length;) {
      const taken = Math.min(size - used, bytes.length - from)
      held.set(bytes.subarray(from, from + taken), used)
      used += taken
      from += taken
      if (used < size) continue
      yield held
      held = Buffer.allocUnsafe(size)
      used = 0
    }
  }
  if (used > 0) yield held.subarray(0, used)
}
