/** What became of a received document, and the document itself as it came. */
import { z } from '@hono/zod-openapi'
import { ENVELOPE_STATES, QUARANTINE_STATES } from '#core/model/document.ts'
import { correctionsOf } from '#store/corrections.ts'
import { HttpProblem } from '../problem.ts'
import { documentOf, quarantineOf, rawOf } from '../queries/documents.ts'
import { type Route, route } from '../route.ts'
import type { Shared } from '../shared.ts'
import { idParam, instantOut } from '../wire/basics.ts'
import { editView, EditView } from './corrections.ts'

const QuarantineItem = z
  .object({
    id: z.string(),
    part: z.string(),
    code: z.string(),
    cause: z.string(),
    place: z.string(),
    rule: z.string(),
    value: z.string().nullable(),
    cure: z.string(),
    state: z.enum(QUARANTINE_STATES),
    openedAt: instantOut,
    resolution: z.string().nullable(),
  })
  .openapi('QuarantineItem')

const Document = z
  .object({
    id: z.string(),
    connectionId: z.string(),
    port: z.string(),
    sourceKey: z.string(),
    state: z.enum(ENVELOPE_STATES),
    reason: z.string().nullable(),
    meta: z.record(z.string(), z.string()),
    bytes: z.int(),
    receivedAt: instantOut,
    settledAt: instantOut.nullable(),
    quarantine: z.array(QuarantineItem),
    corrections: z
      .array(
        z.object({
          version: z.int(),
          reason: z.string(),
          actor: z.string(),
          madeAt: instantOut,
          edits: z.array(EditView),
        }),
      )
      .openapi({ description: 'The newest is what is read; the raw document stays as it came.' }),
  })
  .openapi('Document')

export function documentRoutes({ deps }: Shared): Route[] {
  return [
    route({
      method: 'get',
      path: '/v1/documents/{id}',
      name: 'getDocument',
      tag: 'documents',
      summary: 'What became of a received document.',
      scopes: ['operations', 'stock:write'],
      params: idParam,
      answers: { 200: { description: 'Its state, and what is wrong with it.', schema: Document } },
      problems: ['not-found'],
      handle: async ({ params }) => {
        const document = await documentOf(deps.db, params.id)
        if (document === undefined) throw noDocument()
        const [quarantine, corrections] = await Promise.all([
          quarantineOf(deps.db, params.id),
          correctionsOf(deps.db, params.id),
        ])
        const seen = corrections.map((each) => ({ ...each, edits: each.edits.map(editView) }))
        return { status: 200, json: { ...document, quarantine, corrections: seen } }
      },
    }),
    route({
      method: 'get',
      path: '/v1/documents/{id}/raw',
      name: 'getRawDocument',
      tag: 'documents',
      summary: 'The document, byte for byte as it came.',
      scopes: ['operations'],
      params: idParam,
      answers: { 200: { description: 'The raw bytes.', mediaType: 'application/octet-stream' } },
      problems: ['not-found'],
      handle: async ({ params }) => {
        const raw = await rawOf(deps.db, params.id)
        if (raw === undefined) throw noDocument()
        return {
          status: 200,
          // Never shown in place: a partner's bytes must not run in an operator's browser.
          content: {
            type: 'application/octet-stream',
            data: raw instanceof Uint8Array ? raw : ReadableStream.from(raw),
          },
          headers: { 'content-disposition': `attachment; filename="${params.id}"` },
        }
      },
    }),
  ]
}

const noDocument = (): HttpProblem => new HttpProblem('not-found', 'There is no document with this id.')
