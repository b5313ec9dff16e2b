/** What happened, for programs that follow (events) and for those who must be able to prove it (audit). */
import { z } from '@hono/zod-openapi'
import { chainHead, linkAt, listActions, unlinked, verifyLinks } from '#store/audit.ts'
import { listSubscriptions, replaySubscription } from '#store/event-subscriptions.ts'
import { eventsAfter } from '#store/events.ts'
import { decodeCursor, encodeCursor, pageOf, pageQuery } from '../paging.ts'
import { HttpProblem } from '../problem.ts'
import { type Route, route } from '../route.ts'
import type { Shared } from '../shared.ts'
import { idParam, instantOut } from '../wire/basics.ts'
import { FACT_KINDS } from '#core/model/fact.ts'

const MAX_EVENTS = 1_000
const MAX_LINKS = 5_000
const MAX_UNLINKED = 100

const seq = z.coerce.number<string>().int().min(0).max(Number.MAX_SAFE_INTEGER).openapi({ type: 'integer' })

export const EventView = z
  .object({
    seq: z.int().openapi({ description: 'Rises; the cursor of the stream.' }),
    id: z.string(),
    kind: z.enum(FACT_KINDS),
    orderId: z.string(),
    channelId: z.string().nullable(),
    externalId: z.string().nullable().openapi({ description: 'The channel’s own id of the order.' }),
    at: instantOut,
    actor: z.string(),
    cause: z.string().nullable(),
    data: z.record(z.string(), z.unknown()),
  })
  .openapi('Event')

const SubscriptionView = z
  .object({
    connectionId: z.string(),
    state: z.string(),
    seq: z.int().openapi({ description: 'Everything up to here was made ready for it.' }),
    round: z.int().openapi({ description: 'Rises with each replay.' }),
    movedAt: instantOut,
    behind: z.int().openapi({ description: 'Events beyond its place.' }),
    waiting: z.int().openapi({ description: 'Made ready, and not delivered yet.' }),
    parked: z.int().openapi({ description: 'Given up; the rest of their orders waits for a person.' }),
  })
  .openapi('Subscription')

const Head = z
  .object({ seq: z.int(), hash: z.string().openapi({ description: 'SHA-256 in hex.' }) })
  .openapi('ChainHead', {
    description: 'A link of the audit chain. Keep one elsewhere to prove later that nothing before it was changed.',
  })

const Verified = z
  .object({
    checked: z.int(),
    broken: z.array(
      z.object({ seq: z.int(), source: z.string(), id: z.string(), problem: z.enum(['removed', 'changed', 'gap']) }),
    ),
    unlinked: z.array(z.object({ source: z.string(), id: z.string() })),
    head: Head,
    done: z.boolean(),
  })
  .openapi('ChainVerified')

