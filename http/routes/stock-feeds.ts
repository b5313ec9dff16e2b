/** Stock feeds that are streamed or held: how far they are, what they would do, and a person's word on those that wait. */
import { z } from '@hono/zod-openapi'
import { FEED_STATES } from '#core/model/feed.ts'
import { epochMsOf, type Instant } from '#core/model/time.ts'
import { feedOf, listFeeds, type StoredFeed } from '#store/feeds.ts'
import { decodeCursor, encodeCursor, pageOf, pageQuery } from '../paging.ts'
import { HttpProblem } from '../problem.ts'
import { type Answer, type Route, route } from '../route.ts'
import type { Shared } from '../shared.ts'
import { anyId, idParam, instantOut } from '../wire/basics.ts'

export type StockFeedView = z.infer<typeof StockFeedView>
const StockFeedView = z
  .object({
    id: z.string(),
    connectionId: z.string(),
    port: z.string(),
    document: z.string().nullable(),
    state: z.enum(FEED_STATES),
    reason: z.string().nullable(),
    mode: z.enum(['full', 'delta']).nullable(),
    asOf: instantOut.nullable(),
    nodes: z.array(z.string()),
    bytes: z.int(),
    rows: z.object({
      read: z.int(),
      staged: z.int(),
      applied: z.int(),
      late: z.int().openapi({ description: 'Older than what is known of their positions: kept out.' }),
      refused: z.int().openapi({ description: 'In quarantine; see the document.' }),
      echoed: z.int().openapi({ description: 'A channel said what it had been told by us: no news.' }),
      absentZeroed: z.int(),
    }),
    rowsPerSecond: z.int().nullable(),
    effect: z
      .object({
        stated: z.int(),
        wouldZero: z.int(),
        examples: z.array(z.object({ sku: z.string(), nodeId: z.string(), onHand: z.int() })),
      })
      .nullable()
      .openapi({ description: 'What applying it would do, as counted when it was read.' }),
    decidedBy: z.string().nullable(),
    decidedAt: instantOut.nullable(),
    receivedAt: instantOut,
    stagedAt: instantOut.nullable(),
    settledAt: instantOut.nullable(),
  })
  .openapi('StockFeed')

const Reason = z.strictObject({ reason: z.string().trim().min(1).max(300).optional() }).openapi('FeedDecision')

export function stockFeedRoutes(shared: Shared): Route[] {
  const { deps } = shared
  const decide = (decision: 'approve' | 'reject') =>
    route({
      method: 'post',
      path: `/v1/stock-feeds/{id}/${decision}`,
      name: `${decision}StockFeed`,
      tag: 'stock',
      summary: decision === 'approve' ? 'Apply a held feed after all.' : 'Never apply a held feed.',
      scopes: ['operations'],
      params: idParam,
      body: Reason,
      answers: { 200: { description: 'The feed as it is now.', schema: StockFeedView } },
      problems: ['malformed-json', 'not-found', 'wrong-state', 'invalid-body'],
      handle: async ({ params, body, actor }): Promise<Answer> => {
        const decided = await deps.decideFeed(params.id, decision, actor, body.reason)
        if (decided.ok) return { status: 200, json: viewOf(decided.feed, deps.clock.now()) }
        throw new HttpProblem(decided.why === 'unknown' ? 'not-found' : 'wrong-state', decided.reason)
      },
    })
  return [
    route({
      method: 'get',
      path: '/v1/stock-feeds',
      name: 'listStockFeeds',
      tag: 'stock',
      summary: 'Streamed and held stock feeds, newest first.',
      description: 'A small feed that is applied with its document is not among them.',
      scopes: ['operations', 'stock:write'],
      query: z.object({ state: z.enum(FEED_STATES).optional(), connection: anyId.optional(), ...pageQuery }),
      answers: { 200: { description: 'A page of feeds.', schema: pageOf(StockFeedView).openapi('StockFeedPage') } },
      problems: ['bad-query'],
      handle: async ({ query: { limit, cursor, state, connection } }) => {
        const feeds = await listFeeds(deps.db, { state, connectionId: connection }, decodeCursor(cursor, 1)?.[0], limit)
        const last = feeds.at(-1)
        const next = feeds.length < limit || last === undefined ? null : encodeCursor([last.id])
        const now = deps.clock.now()
        return { status: 200, json: { items: feeds.map((feed) => viewOf(feed, now)), next } }
      },
    }),
    route({
      method: 'get',
      path: '/v1/stock-feeds/{id}',
      name: 'getStockFeed',
      tag: 'stock',
      summary: 'How far a feed is, and what it would do.',
      scopes: ['operations', 'stock:write'],
      params: idParam,
      answers: { 200: { description: 'The feed.', schema: StockFeedView } },
      problems: ['not-found'],
      handle: async ({ params }) => {
        const feed = await feedOf(deps.db, params.id)
        if (feed === undefined) throw new HttpProblem('not-found', 'There is no stock feed with this id.')
        return { status: 200, json: viewOf(feed, deps.clock.now()) }
      },
    }),
    decide('approve'),
    decide('reject'),
  ]
}

/** What people are told of a feed, here and on the command line. */
export function viewOf(feed: StoredFeed, now: Instant): StockFeedView {
  const { id, connectionId, port, state, reason, mode, asOf, nodes, bytes, decidedBy, decidedAt } = feed
  const { receivedAt, stagedAt, settledAt, stated, wouldZero, examples } = feed
  return {
    id,
    connectionId,
    port,
    document: feed.envelopeId === null ? null : `/v1/documents/${feed.envelopeId}`,
    state,
    reason,
    mode,
    asOf,
    nodes,
    bytes,
    rows: {
      read: feed.rowsRead,
      staged: feed.rowsStaged,
      applied: feed.rowsApplied,
      late: feed.rowsLate,
      refused: feed.rowsRefused,
      echoed: feed.rowsEchoed,
      absentZeroed: feed.absentApplied,
    },
    rowsPerSecond: rateOf(feed, now),
    effect: stated === null || wouldZero === null ? null : { stated, wouldZero, examples: examples ?? [] },
    decidedBy,
    decidedAt,
    receivedAt,
    stagedAt,
    settledAt,
  }
}

/** From its first byte to its end; to now while it is at work. Of a held feed it would count the person's time. */
function rateOf(feed: StoredFeed, now: Instant): number | null {
  if (feed.decidedAt !== null || feed.state === 'held') return null
  const tookMs = epochMsOf(feed.settledAt ?? now) - epochMsOf(feed.receivedAt)
  return tookMs <= 0 ? null : Math.round((feed.rowsRead * 1000) / tookMs)
}
