/**
 * Finds files that are whole. SFTP has no "done" mark: a partner that does not rename writes under the final name for as long as
 * the upload takes. A file counts as whole when two looks at least `minAgeMs` apart saw the same size and modification time.
 */
import type { RemoteFile, SftpTransport } from '../contract/transport.ts'

/** Names that partners' programs use while they write: `.order.edi.tmp`, `order.edi.filepart`, `order.edi.part`. */
const UNFINISHED = /^\.|\.(tmp|filepart|part)$/i

type Look = { sizeBytes: number; modifiedAtMs: number; sinceMs: number }

export class SettledFiles {
  readonly #looks = new Map<string, Look>()
  readonly #minAgeMs: number

  constructor(minAgeMs: number) {
    this.#minAgeMs = minAgeMs
  }

  /** Takes the folder's present listing and gives the files that have not changed since a look at least `minAgeMs` ago. */
  look(files: RemoteFile[], nowMs: number): RemoteFile[] {
    const candidates = files.filter((file) => !UNFINISHED.test(file.name))
    const present = new Set(candidates.map((file) => file.name))
    for (const name of this.#looks.keys()) if (!present.has(name)) this.#looks.delete(name)
    return candidates.filter((file) => this.#unchangedLongEnough(file, nowMs))
  }

  /** For how long the file has looked as it does now; 0 when it was never seen. */
  unchangedForMs(name: string, nowMs: number): number {
    return nowMs - (this.#looks.get(name)?.sinceMs ?? nowMs)
  }

  #unchangedLongEnough({ name, sizeBytes, modifiedAtMs }: RemoteFile, nowMs: number): boolean {
    const look = this.#looks.get(name)
    if (look !== undefined && look.sizeBytes === sizeBytes && look.modifiedAtMs === modifiedAtMs) {
      return nowMs - look.sinceMs >= this.#minAgeMs
    }
    this.#looks.set(name, { sizeBytes, modifiedAtMs, sinceMs: nowMs })
    return false
  }
}

/**
 * Whether a file that looks whole may be taken now. A content proof (an X12 file ends with IEA) can hold it back, for a partner
 * that stalls in mid-upload; but not for ever: after `patienceMs` without change it is taken and its fault is told.
 */
export function provenOrStale(
  bytes: Uint8Array,
  proof: (bytes: Uint8Array) => boolean,
  unchangedForMs: number,
  patienceMs: number,
): boolean {
  return proof(bytes) || unchangedForMs >= patienceMs
}

const memories = new WeakMap<SftpTransport, Map<string, SettledFiles>>()

/** The memory of one folder of one connection. It lives as long as the connection's transport, which the runtime keeps. */
export function settledFilesOf(transport: SftpTransport, folder: string, minAgeMs: number): SettledFiles {
  const folders = memories.get(transport) ?? new Map<string, SettledFiles>()
  memories.set(transport, folders)
  const known = folders.get(folder) ?? new SettledFiles(minAgeMs)
  folders.set(folder, known)
  return known
}
