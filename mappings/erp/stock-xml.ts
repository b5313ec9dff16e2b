/** Reads an XML stock feed: bytes in, a canonical feed and refused rows out, placed by element, line and column. */
import type { PlaceOf, WithCrosswalk } from '../engine/index.ts'
import { refusedWhole } from '../engine/index.ts'
import { readXml } from '../formats/xml/reader.ts'
import { elementsOf } from '../formats/xml/tree.ts'
import type { XmlElement } from '../formats/xml/tree.ts'
import { readStock, xmlStockMap } from './stock.ts'
import type { StockReading } from './stock.ts'

/** Larger feeds come as CSV or JSON: an XML document is parsed whole. */
const MAX_BYTES = 1_000_000

export function readStockXml(bytes: Uint8Array, context: WithCrosswalk, map = xmlStockMap): StockReading {
  const root = readXml(bytes, { maxBytes: MAX_BYTES })
  if (!root.ok) return refusedWhole('', root.issues)
  if (root.value.name !== 'StockFeed') return refusedWhole('', [wrongRoot(root.value)])
  const rows = elementsOf(root.value, 'Row')
  const feed = { ...root.value.attributes, Row: rows.map((row) => row.attributes) }
  return readStock(map, feed, context, placesOf(root.value, rows))
}

/** `/StockFeed/Row[3]/@onHand`, at the line and column of its element. */
function placesOf(root: XmlElement, rows: XmlElement[]): PlaceOf {
  return ([first, index, attribute]) => {
    const row = typeof index === 'number' ? rows[index] : undefined
    if (row === undefined) return { path: `/StockFeed/@${first ?? ''}`, line: root.line, column: root.column }
    const at = `/StockFeed/Row[${Number(index) + 1}]`
    return { path: attribute === undefined ? at : `${at}/@${attribute}`, line: row.line, column: row.column }
  }
}

const wrongRoot = (root: XmlElement) => ({
  code: 'erp.xml-root',
  class: 'data' as const,
  place: { path: `/${root.name}`, line: root.line, column: root.column },
  rule: 'must be StockFeed',
  value: root.name.slice(0, 60),
  cure: 'Send a StockFeed document.',
})
