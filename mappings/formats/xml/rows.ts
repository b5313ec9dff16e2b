/**
 * A large XML feed as rows: one record element after the other, read with saxes, never the document as a whole. Rules as for whole
 * documents (reader.ts): no DOCTYPE, nothing coerced, an element that repeats without being agreed is an issue, caps on all.
 */
import { SaxesParser } from 'saxes'
import type { SaxesTagPlain } from 'saxes'
import type { Issue, Place } from '#core/issue.ts'
import { Batcher } from '../rows.ts'
import type { RowBatch, RowReader } from '../rows.ts'
import { XmlChunkDecoder } from './decode-chunks.ts'
import { fieldTree } from './row-fields.ts'
import type { FieldNode } from './row-fields.ts'
import * as faults from './row-faults.ts'

export type XmlRowOptions = {
  /** The record's element with its parents from the root on: `StockFeed/Row`. */
  record: string
  /** Inside a record: `@sku` an attribute, `Qty` the text of a child, `Item/@id` and deeper, `.` the record's own text. */
  fields: readonly string[]
  /** Characters from one record's end to the next one's. Default 1,000,000. */
  maxRecordChars?: number
  /** Default 32. */
  maxDepth?: number
  /** In one element. Default 256. */
  maxAttributes?: number
}

/** Values kept of what stands above and between the records. */
const MAX_HEAD = 256

/** Issues: `xml.encoding`, `xml.syntax`, `xml.doctype`, `xml.root`, `xml.too-deep`, `xml.too-many-attributes`, `xml.record-too-large` stop the reading; `xml.undeclared-list` refuses its record alone. */
export function xmlRows(options: XmlRowOptions): RowReader {
  const reader = new XmlRows(options)
  const path = `/${options.record}`
  return {
    fields: options.fields,
    head: reader.head,
    get stopped() {
      return reader.stopped
    },
    push: (chunk) => reader.push(chunk),
    end: () => reader.end(),
    placeOf: ({ row, line }, field) => ({
      path: `${path}[${row}]${field === undefined ? '' : `/${options.fields[field] ?? ''}`}`,
      line,
    }),
  }
}

class XmlRows {
  stopped = false
  /** `@asOf` an attribute of the root, `Header/AsOf` the text of an element outside the records. */
  readonly head = new Map<string, string>()
  readonly #record: string[]
  readonly #wanted: FieldNode
  readonly #blank: string[]
  readonly #limits: { chars: number; depth: number; attributes: number }
  readonly #decoder = new XmlChunkDecoder()
  readonly #parser = new SaxesParser()
  readonly #batch = new Batcher()
  readonly #names: string[] = []
  /** For each open element inside a record, what is wanted of it; undefined for nothing. */
  readonly #nodes: (FieldNode | undefined)[] = []
  #cells: string[] | undefined
  /** For each node, the last record that it was seen in. */
  readonly #seen: number[] = []
  #spoiled: Issue | undefined
  #row = 0
  #line = 0
  /** Characters up to the name of the element at hand. */
  #tagStart = 0
  /** Characters and lines up to the last record's end: what comes between two ends is capped. */
  #recordEnd = 0
  #recordEndLine = 1
  #written = 0
  #text = ''

