/** Serves routes: key, scope, rate, input, handler, and one shape for every answer and every failure. */
import type { Context, Hono } from 'hono'
import { faultMessage } from '#core/fault.ts'
import { epochMsOf } from '#core/model/time.ts'
import type { ApiKey } from '#store/api-keys.ts'
import { recordAction } from '#store/audit.ts'
import { isDatabaseAway, isLostRace } from '#store/database.ts'
import { inAskedForm, itemOf } from './exports.ts'
import { incomingOf } from './incoming.ts'
import { requireScope } from './keys.ts'
import { HttpProblem, problemBody, PROBLEMS } from './problem.ts'
import type { Answer, RawCall, Route } from './route.ts'
import type { Shared } from './shared.ts'

const SECURITY_HEADERS = {
  'x-content-type-options': 'nosniff',
  'content-security-policy': "default-src 'none'; frame-ancestors 'none'",
  'referrer-policy': 'no-referrer',
  'cache-control': 'no-store',
  'strict-transport-security': 'max-age=31536000',
}

const RETRY_AFTER_SECONDS = '2'

export function mount(app: Hono, routes: readonly Route[], shared: Shared): void {
  const running = { count: 0 }
  for (const each of routes)
    app.on(each.method.toUpperCase(), honoPath(each.path), (c) => serve(c, each, shared, running))
  app.notFound((c) => respond(nothingHere(c, routes), shared.deps.ids.next('req')))
  // Reached only when answering itself fails: nothing of the error goes out.
  app.onError((error) => {
    const requestId = shared.deps.ids.next('req')
    return respond(answerOfError(error, requestId, shared), requestId)
  })
}

/** `/v1/orders/{id}` → `/v1/orders/:id` */
const honoPath = (path: string): string => path.replaceAll('{', ':').replaceAll('}', '')

async function serve(c: Context, route: Route, shared: Shared, running: { count: number }): Promise<Response> {
  const startedMs = performance.now()
  const requestId = shared.deps.ids.next('req')
  running.count += 1
  let answer: Answer
  try {
    if (running.count > shared.options.maxRunning) throw overloaded()
    answer = await answerTo(c, route, shared, requestId)
  } catch (error) {
    answer = answerOfError(error, requestId, shared)
  } finally {
    running.count -= 1
  }
  shared.metrics.request(route.method, route.path, answer.status, (performance.now() - startedMs) / 1000)
  return respond(answer, requestId)
}

async function answerTo(c: Context, route: Route, shared: Shared, requestId: string): Promise<Answer> {
  const request = incomingOf(c.req.raw, c.env)
  const raw = {
    params: c.req.param() as Record<string, string>,
    query: () => c.req.queries(),
    requestId,
    request,
    maxBodyBytes: shared.options.maxBodyBytes,
  }
  if (route.scopes === undefined) return route.run({ ...raw, key: undefined })
  const nowMs = epochMsOf(shared.deps.clock.now())
  const key = await shared.keys.keyOf(request.headers['authorization'], nowMs)
  const rateHeaders = shared.rates.take(key.id, nowMs)
  try {
    requireScope(key, route.scopes)
    const answer = isByHand(route)
      ? await runByHand(c, route, shared, { ...raw, key })
      : await route.run({ ...raw, key })
    const asked = inAskedForm(answer, itemOf(route.answers[200]), request.headers['accept'] ?? '', c.req.url)
    return { ...asked, headers: { ...rateHeaders, ...asked.headers } }
  } catch (error) {
    const failed = answerOfError(error, requestId, shared)
    return { ...failed, headers: { ...rateHeaders, ...failed.headers } }
  }
}

/** What only operators may change is on record; orders, stock and shipments are told by their own facts. */
const isByHand = (route: Route): boolean =>
  route.method !== 'get' && (route.scopes ?? []).every((scope) => scope === 'operations' || scope === 'master:write')

/** On record before it begins, so that nothing is done without its row; what then failed says so in a row of its own. */
async function runByHand(c: Context, route: Route, { deps }: Shared, call: RawCall & { key: ApiKey }): Promise<Answer> {
  const record = (detail?: string): Promise<void> =>
    recordAction(deps.db, {
      id: deps.ids.next('act'),
      at: deps.clock.now(),
      actor: `api:${call.key.name}`.slice(0, 100),
      action: route.name,
      // With its query: a dry run is not the deed.
      subject: `${c.req.path}${new URL(c.req.url).search}`.slice(0, 300),
      detail: detail?.slice(0, 500),
    })
  await record()
  try {
    return await route.run(call)
  } catch (error) {
    await record(`it failed: ${error instanceof HttpProblem ? error.code : 'internal-error'}`)
    throw error
  }
}

function answerOfError(error: unknown, requestId: string, shared: Shared): Answer {
  const problem = error instanceof HttpProblem ? error : problemOfThrown(error)
  const { status } = PROBLEMS[problem.code]
  if (status >= 500) {
    shared.deps.log.error('a request failed', { request: requestId, problem: problem.code, error: faultMessage(error) })
  }
  return {
    status,
    content: { type: 'application/problem+json', data: JSON.stringify(problemBody(problem, requestId)) },
    headers: problem.headers,
  }
}

/** What was thrown stays in the log: its text may hold statements, names or addresses. */
function problemOfThrown(error: unknown): HttpProblem {
  const headers = { 'retry-after': RETRY_AFTER_SECONDS }
  if (isDatabaseAway(error))
    return new HttpProblem('unavailable', 'The database is away. Nothing of this request was stored; send it again.', {
      headers,
    })
  if (isLostRace(error))
    return new HttpProblem('overloaded', 'Others changed the same thing at this moment. Send it again.', { headers })
  return new HttpProblem('internal-error', 'The failure was logged under the id in `instance`.')
}

const overloaded = (): HttpProblem =>
  new HttpProblem('overloaded', 'Too many requests are at work. Send it again.', {
    headers: { 'retry-after': RETRY_AFTER_SECONDS },
  })

function nothingHere(c: Context, routes: readonly Route[]): Answer {
  const allowed = routes.filter((each) => pathPattern(each.path).test(c.req.path)).map((each) => each.method)
  const problem =
    allowed.length === 0
      ? new HttpProblem('not-found', 'There is no such address. GET /openapi.json lists them all.')
      : new HttpProblem('method-not-allowed', `This address takes ${allowed.join(', ').toUpperCase()}.`, {
          headers: { allow: allowed.join(', ').toUpperCase() },
        })
  return {
    status: PROBLEMS[problem.code].status,
    content: { type: 'application/problem+json', data: JSON.stringify(problemBody(problem, 'none')) },
    headers: problem.headers,
  }
}

const pathPattern = (path: string): RegExp =>
  new RegExp(`^${path.replaceAll('.', String.raw`\.`).replaceAll(/\{\w+\}/g, '[^/]+')}$`)

/** Headers go as a plain object: the Node adapter writes those without building a Headers first. */
function respond(answer: Answer, requestId: string): Response {
  const headers: Record<string, string> = { ...SECURITY_HEADERS, 'x-request-id': requestId, ...answer.headers }
  if (answer.content !== undefined) {
    headers['content-type'] = answer.content.type
    return new Response(answer.content.data as string, { status: answer.status, headers })
  }
  headers['content-type'] = 'application/json'
  return new Response(JSON.stringify(answer.json ?? {}), { status: answer.status, headers })
}
