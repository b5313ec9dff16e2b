/** Policy books: stored as versions that never change, checked before they route, activated in one step. */
import { z } from '@hono/zod-openapi'
import { PolicyBook } from '#core/routing/policy-book.ts'
import { lintPolicy } from '#core/routing/policy-lint.ts'
import { activatePolicy, insertPolicy, listPolicies, loadPolicy } from '#store/policies.ts'
import { HttpProblem } from '../problem.ts'
import { type Route, route } from '../route.ts'
import type { Shared } from '../shared.ts'
import { instantOut } from '../wire/basics.ts'

const version = z.string().regex(/^[a-z0-9][a-z0-9-]{0,39}@\d{1,9}$/)
const versionParam = z.object({ version })

const Finding = z
  .object({
    level: z.enum(['error', 'warning']),
    code: z.string(),
    path: z.string(),
    message: z.string(),
    cure: z.string(),
  })
  .openapi('PolicyFinding')

const PolicyHead = z
  .object({
    version: z.string(),
    name: z.string(),
    number: z.int(),
    createdAt: instantOut,
    createdBy: z.string(),
    activatedAt: instantOut.nullable(),
    active: z.boolean(),
  })
  .openapi('PolicyHead')

const Policy = PolicyHead.extend({ book: PolicyBook, findings: z.array(Finding) }).openapi('Policy')

export function policyRoutes(shared: Shared): Route[] {
  const { deps } = shared
  const found = async (wanted: string) => {
    const stored = await loadPolicy(deps.db, wanted)
    if (stored === undefined) throw new HttpProblem('not-found', `There is no policy ${wanted}.`)
    return stored
  }
  const lint = async (book: PolicyBook) =>
    lintPolicy(book, {
      channels: [...(await shared.channels.get()).keys()],
      nodes: [...(await shared.nodes.get()).values()],
    })
  return [
    route({
      method: 'get',
      path: '/v1/routing/policies',
      name: 'listPolicies',
      tag: 'routing',
      summary: 'All policy versions. None active: the built-in default routes.',
      scopes: ['orders:read'],
      answers: { 200: { description: 'By name and number.', schema: z.object({ items: z.array(PolicyHead) }) } },
      handle: async () => ({ status: 200, json: { items: await listPolicies(deps.db) } }),
    }),
    route({
      method: 'get',
      path: '/v1/routing/policies/{version}',
      name: 'getPolicy',
      tag: 'routing',
      summary: 'One policy version, with what the linter finds in it today.',
      scopes: ['orders:read'],
      params: versionParam,
      answers: { 200: { description: 'The book.', schema: Policy } },
      problems: ['not-found'],
      handle: async ({ params }) => {
        const stored = await found(params.version)
        return { status: 200, json: { ...stored, findings: await lint(stored.book) } }
      },
    }),
    route({
      method: 'post',
      path: '/v1/routing/policies',
      name: 'storePolicy',
      tag: 'routing',
      summary: 'Store a policy book as the next version of its name. It routes nothing until it is activated.',
      scopes: ['master:write'],
      body: PolicyBook,
      answers: { 201: { description: 'Stored, with what the linter finds.', schema: Policy } },
      problems: ['malformed-json', 'invalid-body'],
      handle: async ({ body, actor }) => {
        const stored = await deps.commit((unit) => insertPolicy(unit, body, actor, deps.clock.now()))
        return { status: 201, json: { ...(await found(stored)), findings: await lint(body) } }
      },
    }),
    route({
      method: 'post',
      path: '/v1/routing/policies/{version}/activate',
      name: 'activatePolicy',
      tag: 'routing',
      summary: 'Let this version route from now on. Refused while the linter finds errors in it.',
      scopes: ['master:write'],
      params: versionParam,
      answers: { 200: { description: 'Active.', schema: PolicyHead } },
      problems: ['not-found', 'refused'],
      handle: async ({ params, actor }) => {
        const { book } = await found(params.version)
        const errors = (await lint(book)).filter((each) => each.level === 'error')
        if (errors.length > 0)
          throw new HttpProblem('refused', `The policy has ${errors.length} errors.`, {
            errors: errors.map((each) => ({ pointer: each.path, detail: each.message, cure: each.cure })),
          })
        await deps.commit((unit) => activatePolicy(unit, params.version, actor, deps.clock.now()))
        const { book: _, ...head } = await found(params.version)
        return { status: 200, json: head }
      },
    }),
  ]
}
