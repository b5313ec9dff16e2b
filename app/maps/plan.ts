/**
 * What would be different? The last raw documents of a connection are read twice, as the hub reads them now and under a changed
 * config or changed crosswalk rows, and the canonical fields that differ are told. Nothing is written.
 */
import type { Reading } from '#connectors/contract/connector.ts'
import type { Database } from '#store/database.ts'
import { loadEnvelopes } from '#store/envelopes.ts'
import type { StoredEnvelope } from '#store/envelopes.ts'
import { inboundPort } from '#workers/master.ts'
import type { LiveConnection } from '#workers/master.ts'

export type FieldChange = { envelopeId: string; part: string; field: string; before: unknown; after: unknown }
export type MapPlan = { documents: number; unchanged: number; changes: FieldChange[] }

/** The newest envelopes of a connection. */
export async function lastEnvelopes(db: Database, connectionId: string, count: number): Promise<StoredEnvelope[]> {
  const rows = await db.query<{ id: string }>(
    'SELECT id FROM envelope WHERE connection_id = $1 ORDER BY received_at DESC, id DESC LIMIT $2',
    [connectionId, count],
  )
  return loadEnvelopes(
    db,
    rows.map((row) => row.id),
  )
}

export function planOf(
  envelopes: readonly StoredEnvelope[],
  now: LiveConnection,
  changed: LiveConnection,
  onRead: (done: number) => void = () => undefined,
): MapPlan {
  const plan: MapPlan = { documents: envelopes.length, unchanged: 0, changes: [] }
  envelopes.forEach((envelope, index) => {
    const before = partsOf(readWith(now, envelope))
    const after = partsOf(readWith(changed, envelope))
    const changes = [...new Set([...before.keys(), ...after.keys()])].flatMap((part) =>
      differences(before.get(part), after.get(part), '').map((each) => ({ envelopeId: envelope.id, part, ...each })),
    )
    if (changes.length === 0) plan.unchanged += 1
    plan.changes.push(...changes)
    onRead(index + 1)
  })
  return plan
}

function readWith(connection: LiveConnection, envelope: StoredEnvelope): Reading | undefined {
  return inboundPort(connection, envelope.port)?.read(envelope.raw, envelope.meta, {
    connectionId: connection.id as never,
    config: connection.config as never,
    ...(connection.channel === undefined ? {} : { channelId: connection.channel.id }),
    crosswalk: connection.crosswalkAt(envelope.receivedAt),
    receivedAt: envelope.receivedAt,
  })
}

/** Documents by kind and part; what was refused stands under its part with its issues' codes. */
function partsOf(reading: Reading | undefined): Map<string, unknown> {
  const parts = new Map<string, unknown>()
  for (const { kind, part, value } of reading?.documents ?? []) parts.set(`${kind} ${part}`.trim(), value)
  for (const { part, issues } of reading?.refused ?? [])
    parts.set(`refused ${part}`.trim(), { issues: issues.map((issue) => `${issue.code} at ${issue.place.path}`) })
  return parts
}

function differences(
  before: unknown,
  after: unknown,
  field: string,
): { field: string; before: unknown; after: unknown }[] {
  if (Object.is(before, after)) return []
  if (!isTree(before) || !isTree(after) || Array.isArray(before) !== Array.isArray(after))
    return [{ field, before, after }]
  return [...new Set([...Object.keys(before), ...Object.keys(after)])].flatMap((key) =>
    differences(before[key], after[key], `${field}/${key}`),
  )
}

const isTree = (value: unknown): value is Record<string, unknown> => typeof value === 'object' && value !== null
