/** What is measured of XML: a made stock feed, read whole as often as it is asked. */
import { XMLParser } from 'fast-xml-parser'
import { SaxesParser } from 'saxes'
import { xmlRows } from '#mappings/formats/xml/rows.ts'
import { chunksOf } from '../kit/chunks.ts'

export const ROWS = 200_000
export const SHAPES = ['attributes', 'elements'] as const
export type Shape = (typeof SHAPES)[number]

export function feed(shape: Shape): Uint8Array {
  const rows = Array.from({ length: ROWS }, (_, i) => {
    const [sku, node, qty] = [`SKU-${String(i).padStart(8, '0')}`, `WH-${i % 40}`, i % 977]
    return shape === 'attributes'
      ? `  <Row sku="${sku}" node="${node}" onHand="${qty}" name="Sneaker &amp; low ${i % 50}"/>\n`
      : `  <Row><Sku>${sku}</Sku><Node>${node}</Node><OnHand>${qty}</OnHand><Name>Sneaker &amp; low ${i % 50}</Name></Row>\n`
  })
  return Buffer.from(
    `<?xml version="1.0" encoding="UTF-8"?>\n<StockFeed asOf="2026-11-22T09:00:00Z">\n${rows.join('')}</StockFeed>\n`,
  )
}

/** Each gives a count, so that nothing is thrown away unread. */
export const READERS = {
  ours: (bytes: Uint8Array, shape: Shape): number => {
    const rows = ours(bytes, shape)
    if (rows !== ROWS) throw new Error(`${ROWS} rows were expected, ${rows} came`)
    return rows
  },
  saxes,
  tree: (bytes: Uint8Array): number => Object.keys(tree(bytes) as object).length,
}
export type ReaderName = keyof typeof READERS

function ours(bytes: Uint8Array, shape: Shape): number {
  const fields = shape === 'attributes' ? ['@sku', '@node', '@onHand'] : ['Sku', 'Node', 'OnHand']
  const reader = xmlRows({ record: 'StockFeed/Row', fields })
  let rows = 0
  for (const chunk of chunksOf(bytes)) rows += reader.push(chunk).rows.length
  return rows + reader.end().rows.length
}

/** Events only: nothing is kept. */
function saxes(bytes: Uint8Array): number {
  const parser = new SaxesParser()
  const decoder = new TextDecoder()
  let events = 0
  const count = (): void => {
    events += 1
  }
  parser.on('opentag', count)
  parser.on('closetag', count)
  parser.on('text', count)
  for (const chunk of chunksOf(bytes)) parser.write(decoder.decode(chunk, { stream: true }))
  parser.close()
  return events
}

const tree = (bytes: Uint8Array): unknown =>
  new XMLParser({ ignoreAttributes: false, parseTagValue: false, parseAttributeValue: false }).parse(
    Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString('utf8'),
  )
