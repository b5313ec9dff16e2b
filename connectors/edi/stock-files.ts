/** Large stock files in a partner's folder: told from others by their first bytes, whole by their last ones, read a part at a time. */
import type { Issue } from '#core/issue.ts'
import type { Context, FetchedChunks, ReadContext, StockRowReader, StockStream } from '../contract/connector.ts'
import { sha256 } from '../contract/request.ts'
import type { RemoteFile, SftpTransport } from '../contract/transport.ts'
import { provenOrStale } from '../transport/settled-files.ts'
import { remoteChunks } from '../transport/sftp-chunks.ts'
import type { EdiConfig } from './config.ts'
import { endsWhole, patienceOf } from './whole.ts'

/** The one kind of stock document of a standard. */
export type StockKind<Config> = {
  standard: 'x12' | 'edifact'
  /** ST01 or UNH 0065. */
  type: string
  /** Whether the file's first bytes open such a document. */
  opensStock: (head: Uint8Array) => boolean
  open: (context: ReadContext<Config>) => StockRowReader
}

type FolderConfig = Pick<EdiConfig, 'outFolder' | 'minAgeMs' | 'maxFeedBytes' | 'validation'>

type StockFiles<Config> = {
  /** Whether the file is stock to be streamed: then it is left to `stream`, now or, while its end is missing, at a later look. */
  isLarge: (context: Context<Config>, file: RemoteFile, unchangedForMs: number) => Promise<boolean>
  stream: StockStream<Config> & { fetch: (context: Context<Config>) => AsyncIterable<FetchedChunks> }
}

/** Files up to this size are read whole, whatever they hold. */
const WHOLE_BYTES = 1_000_000
/** Envelope and first header lie within. */
const HEAD_BYTES = 1_000
const TAIL_BYTES = 200

/** What the last look found, until it is fetched. */
const found = new WeakMap<SftpTransport, RemoteFile[]>()

export function stockFiles<Config extends FolderConfig>(kind: StockKind<Config>): StockFiles<Config> {
  const feed = `${kind.standard}-${kind.type.toLowerCase()}`
  return {
    isLarge: async ({ config, sftp }, file, unchangedForMs) => {
      const { sizeBytes, name } = file
      // Strict guides are held against a document as a whole.
      if (sizeBytes <= WHOLE_BYTES || sizeBytes > config.maxFeedBytes || config.validation === 'strict') return false
      const [head, tail] = await sftp.session(async (session) => [
        await session.readPart(config.outFolder, name, 0, HEAD_BYTES),
        await session.readPart(config.outFolder, name, sizeBytes - TAIL_BYTES, TAIL_BYTES),
      ])
      if (head === undefined || tail === undefined || !kind.opensStock(head)) return false
      const ends = Buffer.concat([head, tail])
      if (provenOrStale(ends, endsWhole, unchangedForMs, patienceOf(config)))
        found.set(sftp, [...(found.get(sftp) ?? []), file])
      return true
    },
    stream: {
      maxBytes: (config) => config.maxFeedBytes,
      takes: (meta) => meta['feed'] === feed,
      open: (_, context) => kind.open(context),
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
            feed,
          }
          // A file that comes again is a document of its own, as among small ones: the ledger of control numbers knows it.
          const identity = sha256(Buffer.from(`${name}\n${modifiedAtMs}`)).slice(0, 12)
          yield {
            meta,
            chunks: remoteChunks(sftp, config.outFolder, file),
            sourceKey: (hash) => `${kind.standard}-feed:${hash}:${identity}`,
          }
        }
      },
    },
  }
}

/** What the file as a whole is, its counts, numbers and receipts, is one interchange's. `path` is the segment that opens one. */
export const secondInterchange = (path: string, controlNumber: string): Issue => ({
  code: 'edi.one-interchange',
  class: 'data',
  place: { path },
  rule: 'a large stock file holds one interchange',
  value: controlNumber,
  cure: 'Send each interchange in a file of its own.',
})
