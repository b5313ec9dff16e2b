/** Where captured values came from, kept beside what was captured: `crossdock explain <order> <field>` reads it back. */
import { createHash } from 'node:crypto'
import type { Place } from '#core/issue.ts'
import type { Instant } from '#core/model/time.ts'
import type { Origin, Trace } from '#core/model/trace.ts'
import type { Queryable } from './database.ts'
import { insertRows } from './rows.ts'

/** `subjectId`: the order, or the fulfillment request that the document answers. */
export type NewTrace = {
  subjectId: string
  envelopeId: string
  part: string
  kind: string
  capturedAt: Instant
  trace: Trace
}

const TRACE = {
  subject_id: 'text',
  envelope_id: 'text',
  part: 'text',
  kind: 'text',
  captured_at: 'timestamptz',
  map: 'text',
  map_version: 'text',
  layers: 'jsonb',
  crosswalk_version: 'text',
  origins: 'jsonb',
  carried: 'jsonb',
} as const
const RULE = { id: 'text', rule: 'text', layer: 'text' } as const

/** `[source pointer, rule id, path?, byte?, line?, column?]`; `path` is null where it is the pointer itself. */
type Packed = [source: string, rule: string, path?: string | null, ...(number | null)[]]

/** A document that is read again after its cure replaces what was told of it before. */
export async function insertTraces(db: Queryable, traces: readonly NewTrace[]): Promise<void> {
  if (traces.length === 0) return
  const rules = new Map<string, { id: string; rule: string; layer: string | undefined }>()
  const rows = traces.map(({ subjectId, envelopeId, part, kind, capturedAt, trace }) => ({
    subject_id: subjectId,
    envelope_id: envelopeId,
    part,
    kind,
    captured_at: capturedAt,
    map: trace.map,
    map_version: trace.mapVersion,
    layers: trace.layers,
    crosswalk_version: trace.crosswalkVersion,
    origins: packed(trace, rules),
    carried: trace.carried ?? null,
  }))
  // In one order, so that two workers who meet the same new rules never wait for each other.
  const known = [...rules.values()].sort((a, b) => (a.id < b.id ? -1 : 1))
  await insertRows(db, 'map_rule', RULE, known, 'ON CONFLICT (id) DO NOTHING')
  await insertRows(
    db,
    'document_trace',
    TRACE,
    rows,
    `ON CONFLICT (subject_id, envelope_id, part, kind) DO UPDATE SET captured_at = excluded.captured_at, map = excluded.map,
       map_version = excluded.map_version, layers = excluded.layers, crosswalk_version = excluded.crosswalk_version,
       origins = excluded.origins, carried = excluded.carried`,
  )
}

function packed(trace: Trace, rules: Map<string, { id: string; rule: string; layer: string | undefined }>) {
  const origins: Record<string, Packed> = {}
  for (const { target, source, place, rule, layer } of trace.origins) {
    const key = `${layer ?? ''}\n${rule}`
    const known = rules.get(key) ?? { id: shortHash(key), rule, layer }
    rules.set(key, known)
    origins[target] = pack(source, known.id, place)
  }
  return origins
}

const shortHash = (text: string): string => createHash('sha256').update(text).digest('base64url').slice(0, 10)

function pack(source: string, rule: string, { path, byteOffset, line, column }: Place): Packed {
  const numbers = [byteOffset ?? null, line ?? null, column ?? null]
  while (numbers.length > 0 && numbers.at(-1) === null) numbers.pop()
  if (numbers.length > 0) return [source, rule, path === source ? null : path, ...numbers]
  return path === source ? [source, rule] : [source, rule, path]
}

/** One document's traces, rules spelled out; `connectionId` and `receivedAt` are its envelope's. */
export type StoredTrace = Omit<NewTrace, 'trace'> & {
  trace: Trace
  connectionId: string | null
  receivedAt: Instant | null
  meta: Record<string, string> | null
}

type TraceRow = {
  subject_id: string
  envelope_id: string
  part: string
  kind: string
  captured_at: Instant
  map: string
  map_version: string
  layers: string[]
  crosswalk_version: string | null
  origins: Record<string, Packed>
  carried: unknown
  connection_id: string | null
  received_at: Instant | null
  meta: Record<string, string> | null
}

/** Of the order itself and of every answer to one of its requests, in the order they came. */
export async function tracesOfOrder(db: Queryable, orderId: string): Promise<StoredTrace[]> {
  const rows = await db.query<TraceRow>(
    `SELECT t.*, e.connection_id, e.received_at, e.meta FROM document_trace t LEFT JOIN envelope e ON e.id = t.envelope_id
      WHERE t.subject_id = $1 OR t.subject_id IN (SELECT id FROM fulfillment_request WHERE order_id = $1)
      ORDER BY t.captured_at, t.envelope_id, t.part`,
    [orderId],
  )
  const ids = new Set(rows.flatMap((row) => Object.values(row.origins).map(([, rule]) => rule)))
  const rules = new Map(
    (
      await db.query<{ id: string; rule: string; layer: string | null }>(
        'SELECT id, rule, layer FROM map_rule WHERE id = ANY($1::text[])',
        [[...ids]],
      )
    ).map((row) => [row.id, row]),
  )
  return rows.map((row) => ({
    subjectId: row.subject_id,
    envelopeId: row.envelope_id,
    part: row.part,
    kind: row.kind,
    capturedAt: row.captured_at,
    connectionId: row.connection_id,
    receivedAt: row.received_at,
    meta: row.meta,
    trace: {
      map: row.map,
      mapVersion: row.map_version,
      layers: row.layers,
      ...(row.crosswalk_version === null ? {} : { crosswalkVersion: row.crosswalk_version }),
      origins: Object.entries(row.origins).map(([target, each]) => unpacked(target, each, rules)),
      ...(row.carried === null ? {} : { carried: row.carried }),
    },
  }))
}

function unpacked(
  target: string,
  [source, id, path, byteOffset, line, column]: Packed,
  rules: ReadonlyMap<string, { rule: string; layer: string | null }>,
): Origin {
  const known = rules.get(id)
  const place: Place = {
    path: path ?? source,
    ...(byteOffset == null ? {} : { byteOffset }),
    ...(line == null ? {} : { line }),
    ...(column == null ? {} : { column }),
  }
  return { target, source, place, rule: known?.rule ?? '', ...(known?.layer == null ? {} : { layer: known.layer }) }
}

/** What the channels of these orders want to see again in what we tell them; the newest word on each order counts. */
export const carriedOfOrders = (db: Queryable, orderIds: readonly string[]): Promise<Map<string, unknown>> =>
  carriedOf(db, 'order', orderIds)

/** What nodes want to see again, by request: from their newest answer. */
export const carriedOfAnswers = (db: Queryable, requestIds: readonly string[]): Promise<Map<string, unknown>> =>
  carriedOf(db, 'fulfillmentResponse', requestIds)

async function carriedOf(db: Queryable, kind: string, subjectIds: readonly string[]): Promise<Map<string, unknown>> {
  const rows = await db.query<{ subject_id: string; carried: unknown }>(
    `SELECT DISTINCT ON (subject_id) subject_id, carried FROM document_trace
      WHERE subject_id = ANY($1::text[]) AND kind = $2 AND carried IS NOT NULL
      ORDER BY subject_id, captured_at DESC, envelope_id DESC`,
    [subjectIds, kind],
  )
  return new Map(rows.map((row) => [row.subject_id, row.carried]))
}
