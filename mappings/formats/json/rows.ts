/** A feed of one JSON object a line (NDJSON) as rows of the wanted keys. Numbers stay the text they are: `00123` is refused, `12.50` kept. */
import type { Issue, Place } from '#core/issue.ts'
import { excerpt } from '#core/issue.ts'
import { viewOf } from '../text.ts'
import { Batcher } from '../rows.ts'
import type { Row, RowReader } from '../rows.ts'
import { readJson } from './reader.ts'
import type { JsonValue } from './value.ts'

export type NdjsonRowOptions = {
  /** Keys of the object, a dot between levels: `sku`, `stock.onHand`. */
  fields: readonly string[]
  /** Without line end. Default 65,536. */
  maxRowBytes?: number
}

const LF = 10
const NOTHING = Buffer.alloc(0)

/** Issues: those of reader.ts, and `ndjson.row-too-long`, `ndjson.object`, `ndjson.value`; each refuses its line alone. */
export function ndjsonRows(options: NdjsonRowOptions): RowReader {
  const lines = new Lines(options)
  return {
    fields: options.fields,
    head: new Map(),
    stopped: false,
    push: (chunk) => lines.push(viewOf(chunk)),
    end: () => lines.end(),
    placeOf: ({ line, byteOffset }: Row, field) => ({
      path:
        field === undefined ? `line ${line}` : `line ${line} /${(options.fields[field] ?? '').replaceAll('.', '/')}`,
      byteOffset,
      line,
    }),
  }
}

class Lines {
  readonly #paths: string[][]
  readonly #maxRowBytes: number
  readonly #batch = new Batcher()
  /** Pieces of a line whose end has not come; joined once, so that a long line fed in crumbs is not copied at each. */
  #held: Buffer[] = []
  #heldBytes = 0
  /** The line is beyond the cap: its bytes are passed over to the next line feed. */
  #skipping = false
  #line = 1
  #byteOffset = 0

  constructor({ fields, maxRowBytes = 65_536 }: NdjsonRowOptions) {
    this.#paths = fields.map((field) => field.split('.'))
    this.#maxRowBytes = maxRowBytes
  }

  push(chunk: Buffer) {
    let from = 0
    for (let feed = chunk.indexOf(LF); feed >= 0; feed = chunk.indexOf(LF, from)) {
      const piece = chunk.subarray(from, feed)
      this.#endLine(this.#held.length === 0 ? piece : Buffer.concat([...this.#held, piece]), 1)
      from = feed + 1
    }
    this.#hold(chunk.subarray(from))
    return this.#batch.take()
  }

  end() {
    if (this.#heldBytes > 0) this.#endLine(Buffer.concat(this.#held), 0)
    return this.#batch.take()
  }

  #hold(piece: Buffer): void {
    if (piece.length === 0) return
    this.#heldBytes += piece.length
    if (this.#heldBytes > this.#maxRowBytes) {
      if (!this.#skipping) this.#refuse(tooLong(this.#maxRowBytes))
      this.#skipping = true
      this.#held = [NOTHING]
    } else this.#held.push(Buffer.from(piece))
  }

  #endLine(bytes: Buffer, lineEndBytes: number): void {
    const length = this.#skipping ? this.#heldBytes + bytes.length : bytes.length
    if (!this.#skipping && bytes.length > this.#maxRowBytes) this.#refuse(tooLong(this.#maxRowBytes))
    else if (!this.#skipping) this.#read(withoutMark(bytes, this.#byteOffset))
    this.#byteOffset += length + lineEndBytes
    this.#line += 1
    this.#held = []
    this.#heldBytes = 0
    this.#skipping = false
  }

  #read(bytes: Buffer): void {
    if (isBlank(bytes)) return
    const parsed = readJson(bytes, { maxBytes: this.#maxRowBytes, numbers: 'text' })
    if (!parsed.ok) {
      for (const issue of parsed.issues) this.#refuse(issue, issue.place.path)
      return
    }
    const { value } = parsed
    if (typeof value !== 'object' || value === null || Array.isArray(value)) return this.#refuse(notAnObject(bytes))
    const cells: string[] = []
    for (const path of this.#paths) {
      const cell = cellOf(value, path)
      if (cell === undefined) return this.#refuse(notAValue(), `/${path.join('/')}`)
      cells.push(cell)
    }
    this.#batch.rows.push({ cells, row: this.#line, line: this.#line, byteOffset: this.#byteOffset })
  }

  #refuse(issue: Omit<Issue, 'place'>, path = ''): void {
    const place: Place = {
      path: `line ${this.#line}${path === '' ? '' : ` ${path}`}`,
      byteOffset: this.#byteOffset,
      line: this.#line,
    }
    this.#batch.issues.push({ ...issue, place })
  }
}

/** A file may begin with a byte-order mark; a line may not. */
const withoutMark = (bytes: Buffer, byteOffset: number): Buffer =>
  byteOffset === 0 && bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf ? bytes.subarray(3) : bytes

function isBlank(bytes: Buffer): boolean {
  for (const byte of bytes) if (byte !== 32 && byte !== 9 && byte !== 13) return false
  return true
}

/** Text of a scalar, '' for null and for what is not there; undefined for objects and lists. */
function cellOf(value: JsonValue, path: readonly string[]): string | undefined {
  let at: JsonValue | undefined = value
  for (const key of path) {
    if (typeof at !== 'object' || at === null || Array.isArray(at)) return ''
    at = Object.hasOwn(at, key) ? at[key] : undefined
  }
  if (at === undefined || at === null) return ''
  return typeof at === 'object' ? undefined : String(at)
}

type Fault = Omit<Issue, 'place'>

const tooLong = (limit: number): Fault => ({
  code: 'ndjson.row-too-long',
  class: 'data',
  rule: `A line has at most ${limit} bytes`,
  cure: 'Send one object a line, or raise the limit for this partner',
})

const notAnObject = (bytes: Buffer): Fault => ({
  code: 'ndjson.object',
  class: 'data',
  rule: 'A line holds one JSON object',
  value: excerpt(bytes.toString('utf8', 0, 80)),
  cure: 'Send one object a line',
})

const notAValue = (): Fault => ({
  code: 'ndjson.value',
  class: 'data',
  rule: 'The field is text, a number, true, false or null',
  cure: 'Send a plain value in this field',
})
