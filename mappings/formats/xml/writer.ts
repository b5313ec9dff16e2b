/** Writes an XML document in UTF-8, escaping what must be. */
import { parsed } from '#core/issue.ts'
import type { Issue, Parsed } from '#core/issue.ts'
import { xmlIssue } from './issues.ts'

export type WritableXml = {
  name: string
  attributes?: Readonly<Record<string, string>>
  children?: readonly (WritableXml | string)[]
}

export type XmlWriteOptions = {
  /** `<?xml version="1.0" encoding="UTF-8"?>` first. Default true. */
  declaration?: boolean
  /** For people's eyes, e.g. two blanks. Elements that hold text are never broken into lines. */
  indent?: string
}

/** Issues: `xml.write.name`, `xml.write.character` (XML cannot hold control characters, escaped or not). */
export function writeXml(root: WritableXml, options: XmlWriteOptions = {}): Parsed<Uint8Array> {
  const composer = new Composer(options.indent ?? '')
  const body = composer.element(root, '', '')
  if (composer.issues.length > 0) return { ok: false, issues: composer.issues }
  const lineEnd = options.indent === undefined ? '' : '\n'
  const declaration = options.declaration === false ? '' : `<?xml version="1.0" encoding="UTF-8"?>${lineEnd}`
  return parsed(Buffer.from(declaration + body + lineEnd, 'utf8'))
}

/** XML 1.0, productions 2, 4 and 5; a colon is for prefixes. */
const NAME_START =
  ':A-Z_a-z\\u{C0}-\\u{D6}\\u{D8}-\\u{F6}\\u{F8}-\\u{2FF}\\u{370}-\\u{37D}\\u{37F}-\\u{1FFF}\\u{200C}\\u{200D}\\u{2070}-\\u{218F}\\u{2C00}-\\u{2FEF}\\u{3001}-\\u{D7FF}\\u{F900}-\\u{FDCF}\\u{FDF0}-\\u{FFFD}'
const NAME = new RegExp(`^[${NAME_START}][${NAME_START}\\-.0-9\\u{B7}\\u{300}-\\u{36F}\\u{203F}\\u{2040}]*$`, 'u')
const NOT_XML = /[^\t\n\r\u0020-\uD7FF\uE000-\uFFFD\u{10000}-\u{10FFFF}]/u

const TEXT_ESCAPES: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '\r': '&#13;' }
const ATTRIBUTE_ESCAPES: Readonly<Record<string, string>> = {
  ...TEXT_ESCAPES,
  '"': '&quot;',
  '\n': '&#10;',
  '\t': '&#9;',
}

class Composer {
  readonly issues: Issue[] = []
  readonly #indent: string

  constructor(indent: string) {
    this.#indent = indent
  }

  element(element: WritableXml, parentPath: string, margin: string): string {
    const path = `${parentPath}/${element.name}`
    this.#checkName(element.name, path)
    let tag = `<${element.name}`
    for (const [name, value] of Object.entries(element.attributes ?? {})) {
      this.#checkName(name, `${path}/@${name}`)
      this.#checkText(value, `${path}/@${name}`)
      tag += ` ${name}="${value.replace(/[&<>"\r\n\t]/g, (sign) => ATTRIBUTE_ESCAPES[sign] ?? sign)}"`
    }
    const children = element.children ?? []
    if (children.length === 0) return `${tag}/>`
    return `${tag}>${this.#content(children, path, margin)}</${element.name}>`
  }

  #content(children: readonly (WritableXml | string)[], path: string, margin: string): string {
    const inline = this.#indent === '' || children.some((child) => typeof child === 'string')
    const inner = `${margin}${this.#indent}`
    const parts = children.map((child) => {
      if (typeof child !== 'string') return (inline ? '' : `\n${inner}`) + this.element(child, path, inner)
      this.#checkText(child, path)
      return child.replace(/[&<>\r]/g, (sign) => TEXT_ESCAPES[sign] ?? sign)
    })
    return parts.join('') + (inline ? '' : `\n${margin}`)
  }

  #checkName(name: string, path: string): void {
    if (!NAME.test(name))
      this.issues.push({
        ...xmlIssue(
          'xml.write.name',
          { path },
          'A name begins with a letter and holds letters, digits, . - _ :',
          name,
          'Correct the map that makes this document',
        ),
        class: 'config',
      })
  }

  #checkText(text: string, path: string): void {
    const odd = NOT_XML.exec(text)
    if (odd !== null)
      this.issues.push(
        xmlIssue(
          'xml.write.character',
          { path },
          'XML holds no control characters',
          JSON.stringify(text),
          'Clean the value before it is written',
        ),
      )
  }
}
