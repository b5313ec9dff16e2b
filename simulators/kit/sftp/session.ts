/** One SFTP session over a folder of the disk: every verb that file transfer clients use. */
import { constants } from 'node:fs'
import { link, lstat, mkdir, open, readdir, rename, rmdir, unlink, utimes, chmod, truncate } from 'node:fs/promises'
import { join } from 'node:path'
import ssh2 from 'ssh2'
import type { Attributes, FileEntry, SFTPWrapper } from 'ssh2'
import { attributesOf, fileEntry } from './attributes.ts'
import { announceExtensions, readSshStrings } from './extensions.ts'
import { Handles } from './handles.ts'
import { Refused, canonicalPath, placeOnDisk } from './virtual-path.ts'

const { OPEN_MODE, STATUS_CODE } = ssh2.utils.sftp
const POSIX_RENAME = 'posix-rename@openssh.com'
/** Largest answer to one READ; a client asks again for the rest. */
const MAX_READ_BYTES = 32_768
/** Entries in one answer to READDIR, so that it stays below the packet size all clients take. */
const ENTRIES_AT_ONCE = 64

/** The single wrong step of a client never ends the session: it gets a status, as OpenSSH would send it. */
export function serveSession(sftp: SFTPWrapper, root: string): void {
  const handles = new Handles()
  const at = (path: string) => placeOnDisk(root, path)
  const answer = (request: number, work: () => Promise<void>) => {
    work().catch((error: unknown) => sftp.status(request, statusOf(error)))
  }
  /** A verb whose only answer is that it worked. */
  const act = (request: number, work: () => Promise<void>) =>
    answer(request, async () => {
      await work()
      sftp.status(request, STATUS_CODE.OK)
    })

  announceExtensions(sftp, { [POSIX_RENAME]: '1' })
  sftp.on('error', () => {})
  // OpenSSH's client says EOF and then waits for the server to close the channel.
  sftp.on('end', () => sftp.end())
  sftp.on('close', () => void handles.closeAll())

  sftp.on('OPEN', (request, path, flags) =>
    answer(request, async () => {
      const file = await open(await at(path), openFlags(flags), 0o644)
      sftp.handle(request, handles.add({ kind: 'file', file }))
    }),
  )
  sftp.on('READ', (request, handle, offset, length) =>
    answer(request, async () => {
      const buffer = Buffer.alloc(Math.min(length, MAX_READ_BYTES))
      const { bytesRead } = await handles.file(handle).read(buffer, 0, buffer.length, offset)
      if (bytesRead === 0) sftp.status(request, STATUS_CODE.EOF)
      else sftp.data(request, buffer.subarray(0, bytesRead))
    }),
  )
  sftp.on('WRITE', (request, handle, offset, data) =>
    act(request, async () => {
      const file = handles.file(handle)
      for (let done = 0; done < data.length;) {
        done += (await file.write(data, done, data.length - done, offset + done)).bytesWritten
      }
    }),
  )
  sftp.on('CLOSE', (request, handle) => act(request, () => handles.close(handle)))

  sftp.on('OPENDIR', (request, path) =>
    answer(request, async () => {
      const entries = await listFolder(await at(path))
      sftp.handle(request, handles.add({ kind: 'folder', entries }))
    }),
  )
  sftp.on('READDIR', (request, handle) =>
    answer(request, async () => {
      const entries = handles.folder(handle).entries.splice(0, ENTRIES_AT_ONCE)
      if (entries.length === 0) sftp.status(request, STATUS_CODE.EOF)
      else sftp.name(request, entries)
    }),
  )

  const stat = (request: number, path: string) =>
    answer(request, async () => sftp.attrs(request, attributesOf(await lstat(await at(path)))))
  sftp.on('STAT', stat)
  sftp.on('LSTAT', stat)
  sftp.on('FSTAT', (request, handle) =>
    answer(request, async () => sftp.attrs(request, attributesOf(await handles.file(handle).stat()))),
  )
  sftp.on('SETSTAT', (request, path, attributes) =>
    act(request, async () => {
      const place = await at(path)
      await setAttributes(attributes, {
        chmod: (mode) => chmod(place, mode),
        truncate: (size) => truncate(place, size),
        utimes: (atime, mtime) => utimes(place, atime, mtime),
      })
    }),
  )
  sftp.on('FSETSTAT', (request, handle, attributes) =>
    act(request, () => setAttributes(attributes, handles.file(handle))),
  )

  sftp.on('RENAME', (request, from, to) => act(request, async () => renameFresh(await at(from), await at(to))))
  sftp.on('EXTENDED', (request, name, data) => {
    const paths = name === POSIX_RENAME ? readSshStrings(data, 2) : undefined
    const [from, to] = paths ?? []
    if (from === undefined || to === undefined) sftp.status(request, STATUS_CODE.OP_UNSUPPORTED)
    else act(request, async () => rename(await at(from), await at(to)))
  })
  sftp.on('REMOVE', (request, path) => act(request, async () => unlink(await at(path))))
  sftp.on('MKDIR', (request, path) => act(request, async () => mkdir(await at(path))))
  sftp.on('RMDIR', (request, path) => act(request, async () => rmdir(await at(path))))
  sftp.on('REALPATH', (request, path) =>
    answer(request, async () => {
      const filename = canonicalPath(path)
      sftp.name(request, [{ filename, longname: filename, attrs: {} as Attributes }])
    }),
  )
}