export function auditRoutes({ deps }: Shared): Route[] {
  return [
    route({
      method: 'get',
      path: '/v1/events',
      name: 'listEvents',
      tag: 'events',
      summary: 'What happened to orders, in the order in which it became known, from a place on.',
      description:
        'Ask again with the `next` of the answer before: nothing is left out and nothing comes twice. Events of one order come in their order. An event is there about a second after its commit.',
      scopes: ['orders:read'],
      query: z.object({
        after: seq.default(0).openapi({ type: 'integer', description: 'The `next` of the answer before; 0 for all.' }),
        limit: z.coerce.number<string>().int().min(1).max(MAX_EVENTS).default(100).openapi({ type: 'integer' }),
      }),
      answers: {
        200: {
          description: 'Events.',
          schema: z.object({ items: z.array(EventView), next: z.int() }).openapi('Events'),
        },
      },
      problems: ['bad-query'],
      handle: async ({ query: { after, limit } }) => {
        const items = await eventsAfter(deps.db, after, limit)
        return { status: 200, json: { items, next: items.at(-1)?.seq ?? after } }
      },
    }),
    route({
      method: 'get',
      path: '/v1/event-subscriptions',
      name: 'listSubscriptions',
      tag: 'events',
      summary: 'Webhook connections: how far each was told, and what waits.',
      scopes: ['operations'],
      answers: {
        200: {
          description: 'Every subscriber.',
          schema: z.object({ subscriptions: z.array(SubscriptionView) }).openapi('Subscriptions'),
        },
      },
      handle: async () => ({ status: 200, json: { subscriptions: await listSubscriptions(deps.db) } }),
    }),
    route({
      method: 'post',
      path: '/v1/event-subscriptions/{id}/replay',
      name: 'replayEvents',
      tag: 'events',
      summary: 'Tell a subscriber again everything after a place, under the same event ids.',
      scopes: ['operations'],
      params: idParam,
      body: z.strictObject({ after: z.int().min(0) }).openapi('EventReplay'),
      answers: { 202: { description: 'It begins within a second.', schema: z.object({ after: z.int() }) } },
      problems: ['malformed-json', 'not-found', 'invalid-body'],
      handle: async ({ params, body: { after } }) => {
        const known = await deps.commit((unit) => replaySubscription(unit, params.id, after, deps.clock.now()))
        if (!known) throw new HttpProblem('not-found', 'No connection of this name was told events yet.')
        return { status: 202, json: { after } }
      },
    }),
    route({
      method: 'get',
      path: '/v1/audit/actions',
      name: 'listActions',
      tag: 'audit',
      summary: 'What people asked the hub to do, newest first.',
      scopes: ['operations'],
      query: z.object(pageQuery),
      answers: {
        200: {
          description: 'A page of actions.',
          schema: pageOf(
            z
              .object({
                id: z.string(),
                at: instantOut,
                actor: z.string(),
                action: z.string(),
                subject: z.string(),
                detail: z.string().nullable(),
              })
              .openapi('Action'),
          ).openapi('ActionPage'),
        },
      },
      problems: ['bad-query'],
      handle: async ({ query: { limit, cursor } }) => {
        const items = await listActions(deps.db, decodeCursor(cursor, 1)?.[0], limit)
        const last = items.at(-1)
        return {
          status: 200,
          json: { items, next: items.length < limit || last === undefined ? null : encodeCursor([last.id]) },
        }
      },
    }),
    route({
      method: 'get',
      path: '/v1/audit/head',
      name: 'auditHead',
      tag: 'audit',
      summary: 'The newest link of the audit chain.',
      scopes: ['operations'],
      answers: { 200: { description: 'The link.', schema: Head } },
      handle: async () => ({ status: 200, json: headView(await chainHead(deps.db)) }),
    }),
    route({
      method: 'get',
      path: '/v1/audit/links/{seq}',
      name: 'getAuditLink',
      tag: 'audit',
      summary: 'One link of the audit chain, to hold against a head that was kept elsewhere.',
      scopes: ['operations'],
      params: z.object({ seq: z.string().regex(/^[1-9]\d{0,15}$/) }),
      answers: { 200: { description: 'The link.', schema: Head } },
      problems: ['not-found'],
      handle: async ({ params }) => {
        const link = await linkAt(deps.db, Number(params.seq))
        if (link === undefined) throw new HttpProblem('not-found', 'The chain has no such link.')
        return { status: 200, json: headView(link) }
      },
    }),
    route({
      method: 'get',
      path: '/v1/audit/verify',
      name: 'verifyAudit',
      tag: 'audit',
      summary: 'Check a stretch of the audit chain against the rows that it covers.',
      description:
        'From the beginning, or from `after` with its `hash`, some thousand links at once: ask again with the `head` of the answer until `done`.',
      scopes: ['operations'],
      query: z.object({
        after: seq.default(0).openapi({ type: 'integer' }),
        hash: z
          .string()
          .regex(/^[0-9a-f]{64}$/)
          .optional(),
      }),
      answers: { 200: { description: 'What was checked, and what is broken.', schema: Verified } },
      problems: ['bad-query'],
      handle: async ({ query: { after, hash } }) => {
        if (after > 0 && hash === undefined)
          throw new HttpProblem('bad-query', 'Give the hash of the link to go on from.')
        const from = hash === undefined ? undefined : { seq: after, hash: Buffer.from(hash, 'hex') }
        const verified = await verifyLinks(deps.db, from, MAX_LINKS)
        const strangers = verified.done ? await unlinked(deps.db, MAX_UNLINKED) : []
        return { status: 200, json: { ...verified, head: headView(verified.head), unlinked: strangers } }
      },
    }),
  ]
}

const headView = ({ seq: at, hash }: { seq: number; hash: Uint8Array }) => ({
  seq: at,
  hash: Buffer.from(hash).toString('hex'),
})
