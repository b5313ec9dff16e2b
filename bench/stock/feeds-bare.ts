/** What the database itself can do with as many rows: COPY into a keyed table, and upserts of 10,000 rows each. Nothing else is done. */
import type { PGlite } from '@electric-sql/pglite'
import pg from 'pg'
import type { Database } from '#store/database.ts'
import { insertRows } from '#store/rows.ts'
import { perSecond } from '../kit/measure.ts'
import { csvOf, type Row, rowsOf } from './feeds-data.ts'

const TABLE = '(sku text, node_id text, on_hand integer NOT NULL, PRIMARY KEY (sku, node_id))'
const COPY = 'COPY bare_copy FROM'
const OPTIONS = '(FORMAT csv, HEADER)'

export async function bareCopyLite({ lite }: { lite: PGlite }, rows: number): Promise<number> {
  await lite.exec(`CREATE TABLE bare_copy ${TABLE}`)
  const parts: Uint8Array<ArrayBuffer>[] = []
  for await (const part of csvOf(rowsOf(rows, 0, 1))) parts.push(new Uint8Array(part))
  const blob = new Blob(parts)
  const rate = await perSecond(rows, async () => {
    await lite.query(`${COPY} '/dev/blob' ${OPTIONS}`, [], { blob })
  })
  await lite.exec('DROP TABLE bare_copy')
  return rate
}

export async function bareCopyServer(url: string, rows: number): Promise<number> {
  const client = new pg.Client(url)
  await client.connect()
  try {
    await client.query(`CREATE TABLE bare_copy ${TABLE}`)
    const rate = await perSecond(rows, () => copyIn(client, csvOf(rowsOf(rows, 0, 1))))
    await client.query('DROP TABLE bare_copy')
    return rate
  } finally {
    await client.end()
  }
}

/** The part of node-postgres' connection that COPY needs; its types do not name it. */
type Wire = {
  query: (sql: string) => void
  sendCopyFromChunk: (chunk: Uint8Array) => void
  endCopyFrom: () => void
  stream: NodeJS.WritableStream
}

function copyIn(client: pg.Client, chunks: AsyncIterable<Uint8Array>): Promise<void> {
  return new Promise((resolve, reject) => {
    let failed: Error | undefined
    client.query({
      submit: (wire: Wire) => wire.query(`${COPY} STDIN ${OPTIONS}`),
      handleCopyInResponse: (wire: Wire) => {
        void (async () => {
          for await (const chunk of chunks) {
            wire.sendCopyFromChunk(chunk)
            if (wire.stream.writable && (wire.stream as { writableNeedDrain?: boolean }).writableNeedDrain === true)
              await new Promise((drained) => wire.stream.once('drain', drained))
          }
          wire.endCopyFrom()
        })().catch(reject)
      },
      handleError: (error: Error) => {
        failed = error
        reject(error)
      },
      handleCommandComplete: () => undefined,
      handleReadyForQuery: () => (failed === undefined ? resolve() : undefined),
    } as unknown as pg.Submittable)
  })
}

const AT_ONCE = 10_000

export async function bareUpsert(db: Database, rows: number): Promise<number> {
  await db.query(`CREATE TABLE bare_upsert ${TABLE}`)
  const upsert = (some: readonly Row[]) =>
    insertRows(
      db,
      'bare_upsert',
      { sku: 'text', node_id: 'text', on_hand: 'int4' } as const,
      some.map((row) => ({ sku: row.sku, node_id: row.node, on_hand: row.onHand })),
      'ON CONFLICT (sku, node_id) DO UPDATE SET on_hand = excluded.on_hand',
    )
  const all = async (version: number): Promise<void> => {
    let some: Row[] = []
    for (const row of rowsOf(rows, version, 1)) {
      some.push(row)
      if (some.length < AT_ONCE) continue
      await upsert(some)
      some = []
    }
    if (some.length > 0) await upsert(some)
  }
  await all(0)
  // Every row is there and changes, as in a full snapshot.
  const rate = await perSecond(rows, () => all(1))
  await db.query('DROP TABLE bare_upsert')
  return rate
}
