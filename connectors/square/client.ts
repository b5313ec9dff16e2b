/** Calls of Square's API v2 and its way of saying no: `{errors: [{category, code, detail, field}]}`. */
import { z } from 'zod'
import { Fault } from '#core/fault.ts'
import type { Issue } from '#core/issue.ts'
import { epochMsOf } from '#core/model/time.ts'
import type { Outcome } from '#core/outcome.ts'
import { readJson } from '#mappings/formats/json/reader.ts'
import type { Context } from '../contract/connector.ts'
import type { HttpAnswer, HttpRequest } from '../contract/transport.ts'
import { judgeHttp, statusIssue } from '../transport/http-outcome.ts'
import type { SquareConfig } from './config.ts'

export type SquareContext = Context<SquareConfig>
export type Refused = Exclude<Outcome, { kind: 'accepted' | 'duplicate' }>
export type Called<T> = { ok: true; value: T } | { ok: false; outcome: Refused }
export type Call = { method: HttpRequest['method']; path: string; body?: unknown; effect: boolean }

const MAX_ANSWER_BYTES = 20_000_000
const Errors = z.object({
  errors: z.array(z.object({ code: z.string(), detail: z.string().optional(), field: z.string().optional() })).min(1),
})
type SquareError = z.output<typeof Errors>['errors'][number]

/** `effect`: the call changes something, so that a lost answer leaves it open whether it did. */
export async function call<S extends z.ZodType>(
  context: SquareContext,
  { method, path, body, effect }: Call,
  answer: S,
): Promise<Called<z.output<S>>> {
  const result = await context.http.request({
    method,
    path: `/v2${path}`,
    headers: {
      authorization: `Bearer ${context.secret('accessToken')}`,
      'square-version': context.config.apiVersion,
      ...(body === undefined ? {} : { 'content-type': 'application/json' }),
    },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    timeoutMs: 30_000,
    maxAnswerBytes: MAX_ANSWER_BYTES,
  })
  const errors = result.ok && result.answer.status >= 400 ? errorsOf(result.answer) : []
  if (errors.some(({ code }) => code === 'VERSION_MISMATCH' || code === 'CONFLICT')) {
    const message = 'the order was changed at Square at this moment'
    return { ok: false, outcome: { kind: 'unavailable', fault: 'conflict', code: 'square.version', message } }
  }
  const judged = judgeHttp(result, {
    code: 'square',
    nowMs: epochMsOf(context.clock.now()),
    // A thing that is not there is about this document; an address that is not there would fail for all.
    refuses: errors.some(({ code }) => code === 'NOT_FOUND') ? [404] : [],
    issuesOf: ({ status }) => issuesOf(status, errors, path),
  })
  if (judged.kind === 'outcome') return { ok: false, outcome: withoutEffect(judged.outcome as Refused, effect) }
  const read = readJson(judged.answer.body, { maxBytes: MAX_ANSWER_BYTES })
  const checked = read.ok ? answer.safeParse(read.value) : undefined
  if (checked?.success === true) return { ok: true, value: checked.data }
  const unreadable = {
    kind: 'unknown',
    code: 'square.answer',
    message: `Square’s answer to ${path} cannot be read`,
  } as const
  return { ok: false, outcome: withoutEffect(unreadable, effect) }
}

/** The same for the ports that pull: what stops them is a Fault. */
export async function callOrFault<S extends z.ZodType>(
  context: SquareContext,
  request: Omit<Call, 'effect'>,
  answer: S,
): Promise<z.output<S>> {
  const called = await call(context, { ...request, effect: false }, answer)
  if (called.ok) return called.value
  throw faultOf(called.outcome)
}

export function faultOf(outcome: Refused): Fault {
  if (outcome.kind === 'throttled') {
    const { retryAfterMs } = outcome
    return new Fault('throttled', { code: 'square.throttled', message: 'Square asks for less', retryAfterMs })
  }
  if (outcome.kind === 'rejected') {
    const message = outcome.issues[0]?.rule ?? 'Square refused a question'
    return new Fault('config', { code: 'square.refused', message })
  }
  const { code, message } = outcome
  return new Fault(outcome.kind === 'unavailable' ? outcome.fault : 'transient', { code, message })
}

/** Asking changes nothing: whatever became of it, it can be asked again. */
const withoutEffect = (outcome: Refused, effect: boolean): Refused =>
  outcome.kind === 'unknown' && !effect
    ? { kind: 'unavailable', fault: 'transient', code: outcome.code, message: outcome.message }
    : outcome

function errorsOf(answer: HttpAnswer): SquareError[] {
  const body = readJson(answer.body)
  return (body.ok ? Errors.safeParse(body.value).data?.errors : undefined) ?? []
}

function issuesOf(status: number, errors: SquareError[], path: string): Issue[] {
  const fallback = { ...statusIssue('square', status), place: { path } }
  if (errors.length === 0) return [fallback]
  return errors.map(({ code, detail, field }) => ({
    ...fallback,
    code: `square.${code}`,
    rule: (detail ?? code).slice(0, 500),
    place: { path: field ?? path },
  }))
}
