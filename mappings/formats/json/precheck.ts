/**
 * The quick look at JSON that has already parsed: is there anything `JSON.parse` is silent about? One pass over the bytes,
 * cheaper than the parse itself, without building anything. False alarms are allowed (the inspector decides), misses are not.
 */
import type { JsonNumbers } from './numbers.ts'

const QUOTE = 34
const BACKSLASH = 92
const UNDERSCORE = 95

/** Up to 15 significant digits survive the way through a double unchanged, whatever they are. */
const SAFE_DIGITS = 15
/** From this many keys on, an object's keys are looked up in a set instead of one by one. */
const MANY_KEYS = 32

/** True when nothing needs a closer look: no key twice, no number that would change, no odd text, not too deep. */
export function isUnsuspicious(bytes: Uint8Array, maxDepth: number, numbers: JsonNumbers): boolean {
  return new Precheck(bytes, maxDepth, numbers).run()
}

class Precheck {
  readonly #bytes: Uint8Array
  readonly #maxDepth: number
  readonly #numbers: JsonNumbers
  /** Hashes of the keys of all open objects, the innermost object's last. */
  readonly #hashes: number[] = []
  /** Per depth: -1 for an array, else where the object's hashes begin. */
  readonly #firstKey: number[] = []
  readonly #large = new Map<number, Set<number>>()
  #clean = true

  constructor(bytes: Uint8Array, maxDepth: number, numbers: JsonNumbers) {
    this.#bytes = bytes
    this.#maxDepth = maxDepth
    this.#numbers = numbers
  }

  run(): boolean {
    const bytes = this.#bytes
    let expectKey = false
    for (let i = 0; i < bytes.length && this.#clean; i += 1) {
      const byte = bytes[i] ?? 0
      if (byte === QUOTE) {
        i = expectKey ? this.#key(i + 1) : this.#string(i + 1)
        expectKey = false
      } else if (byte === 44) expectKey = this.#inObject()
      else if (byte === 123 || byte === 91) expectKey = this.#open(byte === 123)
      else if (byte === 125 || byte === 93) this.#close()
      else if (byte === 45 || (byte >= 48 && byte <= 57)) i = this.#number(i)
    }
    return this.#clean
  }

  #inObject(): boolean {
    return (this.#firstKey.at(-1) ?? -1) >= 0
  }

  #open(isObject: boolean): boolean {
    this.#firstKey.push(isObject ? this.#hashes.length : -1)
    if (this.#firstKey.length > this.#maxDepth) this.#clean = false
    return isObject
  }

  #close(): void {
    const first = this.#firstKey.pop() ?? -1
    if (first < 0) return
    if (this.#hashes.length - first > MANY_KEYS) this.#large.delete(first)
    this.#hashes.length = first
  }

  /** Index of the closing quote. */
  #string(from: number): number {
    const bytes = this.#bytes
    let i = from
    for (let byte = bytes[i] ?? QUOTE; byte !== QUOTE; byte = bytes[i] ?? QUOTE) {
      if (byte === BACKSLASH) {
        if (bytes[i + 1] === 117) this.#unicodeEscape(i + 2)
        i += 1
      }
      i += 1
    }
    return i
  }

  /** `\u0000` and surrogates need a closer look; `\u00e9` and its like do not. */
  #unicodeEscape(at: number): void {
    const [first, second] = [this.#bytes[at] ?? 0, this.#bytes[at + 1] ?? 0]
    const isSurrogate = (first === 100 || first === 68) && !(second >= 48 && second <= 55)
    if (isSurrogate || (first === 48 && second === 48 && this.#bytes[at + 2] === 48 && this.#bytes[at + 3] === 48))
      this.#clean = false
  }

  #key(from: number): number {
    const bytes = this.#bytes
    let hash = 0
    let i = from
    for (let byte = bytes[i] ?? QUOTE; byte !== QUOTE; byte = bytes[i] ?? QUOTE) {
      // `"\u0061"` is the key `"a"` in disguise: rare enough to leave to the inspector.
      if (byte === BACKSLASH) {
        this.#clean = false
        return this.#string(from)
      }
      hash = (Math.imul(hash, 31) + byte) | 0
      i += 1
    }
    if (bytes[from] === UNDERSCORE && bytes[from + 1] === UNDERSCORE) this.#clean = false
    this.#remember(hash)
    return i
  }

  #remember(hash: number): void {
    const hashes = this.#hashes
    const first = this.#firstKey.at(-1) ?? 0
    const count = hashes.length - first
    if (count < MANY_KEYS) {
      for (let i = first; i < hashes.length; i += 1) if (hashes[i] === hash) this.#clean = false
    } else {
      let seen = this.#large.get(first)
      if (seen === undefined) {
        seen = new Set(hashes.slice(first))
        this.#large.set(first, seen)
      }
      if (seen.has(hash)) this.#clean = false
      seen.add(hash)
    }
    hashes.push(hash)
  }

  /** Index of the number's last byte. */
  #number(from: number): number {
    const bytes = this.#bytes
    let i = from
    let plain = true
    for (;;) {
      const byte = bytes[i + 1] ?? 0
      if (byte >= 48 && byte <= 57) i += 1
      else if (byte === 46 || byte === 101 || byte === 69 || byte === 43 || byte === 45) {
        if (byte !== 46 || this.#numbers === 'text') plain = false
        i += 1
      } else break
    }
    if (!plain || i - from >= SAFE_DIGITS) this.#clean = false
    return i
  }
}
