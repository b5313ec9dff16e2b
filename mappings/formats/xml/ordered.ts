/** Turns fast-xml-parser's ordered output into our tree: entities decoded, blanks that only indent left out, places counted. */
import { parsed, unreadable } from '#core/issue.ts'
import type { Issue, Parsed } from '#core/issue.ts'
import { decodeEntities } from './entities.ts'
import { xmlIssue } from './issues.ts'
import type { XmlElement } from './tree.ts'

/** `{ Item: [children], ':@': { attributes } }`, `{ '#text': … }` or `{ '#cdata': [{ '#text': … }] }`. */
type OrderedNode = Record<string, unknown>

const ATTRIBUTES = ':@'
const TEXT = '#text'
const CDATA = '#cdata'
const MAX_ISSUES = 100

export class OrderedTree {
  readonly #text: string
  readonly #placeKey: symbol
  readonly #issues: Issue[] = []
  /** Elements come in document order, so lines are counted once, forward. */
  #line = 1
  #lineStart = 0
  #nextBreak: number

  constructor(text: string, placeKey: unknown) {
    this.#text = text
    this.#placeKey = placeKey as symbol
    this.#nextBreak = text.indexOf('\n')
  }

  root(nodes: unknown): Parsed<XmlElement> {
    const [node] = nodeList(nodes).filter((one) => nameOf(one) !== undefined)
    if (node === undefined)
      return unreadable(
        xmlIssue(
          'xml.syntax',
          { path: 'document', line: 1 },
          'A document has a root element',
          undefined,
          'Send the whole document',
        ),
      )
    const element = this.#element(node, '', 1)
    return this.#issues.length > 0 ? { ok: false, issues: this.#issues } : parsed(element)
  }

  #element(node: OrderedNode, parentPath: string, nth: number): XmlElement {
    const name = nameOf(node) ?? ''
    const path = `${parentPath}/${name}${nth > 1 ? `[${nth}]` : ''}`
    const place = this.#place(node)
    const element: XmlElement = {
      name,
      attributes: Object.create(null) as Record<string, string>,
      children: [],
      ...place,
    }
    for (const [attribute, value] of Object.entries((node[ATTRIBUTES] ?? {}) as Record<string, unknown>)) {
      element.attributes[attribute] = this.#decoded(String(value), `${path}/@${attribute}`, place)
    }
    element.children = this.#children(nodeList(node[name]), path, place)
    return element
  }

  #children(
    nodes: readonly OrderedNode[],
    path: string,
    place: { line: number; column: number },
  ): XmlElement['children'] {
    const children: XmlElement['children'] = []
    const counts = new Map<string, number>()
    const hasElements = nodes.some((node) => nameOf(node) !== undefined)
    for (const node of nodes) {
      const name = nameOf(node)
      if (name !== undefined) {
        const nth = (counts.get(name) ?? 0) + 1
        counts.set(name, nth)
        children.push(this.#element(node, path, nth))
      } else if (CDATA in node)
        append(
          children,
          nodeList(node[CDATA])
            .map((one) => textIn(one))
            .join(''),
        )
      else {
        const raw = textIn(node)
        if (!hasElements || /\S/.test(raw)) append(children, this.#decoded(raw, path, place))
      }
    }
    return children
  }

  #decoded(raw: string, path: string, place: { line: number; column: number }): string {
    const decoded = decodeEntities(raw)
    if (decoded.ok) return decoded.text
    if (this.#issues.length < MAX_ISSUES) {
      this.#issues.push(
        xmlIssue(
          'xml.entity',
          { path, ...place },
          'Only &amp; &lt; &gt; &quot; &apos; and numeric references to XML characters are known',
          decoded.reference,
          'Write the character itself, and a plain & as &amp;',
        ),
      )
    }
    return ''
  }

  #place(node: OrderedNode): { line: number; column: number } {
    const meta = (node as Record<symbol, { startIndex?: number } | undefined>)[this.#placeKey]
    const index = meta?.startIndex ?? 0
    while (this.#nextBreak >= 0 && this.#nextBreak < index) {
      this.#line += 1
      this.#lineStart = this.#nextBreak + 1
      this.#nextBreak = this.#text.indexOf('\n', this.#lineStart)
    }
    return { line: this.#line, column: index - this.#lineStart + 1 }
  }
}

function nodeList(nodes: unknown): OrderedNode[] {
  return Array.isArray(nodes) ? (nodes as OrderedNode[]) : []
}

/** The element's name; undefined for text and CDATA. */
function nameOf(node: OrderedNode): string | undefined {
  return Object.keys(node).find((key) => key !== ATTRIBUTES && key !== TEXT && key !== CDATA)
}

const textIn = (node: OrderedNode): string => (typeof node[TEXT] === 'string' ? node[TEXT] : '')

/** Text beside text is one text: CDATA and comments cut it for no reason a reader should see. */
function append(children: XmlElement['children'], text: string): void {
  if (text === '') return
  const last = children.at(-1)
  if (typeof last === 'string') children[children.length - 1] = last + text
  else children.push(text)
}
