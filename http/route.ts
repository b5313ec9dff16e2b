/**
 * One route of the API as a value: where it lies, who may call it, what it takes, what it answers, and the function that does it.
 * The kernel serves it, OpenAPI prints it: there is no second place where a route is described.
 */
import { z } from '@hono/zod-openapi'
import { readJson } from '#mappings/formats/json/reader.ts'
import type { ApiKey, Scope } from '#store/api-keys.ts'
import type { Incoming } from './incoming.ts'
import { errorsOfIssues, HttpProblem, type ProblemCode } from './problem.ts'
import { errorsOfZod } from './zod-errors.ts'

export type Answer = {
  status: number
  /** Written as JSON. */
  json?: unknown
  /** Written as it is, instead of JSON. */
  content?: { type: string; data: string | Uint8Array | ReadableStream<Uint8Array> }
  headers?: Record<string, string>
}

export type Call<P, Q, B> = {
  params: P
  query: Q
  body: B
  /** The raw body that `body` was read from. */
  bytes: Uint8Array
  /** Present exactly when the route names scopes. */
  key: ApiKey | undefined
  /** Who acts, for timelines: `api:<key name>`. */
  actor: string
  requestId: string
  request: Incoming
}

export type AnswerDocs = { description: string; schema?: z.ZodType; mediaType?: string }

/** What OpenAPI and the kernel need to know of a route; `run` hides its types. */
export type Route = {
  method: 'get' | 'post' | 'put'
  /** OpenAPI style: `/v1/orders/{id}`. */
  path: string
  name: string
  tag: string
  summary: string
  description: string | undefined
  /** Any one of them is enough; absent: no key is asked for. */
  scopes: readonly Scope[] | undefined
  params: z.ZodObject | undefined
  query: z.ZodObject | undefined
  headers: z.ZodObject | undefined
  body: z.ZodType | undefined
  /** Media types of a body that is taken as it is. */
  rawBody: readonly string[] | undefined
  answers: Readonly<Record<number, AnswerDocs>>
  problems: readonly ProblemCode[]
  run: (raw: RawCall) => Promise<Answer>
}

export type RawCall = {
  params: Record<string, string>
  query: () => Record<string, string[]>
  key: ApiKey | undefined
  requestId: string
  request: Incoming
  maxBodyBytes: number
}

type Spec<P extends z.ZodObject, Q extends z.ZodObject, B extends z.ZodType> = {
  method: Route['method']
  path: string
  name: string
  tag: string
  summary: string
  description?: string
  scopes?: readonly Scope[]
  params?: P
  query?: Q
  /** Headers the route reads, for the documentation. */
  headers?: z.ZodObject
  body?: B
  rawBody?: readonly string[]
  answers: Readonly<Record<number, AnswerDocs>>
  problems?: readonly ProblemCode[]
  handle: (call: Call<z.output<P>, z.output<Q>, z.output<B>>) => Promise<Answer> | Answer
}

type Nothing = z.ZodObject

export function route<
  P extends z.ZodObject = Nothing,
  Q extends z.ZodObject = Nothing,
  B extends z.ZodType = z.ZodUndefined,
>(spec: Spec<P, Q, B>): Route {
  const lists = new Set(Object.entries(spec.query?.shape ?? {}).flatMap(([name, type]) => (isList(type) ? [name] : [])))
  return {
    method: spec.method,
    path: spec.path,
    name: spec.name,
    tag: spec.tag,
    summary: spec.summary,
    description: spec.description,
    scopes: spec.scopes,
    params: spec.params,
    query: spec.query,
    headers: spec.headers,
    body: spec.body,
    rawBody: spec.rawBody,
    answers: spec.answers,
    problems: spec.problems ?? [],
    run: async (raw) => {
      const params = (spec.params === undefined ? {} : readParams(spec.params, raw.params)) as z.output<P>
      const query = (spec.query === undefined ? {} : readQuery(spec.query, lists, raw.query())) as z.output<Q>
      const bytes = spec.body === undefined ? NO_BYTES : await readJsonBytes(raw)
      const body = (spec.body === undefined ? undefined : readBody(spec.body, bytes, raw.maxBodyBytes)) as z.output<B>
      return spec.handle({
        params,
        query,
        body,
        bytes,
        key: raw.key,
        actor: `api:${raw.key?.name ?? 'nobody'}`.slice(0, 100),
        requestId: raw.requestId,
        request: raw.request,
      })
    },
  }
}

const NO_BYTES = new Uint8Array()

function isList(type: unknown): boolean {
  const inner = type instanceof z.ZodOptional || type instanceof z.ZodDefault ? type.unwrap() : type
  return inner instanceof z.ZodArray
}

/** An id that cannot be one names nothing. */
function readParams(schema: z.ZodObject, params: Record<string, string>): unknown {
  const read = schema.safeParse(params)
  if (read.success) return read.data
  throw new HttpProblem('not-found', 'No such thing exists under this address.')
}

/** Names that are not known are refused: a misspelt filter must not list everything. */
function readQuery(schema: z.ZodObject, lists: ReadonlySet<string>, values: Record<string, string[]>): unknown {
  const given = Object.entries(values).map(([name, each]) => [
    name,
    lists.has(name) || each.length > 1 ? each : each[0],
  ])
  const read = schema.strict().safeParse(Object.fromEntries(given))
  if (read.success) return read.data
  const errors = errorsOfZod(read.error)
  throw new HttpProblem('bad-query', errors[0]?.detail ?? 'A query parameter is not usable.', {
    errors: errors.map((each) => ({ ...each, pointer: each.pointer.slice(1) })),
  })
}

function readJsonBytes({ request, maxBodyBytes }: RawCall): Promise<Uint8Array> {
  const type = request.headers['content-type'] ?? 'application/json'
  const encoding = request.headers['content-encoding'] ?? 'identity'
  if (!/^application\/(?:[\w.+-]+\+)?json\s*(?:;|$)/i.test(type) || encoding !== 'identity') {
    throw new HttpProblem('wrong-media-type', 'Send application/json, not compressed.')
  }
  return request.body(maxBodyBytes)
}

function readBody(schema: z.ZodType, bytes: Uint8Array, maxBytes: number): unknown {
  const json = readJson(bytes, { maxBytes })
  if (!json.ok) {
    const errors = errorsOfIssues(json.issues)
    throw new HttpProblem('malformed-json', errors[0]?.detail ?? 'The body is not JSON.', { errors })
  }
  const read = schema.safeParse(json.value)
  if (read.success) return read.data
  const errors = errorsOfZod(read.error)
  throw new HttpProblem('invalid-body', `${errors[0]?.pointer ?? ''}: ${errors[0]?.detail ?? 'not usable'}`, { errors })
}
