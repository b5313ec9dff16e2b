/**
 * The slow, exact reader of JSON text: finds what is wrong and where. It runs only when `JSON.parse` refused the text or the
 * precheck saw something odd. Grammar: RFC 8259.
 */
import { excerpt } from '#core/issue.ts'
import type { Issue, Place } from '#core/issue.ts'
import { lineAndColumn, viewOf } from '../text.ts'
import { losesDigits } from './numbers.ts'
import { pointer } from './pointer.ts'
import type { JsonNumbers } from './numbers.ts'

export type ByteRange = { start: number; end: number }

/** `textNumbers`: the numbers to be kept as text, in order; only with `numbers: 'text'`. */
export type Inspection = { issues: Issue[]; textNumbers: ByteRange[] }

/** Each needs its line counted from the start, and nobody mends more at once. */
const MAX_ISSUES = 25

export function inspectJson(bytes: Uint8Array, maxDepth: number, numbers: JsonNumbers): Inspection {
  const inspector = new Inspector(bytes, maxDepth, numbers)
  inspector.document()
  return { issues: inspector.issues, textNumbers: inspector.textNumbers }
}

const OPEN_OBJECT = 123
const CLOSE_OBJECT = 125
const OPEN_ARRAY = 91
const CLOSE_ARRAY = 93
const QUOTE = 34
const COMMA = 44
const COLON = 58
const BACKSLASH = 92

const WORDS = ['true', 'false', 'null']

const isDigit = (byte: number): boolean => byte >= 48 && byte <= 57
const isWordByte = (byte: number): boolean =>
  isDigit(byte) || (byte >= 65 && byte <= 90) || (byte >= 97 && byte <= 122) || byte === 95

/** Each reading method answers false when the text is broken there; the first break is reported and nothing after it. */
class Inspector {
  readonly issues: Issue[] = []
  readonly textNumbers: ByteRange[] = []
  readonly #bytes: Buffer
  readonly #maxDepth: number
  readonly #numbers: JsonNumbers
  readonly #path: (string | number)[] = []
  #at = 0

  constructor(bytes: Uint8Array, maxDepth: number, numbers: JsonNumbers) {
    this.#bytes = viewOf(bytes)
    this.#maxDepth = maxDepth
    this.#numbers = numbers
  }

  document(): void {
    if (!this.#value()) return
    this.#blanks()
    if (this.#at < this.#bytes.length)
      this.#broken(
        'A document is one value, with nothing behind it',
        'Remove the text behind the end, or send documents one by one',
      )
  }

  #byte(): number {
    return this.#bytes[this.#at] ?? 0
  }

  #blanks(): void {
    for (let byte = this.#byte(); byte === 32 || byte === 10 || byte === 13 || byte === 9; byte = this.#byte())
      this.#at += 1
  }

