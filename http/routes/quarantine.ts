/** Documents that could not be applied, grouped by what would cure them, and their way back. */
import { z } from '@hono/zod-openapi'
import { discardQuarantined, type ItemResult, replayQuarantined } from '#store/quarantine-actions.ts'
import { openCauses } from '../queries/documents.ts'
import { type Route, route } from '../route.ts'
import type { Shared } from '../shared.ts'
import { instantOut } from '../wire/basics.ts'

const MAX_CAUSES = 500

const Cause = z
  .object({
    cause: z.string(),
    code: z.string(),
    items: z.int(),
    documents: z.int(),
    since: instantOut,
    example: z.object({
      envelopeId: z.string(),
      connectionId: z.string(),
      part: z.string(),
      place: z.string(),
      rule: z.string(),
      value: z.string().nullable(),
    }),
    cure: z.string(),
  })
  .openapi('QuarantineCause')

const filter = {
  ids: z.array(z.string().max(70)).min(1).max(1000).optional(),
  cause: z.string().min(1).max(300).optional(),
  connectionId: z.string().min(1).max(63).optional(),
  port: z.string().min(1).max(63).optional(),
  code: z.string().min(1).max(100).optional(),
  openedBefore: z.iso.datetime({ offset: true }).optional(),
}

const namesSomething = (given: Record<string, unknown>): boolean =>
  Object.keys(filter).some((name) => given[name] !== undefined)
const NAMES_NOTHING = 'name what is meant: ids, cause, connectionId, port, code or openedBefore'

const Replay = z.strictObject(filter).refine(namesSomething, NAMES_NOTHING).openapi('QuarantineReplay', {
  description: 'Open items by id, or all that fit every given part of the filter.',
})

const Discard = z
  .strictObject({ ...filter, reason: z.string().trim().min(1).max(500) })
  .refine(namesSomething, NAMES_NOTHING)
  .openapi('QuarantineDiscard', { description: 'Open items as for a replay, and why they are not wanted.' })

const Results = z
  .object({
    documents: z.int().openapi({ description: 'How many documents the items done belong to.' }),
    items: z.array(
      z.object({
        id: z.string(),
        envelopeId: z.string().nullable(),
        result: z.enum(['done', 'notOpen', 'unknown']),
      }),
    ),
  })
  .openapi('QuarantineResults', { description: 'One result for each item: what was settled before is `notOpen`.' })

const Reject = z
  .strictObject({ ...filter, reason: z.string().trim().min(1).max(500) })
  .refine(namesSomething, NAMES_NOTHING)
  .openapi('QuarantineReject', { description: 'Open items as for a replay, and what the partner is to hear.' })

const Rejections = z
  .object({
    items: z.array(
      z.object({
        id: z.string(),
        envelopeId: z.string().nullable(),
        result: z.enum(['done', 'notOpen', 'unknown']),
        told: z
          .boolean()
          .openapi({ description: 'The partner is told in its own language; otherwise a person has to.' }),
      }),
    ),
  })
  .openapi('QuarantineRejections')

const answerOf = (items: ItemResult[]) => ({
  documents: new Set(items.flatMap((item) => (item.result === 'done' ? [item.envelopeId] : []))).size,
  items,
})

export function quarantineRoutes({ deps }: Shared): Route[] {
  return [
    route({
      method: 'get',
      path: '/v1/quarantine',
      name: 'listQuarantine',
      tag: 'quarantine',
      summary: 'Open quarantine items, grouped by cause.',
      scopes: ['operations'],
      answers: { 200: { description: 'The most frequent cause first.', schema: z.object({ causes: z.array(Cause) }) } },
      handle: async () => ({ status: 200, json: { causes: await openCauses(deps.db, MAX_CAUSES) } }),
    }),
    route({
      method: 'post',
      path: '/v1/quarantine/replay',
      name: 'replayQuarantine',
      tag: 'quarantine',
      summary: 'Read documents again, after their cause was cured.',
      scopes: ['operations'],
      body: Replay,
      answers: { 202: { description: 'They are read again.', schema: Results } },
      problems: ['malformed-json', 'invalid-body'],
      handle: async ({ body }) => ({
        status: 202,
        json: answerOf(await deps.commit((unit) => replayQuarantined(unit, body))),
      }),
    }),
    route({
      method: 'post',
      path: '/v1/quarantine/discard',
      name: 'discardQuarantine',
      tag: 'quarantine',
      summary: 'Say that documents are not wanted. They are kept, and nothing of them is applied.',
      scopes: ['operations'],
      body: Discard,
      answers: { 200: { description: 'They are settled.', schema: Results } },
      problems: ['malformed-json', 'invalid-body'],
      handle: async ({ body: { reason, ...filter }, actor }) => {
        const now = deps.clock.now()
        const why = `${reason} (${actor})`
        return {
          status: 200,
          json: answerOf(await deps.commit((unit) => discardQuarantined(unit, filter, why, now))),
        }
      },
    }),
    route({
      method: 'post',
      path: '/v1/quarantine/reject',
      name: 'rejectQuarantine',
      tag: 'quarantine',
      summary: 'Refuse documents for good, and tell their partners where their language has a word for it (X12 824).',
      scopes: ['operations'],
      body: Reject,
      answers: { 200: { description: 'They are settled.', schema: Rejections } },
      problems: ['malformed-json', 'invalid-body'],
      handle: async ({ body: { reason, ...filter }, actor }) => ({
        status: 200,
        json: { items: await deps.rejectQuarantined(filter, reason, actor) },
      }),
    }),
  ]
}
