/** SFTP folders in memory, with the rules of the real transport: whole files only, plain names, a rename never overwrites. */
import { Fault } from '#core/fault.ts'
import { epochMsOf } from '#core/model/time.ts'
import type { Instant } from '#core/model/time.ts'
import type { PaperFile } from '#connectors/contract/exhibit.ts'
import type { RemoteFile, SftpSession, SftpTransport } from '#connectors/contract/transport.ts'
import type { Trip } from './trip.ts'

export type PaperSftp = {
  transport: SftpTransport
  files: () => PaperFile[]
  /** The partner's own hand: writes, or writes over. */
  put: (folder: string, name: string, bytes: Uint8Array) => void
  remove: (folder: string, name: string) => void
  /** Everything that ever stood under a final name because of us. */
  published: PaperFile[]
  /** Thrown by the next publishes; `after` once the file lies there. */
  next: { when: 'instead' | 'after'; fault: Fault }[]
  /** Thrown by every session. */
  always: Fault | undefined
}

type Kept = { bytes: Uint8Array; modifiedAtMs: number }

export function paperSftp(world: { now: () => Instant; trip: Trip }): PaperSftp {
  const folders = new Map<string, Map<string, Kept>>()
  const folderOf = (name: string): Map<string, Kept> => {
    const known = folders.get(name) ?? new Map<string, Kept>()
    folders.set(name, known)
    return known
  }
  const remote = (name: string, { bytes, modifiedAtMs }: Kept): RemoteFile => ({
    name,
    sizeBytes: bytes.length,
    modifiedAtMs,
  })
  const fileOf = (folder: string, name: string): Kept => {
    const file = folderOf(folder).get(name)
    if (file !== undefined) return file
    throw new Fault('config', { code: 'sftp.no-such-file', message: `${folder}/${name}: no such file` })
  }
  const put: PaperSftp['put'] = (folder, name, bytes) =>
    void folderOf(folder).set(name, { bytes, modifiedAtMs: epochMsOf(world.now()) })
  const step = <T>(what: string, work: () => T): Promise<T> =>
    world.trip(`sftp ${what}`, () => {
      if (paper.always !== undefined) return Promise.reject(paper.always)
      return Promise.resolve().then(work)
    })

  const session: SftpSession = {
    list: (folder) => step('list', () => [...folderOf(folder)].map(([name, kept]) => remote(name, kept))),
    read: (folder, name, maxBytes) =>
      step('read', () => {
        const { bytes } = fileOf(folder, name)
        if (bytes.length <= maxBytes) return bytes
        throw new Fault('data', { code: 'sftp.too-large', message: `${name} is larger than ${maxBytes} bytes` })
      }),
    readPart: (folder, name, offset, length) =>
      step('read', () => fileOf(folder, name).bytes.subarray(offset, offset + length)),
    publish: (folder, name, bytes) =>
      step('publish', () => {
        const misstep = paper.next.shift()
        if (misstep?.when === 'instead') throw misstep.fault
        put(folder, name, bytes)
        paper.published.push({ folder, name, bytes })
        if (misstep !== undefined) throw misstep.fault
      }),
    stat: (folder, name) =>
      step('stat', () => {
        const kept = folderOf(folder).get(name)
        return kept === undefined ? undefined : remote(name, kept)
      }),
    move: (folder, name, toFolder) =>
      step('move', () => {
        const kept = fileOf(folder, name)
        const target = folderOf(toFolder)
        let free = name
        for (let copy = 1; target.has(free); copy++) free = `${name}.${copy}`
        target.set(free, kept)
        folderOf(folder).delete(name)
      }),
  }

  const paper: PaperSftp = {
    transport: { session: (work) => work(session) },
    files: () =>
      [...folders].flatMap(([folder, files]) => [...files].map(([name, { bytes }]) => ({ folder, name, bytes }))),
    put,
    remove: (folder, name) => void folderOf(folder).delete(name),
    published: [],
    next: [],
    always: undefined,
  }
  return paper
}