  #value(): boolean {
    this.#blanks()
    const byte = this.#byte()
    if (byte === OPEN_OBJECT) return this.#object()
    if (byte === OPEN_ARRAY) return this.#array()
    if (byte === QUOTE) return this.#string(false) !== undefined
    if (byte === 45 || isDigit(byte)) return this.#number()
    if (byte === 116 || byte === 102 || byte === 110) {
      const word = WORDS.find(
        (literal) => this.#bytes.toString('latin1', this.#at, this.#at + literal.length) === literal,
      )
      if (word !== undefined) {
        this.#at += word.length
        return true
      }
    }
    return this.#noValue(byte)
  }

  #noValue(byte: number): boolean {
    if (this.#at >= this.#bytes.length)
      return this.#broken(
        'A value is expected, and the document ends here',
        'The document was cut off: have it sent again',
      )
    const word = this.#wordHere()
    if (byte === 39) return this.#broken('Text stands in double quotes', 'Replace the single quotes by double quotes')
    if (byte === 47) return this.#broken('JSON has no comments', 'Remove the comment')
    if (byte === CLOSE_OBJECT || byte === CLOSE_ARRAY)
      return this.#broken('A value follows each comma', 'Remove the comma before the bracket')
    if (/^(NaN|Infinity|undefined)$/.test(word))
      return this.#broken(`JSON has no ${word}`, 'Send null, or leave the value out')
    if (/^(true|false|null|none)$/i.test(word))
      return this.#broken(
        'true, false and null are written in small letters',
        `Write ${word.toLowerCase() === 'none' ? 'null' : word.toLowerCase()}`,
      )
    return this.#broken(
      'A value is expected: text in double quotes, a number, true, false, null, an object or an array',
      'Correct the text at this place',
    )
  }

  #wordHere(): string {
    let end = this.#at
    while (end - this.#at < 20 && isWordByte(this.#bytes[end] ?? 0)) end += 1
    return this.#bytes.toString('latin1', this.#at, end)
  }

  #enter(): boolean {
    if (this.#path.length < this.#maxDepth) return true
    this.#report(
      'json.too-deep',
      this.#at,
      `Values are nested at most ${this.#maxDepth} deep`,
      undefined,
      'Send a flatter document, or raise the limit for this partner',
    )
    return false
  }

  #object(): boolean {
    if (!this.#enter()) return false
    const keys = new Set<string>()
    this.#at += 1
    this.#blanks()
    if (this.#byte() === CLOSE_OBJECT) return this.#step()
    for (;;) {
      this.#blanks()
      if (!this.#member(keys)) return false
      this.#blanks()
      if (this.#byte() === CLOSE_OBJECT) return this.#step()
      if (this.#byte() !== COMMA) return this.#notClosed('}', 'object')
      this.#at += 1
    }
  }

  #member(keys: Set<string>): boolean {
    const start = this.#at
    if (this.#byte() !== QUOTE) return this.#noKey()
    const key = this.#string(true)
    if (key === undefined) return false
    this.#path.push(key)
    if (keys.has(key))
      this.#report(
        'json.duplicate-key',
        start,
        'A key stands once in its object',
        key,
        'Have the sender leave one of the two out: which one is meant cannot be known',
      )
    if (key === '__proto__')
      this.#report(
        'json.forbidden-key',
        start,
        'No key is named __proto__',
        key,
        'Refuse the document: the key serves no honest purpose',
      )
    keys.add(key)
    this.#blanks()
    if (this.#byte() !== COLON) return this.#broken('A colon follows each key', 'Put a colon between key and value')
    this.#at += 1
    if (!this.#value()) return false
    this.#path.pop()
    return true
  }

  #noKey(): boolean {
    if (this.#at >= this.#bytes.length)
      return this.#broken(
        'A key is expected, and the document ends here',
        'The document was cut off: have it sent again',
      )
    if (this.#byte() === CLOSE_OBJECT)
      return this.#broken('A key follows each comma', 'Remove the comma before the bracket')
    return this.#broken('A key stands in double quotes', 'Put double quotes around the key')
  }

  #array(): boolean {
    if (!this.#enter()) return false
    this.#at += 1
    this.#blanks()
    if (this.#byte() === CLOSE_ARRAY) return this.#step()
    for (let index = 0; ; index += 1) {
      this.#path.push(index)
      if (!this.#value()) return false
      this.#path.pop()
      this.#blanks()
      if (this.#byte() === CLOSE_ARRAY) return this.#step()
      if (this.#byte() !== COMMA) return this.#notClosed(']', 'array')
      this.#at += 1
    }
  }

  #step(): boolean {
    this.#at += 1
    return true
  }

  #notClosed(bracket: string, what: string): boolean {
    if (this.#at >= this.#bytes.length)
      return this.#broken(
        `The ${what} is closed by ${bracket}, and the document ends here`,
        'The document was cut off: have it sent again',
      )
    return this.#broken(
      `A comma or ${bracket} follows a value in an ${what}`,
      'Put a comma between the values, or close the bracket',
    )
  }

  /** The text of the string that begins here, or undefined when it is broken. Values without escapes are not decoded: ''. */
  #string(isKey: boolean): string | undefined {
    const bytes = this.#bytes
    const start = this.#at
    let escaped = false
    for (this.#at += 1; this.#at < bytes.length; this.#at += 1) {
      const byte = bytes[this.#at] ?? 0
      if (byte === QUOTE) {
        this.#at += 1
        return isKey || escaped ? this.#storable(start, decodeString(bytes.toString('utf8', start, this.#at))) : ''
      }
      if (byte < 32) return this.#controlInString(byte)
      if (byte === BACKSLASH) {
        escaped = true
        if (!this.#escape()) return undefined
      }
    }
    this.#broken(
      'Text is closed by a double quote, and the document ends here',
      'The document was cut off, or a quote is missing: have it sent again',
    )
    return undefined
  }

  #controlInString(byte: number): undefined {
    const lineEnd = byte === 10 || byte === 13
    this.#broken(
      'Text holds no line breaks or other control characters',
      lineEnd ? 'Write \\n, or close the quotes before the line ends' : 'Write it as an escape, e.g. \\t',
    )
  }

  #escape(): boolean {
    const escape = this.#bytes[this.#at + 1]
    const digits = this.#bytes.toString('latin1', this.#at + 2, this.#at + 6)
    if (escape === 117 && /^[0-9a-fA-F]{4}$/.test(digits)) this.#at += 5
    else if (escape !== undefined && escape !== 117 && '"\\/bfnrt'.includes(String.fromCharCode(escape))) this.#at += 1
    else
      return this.#broken(
        'After a backslash comes one of " \\ / b f n r t or u with four hex digits',
        'Write a backslash in text as \\\\',
      )
    return true
  }

  /** NUL and lone surrogates parse, but PostgreSQL can store neither: better refused here than lost later. */
  #storable(start: number, text: string): string {
    if (text.includes('\0') || !text.isWellFormed()) {
      this.#report(
        'json.text',
        start,
        'Text holds no NUL and no half of a surrogate pair',
        text,
        'Have the sender clean the text',
      )
    }
    return text
  }

  #number(): boolean {
    const start = this.#at
    const text = /^-?(0|[1-9]\d*)(\.\d+)?([eE][+-]?\d+)?/.exec(
      this.#bytes.toString('latin1', start, this.#numberEnd()),
    )?.[0]
    if (text === undefined) return this.#broken('A minus sign is followed by a digit', 'Correct the number')
    this.#at += text.length
    const next = this.#byte()
    if (this.#at < this.#bytes.length && (isWordByte(next) || next === 46 || next === 43)) {
      return this.#broken(
        'A number has no leading zeros or plus sign, digits on both sides of its point, and nothing glued to it',
        'Correct the number, or send it as text in double quotes',
      )
    }
    this.#judgeNumber(text, start)
    return true
  }

  #numberEnd(): number {
    let end = this.#at
    for (
      let byte = this.#bytes[end] ?? 0;
      isDigit(byte) || byte === 45 || byte === 43 || byte === 46 || byte === 69 || byte === 101;
      byte = this.#bytes[end] ?? 0
    )
      end += 1
    return end
  }

  #judgeNumber(text: string, start: number): void {
    if (this.#numbers === 'text') {
      if (/[.eE]/.test(text) || losesDigits(text)) this.textNumbers.push({ start, end: start + text.length })
    } else if (losesDigits(text)) {
      this.#report(
        'json.number',
        start,
        'A number keeps all its digits when it is read (about 15 are safe)',
        text,
        'Have it sent as text in double quotes',
      )
    }
  }

  #broken(rule: string, cure: string): boolean {
    const value = this.#bytes.toString('utf8', this.#at, this.#at + 20)
    this.#report('json.syntax', this.#at, rule, value === '' ? undefined : value, cure)
    return false
  }

  #report(code: string, byteOffset: number, rule: string, value: string | undefined, cure: string): void {
    if (this.issues.length >= MAX_ISSUES) return
    const place: Place = { path: pointer(this.#path), byteOffset, ...lineAndColumn(this.#bytes, byteOffset) }
    this.issues.push({
      code,
      class: 'data',
      place,
      rule,
      ...(value === undefined ? {} : { value: excerpt(value) }),
      cure,
    })
  }
}

/** The grammar was checked, so `JSON.parse` decodes the escapes. */
const decodeString = (literal: string): string =>
  literal.includes('\\') ? String(JSON.parse(literal)) : literal.slice(1, -1)