  constructor({ record, fields, maxRecordChars = 1_000_000, maxDepth = 32, maxAttributes = 256 }: XmlRowOptions) {
    this.#record = record.split('/')
    this.#wanted = fieldTree(fields)
    this.#blank = fields.map(() => '')
    this.#limits = { chars: maxRecordChars, depth: maxDepth, attributes: maxAttributes }
    const parser = this.#parser
    parser.on('error', (error) => this.#stop(faults.syntax(error, this.#here())))
    parser.on('doctype', () => this.#stop(faults.doctype(this.#here())))
    parser.on('opentagstart', () => {
      this.#tagStart = parser.position
      // A line feed straight behind the name has been counted already.
      if (this.#cells === undefined) this.#line = parser.column === 0 ? parser.line - 1 : parser.line
    })
    parser.on('opentag', (tag) => this.#open(tag))
    parser.on('closetag', () => this.#close())
    const text = (text: string): void => {
      this.#text += text
    }
    parser.on('text', text)
    parser.on('cdata', text)
  }

  push(chunk: Uint8Array): RowBatch {
    const { text, issue } = this.#decoder.push(chunk)
    this.#write(text, issue)
    return this.#batch.take()
  }

  end(): RowBatch {
    if (this.stopped) return this.#batch.take()
    const { text, issue } = this.#decoder.end()
    this.#write(text, issue)
    if (!this.stopped) this.#parser.close()
    return this.#batch.take()
  }

  #write(text: string, issue: Issue | undefined): void {
    if (this.stopped) return
    if (text !== '') this.#parser.write(text)
    this.#written += text.length
    // saxes may still hold one character back.
    this.#checkSize(this.#written - 1)
    if (issue === undefined || this.stopped) return
    this.stopped = true
    this.#batch.issues.push(issue)
  }

  #open(tag: SaxesTagPlain): void {
    this.#checkSize(this.#parser.position)
    if (this.stopped) return
    this.#text = ''
    this.#names.push(tag.name)
    const depth = this.#names.length
    if (depth > this.#limits.depth) return this.#stop(faults.tooDeep(this.#here(), this.#limits.depth))
    if (this.#mayHaveTooMany() && countOf(tag.attributes) > this.#limits.attributes)
      return this.#stop(faults.tooManyAttributes(this.#here(), this.#limits.attributes))
    if (this.#cells !== undefined) this.#openInside(tag)
    else if (this.#isRecord()) this.#begin(tag)
    else if (depth === 1 && tag.name !== this.#record[0])
      this.#stop(faults.wrongRoot(this.#here(), tag.name, this.#record[0] ?? ''))
    else for (const name of Object.keys(tag.attributes)) this.#keepHead(`@${name}`, tag.attributes[name] ?? '')
  }

  /** An attribute takes five characters at least, so that nearly no element has to be counted. */
  #mayHaveTooMany(): boolean {
    return this.#parser.position - this.#tagStart > 4 * this.#limits.attributes
  }

  #isRecord(): boolean {
    const { length } = this.#record
    if (this.#names.length !== length) return false
    for (let i = 0; i < length; i += 1) if (this.#names[i] !== this.#record[i]) return false
    return true
  }

  #begin(tag: SaxesTagPlain): void {
    this.#row += 1
    this.#cells = this.#blank.slice()
    this.#nodes.length = 0
    this.#enter(this.#wanted, tag)
  }

  #openInside(tag: SaxesTagPlain): void {
    const node = this.#nodes.at(-1)?.children.get(tag.name)
    if (node !== undefined && this.#seen[node.id] === this.#row)
      this.#spoiled ??= faults.undeclaredList(this.#recordPlace(), tag.name)
    this.#enter(node, tag)
  }

  #enter(node: FieldNode | undefined, tag: SaxesTagPlain): void {
    this.#nodes.push(node)
    if (node === undefined) return
    this.#seen[node.id] = this.#row
    for (const { name, field } of node.attributes) this.#set(field, tag.attributes[name] ?? '')
  }

  #close(): void {
    this.#checkSize(this.#parser.position)
    if (this.stopped) return
    if (this.#cells === undefined) this.#keepHead('', this.#text)
    else {
      const node = this.#nodes.pop()
      if (node !== undefined && node.text >= 0) this.#set(node.text, this.#text)
      if (this.#nodes.length === 0) this.#finish()
    }
    this.#text = ''
    this.#names.pop()
  }

  #finish(): void {
    const cells = this.#cells ?? []
    this.#cells = undefined
    this.#recordEnd = this.#parser.position
    this.#recordEndLine = this.#parser.line
    if (this.#spoiled === undefined) this.#batch.rows.push({ cells, row: this.#row, line: this.#line, byteOffset: -1 })
    else this.#batch.issues.push(this.#spoiled)
    this.#spoiled = undefined
  }

  #set(field: number, value: string): void {
    if (this.#cells !== undefined) this.#cells[field] = value
  }

  #keepHead(attribute: string, value: string): void {
    if (this.head.size >= MAX_HEAD || value.trim() === '') return
    const path = this.#names.slice(1)
    const key = [...path, ...(attribute === '' ? [] : [attribute])].join('/')
    if (key !== '' && !this.head.has(key)) this.head.set(key, value)
  }

  /** At every event and behind every chunk, so that it does not matter how the file was cut. */
  #checkSize(position: number): void {
    if (this.stopped || position - this.#recordEnd <= this.#limits.chars) return
    const place = { path: `/${this.#record.join('/')}[${this.#row}]`, line: this.#recordEndLine }
    this.stopped = true
    this.#batch.issues.push(faults.recordTooLarge(place, this.#limits.chars))
  }

  #stop(issue: Issue): void {
    this.#checkSize(this.#parser.position)
    if (this.stopped) return
    this.stopped = true
    this.#batch.issues.push(issue)
  }

  #recordPlace(): Place {
    return { path: `/${this.#record.join('/')}[${this.#row}]`, line: this.#line }
  }

  #here(): Place {
    const { line, column } = this.#parser
    return { path: 'document', line, column: column + 1 }
  }
}

function countOf(attributes: Record<string, string>): number {
  let count = 0
  for (const _name in attributes) count += 1
  return count
}
