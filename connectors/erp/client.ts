/** Calls of the ERP's API and its way of saying no (RFC 9457). */
import { z } from 'zod'
import type { Issue } from '#core/issue.ts'
import { epochMsOf } from '#core/model/time.ts'
import type { Lookup } from '#core/outcome.ts'
import type { Context } from '../contract/connector.ts'
import type { HttpAnswer } from '../contract/transport.ts'
import { judgeHttp, statusIssue } from '../transport/http-outcome.ts'
import type { Judged } from '../transport/http-outcome.ts'
import type { ErpConfig } from './config.ts'

const Problem = z.object({ code: z.string(), detail: z.string() }).partial()
const Reference = z.object({ reference: z.string() }).partial()

export function jsonOf(answer: HttpAnswer): unknown {
  try {
    return JSON.parse(Buffer.from(answer.body).toString('utf8'))
  } catch {
    return undefined
  }
}

/** The ERP's own number of a request, when the answer names one. */
export const referenceOf = (body: unknown): { reference?: string } => {
  const read = Reference.safeParse(body)
  return read.success && read.data.reference !== undefined ? { reference: read.data.reference } : {}
}

/** What the ERP says is wrong; `place` names the request it is about. */
export function problemIssue(status: number, body: unknown, place: string): Issue {
  const { code, detail } = Problem.safeParse(body).data ?? {}
  const fallback = statusIssue('erp', status)
  return {
    ...fallback,
    ...(code === undefined ? {} : { code: `erp.${code}` }),
    ...(detail === undefined ? {} : { rule: detail.slice(0, 500) }),
    place: { path: place },
  }
}

export async function post(
  context: Context<ErpConfig>,
  path: string,
  key: string,
  body: Uint8Array | string,
  place: string,
): Promise<Judged> {
  const result = await context.http.request({
    method: 'POST',
    path,
    headers: {
      authorization: `Bearer ${context.secret('apiToken')}`,
      'content-type': 'application/json',
      'idempotency-key': key,
    },
    body,
    timeoutMs: 30_000,
    maxAnswerBytes: 10_000_000,
  })
  return judgeHttp(result, {
    code: 'erp',
    nowMs: epochMsOf(context.clock.now()),
    issuesOf: (answer) => [problemIssue(answer.status, jsonOf(answer), place)],
  })
}

/** Asks for a request by its id; 404 with the ERP's own word means that it is not there. */
export async function findRequest(
  context: Context<ErpConfig>,
  requestId: string,
): Promise<Lookup & { body?: unknown }> {
  const result = await context.http.request({
    method: 'GET',
    path: `/fulfillment-requests/${encodeURIComponent(requestId)}`,
    headers: { authorization: `Bearer ${context.secret('apiToken')}` },
  })
  if (!result.ok) return { kind: 'undecided', message: result.failure.message }
  const { answer } = result
  const body = jsonOf(answer)
  if (answer.status === 200 && body !== undefined) return { kind: 'present', ...referenceOf(body), body }
  if (answer.status === 404 && Problem.safeParse(body).data?.code === 'unknown-request') return { kind: 'absent' }
  return { kind: 'undecided', message: `the ERP answered with status ${answer.status}` }
}
