/**
 * The ERP's stock feed as files in an SFTP folder. A file is taken when it is whole (unchanged for a while, or its mark lies beside it),
 * stored before it is moved, and known by its content however often it comes. Large ones are read a part at a time.
 */
import { epochMsOf, instantFromEpochMs } from '#core/model/time.ts'
import type { Context, Fetched, FetchedChunks, FolderPort } from '../contract/connector.ts'
import { sha256 } from '../contract/request.ts'
import type { RemoteFile } from '../contract/transport.ts'
import { settledFilesOf } from '../transport/settled-files.ts'
import { remoteChunks } from '../transport/sftp-chunks.ts'
import type { ErpConfig, StockFolder } from './config.ts'
import { readStockFeed, stockStream } from './stock.ts'

type ErpContext = Context<ErpConfig>

const EVERY_MS = 10_000
/** Files up to this size are fetched whole and applied with their document. */
const WHOLE_BYTES = 1_000_000

const TYPES: Record<string, string> = {
  csv: 'text/csv',
  ndjson: 'application/x-ndjson',
  xml: 'application/xml',
}

export const stockFiles: FolderPort<ErpConfig> = {
  name: 'stock-files',
  summary: 'Stock feeds as CSV, NDJSON or XML files in the SFTP folder of `stockFolder`.',
  direction: 'in',
  transport: 'folder',
  kind: 'stock',
  everyMs: EVERY_MS,

  fetch: async function* (context, seen) {
    for await (const { file, folder, meta } of wholeFiles(context)) {
      const isTooLarge = file.sizeBytes > context.config.maxFeedBytes
      if (file.sizeBytes > WHOLE_BYTES && !isTooLarge) continue
      const fetched = isTooLarge ? tooLarge(file, meta) : await fetchOne(context, folder, file, meta)
      if (await seen(fetched.sourceKey)) await moveAway(context, fetched.meta)
      else yield fetched
    }
  },

  settle: (context, { meta }) => moveAway(context, meta),

  read: (raw, meta, context) => {
    if (meta['tooLarge'] === undefined) return readStockFeed(raw, meta, context)
    return { documents: [], refused: [{ part: '', issues: [tooLargeIssue(meta, context.config)] }], receipts: [] }
  },

  stream: {
    ...stockStream,
    fetch: async function* (context): AsyncGenerator<FetchedChunks> {
      for await (const { file, folder, meta } of wholeFiles(context)) {
        if (file.sizeBytes <= WHOLE_BYTES || file.sizeBytes > context.config.maxFeedBytes) continue
        const chunks = remoteChunks(context.sftp, folder.folder, file)
        yield { meta, chunks, sourceKey: (hash) => sourceKeyOf(meta, hash) }
      }
    },
  },
}

/** What the transport says of it is part of the feed: the same rows as of another time are another feed. */
const sourceKeyOf = (meta: Record<string, string>, contentHash: string): string =>
  `stock-file:${sha256(`${contentHash} ${meta['mode'] ?? ''} ${meta['as-of'] ?? ''}`)}`

type Whole = { file: RemoteFile; folder: StockFolder; meta: Record<string, string> }

async function* wholeFiles({ config, sftp, clock, signal }: ErpContext): AsyncGenerator<Whole> {
  const { stockFolder: folder } = config
  if (folder === undefined) return
  const listed = await sftp.session((session) => session.list(folder.folder))
  const names = new Set(listed.map((file) => file.name))
  const { doneSuffix } = folder
  const whole =
    doneSuffix === undefined
      ? settledFilesOf(sftp, folder.folder, folder.minAgeMs).look(listed, epochMsOf(clock.now()))
      : listed.filter((file) => names.has(`${file.name}${doneSuffix}`))
  for (const file of whole.toSorted((left, right) => (left.name < right.name ? -1 : 1))) {
    if (signal.aborted) return
    const contentType = TYPES[/\.([a-z]+)$/i.exec(file.name)?.[1]?.toLowerCase() ?? '']
    if (contentType !== undefined) yield { file, folder, meta: metaOf(file, folder, contentType) }
  }
}

function metaOf(file: RemoteFile, folder: StockFolder, contentType: string): Record<string, string> {
  const { name, sizeBytes, modifiedAtMs } = file
  const identity = { contentType, file: name, sizeBytes: String(sizeBytes), modifiedAtMs: String(modifiedAtMs) }
  if (contentType === TYPES['xml']) return identity
  const mode = folder.deltaInName !== undefined && name.includes(folder.deltaInName) ? 'delta' : folder.mode
  return {
    ...identity,
    mode,
    ...(mode === 'full' && folder.absentMeansZero ? { 'absent-means-zero': 'true' } : {}),
    ...(folder.asOf === 'modified' ? { 'as-of': instantFromEpochMs(modifiedAtMs) } : {}),
  }
}

async function fetchOne(
  { sftp }: ErpContext,
  { folder }: StockFolder,
  file: RemoteFile,
  meta: Record<string, string>,
): Promise<Fetched> {
  const raw = await sftp.session((session) => session.read(folder, file.name, WHOLE_BYTES))
  return { sourceKey: sourceKeyOf(meta, sha256(raw)), meta, raw }
}

/** The document is the notice that there was one: its bytes stay with the partner, in the error folder. */
const tooLarge = ({ name, sizeBytes, modifiedAtMs }: RemoteFile, meta: Record<string, string>): Fetched => ({
  sourceKey: `too-large:${sizeBytes}:${modifiedAtMs}:${name}`.slice(0, 300),
  meta: { ...meta, tooLarge: 'yes' },
  raw: new Uint8Array(),
})

/** Safe to call twice: a file that is gone has been moved, and one that was written anew under the name is not the one we read. */
async function moveAway({ config, sftp }: ErpContext, meta: Record<string, string>): Promise<void> {
  const { stockFolder } = config
  if (stockFolder === undefined) return
  const { folder, archiveFolder, errorFolder, doneSuffix } = stockFolder
  const name = meta['file'] ?? ''
  const target = meta['tooLarge'] === undefined ? archiveFolder : errorFolder
  await sftp.session(async (session) => {
    const there = await session.stat(folder, name)
    const isTheOne =
      String(there?.sizeBytes) === meta['sizeBytes'] && String(there?.modifiedAtMs) === meta['modifiedAtMs']
    if (!isTheOne) return
    await session.move(folder, name, target)
    const mark = `${name}${doneSuffix ?? ''}`
    if (doneSuffix !== undefined && (await session.stat(folder, mark)) !== undefined)
      await session.move(folder, mark, target)
  })
}

const tooLargeIssue = (meta: Record<string, string>, config: ErpConfig) => ({
  code: 'stock.file-too-large',
  class: 'data' as const,
  place: { path: meta['file'] ?? '' },
  rule: `must have at most ${config.maxFeedBytes} bytes`,
  value: `${meta['sizeBytes'] ?? ''} bytes`,
  cure: `Ask for smaller files, or raise maxFeedBytes; the file lies in ${config.stockFolder?.errorFolder ?? 'its error folder'}.`,
})
