/** One call to the partner, and what its answer means. */
import { z } from 'zod'
import { epochMsOf } from '#core/model/time.ts'
import type { Lookup } from '#core/outcome.ts'
import { readJson } from '#mappings/formats/json/reader.ts'
import type { Context } from '../contract/connector.ts'
import type { HttpAnswer, HttpRequest } from '../contract/transport.ts'
import { judgeHttp, type Judged, statusIssue } from '../transport/http-outcome.ts'
import type { RestConfig } from './config.ts'

type Calling = Context<RestConfig>

const Reference = z.object({ reference: z.string().min(1).max(200) })
const Problem = z.object({ code: z.string().max(100), detail: z.string() }).partial()

const jsonOf = (answer: HttpAnswer): unknown => {
  const read = readJson(answer.body)
  return read.ok ? read.value : undefined
}

/** The partner's own number of what it took, when the answer names one. */
export const referenceOf = (answer: HttpAnswer): { reference?: string } =>
  Reference.safeParse(jsonOf(answer)).data ?? {}

/** False for a 2xx that is no JSON: something else answered, or only half of it came. */
export const isReadable = (answer: HttpAnswer): boolean => answer.status === 204 || jsonOf(answer) !== undefined

/** `about` names the document in an issue. A refusal's `code` and `detail` (RFC 9457) are told in the partner's words. */
export async function call(context: Calling, request: HttpRequest, about: string): Promise<Judged> {
  const result = await context.http.request({
    ...request,
    headers: {
      authorization: `Bearer ${context.secret('apiToken')}`,
      'content-type': 'application/json',
      ...request.headers,
    },
  })
  return judgeHttp(result, {
    code: 'rest',
    nowMs: epochMsOf(context.clock.now()),
    issuesOf: (answer) => {
      const { code, detail } = Problem.safeParse(jsonOf(answer)).data ?? {}
      return [
        {
          ...statusIssue('rest', answer.status),
          ...(code === undefined ? {} : { code: `rest.${code}` }),
          ...(detail === undefined ? {} : { rule: detail.slice(0, 500) }),
          place: { path: about },
        },
      ]
    },
  })
}

/** Whether the partner has it. Only a 404 that the partner itself says, in JSON, means that it is not there. */
export async function find(context: Calling, path: string): Promise<Lookup> {
  const headers = { authorization: `Bearer ${context.secret('apiToken')}` }
  const result = await context.http.request({ method: 'GET', path, headers })
  if (!result.ok) return { kind: 'undecided', message: result.failure.message }
  const { answer } = result
  if (answer.status === 200 && isReadable(answer)) return { kind: 'present', ...referenceOf(answer) }
  if (answer.status === 404 && jsonOf(answer) !== undefined) return { kind: 'absent' }
  return { kind: 'undecided', message: `the partner answered with status ${answer.status}` }
}
