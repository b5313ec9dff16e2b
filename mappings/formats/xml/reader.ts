/**
 * Reads one XML document with fast-xml-parser in its safe settings: no DOCTYPE, validated first, nothing coerced, attributes and
 * order kept, entities decoded by ourselves. For documents up to about a megabyte; large feeds need a streaming parser.
 */
import { XMLParser, XMLValidator } from 'fast-xml-parser'
import { unreadable } from '#core/issue.ts'
import type { Issue, Parsed } from '#core/issue.ts'
import { decodeXml } from './encoding.ts'
import { xmlIssue } from './issues.ts'
import { OrderedTree } from './ordered.ts'
import { prescan } from './prescan.ts'
import type { XmlElement } from './tree.ts'

export type XmlReadOptions = {
  /** Default 1,000,000. Run documents above 200 kB in a worker thread: a megabyte can take some 200 ms. */
  maxBytes?: number
  /** Default 32. */
  maxDepth?: number
  /** Default 100,000. */
  maxElements?: number
  /** In one element. Default 256. */
  maxAttributes?: number
}

/**
 * Issues: `xml.too-large`, `xml.encoding`, `xml.character`, `xml.doctype`, `xml.syntax`, `xml.entity`, `xml.name`,
 * `xml.too-deep`, `xml.too-many-elements`, `xml.too-many-attributes`; with line and column.
 */
export function readXml(bytes: Uint8Array, options: XmlReadOptions = {}): Parsed<XmlElement> {
  const { maxBytes = 1_000_000, maxDepth = 32, maxElements = 100_000, maxAttributes = 256 } = options
  if (bytes.length > maxBytes) return unreadable(tooLarge(bytes.length, maxBytes))
  const decoded = decodeXml(bytes)
  if (!decoded.ok) return decoded
  const text = decoded.value
  const fault = prescan(text, { maxDepth, maxElements, maxAttributes }) ?? invalid(text)
  if (fault !== undefined) return unreadable(fault)
  return parse(text, maxDepth)
}

function invalid(text: string): Issue | undefined {
  const verdict = XMLValidator.validate(text)
  if (verdict === true) return undefined
  const { msg, line, col } = verdict.err
  const place = { path: 'document', line, ...(typeof col === 'number' ? { column: col } : {}) }
  return xmlIssue(
    'xml.syntax',
    place,
    msg.replace(/\.$/, ''),
    undefined,
    'Correct the document at this place: tags must nest, close and stand in one root element',
  )
}

function parse(text: string, maxDepth: number): Parsed<XmlElement> {
  const parser = new XMLParser({
    preserveOrder: true,
    ignoreAttributes: false,
    attributeNamePrefix: '',
    parseTagValue: false,
    parseAttributeValue: false,
    trimValues: false,
    processEntities: false,
    cdataPropName: '#cdata',
    ignoreDeclaration: true,
    ignorePiTags: true,
    maxNestedTags: maxDepth,
    captureMetaData: true,
    jPath: false,
    // The default renames `toString` and its like; the tree has no prototypes, so names stay as they are.
    onDangerousProperty: (name) => name,
  })
  let nodes: unknown
  try {
    nodes = parser.parse(text)
  } catch (error) {
    return unreadable(refused(error))
  }
  return new OrderedTree(text, XMLParser.getMetaDataSymbol()).root(nodes)
}

/** Names such as `constructor` that the parser refuses, and whatever a future version may throw. */
function refused(error: unknown): Issue {
  const message = error instanceof Error ? error.message : 'unknown'
  const isName = message.includes('Invalid name')
  return xmlIssue(
    isName ? 'xml.name' : 'xml.syntax',
    { path: 'document' },
    isName ? 'No element or attribute is named __proto__, constructor or prototype' : 'The document can be parsed',
    message,
    'Have the sender correct the document',
  )
}

const tooLarge = (size: number, limit: number): Issue =>
  xmlIssue(
    'xml.too-large',
    { path: 'document', byteOffset: limit },
    `A document has at most ${limit} bytes`,
    `${size} bytes`,
    'Send it in parts, or raise the limit for this partner',
  )
