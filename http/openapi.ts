/** The OpenAPI 3.1 document, made from the routes and their zod schemas. */
import { OpenAPIHono, z } from '@hono/zod-openapi'
import { SCOPES } from '#store/api-keys.ts'
import { EXPORT_TYPES, itemOf } from './exports.ts'
import { type ProblemCode, PROBLEMS } from './problem.ts'
import type { AnswerDocs, Route } from './route.ts'

const Problem = z
  .object({
    type: z.string().openapi({ example: '/docs#invalid-body' }),
    title: z.string(),
    status: z.int(),
    detail: z.string(),
    instance: z.string(),
    errors: z.array(z.object({ pointer: z.string(), detail: z.string(), cure: z.string() })).optional(),
  })
  .openapi('Problem', { description: 'RFC 9457. Each error says where, what, and what to do next.' })

const ALWAYS: ProblemCode[] = ['internal-error', 'overloaded']
const WITH_DATABASE: ProblemCode[] = ['unavailable']
const WITH_KEY: ProblemCode[] = ['no-key', 'missing-scope', 'rate-limited']
const WITH_BODY: ProblemCode[] = ['too-large', 'incomplete-body']
const WITH_JSON: ProblemCode[] = ['wrong-media-type']

export function openApiDocument(routes: readonly Route[], version: string) {
  const api = new OpenAPIHono()
  api.openAPIRegistry.registerComponent('securitySchemes', 'apiKey', {
    type: 'http',
    scheme: 'bearer',
    description: `A key of the hub, dom_…, with scopes: ${SCOPES.join(', ')}.`,
  })
  for (const each of routes) api.openAPIRegistry.registerPath(operationOf(each))
  return api.getOpenAPI31Document({
    openapi: '3.1.0',
    info: {
      title: 'Crossdock',
      version,
      description: 'Orders, stock and shipments of every channel and partner, in one model.',
      license: { name: 'Apache-2.0', url: 'https://www.apache.org/licenses/LICENSE-2.0' },
    },
    servers: [{ url: '/' }],
  })
}

function operationOf(each: Route) {
  const body =
    each.body === undefined
      ? each.rawBody === undefined
        ? undefined
        : rawBody(each.rawBody)
      : { content: { 'application/json': { schema: each.body } }, required: true }
  return {
    method: each.method,
    path: each.path,
    operationId: each.name,
    tags: [each.tag],
    summary: each.summary,
    ...(each.description === undefined ? {} : { description: each.description }),
    // OpenAPI 3.1 lists what a scheme other than OAuth asks for as roles. Any one of ours is enough.
    security: each.scopes === undefined ? [] : each.scopes.map((scope) => ({ apiKey: [scope] })),
    request: {
      ...(each.params === undefined ? {} : { params: each.params }),
      ...(each.query === undefined ? {} : { query: each.query }),
      ...(each.headers === undefined ? {} : { headers: each.headers }),
      ...(body === undefined ? {} : { body }),
    },
    responses: { ...problemAnswers(each), ...goodAnswers(each.answers) },
  }
}

const rawBody = (types: readonly string[]) => ({
  content: Object.fromEntries(types.map((type) => [type, { schema: z.any().openapi({ description: 'Raw bytes.' }) }])),
  required: true,
})

const goodAnswers = (answers: Readonly<Record<number, AnswerDocs>>) =>
  Object.fromEntries(
    Object.entries(answers).map(([status, { description, schema, mediaType }]) => [
      status,
      {
        description,
        content: {
          [mediaType ?? 'application/json']: { schema: schema ?? z.string() },
          ...(itemOf({ description, ...(schema === undefined ? {} : { schema }) }) === undefined ? {} : EXPORTS),
        },
      },
    ]),
  )

/** Lists come in these forms too, for those who ask by `Accept`. */
const EXPORTS = Object.fromEntries(
  EXPORT_TYPES.map((type) => [
    type,
    { schema: z.string().openapi({ description: 'The same page, one item a line.' }) },
  ]),
)

function problemAnswers(each: Route) {
  const codes = new Set<ProblemCode>([
    ...each.problems,
    ...ALWAYS,
    ...(each.tag === 'about' ? [] : WITH_DATABASE),
    ...(each.scopes === undefined ? [] : WITH_KEY),
    ...(each.body === undefined && each.rawBody === undefined ? [] : WITH_BODY),
    ...(each.body === undefined ? [] : WITH_JSON),
  ])
  const byStatus = Map.groupBy(codes, (code) => PROBLEMS[code].status)
  return Object.fromEntries(
    [...byStatus].map(([status, group]) => [
      status,
      {
        description: group.map((code) => PROBLEMS[code].title).join('; '),
        content: { 'application/problem+json': { schema: Problem } },
      },
    ]),
  )
}
