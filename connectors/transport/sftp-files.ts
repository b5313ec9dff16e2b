/** The verbs on a partner's folders, each over one open connection. They throw Faults, or the client's error for sftp.ts to name. */
import type { FileEntry, SFTPWrapper } from 'ssh2'
import { Fault } from '#core/fault.ts'
import type { RemoteFile } from '../contract/transport.ts'
import { checkedFolder, isPlainName, remotePath } from './remote-names.ts'
import type { OpenConnection } from './sftp-connection.ts'

/** SFTP status codes (draft-ietf-secsh-filexfer-02, section 7). */
export const SFTP_STATUS = { endOfFile: 1, noSuchFile: 2, permissionDenied: 3, failure: 4 } as const

/** The SFTP status of an error; undefined when the connection, not the partner, failed. */
export function statusOf(error: unknown): number | undefined {
  if (!(error instanceof Error) || !('code' in error)) return undefined
  if (error.code === 'ENOENT' || error.code === 'ERR_NOT_EXIST') return SFTP_STATUS.noSuchFile
  return typeof error.code === 'number' ? error.code : undefined
}

/**
 * Regular files of a folder. Directory batches are counted as they come: a folder with more than `maxEntries` names is a Fault
 * `config`, not a full memory. Names that are no plain names are left out and given to `onBadName`.
 */
export async function listFiles(
  { wrapper }: OpenConnection,
  folder: string,
  maxEntries: number,
  onBadName: (folder: string) => void,
): Promise<RemoteFile[]> {
  const handle = await call<Buffer>((done) => wrapper.opendir(checkedFolder(folder), done))
  const files: RemoteFile[] = []
  let seen = 0
  try {
    for (let batch = await readBatch(wrapper, handle); batch.length > 0; batch = await readBatch(wrapper, handle)) {
      seen += batch.length
      if (seen > maxEntries) {
        throw new Fault('config', {
          code: 'sftp.folder-too-full',
          message: `the folder ${folder} holds more than ${maxEntries} names; clear it or give the connection its own`,
        })
      }
      for (const entry of batch) {
        if (!isRegularFile(entry)) continue
        if (isPlainName(entry.filename)) files.push(remoteFile(entry.filename, entry.attrs))
        else onBadName(folder)
      }
    }
  } finally {
    wrapper.close(handle, () => {})
  }
  return files
}

async function readBatch(wrapper: SFTPWrapper, handle: Buffer): Promise<FileEntry[]> {
  try {
    return await call<FileEntry[]>((done) => wrapper.readdir(handle, done))
  } catch (error) {
    if (statusOf(error) === SFTP_STATUS.endOfFile) return []
    throw error
  }
}

/** Some servers send no mode; then the long name's first letter tells the type. */
function isRegularFile({ attrs, longname }: FileEntry): boolean {
  return Number.isInteger(attrs.mode) && attrs.mode !== 0
    ? (attrs.mode & 0o170000) === 0o100000
    : longname.startsWith('-')
}

const remoteFile = (name: string, attrs: { size: number; mtime: number }): RemoteFile => ({
  name,
  sizeBytes: attrs.size,
  modifiedAtMs: attrs.mtime * 1000,
})

export async function statFile(
  { wrapper }: OpenConnection,
  folder: string,
  name: string,
): Promise<RemoteFile | undefined> {
  try {
    const stats = await call<{ size: number; mtime: number }>((done) => wrapper.stat(remotePath(folder, name), done))
    return remoteFile(name, stats)
  } catch (error) {
    if (statusOf(error) === SFTP_STATUS.noSuchFile) return undefined
    throw error
  }
}

/** The whole file, counted while it is read; a file that changes its size meanwhile is `transient`: it is not whole yet. */
export async function readFile(
  connection: OpenConnection,
  folder: string,
  name: string,
  maxBytes: number,
): Promise<Uint8Array> {
  const before = await statFile(connection, folder, name)
  if (before === undefined) throw noSuchFile(folder, name)
  if (before.sizeBytes > maxBytes) throw tooLarge(name, maxBytes)
  const stream = connection.client.createReadStream(remotePath(folder, name))
  // A connection cut while the stream closes is told to nobody who still listens; unheard it would end the process.
  stream.on('error', () => {})
  const chunks: Uint8Array[] = []
  let total = 0
  try {
    for await (const chunk of stream as AsyncIterable<Uint8Array>) {
      total += chunk.length
      if (total > maxBytes) throw tooLarge(name, maxBytes)
      chunks.push(chunk)
    }
  } finally {
    stream.destroy()
  }
  if (total !== before.sizeBytes) {
    throw new Fault('transient', { code: 'sftp.still-growing', message: `${name} changed while it was read` })
  }
  return Buffer.concat(chunks)
}

