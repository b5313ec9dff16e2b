/** The partner's folder: finds whole files, names them by their content, and moves them out of the way once they are stored. */
import { Fault } from '#core/fault.ts'
import type { Issue } from '#core/issue.ts'
import { epochMsOf } from '#core/model/time.ts'
import type { Context, Fetched } from '../contract/connector.ts'
import { sha256 } from '../contract/request.ts'
import type { RemoteFile, SftpTransport } from '../contract/transport.ts'
import { identityOf, moveAway, tooLarge } from '../transport/inbox.ts'
import { provenOrStale, settledFilesOf } from '../transport/settled-files.ts'
import type { EdiConfig } from './config.ts'
import { contentOf } from './content.ts'
import { endsWhole, patienceOf } from './whole.ts'

/** What the folders of a connection are like, whatever standard its files follow. */
export type FolderConfig = Pick<
  EdiConfig,
  'outFolder' | 'archiveFolder' | 'errorFolder' | 'pollEveryMs' | 'minAgeMs' | 'maxFileBytes'
>
type FolderContext = Context<FolderConfig>

/** When each connection's folder was last looked into; the runtime asks more often than partners like. */
const lastLooks = new WeakMap<SftpTransport, number>()

/** Files that somebody else fetches: stock that is streamed. */
type IsLeft<Config> = (context: Context<Config>, file: RemoteFile, unchangedForMs: number) => Promise<boolean>

/** The files of the folder but those that are left to others. */
export const wholeFiles =
  <Config extends FolderConfig>(isLeft: IsLeft<Config> = () => Promise.resolve(false)) =>
  (context: Context<Config>, seen: (sourceKey: string) => Promise<boolean>): AsyncGenerator<Fetched> =>
    newFiles(context, seen, (file, unchangedForMs) => isLeft(context, file, unchangedForMs))

type IsLeftHere = (file: RemoteFile, unchangedForMs: number) => Promise<boolean>

/** Whole files that are not stored yet. A file that is stored already (a copy, or a crash before `settle`) is only moved. */
async function* newFiles(
  context: FolderContext,
  seen: (sourceKey: string) => Promise<boolean>,
  isLeft: IsLeftHere,
): AsyncGenerator<Fetched> {
  const { config, sftp, clock, signal } = context
  const nowMs = epochMsOf(clock.now())
  if (nowMs - (lastLooks.get(sftp) ?? Number.NEGATIVE_INFINITY) < config.pollEveryMs) return
  lastLooks.set(sftp, nowMs)
  const settled = settledFilesOf(sftp, config.outFolder, config.minAgeMs)
  const files = settled.look(await sftp.session((session) => session.list(config.outFolder)), nowMs)
  for (const file of files.sort((left, right) => (left.name < right.name ? -1 : 1))) {
    if (signal.aborted) return
    const fetched = await fetchOne(context, file, settled.unchangedForMs(file.name, nowMs), isLeft)
    if (fetched === undefined) continue
    if (await seen(fetched.sourceKey)) await settle(context, fetched)
    else yield fetched
  }
}

/** Undefined for a file that is not whole yet, or is left to others. */
async function fetchOne(
  context: FolderContext,
  file: RemoteFile,
  unchangedForMs: number,
  isLeft: IsLeftHere,
): Promise<Fetched | undefined> {
  const { config, sftp } = context
  try {
    if (await isLeft(file, unchangedForMs)) return undefined
    if (file.sizeBytes > config.maxFileBytes) return tooLarge(file)
    const raw = await sftp.session((session) => session.read(config.outFolder, file.name, config.maxFileBytes))
    return provenOrStale(raw, endsWhole, unchangedForMs, patienceOf(config)) ? fetchedOf(file, raw) : undefined
  } catch (error) {
    // It grew after all, or somebody else took it: the next look decides.
    const isPassing = error instanceof Fault && ['sftp.still-growing', 'sftp.no-such-file'].includes(error.code)
    if (isPassing) return undefined
    throw error
  }
}

function fetchedOf(file: RemoteFile, raw: Uint8Array): Fetched {
  const hash = sha256(raw)
  const { standard, parties, numbers, readable } = contentOf(raw)
  // A file that comes again is a document of its own: the ledger of control numbers knows it and its receipts go out once more.
  // The same file seen twice (a crash before it was moved) has the same name and time, and so the same key.
  const identity = sha256(Buffer.from(`${file.name}\n${file.modifiedAtMs}`)).slice(0, 12)
  const key = parties === undefined ? `file:${hash}` : `${standard}:${parties}/${numbers.join(',')}:${hash}:${identity}`
  return {
    sourceKey: key.slice(-300),
    meta: { ...identityOf(file), moveTo: readable ? 'archive' : 'error', sha256: hash },
    raw,
  }
}

export const settle = ({ sftp, config }: FolderContext, { meta }: Pick<Fetched, 'meta'>): Promise<void> =>
  moveAway(sftp, config, meta)

export const tooLargeIssue = (meta: Record<string, string>, config: FolderConfig): Issue => ({
  code: 'edi.file-too-large',
  class: 'data',
  place: { path: meta['file'] ?? '' },
  rule: `must have at most ${config.maxFileBytes} bytes`,
  value: `${meta['sizeBytes'] ?? ''} bytes`,
  cure: `Ask the partner for smaller files, or raise maxFileBytes; the file lies in ${config.errorFolder}.`,
})
