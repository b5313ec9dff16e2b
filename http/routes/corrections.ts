/** A person's correction of a document that could not be applied: an overlay over the raw bytes, which stay as they came. */
import { z } from '@hono/zod-openapi'
import { type Edit, editsBetween } from '#core/correction.ts'
import type { Reading } from '#connectors/contract/connector.ts'
import { addCorrection } from '#store/corrections.ts'
import { lockEnvelopes, rawEnvelope } from '#store/envelopes.ts'
import { replayQuarantined } from '#store/quarantine-actions.ts'
import { HttpProblem } from '../problem.ts'
import { quarantineOf } from '../queries/documents.ts'
import { type Route, route } from '../route.ts'
import type { Shared } from '../shared.ts'
import { idParam, queryText } from '../wire/basics.ts'

/** As large as a document that is not streamed can be. */
const MAX_BYTES = 20_000_000

export const EditView = z
  .object({
    at: z.int().openapi({ description: 'Byte offset in the raw document.' }),
    was: z.string(),
    becomes: z.string(),
  })
  .openapi('Edit')

/** Bytes that are no UTF-8 show as replacement characters: this is for reading, the bytes themselves are kept. */
export const editView = ({ at, was, becomes }: Edit) => ({
  at,
  was: Buffer.from(was).toString('utf8'),
  becomes: Buffer.from(becomes).toString('utf8'),
})

const Corrected = z
  .object({
    version: z.int().nullable().openapi({ description: 'Null for a dry run.' }),
    edits: z.array(EditView),
    reads: z.object({
      documents: z.array(z.object({ kind: z.string(), part: z.string() })),
      refused: z.array(
        z.object({
          part: z.string(),
          place: z.string(),
          rule: z.string(),
          value: z.string().nullable(),
          cure: z.string(),
        }),
      ),
    }),
  })
  .openapi('Corrected', { description: 'What is changed, and what the document says with it.' })

export function correctionRoutes({ deps }: Shared): Route[] {
  return [
    route({
      method: 'put',
      path: '/v1/documents/{id}/correction',
      name: 'correctDocument',
      tag: 'documents',
      summary: 'Read a document with corrected bytes. What came is never altered.',
      description:
        'The body is the whole document as it should have come. The difference is kept over the raw bytes, with who and why, and the document is read again. `dryRun=true` only says what it would read.',
      scopes: ['operations'],
      params: idParam,
      query: z.object({ reason: queryText(500), dryRun: z.enum(['true', 'false']).default('false') }),
      rawBody: ['application/octet-stream'],
      answers: { 200: { description: 'The correction.', schema: Corrected } },
      problems: ['bad-query', 'not-found', 'wrong-state', 'too-large', 'incomplete-body'],
      handle: async ({ params, query, actor, request }) => {
        const corrected = await request.body(MAX_BYTES)
        const envelope = await rawEnvelope(deps.db, params.id)
        if (envelope === undefined) throw new HttpProblem('not-found', 'There is no document with this id.')
        if (envelope.chunked)
          throw new HttpProblem(
            'wrong-state',
            'A streamed stock feed is not corrected by hand: let its source send a new one.',
          )
        const edits = editsBetween(envelope.raw, corrected)
        const reading = await deps.readDocument({ ...envelope, raw: corrected })
        const now = deps.clock.now()
        const version =
          query.dryRun === 'true'
            ? null
            : await deps.commit(async (unit) => {
                const state = (await lockEnvelopes(unit, [params.id])).get(params.id)
                if (state !== 'quarantined') throw notQuarantined(state)
                const made = await addCorrection(unit, params.id, { edits, reason: query.reason, actor }, now)
                const items = await quarantineOf(unit, params.id)
                await replayQuarantined(unit, { ids: items.map((item) => item.id) })
                return made
              })
        return { status: 200, json: { version, edits: edits.map(editView), reads: readsOf(reading) } }
      },
    }),
  ]
}

const notQuarantined = (state: string | undefined): HttpProblem =>
  new HttpProblem('wrong-state', `Only a document in quarantine is corrected; this one is ${state ?? 'gone'}.`)

const readsOf = ({ documents, refused }: Reading) => ({
  documents: documents.map(({ kind, part }) => ({ kind, part })),
  refused: refused.flatMap(({ part, issues }) =>
    issues.map(({ place, rule, value, cure }) => ({ part, place: place.path, rule, value: value ?? null, cure })),
  ),
})
