/** A port that posts one document a call, by a map, with a key that makes a repeat harmless. */
import type { FieldMap, WithCrosswalk } from '#mappings/engine/index.ts'
import { runBack } from '#mappings/engine/index.ts'
import type { Documents, Port, SendPort } from '../contract/connector.ts'
import { call, find, isReadable, referenceOf } from './call.ts'
import type { RestConfig } from './config.ts'

/** What such documents are, in the pages; and whether the partner owes an answer to one. */
const KINDS: { [K in keyof Documents]?: { summary: string; expectsAnswer: boolean } } = {
  fulfillmentInstruction: { summary: 'Orders to ship', expectsAnswer: true },
  fulfillmentCancel: { summary: 'Units to leave out', expectsAnswer: true },
  fulfillmentReminder: { summary: 'Answers that are owed', expectsAnswer: false },
  returnInstruction: { summary: 'Returns to expect', expectsAnswer: false },
  inboundAdvice: { summary: 'Goods on their way', expectsAnswer: false },
}

export type RestSend<K extends keyof Documents> = {
  /** Where it is posted. Encode what comes from the document. */
  path: (document: Documents[K]) => string
  /** Where it can be looked at afterwards: 404 there means that it never arrived. Default: where it is posted. */
  findAt?: (document: Documents[K]) => string
  summary?: string
  expectsAnswer?: boolean
}

/** A sending port under the name that it is given, and the name of the map that writes it. */
export type Sends = { port: (name: string) => Port<RestConfig>; map: string }

export const restSend = <K extends keyof Documents, Wire>(
  kind: K,
  map: FieldMap<Wire, Documents[K], WithCrosswalk, WithCrosswalk>,
  about: RestSend<K>,
): Sends => ({ port: (name) => portOf(name, kind, map, about) as unknown as Port<RestConfig>, map: map.name })

function portOf<K extends keyof Documents, Wire>(
  name: string,
  kind: K,
  map: FieldMap<Wire, Documents[K], WithCrosswalk, WithCrosswalk>,
  about: RestSend<K>,
): SendPort<RestConfig, K> {
  const { path, findAt = path } = about
  return {
    name,
    summary: about.summary ?? `${KINDS[kind]?.summary ?? kind}, by the map "${map.name}".`,
    direction: 'out',
    transport: 'http',
    kind,
    batchMax: 1,
    duplicates: 'key',
    expectsAnswer: about.expectsAnswer ?? KINDS[kind]?.expectsAnswer ?? false,

    prepare: (context, [delivery]) => {
      if (delivery === undefined) throw new Error('a transmission holds one document')
      const written = runBack(map, delivery.document, { crosswalk: context.crosswalk })
      if (!written.ok) return Promise.resolve(written)
      const bytes = new TextEncoder().encode(JSON.stringify(written.document))
      return Promise.resolve({ ok: true, value: { name: delivery.key, bytes } })
    },

    send: async (context, { name: key, bytes, deliveries: [delivery] }) => {
      if (delivery === undefined) return { each: {} }
      const request = { method: 'POST' as const, path: path(delivery.document), body: bytes }
      const judged = await call(context, { ...request, headers: { 'idempotency-key': key } }, delivery.key)
      if (judged.kind === 'outcome') return { all: judged.outcome }
      if (!isReadable(judged.answer))
        return { all: { kind: 'unknown', code: 'rest.unreadable', message: 'the partner’s answer is no JSON' } }
      return { all: { kind: 'accepted', ...referenceOf(judged.answer) } }
    },

    lookup: async (context, { deliveries }) =>
      Object.fromEntries(
        await Promise.all(
          deliveries.map(async ({ instructionId, document }) => [instructionId, await find(context, findAt(document))]),
        ),
      ),
  }
}
