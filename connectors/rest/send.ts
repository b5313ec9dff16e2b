/** A port that posts one document a call, by a map, with a key that makes a repeat harmless. */
import type { FieldMap, WithCrosswalk } from '#mappings/engine/index.ts'
import { runBack } from '#mappings/engine/index.ts'
import type { Documents, SendPort } from '../contract/connector.ts'
import { call, find, isReadable, referenceOf } from './call.ts'
import type { RestConfig } from './config.ts'

export type RestSend<K extends keyof Documents, Wire> = {
  name: string
  summary: string
  kind: K
  map: FieldMap<Wire, Documents[K], WithCrosswalk, WithCrosswalk>
  /** Where it is posted. Encode what comes from the document. */
  path: (document: Documents[K]) => string
  /** Where it can be looked at afterwards: 404 there means that it never arrived. */
  findAt: (document: Documents[K]) => string
  /** The partner owes a business answer. Default true. */
  expectsAnswer?: boolean
}

export function restSend<K extends keyof Documents, Wire>(about: RestSend<K, Wire>): SendPort<RestConfig, K> {
  const { name, summary, kind, map, path, findAt, expectsAnswer = true } = about
  return {
    name,
    summary,
    direction: 'out',
    transport: 'http',
    kind,
    batchMax: 1,
    duplicates: 'key',
    expectsAnswer,

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
