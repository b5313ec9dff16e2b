/** "From where?": a field of an order back to the raw documents that said it, with the place, the rule and the tables in force. */
import type { Place } from '#core/issue.ts'
import { originsOf } from '#core/model/trace.ts'
import { readJson } from '#mappings/formats/json/reader.ts'
import { atPointer } from '#mappings/formats/json/pointer.ts'
import type { Database } from '#store/database.ts'
import { loadEnvelopes } from '#store/envelopes.ts'
import { tracesOfOrder } from '#store/traces.ts'

export type FieldOrigin = {
  field: string
  kind: string
  envelopeId: string
  connectionId: string | null
  receivedAt: string | null
  part: string
  map: string
  mapVersion: string
  layers: string[]
  crosswalkVersion: string | undefined
  rule: string
  layer: string
  place: { path: string; byteOffset?: number; line?: number; column?: number }
  /** What stands there in the raw document; undefined for a value that the map itself gives. */
  raw: string | undefined
}

/** Oldest word first: a later document's word on the same field replaced the earlier one's. */
export async function explainField(db: Database, orderId: string, field: string): Promise<FieldOrigin[]> {
  const traces = await tracesOfOrder(db, orderId)
  const found = traces.flatMap((trace) => originsOf(trace.trace, field).map((origin) => ({ origin, from: trace })))
  const ids = [...new Set(found.map(({ from }) => from.envelopeId))]
  const raws = new Map((await loadEnvelopes(db, ids)).map((envelope) => [envelope.id, Buffer.from(envelope.raw)]))
  return found.map(({ origin, from }) => ({
    field: origin.target,
    kind: from.kind,
    envelopeId: from.envelopeId,
    connectionId: from.connectionId,
    receivedAt: from.receivedAt,
    part: from.part,
    map: from.trace.map,
    mapVersion: from.trace.mapVersion,
    layers: from.trace.layers,
    crosswalkVersion: from.trace.crosswalkVersion,
    rule: origin.rule,
    layer: origin.layer ?? 'base',
    place: origin.place,
    raw: origin.source === '' ? undefined : rawAt(raws.get(from.envelopeId), origin.place),
  }))
}

const RAW_CHARS = 60

/** By byte where the format has bytes, by pointer where the document is JSON. */
function rawAt(raw: Buffer | undefined, place: Place): string | undefined {
  if (raw === undefined) return undefined
  if (place.byteOffset !== undefined) {
    const text = raw.toString('utf8', place.byteOffset, place.byteOffset + RAW_CHARS)
    return text.split(/[\r\n]/, 1)[0]
  }
  const parsed = readJson(raw, { maxBytes: raw.length })
  if (!parsed.ok) return undefined
  const value = atPointer(parsed.value, place.path)
  return value === undefined ? undefined : JSON.stringify(value)?.slice(0, RAW_CHARS)
}
