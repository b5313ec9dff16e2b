/** What an HTTP exchange means for what was sent, where a partner has no words of its own: the default table of REST connectors. */
import type { Issue } from '#core/issue.ts'
import type { Outcome } from '#core/outcome.ts'
import type { HttpAnswer, HttpResult } from '../contract/transport.ts'

/** `answered` is a 2xx for the connector to read; everything else is an outcome already. */
export type Judged = { kind: 'answered'; answer: HttpAnswer } | { kind: 'outcome'; outcome: Outcome }

const DEFAULT_WAIT_MS = 1000
const MOST_WAIT_MS = 3_600_000

/**
 * - 429 and 503 with Retry-After: `throttled`; 401, 403: `auth`; 3xx, 404, 405, 415: `config`, unless `refuses` says that they are
 *   about the document; other 4xx: `rejected`; 408, 425: not taken; 5xx and lost answers: `unknown`, for the effect may have happened.
 * - `nowMs` turns a Retry-After date into a wait.
 */
export function judgeHttp(
  result: HttpResult,
  options: { code: string; nowMs: number; refuses?: number[]; issuesOf?: (answer: HttpAnswer) => Issue[] },
): Judged {
  const { code } = options
  if (!result.ok) {
    const { failed, code: cause, message } = result.failure
    if (failed === 'lost') return outcome({ kind: 'unknown', code: `${code}.${cause}`, message })
    const fault = cause === 'address-refused' ? 'config' : 'transient'
    return outcome({ kind: 'unavailable', fault, code: `${code}.${cause}`, message })
  }
  const { answer } = result
  const { status } = answer
  if (status >= 200 && status < 300) return { kind: 'answered', answer }
  const message = `the partner answered with status ${status}`
  const wait = retryAfterMs(answer, options.nowMs)
  if (status === 429 || (status === 503 && wait !== undefined)) {
    return outcome({ kind: 'throttled', retryAfterMs: wait ?? DEFAULT_WAIT_MS })
  }
  if (status >= 500) return outcome({ kind: 'unknown', code: `${code}.${status}`, message })
  const unavailable = (fault: 'auth' | 'config' | 'transient') =>
    outcome({ kind: 'unavailable', fault, code: `${code}.${status}`, message })
  if (status === 401 || status === 403) return unavailable('auth')
  if (status === 408 || status === 425) return unavailable('transient')
  const isSetUp = status < 400 || status === 404 || status === 405 || status === 415
  if (isSetUp && options.refuses?.includes(status) !== true) return unavailable('config')
  return outcome({ kind: 'rejected', issues: options.issuesOf?.(answer) ?? [statusIssue(code, status)] })
}

const outcome = (value: Outcome): Judged => ({ kind: 'outcome', outcome: value })

/** A rejection of which nothing but the status is known. */
export const statusIssue = (code: string, status: number): Issue => ({
  code: `${code}.${status}`,
  class: 'data',
  place: { path: '' },
  rule: `the partner refused it with status ${status}`,
  cure: 'Ask the partner what it refuses; correct the document or the request, and send it again.',
})

/** Retry-After in seconds or as a date (RFC 9110, 10.2.3); at most an hour. */
export function retryAfterMs(answer: HttpAnswer, nowMs: number): number | undefined {
  const text = answer.headers['retry-after']
  if (text === undefined) return undefined
  const waitMs = /^\d+$/.test(text) ? Number(text) * 1000 : Date.parse(text) - nowMs
  return Number.isNaN(waitMs) ? undefined : Math.min(Math.max(waitMs, 1), MOST_WAIT_MS)
}
