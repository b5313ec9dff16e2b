/** An XML document as a tree of text: nothing is turned into numbers, the order of children is kept. */

export type XmlElement = {
  /** With its prefix, as written: `ns:Item`. */
  name: string
  /** Without prototype, so any name is safe to look up. */
  attributes: Record<string, string>
  /** Elements and text in order. Text that only indents (blanks beside elements) is left out; CDATA is text. */
  children: (XmlElement | string)[]
  /** 1-based, of the element's `<`. */
  line: number
  column: number
}

/** All text directly in an element, unchanged. */
export const textOf = (element: XmlElement): string =>
  element.children.filter((child) => typeof child === 'string').join('')

/** Child elements, all or those of one name. */
export function elementsOf(element: XmlElement, name?: string): XmlElement[] {
  return element.children
    .filter((child) => typeof child !== 'string')
    .filter((child) => name === undefined || child.name === name)
}
