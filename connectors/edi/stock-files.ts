/** Large 846 files in the partner's folder: told from others by their first bytes, whole when they end with IEA, read a part at a time. */
import type { Context, FetchedChunks, StockStream } from '../contract/connector.ts'
import { sha256 } from '../contract/request.ts'
import type { RemoteFile, SftpTransport } from '../contract/transport.ts'
import { provenOrStale } from '../transport/settled-files.ts'
import { remoteChunks } from '../transport/sftp-chunks.ts'
import type { EdiConfig } from './config.ts'
import { endsWhole, patienceOf } from './whole.ts'
import { StockInterchange } from './stock-stream.ts'

type EdiContext = Context<EdiConfig>

/** Files up to this size are read whole, whatever they hold. */
const WHOLE_BYTES = 1_000_000
/** ISA, GS and ST lie within. */
const HEAD_BYTES = 1_000
const TAIL_BYTES = 200

/** What the last look found, until it is fetched. */
const found = new WeakMap<SftpTransport, RemoteFile[]>()

/** Whether the file is stock to be streamed: then it is left to `stockFeeds`, now or, while its end is missing, at a later look. */
export async function isLargeStock(context: EdiContext, file: RemoteFile, unchangedForMs: number): Promise<boolean> {
  const { config, sftp } = context
  const { sizeBytes, name } = file
  // Strict guides are held against a set as a whole.
  if (sizeBytes <= WHOLE_BYTES || sizeBytes > config.maxFeedBytes || config.validation === 'strict') return false
  const [head, tail] = await sftp.session(async (session) => [
    await session.readPart(config.outFolder, name, 0, HEAD_BYTES),
    await session.readPart(config.outFolder, name, sizeBytes - TAIL_BYTES, TAIL_BYTES),
  ])
  if (head === undefined || tail === undefined || !startsWithStock(head)) return false
  const ends = Buffer.concat([head, tail])
  if (provenOrStale(ends, endsWhole, unchangedForMs, patienceOf(config)))
    found.set(sftp, [...(found.get(sftp) ?? []), file])
  return true
}

const startsWithStock = (head: Uint8Array): boolean => {
  const text = Buffer.from(head).toString('latin1').trimStart()
  return (
    text.startsWith('ISA') &&
    text
      .slice(100)
      .split(text[3] ?? '*')
      .some(opensStock)
  )
}

/** `ST` ends the piece after a terminator (and a line end); what follows it is the set's number. */
const opensStock = (piece: string, index: number, pieces: string[]): boolean =>
  /(^|[^A-Z0-9])ST$/.test(piece) && pieces[index + 1] === '846'

export const stockFeeds: StockStream<EdiConfig> & {
  fetch: (context: EdiContext) => AsyncIterable<FetchedChunks>
} = {
  maxBytes: (config) => config.maxFeedBytes,
  takes: (meta) => meta['feed'] === 'x12-846',
  open: (_, context) => new StockInterchange(context),
  fetch: async function* ({ config, sftp, signal }) {
    const files = found.get(sftp) ?? []
    found.delete(sftp)
    for (const file of files) {
      if (signal.aborted) return
      const { name, sizeBytes, modifiedAtMs } = file
      const meta = {
        file: name,
        sizeBytes: String(sizeBytes),
        modifiedAtMs: String(modifiedAtMs),
        moveTo: 'archive',
        feed: 'x12-846',
      }
      // A file that comes again is a document of its own, as among small ones: the ledger of control numbers knows it.
      const identity = sha256(Buffer.from(`${name}\n${modifiedAtMs}`)).slice(0, 12)
      yield {
        meta,
        chunks: remoteChunks(sftp, config.outFolder, file),
        sourceKey: (hash) => `x12-feed:${hash}:${identity}`,
      }
    }
  },
}
