/** `npm run bench -- xml`: a large XML stock feed to rows, beside bare saxes and fast-xml-parser's whole tree. */
import { XMLParser } from 'fast-xml-parser'
import { SaxesParser } from 'saxes'
import { xmlRows } from '#mappings/formats/xml/rows.ts'
import type { Bench } from '../bench.ts'
import { chunksOf, figureOf, peakMegabytes, sideBySide } from '../kit/side-by-side.ts'
import { ratio, rounded, table } from '../kit/table.ts'

const ROWS = 200_000
const SHAPES = ['attributes', 'elements'] as const
type Shape = (typeof SHAPES)[number]
const LIMIT = 0.8

export const xml: Bench = {
  name: 'xml',
  summary: 'XML stock feeds to rows with places, beside bare saxes and fast-xml-parser',
  run: async ({ runs }) => {
    const results = []
    for (const shape of SHAPES) {
      const bytes = feed(shape)
      const amount = bytes.length / 1e6
      const figures = await sideBySide(
        [
          { name: 'ours', amount, run: () => demand(ours(bytes, shape)) },
          { name: 'saxes', amount, run: () => saxes(bytes) },
          { name: 'tree', amount, run: () => tree(bytes) },
        ],
        runs,
      )
      const of = (name: string): number => figureOf(figures, name)
      results.push({ shape, megabytes: amount, ours: of('ours'), saxes: of('saxes'), fastXmlParser: of('tree') })
    }
    return { json: { bench: 'xml', runs, unit: 'MB/s', limit: LIMIT, results }, text: describe(results) }
  },
}

function feed(shape: Shape): Uint8Array {
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

const demand = (rows: number): void => {
  if (rows !== ROWS) throw new Error(`${ROWS} rows were expected, ${rows} came`)
}

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

type Result = { shape: Shape; megabytes: number; ours: number; saxes: number; fastXmlParser: number }

function describe(results: readonly Result[]): string {
  const rows = results.map((each) => [
    `${each.shape} (${rounded(each.megabytes)} MB)`,
    rounded(each.ours),
    rounded(each.saxes),
    rounded(each.fastXmlParser),
    `${ratio(each.ours, each.saxes)} (≥ ${LIMIT} ×)`,
    ratio(each.ours, each.fastXmlParser),
  ])
  return [
    table(['MB/s', 'ours, rows', 'saxes, bare events', 'fast-xml-parser, tree', '÷ saxes', '÷ tree'], rows),
    '',
    `Peak memory of the whole run ${rounded(peakMegabytes())} MB: the trees take it, rows hold one record and one chunk.`,
  ].join('\n')
}
