/** XML bytes in chunks → text in pieces, strictly by the declared encoding; a character cut by a chunk's edge waits for its rest. */
import type { Issue } from '#core/issue.ts'
import { decodeUtf8 } from '../text.ts'
import { declaredEncoding, illFormed, OPENING_BYTES } from './encoding.ts'
import type { XmlEncoding } from './encoding.ts'

export type DecodedPiece = { text: string; issue?: Issue }

export class XmlChunkDecoder {
  #encoding: XmlEncoding | undefined
  /** The first bytes until the declaration can be read; later the bytes of a character that is not whole yet. */
  #held: Buffer = Buffer.alloc(0)
  /** File offset of the first held byte. */
  #offset = 0
  readonly #windows1252 = new TextDecoder('windows-1252')

  push(chunk: Uint8Array): DecodedPiece {
    const bytes = Buffer.concat([this.#held, chunk])
    if (this.#encoding === undefined && bytes.length < OPENING_BYTES) {
      this.#held = bytes
      return { text: '' }
    }
    return this.#decode(bytes, false)
  }

  end(): DecodedPiece {
    return this.#decode(this.#held, true)
  }

  #decode(bytes: Buffer, isLast: boolean): DecodedPiece {
    const isFirst = this.#encoding === undefined
    if (this.#encoding === undefined) {
      const declared = declaredEncoding(bytes)
      if (!declared.ok) return { text: '', issue: declared.issues[0] as Issue }
      this.#encoding = declared.value
    }
    if (this.#encoding === 'utf-8') return this.#decodeUtf8(bytes, isFirst, isLast)
    this.#held = Buffer.alloc(0)
    return { text: this.#encoding === 'latin1' ? bytes.toString('latin1') : this.#windows1252.decode(bytes) }
  }

  #decodeUtf8(bytes: Buffer, isFirst: boolean, isLast: boolean): DecodedPiece {
    const whole = isLast ? bytes.length : endOfWholeCharacters(bytes)
    const decoded = decodeUtf8(bytes.subarray(0, whole))
    if (!decoded.ok) {
      const { byteOffset } = decoded
      const issue = illFormed({ path: 'document', byteOffset: this.#offset + byteOffset }, bytes[byteOffset] ?? 0)
      return { text: withoutMark(bytes.toString('utf8', 0, byteOffset), isFirst), issue }
    }
    this.#held = Buffer.from(bytes.subarray(whole))
    this.#offset += whole
    return { text: withoutMark(decoded.text, isFirst) }
  }
}

const withoutMark = (text: string, isFirst: boolean): string =>
  isFirst && text.startsWith('\uFEFF') ? text.slice(1) : text

/** Bytes before a last character that the chunk's edge may have cut. */
function endOfWholeCharacters(bytes: Buffer): number {
  const { length } = bytes
  for (let back = 1; back <= 3 && back <= length; back += 1) {
    const byte = bytes[length - back] ?? 0
    if ((byte & 0xc0) === 0x80) continue
    const needed = byte >= 0xf0 ? 4 : byte >= 0xe0 ? 3 : byte >= 0xc0 ? 2 : 1
    return needed > back ? length - back : length
  }
  return length
}
