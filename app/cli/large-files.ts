/** For commands that read files of any size and keep nothing of them: a gigabyte within 100 MB (`npm run bench -- edi --full`). */
import { open } from 'node:fs/promises'
import { setFlagsFromString } from 'node:v8'

/**
 * V8 lets the room for new objects grow to some hundred megabytes where many are made, though nearly all are gone at once. Kept small,
 * nothing is left over between two collections. To be called before the work begins.
 */
export const saveMemory = (): void => setFlagsFromString('--semi-space-growth-factor=1')

const CHUNK_BYTES = 65_536

/** A file chunk by chunk, all in one buffer: a chunk holds until the next is asked for. A buffer a chunk would wait for the collector. */
export async function* chunksOfFile(path: string): AsyncGenerator<Uint8Array, void, undefined> {
  const file = await open(path)
  try {
    const buffer = Buffer.alloc(CHUNK_BYTES)
    for (;;) {
      const { bytesRead } = await file.read(buffer, 0, CHUNK_BYTES, null)
      if (bytesRead === 0) return
      yield buffer.subarray(0, bytesRead)
    }
  } finally {
    await file.close()
  }
}
