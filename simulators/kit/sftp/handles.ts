/** Open files and listings of one SFTP session, by the four-byte handle that the client holds. */
import type { FileHandle } from 'node:fs/promises'
import type { FileEntry } from 'ssh2'
import { Refused } from './virtual-path.ts'

export type OpenFile = { kind: 'file'; file: FileHandle }
export type OpenFolder = { kind: 'folder'; entries: FileEntry[] }

export class Handles {
  readonly #open = new Map<number, OpenFile | OpenFolder>()
  #next = 0

  add(opened: OpenFile | OpenFolder): Buffer {
    const raw = Buffer.alloc(4)
    raw.writeUInt32BE(this.#next)
    this.#open.set(this.#next, opened)
    this.#next += 1
    return raw
  }

  file(raw: Buffer): FileHandle {
    const opened = this.#find(raw)
    if (opened.kind !== 'file') throw new Refused('handle')
    return opened.file
  }

  folder(raw: Buffer): OpenFolder {
    const opened = this.#find(raw)
    if (opened.kind !== 'folder') throw new Refused('handle')
    return opened
  }

  async close(raw: Buffer): Promise<void> {
    const opened = this.#find(raw)
    this.#open.delete(raw.readUInt32BE())
    if (opened.kind === 'file') await opened.file.close()
  }

  /** For a client that went away. */
  async closeAll(): Promise<void> {
    const left = [...this.#open.values()]
    this.#open.clear()
    for (const opened of left) if (opened.kind === 'file') await opened.file.close()
  }

  #find(raw: Buffer): OpenFile | OpenFolder {
    const opened = raw.length === 4 ? this.#open.get(raw.readUInt32BE()) : undefined
    if (opened === undefined) throw new Refused('handle')
    return opened
  }
}
