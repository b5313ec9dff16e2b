/**
 * Calls of Odoo's External JSON-2 API (Odoo 19 and later): POST /json/2/<model>/<method>, named arguments, the bare result back.
 * Every call is one transaction in Odoo: where Odoo itself tells an error, nothing was done.
 * https://www.odoo.com/documentation/19.0/developer/reference/external_api.html
 */
import { z } from 'zod'
import { Fault } from '#core/fault.ts'
import type { Issue } from '#core/issue.ts'
import { epochMsOf } from '#core/model/time.ts'
import type { Outcome } from '#core/outcome.ts'
import { readJson } from '#mappings/formats/json/reader.ts'
import type { Context } from '../contract/connector.ts'
import type { HttpAnswer } from '../contract/transport.ts'
import { judgeHttp, statusIssue } from '../transport/http-outcome.ts'
import type { OdooConfig } from './config.ts'

export type OdooContext = Context<OdooConfig>
export type Refused = Exclude<Outcome, { kind: 'accepted' | 'duplicate' }>
export type Called<T> = { ok: true; value: T } | { ok: false; outcome: Refused }

const MAX_ANSWER_BYTES = 20_000_000
/** Odoo stops a request of its own after two minutes; a longer wait makes a late commit behind a lost answer rare. */
const TIMEOUT_MS = 60_000

const OdooError = z.object({ name: z.string(), message: z.string() })

/** `effect`: the call changes something, so that a lost answer leaves it open whether it did. */
export async function call<S extends z.ZodType>(
  context: OdooContext,
  method: string,
  args: Record<string, unknown>,
  answer: S,
  effect: boolean,
): Promise<Called<z.output<S>>> {
  const { database } = context.config
  const result = await context.http.request({
    method: 'POST',
    path: `/json/2/${method}`,
    headers: {
      authorization: `bearer ${context.secret('apiKey')}`,
      'content-type': 'application/json; charset=utf-8',
      ...(database === undefined ? {} : { 'x-odoo-database': database }),
    },
    body: JSON.stringify(args),
    timeoutMs: TIMEOUT_MS,
    maxAnswerBytes: MAX_ANSWER_BYTES,
  })
  const told = result.ok && result.answer.status >= 400 ? errorOf(result.answer) : undefined
  if (result.ok && told !== undefined) {
    const rolledBack = toldOutcome(result.answer.status, told, method)
    if (rolledBack !== undefined) return { ok: false, outcome: rolledBack }
  }
  const judged = judgeHttp(result, {
    code: 'odoo',
    nowMs: epochMsOf(context.clock.now()),
    issuesOf: ({ status }) => [errorIssue(status, told, method)],
  })
  if (judged.kind === 'outcome') return { ok: false, outcome: withoutEffect(judged.outcome as Refused, effect) }
  const body = readJson(judged.answer.body, { maxBytes: MAX_ANSWER_BYTES })
  const read = body.ok ? answer.safeParse(body.value) : undefined
  if (read?.success === true) return { ok: true, value: read.data }
  const unreadable = {
    kind: 'unknown',
    code: 'odoo.answer',
    message: `Odoo’s answer to ${method} cannot be read`,
  } as const
  return { ok: false, outcome: withoutEffect(unreadable, effect) }
}

/** The same for the ports that pull: what stops them is a Fault, and so is a process that is to stop: half of a reading is nothing. */
export async function callOrFault<S extends z.ZodType>(
  context: OdooContext,
  method: string,
  args: Record<string, unknown>,
  answer: S,
): Promise<z.output<S>> {
  if (context.signal.aborted) throw new Fault('transient', { code: 'odoo.stopping', message: 'the process is to stop' })
  const called = await call(context, method, args, answer, false)
  if (called.ok) return called.value
  const { outcome } = called
  switch (outcome.kind) {
    case 'throttled':
      throw new Fault('throttled', {
        code: 'odoo.throttled',
        message: 'Odoo asks for less',
        retryAfterMs: outcome.retryAfterMs,
      })
    case 'rejected':
      throw new Fault('config', { code: 'odoo.refused', message: outcome.issues[0]?.rule ?? `Odoo refuses ${method}` })
    case 'unavailable':
      throw new Fault(outcome.fault, { code: outcome.code, message: outcome.message })
    case 'unknown':
      throw new Fault('transient', { code: outcome.code, message: outcome.message })
  }
}

/** Asking changes nothing: whatever became of it, it can be asked again. */
const withoutEffect = (outcome: Refused, effect: boolean): Refused =>
  outcome.kind === 'unknown' && !effect
    ? { kind: 'unavailable', fault: 'transient', code: outcome.code, message: outcome.message }
    : outcome

function errorOf(answer: HttpAnswer): z.output<typeof OdooError> | undefined {
  const body = readJson(answer.body)
  return body.ok ? OdooError.safeParse(body.value).data : undefined
}

/** What only Odoo's own error can say; undefined where the status says it all. */
function toldOutcome(status: number, told: z.output<typeof OdooError>, method: string): Refused | undefined {
  const message = `Odoo answered ${told.name} to ${method}: ${told.message.slice(0, 300)}`
  if (status >= 500 || status === 409)
    return { kind: 'unavailable', fault: 'transient', code: `odoo.${status}`, message }
  if (told.name === 'odoo.exceptions.MissingError')
    return { kind: 'rejected', issues: [errorIssue(status, told, method)] }
  return undefined
}

function errorIssue(status: number, told: z.output<typeof OdooError> | undefined, method: string): Issue {
  const issue = { ...statusIssue('odoo', status), place: { path: method } }
  return told === undefined
    ? issue
    : { ...issue, code: `odoo.${told.name.split('.').at(-1) ?? status}`, rule: told.message.slice(0, 500) }
}
