/** Serves the local file system over one SFTP session of ssh2's server side, as far as the transport uses it. For tests only. */
import {
  closeSync,
  existsSync,
  fstatSync,
  lstatSync,
  mkdirSync,
  openSync,
  readdirSync,
  readSync,
  renameSync,
  rmSync,
  writeSync,
} from 'node:fs'
import ssh2 from 'ssh2'
import type { SFTPWrapper } from 'ssh2'

const { OPEN_MODE, STATUS_CODE } = ssh2.utils.sftp
type Handle = { file: number } | { folder: string; told: boolean }

export type FolderManners = {
  /** Cuts the connection at a rename, before or after it was done. */
  cutAtRename?: 'before' | 'after'
  /** Writes this many bytes of each piece and says that all is well. */
  writesOnly?: number
  /** Never answers a listing. */
  silentListing?: boolean
}

export function serveFolder(sftp: SFTPWrapper, manners: FolderManners = {}): void {
  const handles = new Map<number, Handle>()
  let next = 0
  const handleOf = (raw: Buffer): Handle | undefined => handles.get(raw.readUInt32BE(0))
  const give = (request: number, handle: Handle) => {
    const raw = Buffer.alloc(4)
    raw.writeUInt32BE(next, 0)
    handles.set(next++, handle)
    sftp.handle(request, raw)
  }
  /** Runs one request; a file system error becomes the status that OpenSSH would send. */
  const attempt = (request: number, work: () => boolean | void) => {
    try {
      if (work() !== false) sftp.status(request, STATUS_CODE.OK)
    } catch (error) {
      const code = error instanceof Error && 'code' in error ? error.code : undefined
      sftp.status(request, code === 'ENOENT' ? STATUS_CODE.NO_SUCH_FILE : STATUS_CODE.FAILURE)
    }
  }

  sftp.on('OPEN', (request, path, flags) =>
    attempt(request, () => {
      give(request, { file: openSync(path, (flags & OPEN_MODE.WRITE) === 0 ? 'r' : 'w') })
      return false
    }),
  )
  sftp.on('READ', (request, raw, offset, length) =>
    attempt(request, () => {
      const handle = handleOf(raw)
      if (handle === undefined || !('file' in handle)) throw new Error('no such handle')
      const bytes = Buffer.alloc(Math.min(length, 32_768))
      const read = readSync(handle.file, bytes, 0, bytes.length, offset)
      if (read === 0) sftp.status(request, STATUS_CODE.EOF)
      else sftp.data(request, bytes.subarray(0, read))
      return false
    }),
  )
  sftp.on('WRITE', (request, raw, offset, bytes) =>
    attempt(request, () => {
      const handle = handleOf(raw)
      if (handle === undefined || !('file' in handle)) throw new Error('no such handle')
      writeSync(handle.file, bytes, 0, Math.min(bytes.length, manners.writesOnly ?? bytes.length), offset)
    }),
  )
  sftp.on('CLOSE', (request, raw) =>
    attempt(request, () => {
      const handle = handleOf(raw)
      if (handle !== undefined && 'file' in handle) closeSync(handle.file)
      handles.delete(raw.readUInt32BE(0))
    }),
  )
  sftp.on('FSTAT', (request, raw) =>
    attempt(request, () => {
      const handle = handleOf(raw)
      if (handle === undefined || !('file' in handle)) throw new Error('no such handle')
      sftp.attrs(request, attributes(fstatSync(handle.file)))
      return false
    }),
  )
  const stat = (request: number, path: string) =>
    attempt(request, () => {
      sftp.attrs(request, attributes(lstatSync(path)))
      return false
    })
  sftp.on('STAT', stat)
  sftp.on('LSTAT', stat)
  sftp.on('FSETSTAT', (request) => sftp.status(request, STATUS_CODE.OK))
  sftp.on('OPENDIR', (request, path) =>
    attempt(request, () => {
      if (manners.silentListing === true) return false
      readdirSync(path)
      give(request, { folder: path, told: false })
      return false
    }),
  )
  sftp.on('READDIR', (request, raw) =>
    attempt(request, () => {
      const handle = handleOf(raw)
      if (handle === undefined || !('folder' in handle)) throw new Error('no such handle')
      if (handle.told) sftp.status(request, STATUS_CODE.EOF)
      else sftp.name(request, entries(handle.folder))
      handle.told = true
      return false
    }),
  )
  sftp.on('MKDIR', (request, path) =>
    attempt(request, () => {
      mkdirSync(path)
    }),
  )
  sftp.on('REMOVE', (request, path) => attempt(request, () => rmSync(path)))
  sftp.on('RENAME', (request, from, to) =>
    attempt(request, () => {
      if (existsSync(to)) throw new Error('SFTP version 3 renames onto nothing')
      if (manners.cutAtRename !== 'before') renameSync(from, to)
      if (manners.cutAtRename === undefined) return true
      sftp.end()
      return false
    }),
  )
  sftp.on('REALPATH', (request, path) =>
    sftp.name(request, [{ filename: path, longname: path, attrs: attributes(lstatSync('/')) }]),
  )
}

const attributes = (stats: {
  mode: number
  uid: number
  gid: number
  size: number
  atimeMs: number
  mtimeMs: number
}) => ({
  mode: stats.mode,
  uid: stats.uid,
  gid: stats.gid,
  size: stats.size,
  atime: Math.floor(stats.atimeMs / 1000),
  mtime: Math.floor(stats.mtimeMs / 1000),
})

const entries = (folder: string) =>
  readdirSync(folder).map((filename) => {
    const stats = lstatSync(`${folder}/${filename}`)
    return { filename, longname: `${stats.isDirectory() ? 'd' : '-'}rw-r--r-- ${filename}`, attrs: attributes(stats) }
  })