/** SFTP version 3: a rename never takes the place of a file that is there. Linking first makes that sure without a race. */
async function renameFresh(from: string, to: string): Promise<void> {
  const source = await lstat(from)
  if (source.isDirectory()) {
    if ((await lstat(to).catch(() => undefined)) !== undefined) throw new Refused('taken')
    await rename(from, to)
    return
  }
  await link(from, to)
  await unlink(from)
}

/** Links and other oddities are left out: no verb would touch them. A file that goes away meanwhile is left out too. */
async function listFolder(folder: string): Promise<FileEntry[]> {
  const entries: FileEntry[] = []
  for (const name of await readdir(folder)) {
    const stats = await lstat(join(folder, name)).catch(() => undefined)
    if (stats?.isFile() === true || stats?.isDirectory() === true) entries.push(fileEntry(name, stats))
  }
  return entries
}

type Settable = {
  chmod: (mode: number) => Promise<void>
  truncate: (size: number) => Promise<void>
  utimes: (atime: number, mtime: number) => Promise<void>
}

async function setAttributes(attributes: Partial<Attributes>, file: Settable): Promise<void> {
  const { mode, size, atime, mtime } = attributes
  if (size !== undefined) await file.truncate(size)
  if (mode !== undefined) await file.chmod(mode & 0o777)
  if (atime !== undefined && mtime !== undefined) await file.utimes(atime, mtime)
}

function openFlags(flags: number): number {
  const has = (bit: number) => (flags & bit) !== 0
  const access = has(OPEN_MODE.WRITE) ? (has(OPEN_MODE.READ) ? constants.O_RDWR : constants.O_WRONLY) : 0
  return (
    access |
    constants.O_NOFOLLOW |
    (has(OPEN_MODE.APPEND) ? constants.O_APPEND : 0) |
    (has(OPEN_MODE.CREAT) ? constants.O_CREAT : 0) |
    (has(OPEN_MODE.TRUNC) ? constants.O_TRUNC : 0) |
    (has(OPEN_MODE.EXCL) ? constants.O_EXCL : 0)
  )
}

function statusOf(error: unknown): number {
  if (error instanceof Refused)
    return error.reason === 'permission' ? STATUS_CODE.PERMISSION_DENIED : STATUS_CODE.FAILURE
  const code = error instanceof Error && 'code' in error ? error.code : undefined
  if (code === 'ENOENT' || code === 'ENOTDIR') return STATUS_CODE.NO_SUCH_FILE
  if (code === 'EACCES' || code === 'EPERM' || code === 'ELOOP') return STATUS_CODE.PERMISSION_DENIED
  return STATUS_CODE.FAILURE
}
