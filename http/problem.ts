/** Errors of the API, as RFC 9457 problem details. Each kind has one row here; the docs page and OpenAPI print the same table. */
import { describeIssue, type Issue } from '#core/issue.ts'

export const PROBLEMS = {
  'malformed-json': { status: 400, title: 'The body is not JSON' },
  'bad-query': { status: 400, title: 'A query parameter is not usable' },
  'incomplete-body': { status: 400, title: 'The body ended early' },
  'no-key': { status: 401, title: 'An API key is needed' },
  'bad-key': { status: 401, title: 'The API key is not valid' },
  'bad-signature': { status: 401, title: 'The signature does not prove the sender' },
  'missing-scope': { status: 403, title: 'The API key may not do this' },
  'not-found': { status: 404, title: 'There is nothing here' },
  'method-not-allowed': { status: 405, title: 'This address does not take this method' },
  'in-progress': { status: 409, title: 'The first request with this Idempotency-Key is still at work' },
  'not-enough-stock': { status: 409, title: 'There is not enough stock' },
  'wrong-state': { status: 409, title: 'Its state does not allow this' },
  'too-large': { status: 413, title: 'The body is too large' },
  'wrong-media-type': { status: 415, title: 'The content type is not taken here' },
  'invalid-body': { status: 422, title: 'The body does not follow its schema' },
  'unknown-reference': { status: 422, title: 'The body names something the hub does not know' },
  'unknown-sku': { status: 422, title: 'The body names a SKU the hub does not know' },
  refused: { status: 422, title: 'The document was understood and refused' },
  'key-reused': { status: 422, title: 'The Idempotency-Key was used with another body' },
  'rate-limited': { status: 429, title: 'Too many requests with this API key' },
  'internal-error': { status: 500, title: 'The hub failed' },
  unavailable: { status: 503, title: 'The hub cannot store anything right now' },
  overloaded: { status: 503, title: 'The hub is busy' },
} as const
export type ProblemCode = keyof typeof PROBLEMS

/** One thing that is wrong: where (JSON pointer, or a query parameter's name), what, and what to do next. */
export type ProblemError = { pointer: string; detail: string; cure: string }

export type ProblemBody = {
  type: string
  title: string
  status: number
  detail: string
  instance: string
  errors?: ProblemError[]
}

/** Thrown anywhere below a route; the kernel turns it into the answer. */
export class HttpProblem extends Error {
  readonly code: ProblemCode
  readonly errors: readonly ProblemError[]
  readonly headers: Record<string, string>

  constructor(
    code: ProblemCode,
    detail: string,
    more: { errors?: readonly ProblemError[]; headers?: Record<string, string> } = {},
  ) {
    super(detail)
    this.name = 'HttpProblem'
    this.code = code
    this.errors = more.errors ?? []
    this.headers = more.headers ?? {}
  }
}

export function problemBody(problem: HttpProblem, requestId: string): ProblemBody {
  const { status, title } = PROBLEMS[problem.code]
  return {
    type: `/docs#${problem.code}`,
    title,
    status,
    detail: problem.message,
    instance: `urn:crossdock:request:${requestId}`,
    ...(problem.errors.length === 0 ? {} : { errors: [...problem.errors] }),
  }
}

/** One wrong place is enough for most refusals. */
export const problemAt = (code: ProblemCode, pointer: string, detail: string, cure: string): HttpProblem =>
  new HttpProblem(code, detail, { errors: [{ pointer, detail, cure }] })

/** Issues of formats and of the domain, in the API's words. */
export function errorsOfIssues(issues: readonly Issue[]): ProblemError[] {
  return issues.map((issue) => ({
    pointer: issue.place.path,
    detail:
      issue.place.line === undefined
        ? describeIssue(issue)
        : `line ${issue.place.line}, column ${issue.place.column ?? 1}: ${describeIssue(issue)}`,
    cure: issue.cure,
  }))
}
