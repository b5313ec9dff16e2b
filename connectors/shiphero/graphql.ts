/**
 * Calls of ShipHero's public GraphQL API and its ways of saying no. A query that can be run is answered with 200; what failed stands in
 * `errors`, with the field of `data` null, and then nothing was done. developer.shiphero.com/troubleshooting/error-glossary
 */
import { z } from 'zod'
import { Fault } from '#core/fault.ts'
import type { Issue } from '#core/issue.ts'
import { epochMsOf } from '#core/model/time.ts'
import type { Outcome } from '#core/outcome.ts'
import { readJson } from '#mappings/formats/json/reader.ts'
import type { Context } from '../contract/connector.ts'
import type { HttpResult } from '../contract/transport.ts'
import { judgeHttp, statusIssue } from '../transport/http-outcome.ts'
import type { ShipHeroConfig } from './config.ts'
import { accessToken, renewedToken } from './token.ts'

export type ShipHeroContext = Context<ShipHeroConfig>
export type Refused = Exclude<Outcome, { kind: 'accepted' | 'duplicate' }>
export type Called<T> = { ok: true; value: T } | { ok: false; outcome: Refused }

const MAX_ANSWER_BYTES = 20_000_000
/** Credits that come back in a second, of 4,004 at most. */
const CREDITS_PER_SECOND = 60
/** How long a call waits for credits when ShipHero does not say how many are missing. */
const DEFAULT_WAIT_MS = 10_000
const MOST_WAIT_MS = 120_000

const Told = z.looseObject({
  message: z.string(),
  code: z.union([z.string(), z.number()]).optional(),
  required_credits: z.number().optional().catch(undefined),
  remaining_credits: z.number().optional().catch(undefined),
})
type Told = z.output<typeof Told>
const Envelope = z.object({ data: z.unknown().optional(), errors: z.array(Told).optional() })

/** Runs one operation. A lost answer of a mutation leaves it open whether it was done; a query can be asked again. */
export async function call<S extends z.ZodType>(
  context: ShipHeroContext,
  operation: string,
  variables: Record<string, unknown>,
  answer: S,
): Promise<Called<z.output<S>>> {
  const effect = operation.trimStart().startsWith('mutation')
  try {
    const result = await exchange(context, JSON.stringify({ query: operation, variables }))
    const judged = judgeHttp(result, {
      code: 'shiphero',
      nowMs: epochMsOf(context.clock.now()),
      issuesOf: ({ status }) => [statusIssue('shiphero', status)],
    })
    if (judged.kind === 'outcome') return { ok: false, outcome: withoutEffect(judged.outcome as Refused, effect) }
    const body = readJson(judged.answer.body, { maxBytes: MAX_ANSWER_BYTES })
    const envelope = body.ok ? Envelope.safeParse(body.value).data : undefined
    if (envelope?.errors !== undefined && envelope.errors.length > 0)
      return { ok: false, outcome: toldOutcome(envelope.errors) }
    const read = envelope === undefined ? undefined : answer.safeParse(envelope.data)
    if (read?.success === true) return { ok: true, value: read.data }
    const message = 'ShipHero’s answer cannot be read'
    return { ok: false, outcome: withoutEffect({ kind: 'unknown', code: 'shiphero.answer', message }, effect) }
  } catch (error) {
    if (!(error instanceof Fault)) throw error
    return { ok: false, outcome: outcomeOfFault(error) }
  }
}

/** The same for the ports that pull: what stops them is a Fault. */
export async function callOrFault<S extends z.ZodType>(
  context: ShipHeroContext,
  operation: string,
  variables: Record<string, unknown>,
  answer: S,
): Promise<z.output<S>> {
  const called = await call(context, operation, variables, answer)
  if (called.ok) return called.value
  const { outcome } = called
  if (outcome.kind === 'throttled') {
    const { retryAfterMs } = outcome
    throw new Fault('throttled', { code: 'shiphero.throttled', message: 'ShipHero asks for less', retryAfterMs })
  }
  if (outcome.kind === 'rejected')
    throw new Fault('config', {
      code: 'shiphero.refused',
      message: outcome.issues[0]?.rule ?? 'ShipHero refused a question',
    })
  const { code, message } = outcome
  throw new Fault(outcome.kind === 'unavailable' ? outcome.fault : 'transient', { code, message })
}

async function exchange(context: ShipHeroContext, body: string): Promise<HttpResult> {
  const post = (token: string) =>
    context.http.request({
      method: 'POST',
      path: '/graphql',
      headers: { 'content-type': 'application/json', authorization: `Bearer ${token}` },
      body,
      timeoutMs: 30_000,
      maxAnswerBytes: MAX_ANSWER_BYTES,
    })
  const token = await accessToken(context)
  const result = await post(token)
  if (!result.ok || result.answer.status !== 401) return result
  return post(await renewedToken(context, token))
}

function toldOutcome(errors: Told[]): Refused {
  const short = errors.find(isShortOfCredits)
  if (short !== undefined) return { kind: 'throttled', retryAfterMs: waitMs(short) }
  return { kind: 'rejected', issues: errors.map(issueOf) }
}

const isShortOfCredits = ({ message, required_credits: required }: Told): boolean =>
  required !== undefined || /not enough credits/i.test(message)

/** Until the credits that are missing have come back. */
function waitMs({ required_credits: required, remaining_credits: remaining }: Told): number {
  if (required === undefined || remaining === undefined) return DEFAULT_WAIT_MS
  const waitForMs = Math.ceil((required - remaining) / CREDITS_PER_SECOND) * 1_000
  return Math.min(Math.max(waitForMs, 1_000), MOST_WAIT_MS)
}

const issueOf = ({ message, code }: Told): Issue => ({
  code: `shiphero.${code ?? 'error'}`,
  class: 'data',
  place: { path: '' },
  rule: message.slice(0, 500),
  cure: 'Look the message up in ShipHero’s error glossary; correct the order, the product or the warehouse there, and requeue.',
})

function outcomeOfFault(fault: Fault): Refused {
  if (fault.kind === 'throttled') return { kind: 'throttled', retryAfterMs: fault.retryAfterMs ?? DEFAULT_WAIT_MS }
  return { kind: 'unavailable', fault: fault.kind, code: fault.code, message: fault.message }
}

/** Asking changes nothing: whatever became of it, it can be asked again. */
const withoutEffect = (outcome: Refused, effect: boolean): Refused =>
  outcome.kind === 'unknown' && !effect
    ? { kind: 'unavailable', fault: 'transient', code: outcome.code, message: outcome.message }
    : outcome
