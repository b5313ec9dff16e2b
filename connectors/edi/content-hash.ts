/** SHA-256 of the bytes of one interchange in a file that comes piece by piece. Where it begins and ends is known behind its bytes. */
import { createHash } from 'node:crypto'

/** The segment that opens an interchange is shorter, whatever its standard. */
const LONGEST_SEGMENT = 65_600
const NOTHING = Buffer.alloc(0)

export class ContentHash {
  readonly #hash = createHash('sha256')
  #seen = 0
  /** The last bytes, while it is not known where the interchange begins. */
  #waiting: Buffer = NOTHING
  #from: number | undefined
  #to: number | undefined

  from(byteOffset: number): void {
    this.#from ??= byteOffset
  }

  to(byteEnd: number): void {
    this.#to ??= byteEnd
  }

  /** Once its segments were read. */
  add(chunk: Uint8Array): void {
    this.#seen += chunk.length
    const bytes = this.#waiting.length === 0 ? chunk : Buffer.concat([this.#waiting, chunk])
    if (this.#from === undefined) {
      this.#waiting = Buffer.from(bytes.subarray(-LONGEST_SEGMENT))
      return
    }
    this.#waiting = NOTHING
    const start = this.#seen - bytes.length
    const first = Math.max(0, this.#from - start)
    this.#hash.update(bytes.subarray(first, Math.max(first, (this.#to ?? this.#seen) - start)))
  }

  hex(): string {
    return this.#hash.copy().digest('hex')
  }
}
