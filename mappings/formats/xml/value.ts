/** An XML tree as the plain values that field maps read, with JSON pointers for addresses. */
import { parsed } from '#core/issue.ts'
import type { Issue, Parsed, Place } from '#core/issue.ts'
import { xmlIssue } from './issues.ts'
import { elementsOf, textOf } from './tree.ts'
import type { XmlElement } from './tree.ts'

/** Objects have no prototype. Attributes are keys with `@`, text beside attributes or elements is `#text`. */
export type XmlValue = string | XmlValue[] | { [key: string]: XmlValue }

export type XmlShape = {
  /**
   * Names of the elements that are lists. They come as arrays always, with one entry too: a list is declared, never guessed from
   * how many there happen to be. A name that repeats without being declared is the issue `xml.undeclared-list`.
   */
  lists: readonly string[]
}

/** The value of the root element, e.g. `{ Item: [{ Sku: '00123' }] }` for `<Feed><Item><Sku>00123</Sku></Item></Feed>`. */
export function xmlToValue(root: XmlElement, shape: XmlShape): Parsed<XmlValue> {
  const issues: Issue[] = []
  const value = convert(root, `/${root.name}`, new Set(shape.lists), issues)
  return issues.length > 0 ? { ok: false, issues } : parsed(value)
}

function convert(element: XmlElement, path: string, lists: ReadonlySet<string>, issues: Issue[]): XmlValue {
  const children = elementsOf(element)
  const attributes = Object.entries(element.attributes)
  const text = textOf(element)
  if (children.length === 0 && attributes.length === 0) return text
  const result = Object.create(null) as { [key: string]: XmlValue }
  for (const [name, value] of attributes) result[`@${name}`] = value
  if (text !== '') result['#text'] = text
  const counts = new Map<string, number>()
  for (const child of children) {
    const nth = (counts.get(child.name) ?? 0) + 1
    counts.set(child.name, nth)
    const value = convert(child, `${path}/${child.name}${nth > 1 ? `[${nth}]` : ''}`, lists, issues)
    const present = result[child.name]
    if (lists.has(child.name)) {
      if (Array.isArray(present)) present.push(value)
      else result[child.name] = [value]
    } else if (present === undefined) result[child.name] = value
    else issues.push(undeclared(child, `${path}/${child.name}[${nth}]`))
  }
  return result
}

const undeclared = (element: XmlElement, path: string): Issue => ({
  ...xmlIssue(
    'xml.undeclared-list',
    { path, line: element.line, column: element.column },
    'An element that is not declared as a list stands once in its parent',
    element.name,
    'Declare it as a list in the map, or have the sender leave one out',
  ),
  class: 'config',
  subject: element.name,
})

/** Where a path of such a value lies in its document: `/ORDERS05/IDOC/E1EDP01[2]/MENGE`, at the line of the deepest element there is. */
export function placeInXml(root: XmlElement, path: readonly (string | number)[]): Place {
  let at = root
  let text = `/${root.name}`
  path.forEach((step, i) => {
    if (typeof step === 'number') return
    const next = path[i + 1]
    const nth = typeof next === 'number' ? next : 0
    const found = elementsOf(at, step)[nth]
    text += `/${step}${nth > 0 ? `[${nth + 1}]` : ''}`
    if (found !== undefined) at = found
  })
  return { path: text, line: at.line, column: at.column }
}
