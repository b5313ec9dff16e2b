/** A remote file of any size, a part at a time, and the proof at its end that it stayed the same while it was read. */
import { Fault } from '#core/fault.ts'
import type { RemoteFile, SftpTransport } from '../contract/transport.ts'

/** One operation with a deadline of its own, however long the whole file takes. */
const PART_BYTES = 1_000_000

export async function* remoteChunks(sftp: SftpTransport, folder: string, file: RemoteFile): AsyncGenerator<Uint8Array> {
  const { name, sizeBytes, modifiedAtMs } = file
  for (let offset = 0; offset < sizeBytes;) {
    const length = Math.min(PART_BYTES, sizeBytes - offset)
    const part = await sftp.session((session) => session.readPart(folder, name, offset, length))
    if (part.length !== length) throw stillGrowing(name)
    yield part
    offset += part.length
  }
  const after = await sftp.session((session) => session.stat(folder, name))
  if (after?.sizeBytes !== sizeBytes || after.modifiedAtMs !== modifiedAtMs) throw stillGrowing(name)
}

const stillGrowing = (name: string): Fault =>
  new Fault('transient', { code: 'sftp.still-growing', message: `${name} changed while it was read` })
