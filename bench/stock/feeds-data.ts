/** Rows of a stock feed, made one after the other: a benchmark of memory must not hold them itself. */
export type Row = { sku: string; node: string; onHand: number }

export const NODES = 50

export const skusFor = (rows: number): string[] =>
  Array.from({ length: Math.ceil(rows / NODES) }, (_, i) => `SKU-${String(i).padStart(7, '0')}`)

/** The first `count` positions in feed `version`; of the feed before it the given share differs. */
export function* rowsOf(count: number, version: number, changed: number): Generator<Row> {
  const every = Math.round(1 / changed)
  for (let i = 0; i < count; i++) {
    const isChanged = i % every === 0
    const sku = `SKU-${String(Math.floor(i / NODES)).padStart(7, '0')}`
    yield { sku, node: `node-${i % NODES}`, onHand: 10 + (i % 90) + (isChanged ? version : 1) }
  }
}

const CHUNK_ROWS = 2_000

export async function* csvOf(rows: Iterable<Row>): AsyncGenerator<Uint8Array> {
  let lines = ['sku,node,on_hand\n']
  for (const { sku, node, onHand } of rows) {
    lines.push(`${sku},${node},${onHand}\n`)
    if (lines.length < CHUNK_ROWS) continue
    yield Buffer.from(lines.join(''))
    lines = []
  }
  yield Buffer.from(lines.join(''))
}