/** A part of a file, at most `length` bytes. */
export async function readPart(
  { client }: OpenConnection,
  folder: string,
  name: string,
  offset: number,
  length: number,
): Promise<Uint8Array> {
  const stream = client.createReadStream(remotePath(folder, name), { start: offset, end: offset + length - 1 })
  stream.on('error', () => {})
  const chunks: Uint8Array[] = []
  try {
    for await (const chunk of stream as AsyncIterable<Uint8Array>) chunks.push(chunk)
  } finally {
    stream.destroy()
  }
  return Buffer.concat(chunks)
}

/** Writes under a temporary name and proves the size; the caller renames. */
export async function writeTemporary(
  connection: OpenConnection,
  folder: string,
  name: string,
  bytes: Uint8Array,
): Promise<string> {
  const temporary = `.${name}.tmp`
  await connection.client.put(Buffer.from(bytes), remotePath(folder, temporary))
  const written = await statFile(connection, folder, temporary)
  if (written?.sizeBytes === bytes.length) return temporary
  await connection.client.delete(remotePath(folder, temporary), true)
  throw new Fault('transient', {
    code: 'sftp.short-write',
    message: `${name} arrived with ${written?.sizeBytes ?? 0} of ${bytes.length} bytes`,
  })
}

/** The atomic step: the final name appears whole, and takes the place of an older file of that name. */
export async function renameOver(
  connection: OpenConnection,
  folder: string,
  temporary: string,
  name: string,
  bytes: Uint8Array,
): Promise<void> {
  const [source, target] = [remotePath(folder, temporary), remotePath(folder, name)]
  try {
    await connection.client.posixRename(source, target)
  } catch (error) {
    if (!/not support/i.test(error instanceof Error ? error.message : '')) throw error
    await renameWithoutExtension(connection, folder, temporary, name, bytes)
  }
}

/** Servers that lack posix-rename@openssh.com refuse a taken name. Our own file of before is a success, any other is not ours to touch. */
async function renameWithoutExtension(
  connection: OpenConnection,
  folder: string,
  temporary: string,
  name: string,
  bytes: Uint8Array,
): Promise<void> {
  const taken = await statFile(connection, folder, name)
  if (taken === undefined) {
    await connection.client.rename(remotePath(folder, temporary), remotePath(folder, name))
    return
  }
  const same =
    taken.sizeBytes === bytes.length &&
    Buffer.from(bytes).equals(await readFile(connection, folder, name, bytes.length))
  await connection.client.delete(remotePath(folder, temporary), true)
  if (same) return
  throw new Fault('data', { code: 'sftp.name-taken', message: `another file named ${name} is already in ${folder}` })
}

const MOST_SIBLINGS = 1000

/** Moves a file into a folder, made when it is missing. A taken name gets a number: `a.edi`, `a.edi.1`, `a.edi.2`. */
export async function moveFile(
  connection: OpenConnection,
  folder: string,
  name: string,
  toFolder: string,
): Promise<void> {
  if ((await statFile(connection, folder, name)) === undefined) throw noSuchFile(folder, name)
  await connection.client.mkdir(checkedFolder(toFolder), true)
  for (let sibling = 0; sibling < MOST_SIBLINGS; sibling++) {
    const target = sibling === 0 ? name : `${name}.${sibling}`
    if ((await statFile(connection, toFolder, target)) !== undefined) continue
    await connection.client.rename(remotePath(folder, name), remotePath(toFolder, target))
    return
  }
  throw new Fault('config', { code: 'sftp.archive-full', message: `${toFolder} holds too many files named ${name}` })
}

const noSuchFile = (folder: string, name: string): Fault =>
  new Fault('data', { code: 'sftp.no-such-file', message: `${name} is not in ${folder}` })

const tooLarge = (name: string, maxBytes: number): Fault =>
  new Fault('data', { code: 'sftp.too-large', message: `${name} is larger than ${maxBytes} bytes` })

/** A callback of ssh2 as a promise. */
function call<T>(start: (done: (error: Error | undefined, value: T) => void) => unknown): Promise<T> {
  return new Promise((resolve, reject) => {
    start((error, value) => (error instanceof Error ? reject(error) : resolve(value)))
  })
}
