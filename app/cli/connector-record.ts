/** `crossdock connector record <connection>`: documents that a live connection received, as fixtures without persons and secrets. */
import { isUtf8 } from 'node:buffer'
import { randomUUID } from 'node:crypto'
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Queryable } from '#store/database.ts'
import { scrubberOf } from '../record/scrub.ts'
import { type Call, text, UsageError } from './command.ts'
import { withDatabase } from './with-database.ts'

const MOST = 1_000

type Row = {
  id: string
  port: string
  meta: Record<string, string>
  raw: Uint8Array
  receivedAt: string
  state: string
}

export function recordCommand(call: Call): Promise<number> {
  const connection = call.positionals[1]
  const folder = text(call.values['out'])
  const limit = Number(text(call.values['limit']) ?? '20')
  if (connection === undefined)
    throw new UsageError('name the connection: crossdock connector record erp --out fixtures/')
  if (folder === undefined) throw new UsageError('say where to: --out <folder>')
  if (!Number.isInteger(limit) || limit < 1 || limit > MOST)
    throw new UsageError(`--limit must be a whole number from 1 to ${MOST}`)
  return withDatabase(call.settings, async (db) => {
    const rows = await documentsOf(db, connection, text(call.values['port']), limit)
    if (rows.length === 0) {
      call.print(
        `Nothing that ${connection} sent is stored${call.values['port'] === undefined ? '' : ' of that port'}.`,
      )
      return 1
    }
    // Its own stand-ins for each recording: nobody can look one up in another.
    const scrub = scrubberOf(await personsOf(db), randomUUID())
    mkdirSync(folder, { recursive: true })
    const index = rows.map(({ port, meta, raw, receivedAt, state }, at) => {
      const encoding = isUtf8(raw) ? 'utf8' : 'latin1'
      const document = scrub(Buffer.from(raw).toString(encoding))
      const file = `${port}-${String(at + 1).padStart(3, '0')}.${endingOf(document)}`
      writeFileSync(join(folder, file), document, encoding)
      return { file, port, state, receivedAt, meta: JSON.parse(scrub(JSON.stringify(meta))) as unknown }
    })
    writeFileSync(join(folder, 'recorded.json'), `${JSON.stringify(index, null, 2)}\n`)
    call.print(
      `${rows.length} documents of ${connection} are in ${folder}, with stand-ins for persons and secrets. Look through them before you share them:`,
    )
    call.print('what a partner writes into free text under a name that nobody knows here is not found.')
    return 0
  })
}

const endingOf = (document: string): string =>
  /^\s*[{[]/.test(document) ? 'json' : /^\s*</.test(document) ? 'xml' : /^(?:ISA|UN[AB])/.test(document) ? 'edi' : 'csv'

const documentsOf = (db: Queryable, connection: string, port: string | undefined, limit: number): Promise<Row[]> =>
  db.query<Row>(
    `SELECT id, port, meta, raw, received_at AS "receivedAt", state FROM envelope
     WHERE connection_id = $1 AND ($2::text IS NULL OR port = $2) AND NOT chunked AND raw <> convert_to('erased', 'UTF8')
     ORDER BY received_at DESC, id DESC LIMIT $3`,
    [connection, port ?? null, limit],
  )

/** Everything that the hub's orders know of persons. */
async function personsOf(db: Queryable): Promise<string[]> {
  const rows = await db.query<{ value: string }>(
    `SELECT DISTINCT field.value FROM sales_order o,
       LATERAL (VALUES (o.document -> 'shipTo'), (o.document -> 'billTo')) AS side (address),
       jsonb_each_text(coalesce(side.address, '{}')) AS field (name, value)
     WHERE field.name IN ('name', 'company', 'line1', 'line2', 'postcode', 'city', 'phone', 'email')`,
  )
  return rows.map((row) => row.value)
}
