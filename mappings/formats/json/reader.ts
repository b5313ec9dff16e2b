/**
 * Reads one JSON document. The fast way is `JSON.parse` plus one cheap pass over the bytes for what it is silent about:
 * duplicate keys, digits lost, `__proto__`, text that cannot be stored, depth. Only when something is wrong does the slow reader
 * run, to say what and where.
 */
import { parsed, unreadable } from '#core/issue.ts'
import type { Issue, Parsed } from '#core/issue.ts'
import { decodeUtf8, lineAndColumn } from '../text.ts'
import { inspectJson } from './inspector.ts'
import type { ByteRange } from './inspector.ts'
import type { JsonNumbers } from './numbers.ts'
import { isUnsuspicious } from './precheck.ts'
import type { JsonValue } from './value.ts'

export type JsonReadOptions = {
  /** Default 2,000,000: no partner's order comes near, and a parse stays below about 20 ms. */
  maxBytes?: number
  /** Nesting of objects and arrays. Default 64. */
  maxDepth?: number
  numbers?: JsonNumbers
}

const MAX_BYTES = 2_000_000
const MAX_DEPTH = 64

/**
 * Issues: `json.too-large`, `json.encoding`, `json.byte-order-mark`, `json.syntax`, `json.duplicate-key`, `json.forbidden-key`,
 * `json.number`, `json.text`, `json.too-deep`; each with pointer, line, column and byte.
 */
export function readJson(bytes: Uint8Array, options: JsonReadOptions = {}): Parsed<JsonValue> {
  const { maxBytes = MAX_BYTES, maxDepth = MAX_DEPTH, numbers = 'exact' } = options
  if (bytes.length > maxBytes) return unreadable(tooLarge(bytes.length, maxBytes))
  const decoded = decodeUtf8(bytes)
  if (!decoded.ok) return unreadable(badEncoding(bytes, decoded.byteOffset))
  if (decoded.text.startsWith('\uFEFF')) return unreadable(byteOrderMark())

  const value = tryParse(decoded.text)
  if (value !== undefined && isUnsuspicious(bytes, maxDepth, numbers)) return parsed(value)

  const { issues, textNumbers } = inspectJson(bytes, maxDepth, numbers)
  if (issues.length > 0) return { ok: false, issues }
  const again = textNumbers.length > 0 ? tryParse(withQuotedNumbers(bytes, textNumbers)) : value
  return again === undefined ? unreadable(refused()) : parsed(again)
}

/** Undefined stands for "not JSON": no JSON document has that value. */
function tryParse(text: string): JsonValue | undefined {
  try {
    return JSON.parse(text) as JsonValue
  } catch {
    return undefined
  }
}

function withQuotedNumbers(bytes: Uint8Array, ranges: readonly ByteRange[]): string {
  const quote = Uint8Array.of(34)
  const pieces: Uint8Array[] = []
  let from = 0
  for (const { start, end } of ranges) {
    pieces.push(bytes.subarray(from, start), quote, bytes.subarray(start, end), quote)
    from = end
  }
  pieces.push(bytes.subarray(from))
  return Buffer.concat(pieces).toString('utf8')
}

const tooLarge = (size: number, limit: number): Issue => ({
  code: 'json.too-large',
  class: 'data',
  place: { path: '', byteOffset: limit },
  rule: `A document has at most ${limit} bytes`,
  value: `${size} bytes`,
  cure: 'Send it in parts, or raise the limit for this partner',
})

const badEncoding = (bytes: Uint8Array, byteOffset: number): Issue => ({
  code: 'json.encoding',
  class: 'data',
  place: { path: '', byteOffset, ...lineAndColumn(bytes, byteOffset) },
  rule: 'JSON is UTF-8',
  value: `byte 0x${(bytes[byteOffset] ?? 0).toString(16).padStart(2, '0')}`,
  cure: 'Have the sender write UTF-8',
})

const byteOrderMark = (): Issue => ({
  code: 'json.byte-order-mark',
  class: 'data',
  place: { path: '', byteOffset: 0, line: 1, column: 1 },
  rule: 'JSON begins with its value, not with a byte-order mark (RFC 8259, 8.1)',
  cure: 'Have the sender write UTF-8 without a byte-order mark',
})

/** `JSON.parse` and the inspector disagree: never seen, and a test looks for it; refused rather than guessed. */
const refused = (): Issue => ({
  code: 'json.syntax',
  class: 'data',
  place: { path: '' },
  rule: 'The document follows the grammar of JSON (RFC 8259)',
  cure: 'Check the document with another reader and report this case',
})
