/**
 * A partner's folder: finds whole files, names them by their content, and moves them out of the way once they are stored. Half-written
 * files are left alone; a file that is stored already (a copy, or a crash before `settle`) is only moved.
 */
import { Fault } from '#core/fault.ts'
import type { Issue } from '#core/issue.ts'
import { epochMsOf } from '#core/model/time.ts'
import type { Instant } from '#core/model/time.ts'
import type { Context, Fetched } from '../contract/connector.ts'
import { sha256 } from '../contract/request.ts'
import type { RemoteFile, SftpTransport } from '../contract/transport.ts'
import { provenOrStale, settledFilesOf } from './settled-files.ts'

export type Inbox = {
  outFolder: string
  archiveFolder: string
  errorFolder: string
  pollEveryMs: number
  minAgeMs: number
  doneSuffix?: string | undefined
  maxFileBytes: number
  /** Which names are ours; all others are left alone. */
  wants: (name: string) => boolean
  /** Whether the content looks whole. What does not waits a while, for a partner that stalls in mid-upload. */
  looksWhole: (raw: Uint8Array) => boolean
  /** Whether anything can be made of it; what cannot goes to the error folder once it is stored. */
  isReadable: (raw: Uint8Array, name: string) => boolean
  /**
   * When a file was true that does not say it itself: by its name, or by when it was written. The same content of another time is
   * another document then; without a time, content alone names it.
   */
  timeOf?: (file: RemoteFile) => Instant | undefined
}

type Tools = Pick<Context<unknown>, 'sftp' | 'clock' | 'signal'>

/** A file that looks cut off waits so many times the usual age before it is taken as it is. */
const PATIENCE = 30
const SMALLEST_PATIENCE_MS = 60_000

/** When each connection's folder was last looked into; the runtime asks more often than partners like. */
const lastLooks = new WeakMap<SftpTransport, number>()

export async function* wholeFiles(
  { sftp, clock, signal }: Tools,
  inbox: Inbox,
  seen: (sourceKey: string) => Promise<boolean>,
): AsyncGenerator<Fetched> {
  const nowMs = epochMsOf(clock.now())
  if (nowMs - (lastLooks.get(sftp) ?? Number.NEGATIVE_INFINITY) < inbox.pollEveryMs) return
  lastLooks.set(sftp, nowMs)
  const listed = await sftp.session((session) => session.list(inbox.outFolder))
  const settled = settledFilesOf(sftp, inbox.outFolder, inbox.minAgeMs)
  const quiet = settled.look(listed, nowMs)
  const names = new Set(listed.map((file) => file.name))
  const whole =
    inbox.doneSuffix === undefined ? quiet : listed.filter((file) => names.has(`${file.name}${inbox.doneSuffix}`))
  const mine = whole.filter((file) => inbox.wants(file.name))
  for (const file of mine.toSorted((left, right) => (left.name < right.name ? -1 : 1))) {
    if (signal.aborted) return
    const fetched = await fetchOne(sftp, inbox, file, settled.unchangedForMs(file.name, nowMs))
    if (fetched === undefined) continue
    if (await seen(fetched.sourceKey)) await moveAway(sftp, inbox, fetched.meta)
    else yield fetched
  }
}

async function fetchOne(
  sftp: SftpTransport,
  inbox: Inbox,
  file: RemoteFile,
  unchangedForMs: number,
): Promise<Fetched | undefined> {
  if (file.sizeBytes > inbox.maxFileBytes) return tooLarge(file)
  try {
    const raw = await sftp.session((session) => session.read(inbox.outFolder, file.name, inbox.maxFileBytes))
    const patienceMs = Math.max(inbox.minAgeMs * PATIENCE, SMALLEST_PATIENCE_MS)
    // A mark is the partner's own word that the file is whole.
    const proven = inbox.doneSuffix !== undefined || provenOrStale(raw, inbox.looksWhole, unchangedForMs, patienceMs)
    return proven ? fetchedOf(inbox, file, raw) : undefined
  } catch (error) {
    // It grew after all, or somebody else took it: the next look decides.
    if (error instanceof Fault && ['sftp.still-growing', 'sftp.no-such-file'].includes(error.code)) return undefined
    throw error
  }
}

function fetchedOf(inbox: Inbox, file: RemoteFile, raw: Uint8Array): Fetched {
  const asOf = inbox.timeOf?.(file)
  const moveTo = inbox.isReadable(raw, file.name) ? 'archive' : 'error'
  const meta = { ...identityOf(file), moveTo, ...(asOf === undefined ? {} : { asOf }) }
  return { sourceKey: `file:${sha256(raw)}${asOf === undefined ? '' : ` ${asOf}`}`, meta, raw }
}

/** The document is the notice that there was one: its bytes stay with the partner, in the error folder. */
export function tooLarge(file: RemoteFile): Fetched {
  const { name, sizeBytes, modifiedAtMs } = file
  return {
    sourceKey: `too-large:${sizeBytes}:${modifiedAtMs}:${name}`.slice(0, 300),
    meta: { ...identityOf(file), moveTo: 'error', tooLarge: 'yes' },
    raw: new Uint8Array(),
  }
}

/** By which a file is known again when it is moved. */
export const identityOf = ({ name, sizeBytes, modifiedAtMs }: RemoteFile): Record<string, string> => ({
  file: name,
  sizeBytes: String(sizeBytes),
  modifiedAtMs: String(modifiedAtMs),
})

/** Safe to call twice: a file that is gone has been moved, and one that was written anew under the name is not the one we read. */
export async function moveAway(
  sftp: SftpTransport,
  {
    outFolder,
    archiveFolder,
    errorFolder,
    doneSuffix,
  }: Pick<Inbox, 'outFolder' | 'archiveFolder' | 'errorFolder' | 'doneSuffix'>,
  meta: Record<string, string>,
): Promise<void> {
  const name = meta['file'] ?? ''
  const target = meta['moveTo'] === 'error' ? errorFolder : archiveFolder
  await sftp.session(async (session) => {
    const there = await session.stat(outFolder, name)
    const isTheOne =
      String(there?.sizeBytes) === meta['sizeBytes'] && String(there?.modifiedAtMs) === meta['modifiedAtMs']
    if (!isTheOne) return
    await session.move(outFolder, name, target)
    const mark = `${name}${doneSuffix ?? ''}`
    if (doneSuffix !== undefined && (await session.stat(outFolder, mark)) !== undefined)
      await session.move(outFolder, mark, target)
  })
}

/** What the reading of such a file says; undefined for every other. */
export function tooLargeIssue(
  meta: Record<string, string>,
  maxFileBytes: number,
  errorFolder: string,
): Issue | undefined {
  if (meta['tooLarge'] === undefined) return undefined
  return {
    code: 'file.too-large',
    class: 'data',
    place: { path: meta['file'] ?? '' },
    rule: `must have at most ${maxFileBytes} bytes`,
    value: `${meta['sizeBytes'] ?? ''} bytes`,
    cure: `Ask for smaller files, or raise maxFileBytes; the file lies in ${errorFolder}.`,
  }
}
