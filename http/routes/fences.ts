/** Fences: units of a position that only one segment's channels may claim. */
import { z } from '@hono/zod-openapi'
import { Sku } from '#core/model/ids.ts'
import { Quantity } from '#core/model/quantity.ts'
import { type Fence, listFences } from '#store/fences.ts'
import { decodeCursor, encodeCursor, pageOf, pageQuery } from '../paging.ts'
import { HttpProblem, problemAt } from '../problem.ts'
import { type Route, route } from '../route.ts'
import type { Shared } from '../shared.ts'
import { queryText } from '../wire/basics.ts'

const MAX_ROWS = 1_000

const FenceRow = z
  .strictObject({
    sku: Sku,
    nodeId: z.string().min(1).max(63),
    segment: z.string().min(1).max(63),
    quantity: Quantity,
  })
  .openapi('Fence', { description: '`quantity` is what remains fenced: claims of the segment draw it down.' })
const FencesBody = z.strictObject({ fences: z.array(FenceRow).min(1).max(MAX_ROWS) }).openapi('Fences')
const Stored = z.object({ stored: z.int() }).openapi('FencesStored')

export function fenceRoutes({ deps }: Shared): Route[] {
  return [
    route({
      method: 'put',
      path: '/v1/fences',
      name: 'putFences',
      tag: 'stock',
      summary: 'Sets how many units of positions remain fenced for a segment.',
      description:
        'All or nothing, in one commit. Fences that are not named stay. A position’s fences may not take more than it has available, ' +
        'unless they only shrink.',
      scopes: ['stock:write', 'master:write'],
      body: FencesBody,
      answers: { 200: { description: 'Stored.', schema: Stored } },
      problems: ['malformed-json', 'invalid-body', 'unknown-reference', 'wrong-state'],
      handle: async ({ body: { fences } }) => {
        requireOnce(fences)
        const { stockPolicy } = await deps.stockMaster()
        for (const [index, { segment }] of fences.entries()) {
          if (stockPolicy.segments.some((each) => each.id === segment)) continue
          const cure = 'Name a segment of the stock policy, or add it there first.'
          throw problemAt('unknown-reference', `/fences/${index}/segment`, `There is no segment ${segment}.`, cure)
        }
        const refused = await deps.stock.setFences(fences)
        if (refused.length > 0) {
          const errors = refused.map((each) => ({
            pointer: `/fences/${fences.findIndex((fence) => fence.sku === each.sku && fence.nodeId === each.nodeId)}`,
            detail: each.known
              ? `${each.sku} at ${each.nodeId} has ${each.available} available; its fences would take ${each.wanted}.`
              : `Nobody has spoken of ${each.sku} at ${each.nodeId} yet.`,
            cure: each.known ? 'Fence fewer, or wait for stock.' : 'Fence it after its first count.',
          }))
          throw new HttpProblem('wrong-state', errors[0]?.detail ?? 'A fence takes too much.', { errors })
        }
        return { status: 200, json: { stored: fences.length } }
      },
    }),
    route({
      method: 'get',
      path: '/v1/fences',
      name: 'listFences',
      tag: 'stock',
      summary: 'Fences with units left.',
      scopes: ['stock:read'],
      query: z.object({
        sku: queryText(100).optional(),
        nodeId: queryText(63).optional(),
        segment: queryText(63).optional(),
        ...pageQuery,
      }),
      answers: { 200: { description: 'A page of fences.', schema: pageOf(FenceRow).openapi('FencePage') } },
      problems: ['bad-query'],
      handle: async ({ query: { limit, cursor, ...filter } }) => {
        // A SKU may hold any character, a cursor may not.
        const after = decodeCursor(cursor, 3)?.map(decodeURIComponent) as [string, string, string] | undefined
        const items = await listFences(deps.db, filter, after, limit)
        const last = items.at(-1)
        const next =
          items.length < limit || last === undefined
            ? null
            : encodeCursor([last.sku, last.nodeId, last.segment].map(encodeURIComponent))
        return { status: 200, json: { items, next } }
      },
    }),
  ]
}

function requireOnce(fences: readonly Fence[]): void {
  const seen = new Set<string>()
  for (const [index, { sku, nodeId, segment }] of fences.entries()) {
    const name = `${sku} at ${nodeId} for ${segment}`
    if (seen.has(name))
      throw problemAt('invalid-body', `/fences/${index}`, `${name} is stated twice.`, 'State each fence once.')
    seen.add(name)
  }
}
