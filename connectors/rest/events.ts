/** A port for the partner's signed messages: `{"type": "…", …}`, each type with its own map. One object, or a list under `events`. */
import type { FieldMap, WithCrosswalk } from '#mappings/engine/index.ts'
import { isAbsent, jsonPlace, jsonPointer, runForward } from '#mappings/engine/index.ts'
import { readJson } from '#mappings/formats/json/reader.ts'
import type { InboundKind } from '../contract/documents.ts'
import type { Documents, InboundDocument, Reading, WebhookPort } from '../contract/connector.ts'
import { standardWebhook } from '../contract/standard-webhooks.ts'
import type { RestConfig } from './config.ts'

const MAX_BYTES = 2_000_000

/** What a type of message is, and how it is read; `eventOf` ties the two together. */
export type EventType = { kind: InboundKind; map: FieldMap<never, object, WithCrosswalk, WithCrosswalk> }

/** Ties a map to the kind that it reads; the compiler holds the two together. */
export const eventOf = <K extends InboundKind, Wire>(
  kind: K,
  map: FieldMap<Wire, Documents[K], WithCrosswalk, WithCrosswalk>,
): EventType => ({ kind, map }) as unknown as EventType

export type RestEvents = { name: string; summary: string; types: Readonly<Record<string, EventType>> }

export function signedEvents(about: RestEvents): WebhookPort<RestConfig> {
  const { name, summary, types } = about
  const [first] = Object.values(types)
  if (first === undefined) throw new Error(`the port ${name} needs a type of message`)
  return {
    name,
    summary,
    direction: 'in',
    transport: 'webhook',
    kind: first.kind,
    maxBytes: MAX_BYTES,
    ...standardWebhook,

    read: (raw, _meta, { crosswalk }) => {
      const body = readJson(raw, { maxBytes: MAX_BYTES })
      const reading: Reading = { documents: [], refused: [], receipts: [] }
      if (!body.ok) return { ...reading, refused: [{ part: '', issues: body.issues }] }
      const list = (body.value as { events?: unknown } | null)?.events
      if (!Array.isArray(list)) readOne(types, body.value, [], { crosswalk }, reading)
      else list.forEach((event, index) => readOne(types, event, ['events', index], { crosswalk }, reading))
      return reading
    },
  }
}

function readOne(
  types: Readonly<Record<string, EventType>>,
  event: unknown,
  at: (string | number)[],
  context: WithCrosswalk,
  reading: Reading,
): void {
  const named = (event as { type?: unknown } | null)?.type
  const type = typeof named === 'string' && Object.hasOwn(types, named) ? types[named] : undefined
  const part = jsonPointer(at)
  if (type === undefined) {
    const issue = {
      code: 'rest.event-type',
      class: 'data' as const,
      place: jsonPlace([...at, 'type']),
      rule: `must be one of ${Object.keys(types).join(', ')}`,
      ...(isAbsent(named) ? {} : { value: JSON.stringify(named).slice(0, 60) }),
      cure: 'Send one of these types, or have the connector read this one too.',
    }
    reading.refused.push({ part, issues: [issue] })
    return
  }
  const result = runForward(type.map, event as never, context, { placeOf: (path) => jsonPlace([...at, ...path]) })
  if (result.value === undefined) reading.refused.push({ part, issues: result.issues })
  else
    reading.documents.push({
      kind: type.kind,
      part,
      value: result.value,
      trace: result.trace,
    } as unknown as InboundDocument)
  // Rows of a list that were refused stand beside the rest.
  if (result.value !== undefined) reading.refused.push(...result.refused)
}
