/** Quiet documents between bytes and the trees that maps read: local names, checked against the schema, lists as lists. */
import type { Issue, Parsed } from '#core/issue.ts'
import { parsed, unreadable } from '#core/issue.ts'
import type { PlaceOf, RefusedPart } from '../engine/index.ts'
import { readXml } from '../formats/xml/reader.ts'
import { elementsOf } from '../formats/xml/tree.ts'
import type { XmlElement } from '../formats/xml/tree.ts'
import { placeInXml, xmlToValue } from '../formats/xml/value.ts'
import { writeXml } from '../formats/xml/writer.ts'
import type { WritableXml } from '../formats/xml/writer.ts'
import { faultsOf, placeOfElement } from './check.ts'
import { DOCUMENTS, isDocumentName, LISTS } from './schema.ts'
import type { DocumentName, ElementRule } from './schema.ts'

/** `tree` is of the shape that the schema demands; maps name it. */
export type OpenTree = { tree: unknown; placeOf: PlaceOf }
export type QuietDocument = { name: DocumentName; root: XmlElement }

/** The document under its local names, its root known. Issues: those of the XML reader, and `quiet.root`. */
export function openDocument(bytes: Uint8Array, maxBytes: number): Parsed<QuietDocument> {
  const read = readXml(bytes, { maxBytes })
  if (!read.ok) return read
  const root = localNames(read.value)
  return isDocumentName(root.name) ? parsed({ name: root.name, root }) : unreadable(unknownRoot(root))
}

/** Two namespaces occur for one format, with prefixes or without: only the local name tells. */
const localNames = (element: XmlElement): XmlElement => ({
  ...element,
  name: element.name.slice(element.name.indexOf(':') + 1),
  children: element.children.map((child) => (typeof child === 'string' ? child : localNames(child))),
})

/** Every fault of the schema at once, or the tree and how places in it are told. */
export function treeOf({ name, root }: QuietDocument): Parsed<OpenTree> {
  return elementTree(root, DOCUMENTS[name])
}

/** The same for one element of a document that holds several. */
export function elementTree(root: XmlElement, rule: ElementRule): Parsed<OpenTree> {
  const faults = faultsOf(root, rule)
  if (faults.length > 0) return unreadable(...faults)
  const value = xmlToValue(root, { lists: LISTS })
  if (!value.ok) return value
  return parsed({ tree: value.value, placeOf: (path) => placeInXml(root, path) })
}

export const childrenOf = (root: XmlElement, name: string): XmlElement[] => elementsOf(root, name)

/**
 * The tree of a document whose parts of this name stand for themselves, such as the items of a count: those that break the schema are
 * refused alone, under the attribute that names them. Issues: faults of the document around them.
 */
export function treeOfParts(
  { name, root }: QuietDocument,
  part: string,
  naming: string,
): Parsed<OpenTree & { refused: RefusedPart[] }> {
  const rule: ElementRule = DOCUMENTS[name]
  const partRule = rule.children?.find((child) => child.name === part)?.rule ?? {}
  const found = childrenOf(root, part).map((element, index) => {
    const nth = index === 0 ? '' : `[${index + 1}]`
    return { element, index, issues: faultsOf(element, partRule, `/${root.name}/${part}${nth}`) }
  })
  const bad = found.filter(({ issues }) => issues.length > 0)
  const good = found.filter(({ issues }) => issues.length === 0)
  const broken = new Set<unknown>(bad.map(({ element }) => element))
  const opened = elementTree({ ...root, children: root.children.filter((child) => !broken.has(child)) }, rule)
  if (!opened.ok) return opened
  // Places are those of the document as it came.
  const placeOf: PlaceOf = ([first, nth, ...rest]) => {
    const isPart = first === part && typeof nth === 'number'
    const path = [first, isPart ? good[nth]?.index : nth, ...rest]
    return placeInXml(
      root,
      path.filter((step) => step !== undefined),
    )
  }
  const refused = bad.map(({ element, issues }) => ({ part: element.attributes[naming] ?? '', issues }))
  return parsed({ tree: opened.value.tree, placeOf, refused })
}

/** Issues: what the schema forbids, with pointers into the document, and what XML cannot hold. */
export function writeDocument(name: DocumentName, tree: object): Parsed<Uint8Array> {
  const rule: ElementRule = DOCUMENTS[name]
  const element = elementOf(name, tree, rule)
  const faults = faultsOf(element, rule)
  if (faults.length > 0) return unreadable(...faults)
  const xmlns = `http://schemas.quietlogistics.com/V2/${NAMESPACES[name] ?? name}.xsd`
  return writeXml({ ...element, attributes: { xmlns, ...element.attributes } }, { indent: '  ' })
}

/** Namespaces that do not bear the name of their root. */
const NAMESPACES: Partial<Record<DocumentName, string>> = { ShipOrderDocument: 'ShipmentOrder' }

function elementOf(name: string, tree: object | string, rule: ElementRule): WritableXml {
  if (typeof tree === 'string') return { name, children: tree === '' ? [] : [tree] }
  const values = tree as Record<string, unknown>
  const attributes = Object.fromEntries(
    Object.entries(values).flatMap(([key, value]) =>
      key.startsWith('@') && typeof value === 'string' ? [[key.slice(1), value]] : [],
    ),
  )
  const children = (rule.children ?? []).flatMap((each) => {
    const value = values[each.name]
    const all: unknown[] = Array.isArray(value) ? value : value === undefined ? [] : [value]
    return all.map((one) => elementOf(each.name, one as object | string, each.rule))
  })
  return { name, attributes, children }
}

const unknownRoot = (root: XmlElement): Issue => ({
  code: 'quiet.root',
  class: 'data',
  place: placeOfElement(root, `/${root.name.slice(0, 60)}`),
  rule: `must be one of ${Object.keys(DOCUMENTS).join(', ')}`,
  value: root.name.slice(0, 60),
  cure: 'Send a document of the Quiet format, or have this file put elsewhere.',
})
