/**
 * One strict pass over the markup before fast-xml-parser sees it. It refuses what that parser would take or choke on (DOCTYPE,
 * unclosed comments, `<` in attribute values, characters XML does not have) and holds the caps, so no input is slow or deep.
 */
import type { Issue } from '#core/issue.ts'
import { placeAt, xmlIssue } from './issues.ts'

export type XmlLimits = { maxDepth: number; maxElements: number; maxAttributes: number }

const CUT_OFF = 'The document was cut off, or a bracket is missing: have it sent again'

/** XML 1.0, production 2 (Char). */
const NOT_XML = /[^\t\n\r\u0020-\uD7FF\uE000-\uFFFD\u{10000}-\u{10FFFF}]/u
/** Stricter than the standard: name and quoted pseudo-attributes only, since parsers differ over anything else. */
const INSTRUCTION = /<\?[\w.:-]+(?:\s+[\w.:-]+\s*=\s*(?:"[^"<>]*"|'[^'<>]*'))*\s*\?>/y

/** The first fault, or nothing. */
export function prescan(text: string, limits: XmlLimits): Issue | undefined {
  const odd = NOT_XML.exec(text)
  if (odd !== null) {
    const code = odd[0].codePointAt(0)?.toString(16).toUpperCase().padStart(4, '0') ?? ''
    return xmlIssue(
      'xml.character',
      placeAt(text, odd.index),
      'XML holds no control characters',
      `U+${code}`,
      'Have the sender clean the text',
    )
  }
  return new Prescan(text, limits).run()
}

class Prescan {
  readonly #text: string
  readonly #limits: XmlLimits
  #depth = 0
  #elements = 0

  constructor(text: string, limits: XmlLimits) {
    this.#text = text
    this.#limits = limits
  }

  run(): Issue | undefined {
    const text = this.#text
    let from = 0
    for (let at = text.indexOf('<'); at >= 0; at = text.indexOf('<', from)) {
      const fault = this.#outsideRoot(from, at)
      if (fault !== undefined) return fault
      const end = this.#markup(at)
      if (typeof end !== 'number') return end
      from = end
    }
    return this.#outsideRoot(from, text.length)
  }

  /** Text from `from` to `to` and the markup behind it must lie in the one root element; fast-xml-parser is lenient here. */
  #outsideRoot(from: number, to: number): Issue | undefined {
    if (this.#depth !== 0) return undefined
    const text = this.#text
    const misplaced = /\S/.exec(text.slice(from, to))
    const isElement = to < text.length && !/[!?]/.test(text[to + 1] ?? '!')
    if (misplaced === null && !text.startsWith('<![CDATA[', to) && !(isElement && this.#elements > 0)) return undefined
    const at = misplaced === null ? to : from + misplaced.index
    return xmlIssue(
      'xml.syntax',
      placeAt(text, at),
      'A document is one root element, with nothing but comments beside it',
      text.slice(at, at + 60),
      'Remove what stands outside the root, or send documents one by one',
    )
  }

  /** Index behind the markup that begins at `at`. */
  #markup(at: number): number | Issue {
    const text = this.#text
    if (text.startsWith('<!--', at)) return this.#until('-->', at, at + 4, 'A comment is closed by -->')
    if (text.startsWith('<![CDATA[', at)) return this.#until(']]>', at, at + 9, 'A CDATA section is closed by ]]>')
    if (text.startsWith('<?', at)) return this.#instruction(at)
    if (text.startsWith('<!', at)) {
      return xmlIssue(
        'xml.doctype',
        placeAt(text, at),
        'A document has no DOCTYPE and no other declarations: they can hide attacks',
        text.slice(at, at + 60),
        'Have the sender leave the declaration out',
      )
    }
    return this.#tag(at)
  }

  #until(mark: string, at: number, from: number, rule: string): number | Issue {
    const end = this.#text.indexOf(mark, from)
    return end < 0 ? xmlIssue('xml.syntax', placeAt(this.#text, at), rule, undefined, CUT_OFF) : end + mark.length
  }

  #instruction(at: number): number | Issue {
    INSTRUCTION.lastIndex = at
    const found = INSTRUCTION.exec(this.#text)
    if (found !== null) return at + found[0].length
    return xmlIssue(
      'xml.syntax',
      placeAt(this.#text, at),
      'A processing instruction has a name and quoted values',
      this.#text.slice(at, at + 60),
      'Correct or remove the instruction',
    )
  }

  #tag(at: number): number | Issue {
    const text = this.#text
    let quote = ''
    let attributes = 0
    for (let i = at + 1; i < text.length; i += 1) {
      const character = text[i] ?? ''
      if (character === '<')
        return xmlIssue(
          'xml.syntax',
          placeAt(text, i),
          'A tag is closed by > before the next one begins, and < in an attribute is written &lt;',
          text.slice(at, i + 1),
          'Close the tag, or escape the sign',
        )
      if (quote !== '') {
        if (character === quote) quote = ''
      } else if (character === '"' || character === "'") {
        quote = character
        attributes += 1
      } else if (character === '>') return this.#closed(at, i, attributes)
    }
    return xmlIssue('xml.syntax', placeAt(text, at), 'A tag is closed by >', text.slice(at, at + 60), CUT_OFF)
  }

  #closed(at: number, end: number, attributes: number): number | Issue {
    const text = this.#text
    if (text[at + 1] === '/') this.#depth -= 1
    else {
      this.#elements += 1
      if (text[end - 1] !== '/') this.#depth += 1
    }
    const { maxDepth, maxElements, maxAttributes } = this.#limits
    if (this.#depth > maxDepth) return this.#over('xml.too-deep', at, `Elements are nested at most ${maxDepth} deep`)
    if (this.#elements > maxElements)
      return this.#over('xml.too-many-elements', at, `A document has at most ${maxElements} elements`)
    if (attributes > maxAttributes)
      return this.#over('xml.too-many-attributes', at, `An element has at most ${maxAttributes} attributes`)
    return end + 1
  }

  #over(code: string, at: number, rule: string): Issue {
    return xmlIssue(
      code,
      placeAt(this.#text, at),
      rule,
      undefined,
      'Send smaller documents, or raise the limit for this partner',
    )
  }
}
